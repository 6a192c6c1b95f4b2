"""A prediction lies over a chart without touching its scale."""

import numpy as np
import plotly.graph_objects as go
import pytest

from core.figures.sketch import COLOR, HIGHEST, with_ranks, with_row, with_side, with_sketches
from core.figures.theme import axis, base_figure, bind


@pytest.fixture
def plain() -> go.Figure:
    return base_figure([go.Scatter(x=[0, 5], y=[1, 2])], {"name": "a"}, axis("x", (0, 5)), axis("y", (0, 2)))


def told(figure: go.Figure) -> list[str]:
    go.Figure(figure)  # as Plotly checks it
    assert all(one["color"] == COLOR for one in figure.layout.meta["legend"])
    return [one["label"] for one in figure.layout.meta["legend"]]


def test_curves_are_drawn_in_the_box_and_told_in_the_legend(plain: go.Figure) -> None:
    drawn = with_sketches(plain, {"said": "909", "also said": "--3"})
    line, other = drawn.data[-2:]
    assert (list(line.x), list(line.y)) == ([0, 0.5, 1], [9, 0, 9]) and (line.xaxis, line.yaxis) == ("x9", "y9")
    assert list(other.y) == [None, None, 3]
    assert drawn.layout.xaxis9.overlaying == "x" and drawn.layout.yaxis9.range[1] > HIGHEST
    assert told(drawn) == ["said", "also said"]
    assert drawn.layout.xaxis.range == plain.layout.xaxis.range and len(plain.data) == 1


def test_a_row_is_framed_and_other_shapes_stay(plain: go.Figure) -> None:
    plain.layout.shapes = [{"type": "line", "x0": 1, "x1": 1, "y0": 0, "y1": 1}]
    drawn = with_row(plain, 2, "said")
    frame = drawn.layout.shapes[-1]
    assert len(drawn.layout.shapes) == 2 and frame.y0 < 2 < frame.y1 and frame.y1 - frame.y0 < 1
    assert frame.xref == "paper" and told(drawn) == ["said"]


@pytest.mark.parametrize(("side", "symbol"), [(-1, "triangle-left"), (0, "diamond"), (1, "triangle-right")])
def test_a_sign_stands_at_a_measured_place_and_points_to_its_side(plain: go.Figure, side: int, symbol: str) -> None:
    drawn = with_side(plain, side, "mean[@k]", 1.5, "said")
    sign = drawn.data[-1]
    assert sign.meta["bind"] == {"x": "mean[@k]"} and sign.marker.symbol == symbol and set(sign.y) == {1.5}
    assert told(drawn) == ["said"]


def test_ranks_stand_at_the_right_end_of_their_rows(plain: go.Figure) -> None:
    drawn = with_ranks(plain, {3.0: "you: 1", 0.0: "you: 2"}, "said")
    tags = drawn.data[-1]
    assert list(tags.y) == [3, 0] and list(tags.text) == ["you: 1", "you: 2"] and np.ptp(tags.x) == 0
    assert tags.xaxis == "x9" and tags.yaxis in (None, "y") and told(drawn) == ["said"]


def test_a_curve_has_the_colour_of_the_line_it_is_about(plain: go.Figure) -> None:
    plain.add_scatter(x=[0], y=[1], line={"color": "#123456"}, meta=bind(y="loss"))
    drawn = with_sketches(plain, {"said": "909"}, ["loss"])
    assert drawn.data[-1].line.color == "#123456" == drawn.layout.meta["legend"][-1]["color"]
