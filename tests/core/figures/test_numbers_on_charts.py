"""How charts write numbers: a few digits where one points, powers of ten on axes, and no share above 1."""

import re

import numpy as np
import pytest

from core.figures.theme import axis, epoch_axis
from tests.core.figures import test_figures as single
from tests.core.figures.compare import test_page as side
from tests.core.figures.path import test_figures as path

ALL = [(module, name) for module in (single, path, side) for name in module.PLOTS]
IDS = [f"{module.__name__.rsplit('.', 1)[1]}-{name}" for module, name in ALL]
WHOLE = {
    "%{z} rows",
    "%{customdata} weights",
    "row %{customdata}",
    "%{customdata}: Σ|w|",
    "row %{y}",
    "column %{x}",
    "true %{y}",
}
WHOLE |= {"predicted %{x}", "%{customdata}: %{y:.0%}", "%{y}: row %{customdata}"}  # whole numbers and names


def drawn(module, name):
    return module.PLOTS[name](module.make_arrays())


@pytest.mark.parametrize(("module", "name"), ALL, ids=IDS)
def test_a_place_that_one_points_at_is_told_in_few_digits(module, name):
    figure = drawn(module, name)
    for trace in figure.data:
        template = trace.hovertemplate
        if template is None:
            continue
        said = re.sub("|".join(map(re.escape, sorted(WHOLE, key=len, reverse=True))), "", template)
        bare = re.findall(r"%{(?:x|y|z|customdata)}", said)
        assert not bare, template
    for which in figure.select_xaxes():
        assert which.hoverformat or which.visible is False, which
    for which in figure.select_yaxes():
        assert which.hoverformat or which.visible is False, which


@pytest.mark.parametrize(("module", "name"), ALL, ids=IDS)
def test_axes_write_powers_of_ten_and_no_letters(module, name):
    figure = drawn(module, name)
    for which in (*figure.select_xaxes(), *figure.select_yaxes()):
        assert which.visible is False or (which.exponentformat == "power" and which.separatethousands)


def test_epochs_are_whole_numbers_everywhere():
    assert epoch_axis((0, 5))["hoverformat"] == ",.0f" and axis("loss")["hoverformat"] == ".3~g"
    figures = [drawn(single, "losses"), drawn(side, "gap"), drawn(path, "fold_curves"), drawn(path, "refit")]
    assert all(figure.layout.xaxis.hoverformat == ",.0f" for figure in figures)


def test_no_share_of_weights_passes_one():
    arrays = side.make_arrays()
    arrays["overlay_share"] = np.where(np.arange(5) == 2, 0.98, 0.005) * np.ones((3, 1))
    figure = side.PLOTS["overlay"](arrays)
    assert figure.layout.yaxis.range == (0.0, 1.0)
    assert figure.layout.meta["auto"]["yaxis"]["most"] == 1


def test_what_a_switch_shows_has_an_entry_in_the_legend():
    for figure in (drawn(single, "losses"),):
        [switch] = [toggle for toggle in figure.layout.meta["toggles"] if toggle["label"] == "penalty"]
        shown = {name for restyle in switch["on"]["restyle"] for name in restyle["traces"]}
        assert {one["label"] for one in switch["on"]["legend"]} == shown
        always = {one["label"] for one in figure.layout.meta["legend"]}
        visible = {trace.name for trace in figure.data if trace.visible is not False}
        assert visible - {"you are here"} == always


def test_the_dots_of_remedies_lie_on_lines_of_their_own():
    arrays = side.make_arrays()
    figure = side.PLOTS["ablation"](arrays)
    lines = {shape.y0 for shape in figure.layout.shapes}
    for trace in figure.data:
        assert set(np.asarray(trace.y).tolist()) <= lines
    assert figure.layout.yaxis.showgrid is False
