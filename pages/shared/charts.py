"""The charts of a run: drawn once, from its first snapshot, and kept as what the browser gets of them."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st
from plotly.io.json import to_json_plotly

from core.figures.own_unit import in_unit
from core.measures.own_unit import unit_of
from core.settings.experiment import DataConfig
from core.stream.job import Job
from core.stream.snapshot import Snapshot
from pages.shared import jobs
from pages.shared.language import language, worded
from pages.shared.splits import split_of

Chart = dict[str, Any]


def chart_of(figure: go.Figure) -> Chart:
    """Return a figure as Plotly's JSON, in the session's language; without its template: the stage gives it the page's colours."""
    chart: Chart = json.loads(to_json_plotly(worded(figure.to_plotly_json())))
    chart["layout"].pop("template", None)
    return chart


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
