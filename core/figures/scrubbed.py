"""A figure of one network becomes a figure of many: its arrays gain a leading axis, from which a slider of the page picks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import plotly.graph_objects as go


def at_scrub(
    figure: go.Figure, axis: str, names: Collection[str], fitted: Collection[str] = (), **about: Any
) -> go.Figure:
    """Return the figure with every binding to one of the arrays `names` picked by the scrub `axis` first.

    `hist_y[2]` becomes `hist_y[@lambda][2]`, and `ghost:hist_y` is picked as its array is; other bindings (`at:`, `span:`,
    `label:`) stay. The axis ranges in `auto` keep whole arrays: they hold every stop, so nothing jumps while the slider
    moves. But the axis of an array in `fitted` follows the picked stop. `about` is added to the figure's own facts (group,
    size, height).
    """
    picked = go.Figure(figure, _validate=False)
    for trace in picked.data:
        bound = (trace.meta or {}).get("bind", {})
        trace.meta = {**(trace.meta or {}), "bind": {key: _at(name, axis, names) for key, name in bound.items()}}
    meta = dict(picked.layout.meta)
    images = [{**image, "array": _at(image["array"], axis, names)} for image in meta["images"]]
    auto = {
        which: {**rule, "arrays": [_at(name, axis, fitted) for name in rule["arrays"]]}
        for which, rule in meta["auto"].items()
    }
    if "twin" in meta:
        meta["twin"] = rebound(meta["twin"], lambda name: _at(name, axis, names))
    picked.layout.meta = {**meta, "images": images, "auto": auto, **about}
    return picked


def rebound(tables: Sequence[Mapping[str, Any]], change: Callable[[str], str]) -> list[dict[str, Any]]:
    """Return the tables of a figure's twin with the name of every array they show changed."""

    def changed(of: Any) -> Any:
        return change(of) if isinstance(of, str) else of

    return [
        {
            **table, "rows": changed(table["rows"]),
            "columns": [{**column, "of": changed(column["of"])} for column in table["columns"]],
        }
        for table in tables
    ]  # fmt: skip


def _at(binding: str, axis: str, names: Collection[str]) -> str:
    whole, bracket, rest = binding.partition("[")
    return f"{whole}[@{axis}]{bracket}{rest}" if whole.removeprefix("ghost:") in names else binding
