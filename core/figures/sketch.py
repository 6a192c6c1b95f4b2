"""A prediction drawn over the chart of the result: the curves that somebody expected, a line of the chart, a side, or ranks.

All of it is dotted or a sign of its own, and stands in the legend; its colour is one that no meaning of a chart has, or that of
the line which a curve is about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.theme import PALETTE, bind, entry

COLOR = PALETTE["sienna"]
DASHES = ("dot", "dashdot")  # of the first curve, of the second
HIGHEST = 9  # heights go from 0 to 9
UNSEEN = "-"  # in place of a height: nothing is expected there
HALF_ROW = 0.42
RANK_PX = 58  # room for the texts beside the rows
SIDES = {-1: "triangle-left", 0: "diamond", 1: "triangle-right"}
HIDDEN = {"visible": False, "fixedrange": True}
BOX = {
    "xaxis9": {**HIDDEN, "overlaying": "x", "range": [-0.02, 1.02]},
    "yaxis9": {**HIDDEN, "overlaying": "y", "range": [-0.6, HIGHEST + 0.6]},
}


def with_sketches(figure: go.Figure, curves: Mapping[str, str], about: Sequence[str] = ()) -> go.Figure:
    """Return the figure with dotted lines, evenly across its box and without a scale of their own.

    curves: by what the legend calls each, its heights as digits 0 to 9 from left to right, "-" where there is none. about: for
    each the array of the line that it is about.
    """
    colors = [color_of(figure, array) for array in about] or [COLOR] * len(curves)
    lines = [
        go.Scatter(
            name=label, x=np.linspace(0.0, 1.0, len(heights)),
            y=[None if height == UNSEEN else float(height) for height in heights],
            xaxis="x9", yaxis="y9", mode="lines", hoverinfo="skip",
            line={"color": color, "dash": dash, "width": 3, "shape": "spline"},
        )
        for (label, heights), color, dash in zip(curves.items(), colors, DASHES, strict=False)
    ]  # fmt: skip
    entries = [entry(label, color, dash) for label, color, dash in zip(curves, colors, DASHES, strict=False)]
    return added(figure, lines, entries, BOX)


def color_of(figure: go.Figure, array: str) -> str:
    """Return the colour of the line whose y comes from an array."""
    return str(next(trace.line.color for trace in figure.data if (trace.meta or {}).get("bind", {}).get("y") == array))


def with_row(figure: go.Figure, row: int, label: str) -> go.Figure:
    """Return the figure, whose rows stand at 0, 1, …, with a dotted frame around one."""
    frame = {
        "type": "rect", "xref": "paper", "x0": 0, "x1": 1, "yref": "y", "y0": row - HALF_ROW, "y1": row + HALF_ROW,
        "line": {"color": COLOR, "dash": "dot", "width": 3},
    }  # fmt: skip
    return added(figure, [], [entry(label, COLOR, "dot")], {"shapes": [*figure.layout.shapes, frame]})


def with_side(figure: go.Figure, side: int, x: str, y: float, label: str) -> go.Figure:
    """Return the figure with a sign at a measured place that points to a side: -1 left, 0 neither, 1 right.

    x: the binding of the place, an array of one number or more; y: its height on the chart's axis.
    """
    sign = go.Scatter(
        name=label, x=[], y=[y, y], mode="markers", hoverinfo="skip", cliponaxis=False, meta=bind(x=x),
        marker={"symbol": SIDES[side], "color": COLOR, "size": 20},
    )  # fmt: skip
    return added(figure, [sign], [entry(label, COLOR, symbol=SIDES[side])], {})


def with_ranks(figure: go.Figure, ranks: Mapping[float, str], label: str) -> go.Figure:
    """Return the figure with a text beside the right end of some rows. ranks: by the height of a row on the chart's axis."""
    tags = go.Scatter(
        name=label, x=[1.0] * len(ranks), y=list(ranks), xaxis="x9", mode="markers+text", text=list(ranks.values()),
        marker={"symbol": "triangle-left", "color": COLOR, "size": 9}, textposition="middle right", hoverinfo="skip",
        cliponaxis=False,
    )  # fmt: skip
    layout = {"xaxis9": BOX["xaxis9"], "margin": {**figure.layout.margin.to_plotly_json(), "r": RANK_PX}}
    return added(figure, [tags], [entry(label, COLOR, symbol="triangle-left")], layout)


def added(
    figure: go.Figure, traces: Sequence[Any], entries: Sequence[Mapping[str, str]], layout: Mapping[str, Any]
) -> go.Figure:
    """Return the figure with more traces, lines of its legend, and parts of its layout."""
    about = figure.layout.meta
    drawn = go.Figure(data=[*figure.data, *traces], layout=figure.layout, _validate=False)
    drawn.layout.update({**layout, "meta": {**about, "legend": [*about["legend"], *entries]}})
    return drawn
