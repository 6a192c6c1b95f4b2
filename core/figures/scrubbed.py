"""A figure of one network becomes a figure of many: its arrays gain a leading axis, from which a slider of the page picks."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import plotly.graph_objects as go


def at_scrub(
    figure: go.Figure, axis: str, names: Collection[str], fitted: Collection[str] = (), **about: Any
) -> go.Figure:
    """Return the figure with every binding to one of the arrays `names` picked by the scrub `axis` first.

    `hist_y[2]` becomes `hist_y[@lambda][2]`; other bindings (`at:`, `span:`, `label:`) stay. The axis ranges in `auto` keep
    whole arrays: they hold every stop, so nothing jumps while the slider moves. But the axis of an array in `fitted` follows
    the picked stop: beside the widest one its shape would be a needle. `about` is added to the figure's own facts (group,
    size, height).
    """
    picked = go.Figure(figure)
    for trace in picked.data:
        bound = (trace.meta or {}).get("bind", {})
        trace.meta = {**(trace.meta or {}), "bind": {key: _at(name, axis, names) for key, name in bound.items()}}
    meta = dict(picked.layout.meta)
    images = [{**image, "array": _at(image["array"], axis, names)} for image in meta["images"]]
    auto = {
        which: {**rule, "arrays": [_at(name, axis, fitted) for name in rule["arrays"]]}
        for which, rule in meta["auto"].items()
    }
    picked.layout.meta = {**meta, "images": images, "auto": auto, **about}
    return picked


def _at(binding: str, axis: str, names: Collection[str]) -> str:
    name, bracket, rest = binding.partition("[")
    return f"{name}[@{axis}]{bracket}{rest}" if name in names else binding
