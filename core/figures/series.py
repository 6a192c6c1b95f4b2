"""Several networks in one chart: for each its training and its validation loss, and the gap as the line between them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.figures.theme import COLORS, axis, base_figure, bind, column, entry, twin
from core.readings.arrays import Arrays
from core.words import say

# A dot at zero must not cover the name of its row.
APART = {"ticks": "outside", "ticklen": 9, "tickcolor": "rgba(0,0,0,0)"}


def plot_series(arrays: Arrays, labels: Sequence[str]) -> go.Figure:
    """Return a line of the chart for each network, the first one on top. Binds series_train, series_val, series_lines."""
    places = np.arange(len(labels), dtype=float)
    about = {
        "name": "series",
        "title": say("Where the losses end"),
        "size": "full",
        "height": 320,
        "look_for": say("Each line is a network; its length is the gap."),
        "legend": [
            entry(say("training"), COLORS["train"], symbol="circle"),
            entry(say("validation"), COLORS["val"], symbol="diamond"),
        ],
        "auto": {"xaxis": {"arrays": ["series_train", "series_val"], "include": [0]}},
        "twin": [
            twin(
                say("Losses at the end"),
                say("network"),
                list(labels),
                [
                    column(say("training"), "series_train"),
                    column(say("validation"), "series_val"),
                    column(say("gap"), "series_gap"),
                ],
            )
        ],
    }
    line = go.Scatter(
        name=say("gap"), x=np.array(arrays["series_lines"]), y=np.repeat(places, 3), mode="lines",
        line={"color": COLORS["truth"], "width": 5}, hoverinfo="skip", meta=bind(x="series_lines"),
    )  # fmt: skip
    marks = [
        go.Scatter(
            name=name, x=np.array(arrays[array]), y=places, mode="markers+text" if array == "series_val" else "markers",
            marker={"color": COLORS[meaning], "symbol": symbol, "size": 12}, textposition="middle right", cliponaxis=False,
            meta=bind(x=array, **({"text": "label:series_gap"} if array == "series_val" else {})),
            **({"text": [" "] * len(labels)} if array == "series_val" else {}),
        )
        for name, array, meaning, symbol in (
            (say("training"), "series_train", "train", "circle"), (say("validation"), "series_val", "val", "diamond"),
        )
    ]  # fmt: skip
    yaxis = axis("", (len(labels) - 0.4, -0.6), tickvals=places.tolist(), ticktext=list(labels), **APART)
    return base_figure(
        [line, *marks],
        about,
        axis(say("loss at the end (mean per row)"), (0.0, 1.3)),
        yaxis,
        margin={"l": 128, "r": 40, "t": 8, "b": 44},
    )
