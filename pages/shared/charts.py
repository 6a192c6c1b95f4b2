"""The charts of a run: drawn once, from its first snapshot, and kept as what the browser gets of them."""

import base64
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from core.figures.own_unit import in_unit
from core.measures.own_unit import unit_of
from core.settings.experiment import DataConfig
from core.stream.job import Job
from core.stream.snapshot import Snapshot
from core.words import Message
from pages.shared import jobs
from pages.shared.language import language
from pages.shared.splits import split_of

Chart = dict[str, Any]
TYPES = {np.dtype(name): name for name in ("i1", "u1", "i2", "u2", "i4", "u4", "f4", "f8")}  # that may come packed
RANGE = "range"  # of an axis: Plotly's script reads its two numbers as a list


def chart_of(figure: go.Figure) -> Chart:
    """Return a figure as Plotly's JSON, in the session's language; without its template: the stage gives it the page's colours.

    In one walk over what the figure holds: `to_plotly_json` copies all of it first, in two thirds of the time of this.
    """
    layout = {name: part for name, part in figure._layout.items() if name != "template"}
    words = language()
    return {"data": [plain(trace, words) for trace in figure._data], "layout": plain(layout, words)}


def plain(value: Any, words: str, name: str = "") -> Any:
    """Return a part of a figure, called `name`, as JSON has it: messages as texts, arrays of numbers as Plotly's packed bytes."""
    if isinstance(value, Message):
        return value.text(words)
    if isinstance(value, dict):
        return {key: plain(item, words, key) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return packed(value) if value.size and value.dtype in TYPES and name != RANGE else plain(value.tolist(), words)
    if isinstance(value, np.generic):
        return plain(value.item(), words)
    if isinstance(value, (list, tuple)):
        return [plain(item, words) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def packed(array: np.ndarray) -> dict[str, str]:
    """Return numbers as Plotly's script unpacks them: type, bytes in base 64, and the shape of more than one dimension."""
    spec = {"dtype": TYPES[array.dtype], "bdata": base64.b64encode(np.ascontiguousarray(array)).decode("ascii")}
    return spec if array.ndim == 1 else {**spec, "shape": ", ".join(map(str, array.shape))}


def drawn(
    place: str, key: str, job: Job, draw: Callable[[Snapshot], Sequence[go.Figure] | None], data: DataConfig
) -> list[Chart] | None:
    """Return the charts of the run that computes `key`, or None while it has no snapshot to draw them from.

    place: which of the session's charts they are, such as "path"; they are drawn anew when the key changes. draw: makes the
    figures, or None where the snapshot does not suffice. data: what it trains on, whose unit the losses are told in.
    """
    key = f"{key} {language()}"
    of, charts = st.session_state.get(f"{place}.charts", ("", []))
    if of == key:
        return list(charts)
    snapshot = jobs.first_snapshot(job)
    if snapshot is None or not snapshot.arrays:
        return None
    figures = draw(snapshot)
    if figures is None:
        return None
    unit = unit_of(split_of(data))
    charts = [chart_of(in_unit(figure, unit)) for figure in figures]
    st.session_state[f"{place}.charts"] = (key, charts)
    return list(charts)
