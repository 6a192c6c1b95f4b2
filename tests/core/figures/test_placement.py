"""Pictures lie where their numbers are: every cell of a map holds the network's answer in the middle of that cell."""

import numpy as np
import pytest

from core import Experiment
from core.data import load_split
from core.data.synthetic import make_features
from core.figures.compare.page import plot_compare
from core.figures.fit import plot_curve, plot_plane
from core.figures.path.page import plot_path_page
from core.figures.playground.page import plot_playground
from core.figures.theme import cell_box
from core.live.compare.run import compare_run
from core.live.path.run import path_run
from core.live.playground.run import playground_run
from core.readings.arrays import span
from core.readings.fit import split_constants
from core.readings.looks import answers
from core.readings.path.page import from_levels
from core.stream.commands import Run
from core.studies.base.values import grid_of

TOYS = ("circle", "moons", "xor", "spiral")
PAGES = ("playground", "path", "compare")


def make(name, **more):
    return Experiment(
        data={"name": name, "n_train": 100, "noise_std": 0.3, **more}, network={"hidden_sizes": [16, 16]},
        training={"n_epochs": 30, "learning_rate": 0.02, "seed": 1}, study={"values": (0.0, 0.01, 0.1)},
    )  # fmt: skip


def shown(page, name, **more):
    """Return a run of a page that has ended, its picture's facts, the map's values, and the rows of their networks."""
    experiment = make(name, **more)
    split = load_split(experiment.data)
    make_run = {"playground": playground_run, "path": path_run, "compare": compare_run}[page]
    run = make_run(experiment, split)
    run.obey(Run())
    while run.state == "running":
        run.train_for(0.1)
    snapshot = run.snapshot()
    arrays, labels = snapshot.arrays, snapshot.meta["labels"]
    if page == "playground":
        figure, values = plot_playground(arrays, labels, split)[0], arrays["map"][None]
    elif page == "path":
        figure = plot_path_page(arrays, labels, grid_of(experiment), "l2", split)[1]
        values = from_levels(arrays["map"], run.view.map_bounds)
    else:
        figures = plot_compare(arrays, run.view.names, labels, split, False)
        figure, values = next(f for f in figures if f.layout.meta["name"].startswith("fit_")), arrays["map"]
    return run, split, figure, values


def cells_of(picture, n_rows, n_columns):
    """Return the middles (x, y) of a picture's cells as it is drawn, row 0 at the bottom."""
    (x0, x1), (y0, y1) = picture["x"], picture["y"]
    x = x0 + (x1 - x0) * (np.arange(n_columns) + 0.5) / n_columns
    y = y0 + (y1 - y0) * (np.arange(n_rows) + 0.5) / n_rows
    return np.meshgrid(x, y)


def answers_at(run, split, points, features=("x", "y")):
    X = ((make_features(points, features) - split.x_mean) / split.x_scale).astype(np.float32)
    loss = run.training.plan.pool.loss
    return answers(run.training.trainer.stack, loss, split, X)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("name", (*TOYS, "spiral3", "multi_gaussian"))
def test_each_cell_shows_the_answer_in_its_middle(page, name):
    run, split, figure, values = shown(page, name)
    picture = figure.layout.meta["images"][0]
    x, y = cells_of(picture, *values.shape[1:])
    own = answers_at(run, split, np.column_stack([x.ravel(), y.ravel()])).reshape(values.shape)
    step = 0.51 * (picture_range(run, split)) / 255 if page == "path" else 1e-4
    assert (
        np.mean(np.abs(values - own) > step) < 0.002
    )  # at the border of three classes a rounding may change the class


def picture_range(run, split):
    low, high = run.view.map_bounds
    return high - low


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("name", TOYS)
def test_validation_points_lie_on_the_colour_of_what_the_network_predicts(page, name):
    run, split, figure, values = shown(page, name)
    picture, points = figure.layout.meta["images"][0], split.points_val
    n_rows, n_columns = values.shape[1:]
    (x0, x1), (y0, y1) = picture["x"], picture["y"]
    column = ((points[:, 0] - x0) / (x1 - x0) * n_columns).astype(int)
    row = ((points[:, 1] - y0) / (y1 - y0) * n_rows).astype(int)
    predicted = answers_at(run, split, points) > 0.5
    wrong = (values[:, row, column] > 0.5) != predicted
    # Only where the border itself runs through the cell may the one colour of the cell differ from a point in it.
    half = np.array([x1 - x0, y1 - y0]) / (2 * np.array([n_columns, n_rows]))
    around = [answers_at(run, split, points + half * (dx, dy)) > 0.5 for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
    is_at_border = np.ptp(np.array(around, dtype=int), axis=0) > 0
    assert not (wrong & ~is_at_border).any()
    assert wrong.mean() < 0.04


@pytest.mark.parametrize("name", TOYS)
def test_no_point_is_off_the_map_and_the_axes_end_with_it(name):
    for noise in (0.0, 0.3, 1.0):
        split = load_split(make(name, noise_std=noise).data)
        n = len(split.grid.x)
        figure = plot_plane({"map": np.zeros((n, n))}, split_constants(split))
        picture = figure.layout.meta["images"][0]
        assert tuple(picture["x"]) == figure.layout.xaxis.range and tuple(picture["y"]) == figure.layout.yaxis.range
        for points in (split.points_train, split.points_val):
            assert np.abs(points).max() <= split.grid.x[-1] < picture["x"][1]
        assert figure.layout.yaxis.scaleanchor == "x"  # a circle is drawn as one
        assert {figure.layout.xaxis.constrain, figure.layout.yaxis.constrain} == {"domain"}


def test_a_curve_fills_its_axis():
    for name in ("sine", "cubic"):
        split = load_split(Experiment(data={"name": name}).data)
        figure = plot_curve({"fit_y": np.zeros(len(split.grid.x))}, split_constants(split))
        assert figure.layout.xaxis.range == (split.grid.x[0], split.grid.x[-1])


def test_span_widens_by_what_it_is_told_and_by_nothing_else():
    assert span([np.array([-6.0, 6.0])], pad=0.0) == (-6.0, 6.0)
    assert span([np.array([0.0, 10.0])], pad=0.1) == (-1.0, 11.0)
    assert span([np.array([3.0])], pad=0.0) == (2.5, 3.5)  # one number needs some room
    assert span([np.array([0.0, 2.0])], include=[0], pad=0.5) == (0.0, 3.0)


def test_a_picture_reaches_half_a_cell_beyond_its_outer_points():
    assert cell_box(np.array([0.0, 1.0, 2.0]), np.array([10.0, 30.0]), (2, 3)) == (-0.5, 2.5, 0.0, 40.0)
    assert cell_box(np.array([0.0, 1.0, 2.0]), np.array([0.0, 2.0]), (2, 2)) == (-1.0, 3.0, -1.0, 3.0)
