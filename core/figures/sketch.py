"""A prediction drawn over a chart: the shape that somebody expected, in the box of the chart, without a scale of its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.figures.theme import PALETTE, entry

COLOR = PALETTE["sienna"]  # no meaning of a chart has it
HIGHEST = 9  # heights go from 0 to 9
HIDDEN = {"visible": False, "fixedrange": True}


def with_sketch(figure: go.Figure, heights: Sequence[int], label: str) -> go.Figure:
    """Return the figure with a dotted line of these heights, 0 to 9, evenly across its box; `label` stands in its legend."""
    x = np.linspace(0.0, 1.0, len(heights))
    line = go.Scatter(
        name=label, x=x, y=np.array(heights, dtype=float), xaxis="x9", yaxis="y9", mode="lines", hoverinfo="skip",
        line={"color": COLOR, "dash": "dot", "width": 3, "shape": "spline"},
    )  # fmt: skip
    about = figure.layout.meta
    drawn = go.Figure(data=[*figure.data, line], layout=figure.layout, _validate=False)
    drawn.layout.update(
        {
            "xaxis9": {**HIDDEN, "overlaying": "x", "range": [-0.02, 1.02]},
            "yaxis9": {**HIDDEN, "overlaying": "y", "range": [-0.6, HIGHEST + 0.6]},
            "meta": {**about, "legend": [*about["legend"], entry(label, COLOR, "dot")]},
        }
    )
    return drawn
