"""Losses of a figure in the target's own unit, beside the standardised ones: where one points at them, and in its tables.

The stage makes the texts anew with the numbers (`assets/unit.js`).
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from core.measures.own_unit import OwnUnit
from core.words import say

# Arrays that hold losses, mean squared errors of standardised targets.
LOSSES = frozenset(
    {
        "train_loss", "val_loss", "floor_y", "best_val_loss", "path_train", "path_val", "path_best_y", "grid_val", "cv_mean",
        "fold_train", "fold_val", "refit_loss", "geometry_loss", "ablation_val_x", "ablation_test_x", "ablation_val_median",
        "ablation_test_median", "bv_risk", "bv_best_y",
    }
)  # fmt: skip
FORM = "own"  # the form of a table's column whose losses are told in the unit


def in_unit(figure: go.Figure, unit: OwnUnit | None) -> go.Figure:
    """Return the figure, whose losses say what they are in the unit; as it is where there is none."""
    if unit is None:
        return figure
    is_told = False
    for trace in figure.data:
        of = loss_of(trace)
        if of:
            tell(trace, of)
            is_told = True
    about = {**figure.layout.meta}
    if "twin" in about:
        about["twin"] = [{**table, "columns": with_own(table["columns"], unit)} for table in about["twin"]]
    if is_told or "twin" in about:
        figure.layout.meta = {**about, "own": {"scale": unit.scale, "name": unit.name}}
    return figure


def loss_of(trace: Any) -> str:
    """Return which attribute of a trace holds losses, "" where none does or where it says other words when pointed at."""
    meta = trace.meta or {}
    bound = meta.get("bind", {})
    if "text" in bound or trace.hoverinfo == "skip":
        return ""
    found = [name for name, binding in bound.items() if binding.split("[")[0] in LOSSES]
    return str(meta.get("loss", found[0] if found else ""))


def tell(trace: Any, of: str) -> None:
    """Have a trace say its losses in the unit, in an attribute that is free: `own` names both."""
    to = "customdata" if of in ("x", "y") else "text"
    said = "%{" + to + "}"
    shown = trace.hovertemplate
    whole = shown if shown is not None else "(%{x}, %{y})<extra>" + (trace.name or "") + "</extra>"
    trace.hovertemplate = whole + ("<br>" + said)
    trace.meta = {**trace.meta, "own": {"of": of, "to": to}}


def with_own(columns: list[dict[str, Any]], unit: OwnUnit) -> list[dict[str, Any]]:
    """Return the columns of a table, each of losses with a second one behind it, in the unit."""
    found: list[dict[str, Any]] = []
    for column in columns:
        found.append(column)
        if isinstance(column["of"], str) and column["of"].split("[")[0] in LOSSES:
            head = say("{head}, off by in {name}", head=column["head"], name=unit.name)
            found.append({**column, "head": head, "form": FORM})
    return found
