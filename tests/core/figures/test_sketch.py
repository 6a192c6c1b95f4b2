"""A prediction lies over a chart without touching its scale."""

import plotly.graph_objects as go

from core.figures.sketch import HIGHEST, with_sketch
from core.figures.theme import axis, base_figure


def test_a_sketch_is_drawn_in_the_box_and_told_in_the_legend() -> None:
    plain = base_figure([go.Scatter(x=[0, 5], y=[1, 2])], {"name": "a"}, axis("x", (0, 5)), axis("y", (0, 2)))
    drawn = with_sketch(plain, [9, 0, 9], "said")
    line = drawn.data[-1]
    assert (list(line.x), list(line.y)) == ([0, 0.5, 1], [9, 0, 9]) and (line.xaxis, line.yaxis) == ("x9", "y9")
    assert drawn.layout.xaxis9.overlaying == "x" and drawn.layout.yaxis9.range[1] > HIGHEST
    assert [one["label"] for one in drawn.layout.meta["legend"]] == ["said"]
    assert drawn.layout.xaxis.range == plain.layout.xaxis.range and len(plain.data) == 1
    go.Figure(drawn)  # as Plotly checks it
