"""What is drawn over the losses is what the losses say, worked out here once more by other means: stars, bands, lines, floors."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from core import Experiment, cross_validate, sweep
from core.data import load_split
from core.figures.cv.losses import plot_cv
from core.figures.path.curves import plot_path_losses
from core.figures.path.grid import plot_grid
from core.figures.playground.page import plot_playground
from core.live.compare.run import compare_run
from core.live.cv.run import cross_validation_run
from core.live.path.rates import RATES, rates_run
from core.live.path.run import path_run
from core.live.playground.run import playground_run
from core.live.run import LiveRun
from core.stream.commands import Run
from core.stream.snapshot import Snapshot
from core.studies.compare.variants import TASK

VALUES = np.array([0.0, 1e-4, 1e-3, 1e-2, 0.1, 1.0])
SINE = Experiment(
    data={"name": "sine", "noise_std": 0.3}, network={"hidden_sizes": [32]},
    training={"n_epochs": 400, "learning_rate": 0.01}, study={"values": tuple(VALUES)},
)  # fmt: skip


def at_the_end(run: LiveRun) -> Snapshot:
    run.obey(Run())
    while run.state == "running":
        run.train_for(0.1)
    return run.snapshot()


def own_losses(experiment: Experiment) -> np.ndarray:
    """Return the validation loss at each λ from the answers of the networks, (n_values,)."""
    split = load_split(experiment.data)
    path = sweep(experiment, "l2", VALUES, progress=False)
    answers = path.predict(split.X_val)
    return np.asarray(((answers.reshape(len(VALUES), -1) - split.y_val) ** 2).mean(1))


def trace(figure: object, name: str) -> object:
    return next(one for one in figure.data if one.name == name)  # type: ignore[attr-defined]


def test_the_star_of_the_path_stands_on_the_lowest_loss_of_the_networks_answers() -> None:
    figure = plot_path_losses(at_the_end(path_run(SINE, load_split(SINE.data))).arrays, VALUES, "l2")
    losses = own_losses(SINE)
    best = int(losses.argmin())
    star = trace(figure, "best")
    np.testing.assert_allclose(trace(figure, "validation").y, losses, rtol=1e-3)
    assert star.y[0] == pytest.approx(losses[best], rel=1e-3)
    x = trace(figure, "validation").x
    assert star.x[0] == pytest.approx(x[best], rel=1e-6)
    np.testing.assert_allclose(x[1:], np.log10(VALUES[1:]))


def test_the_bands_of_the_path_change_halfway_between_two_verdicts() -> None:
    snapshot = at_the_end(path_run(SINE, load_split(SINE.data)))
    figure = plot_path_losses(snapshot.arrays, VALUES, "l2")
    kinds = [member["verdict"]["kind"].replace("collapsed", "underfits") for member in snapshot.meta["members"]]
    assert len(set(kinds)) > 1
    x = trace(figure, "validation").x
    for name in ("overfits", "fits", "underfits"):
        bars = trace(figure, name)
        for i, kind in enumerate(kinds):
            assert bars.y[i] == (kind == name)
            left, right = x[i] + bars.offset[i], x[i] + bars.offset[i] + bars.width[i]
            assert i == 0 or left == pytest.approx((x[i - 1] + x[i]) / 2)
            assert i == len(x) - 1 or right == pytest.approx((x[i] + x[i + 1]) / 2)
    assert all(a < b for a, b in pairwise(x))


def test_the_lines_of_cross_validation_stand_on_the_lowest_mean_and_one_standard_error_from_it() -> None:
    few = SINE.replace(n_epochs=60, n_splits=4)
    shown = at_the_end(cross_validation_run(few, load_split(few.data))).arrays
    figure = plot_cv(shown, VALUES, "l2", chosen=0)
    folds = cross_validate(few, "l2", VALUES, 4, progress=False).val_loss
    mean = folds.mean(1)
    error = folds.std(1, ddof=1) / np.sqrt(4)
    best = int(mean.argmin())
    simplest = max(i for i in range(len(VALUES)) if mean[i] <= mean[best] + error[best])
    x = next(one for one in figure.data if one.error_y.array is not None).x
    np.testing.assert_allclose(shown["cv_mean"], mean, rtol=1e-3)
    np.testing.assert_allclose(shown["cv_se"], error, rtol=1e-2)
    np.testing.assert_allclose(shown["cv_min_x"], [x[best]] * 2, rtol=1e-6)
    np.testing.assert_allclose(shown["cv_1se_x"], [x[simplest]] * 2, rtol=1e-6)


def test_the_star_of_the_map_stands_on_its_lowest_cell() -> None:
    few = SINE.replace(n_epochs=30)
    figure = plot_grid(at_the_end(rates_run(few, load_split(few.data))).arrays, VALUES, "l2", np.array(RATES))
    cells, star = trace(figure, "validation loss"), trace(figure, "best")
    rate, value = np.unravel_index(np.nanargmin(np.array(cells.customdata, dtype=float)), (len(RATES), len(VALUES)))
    assert star.y[0] == pytest.approx(np.log10(RATES[rate]))
    assert star.x[0] == pytest.approx(cells.x[value])


def test_the_star_of_compare_s_table_marks_the_lowest_loss() -> None:
    few = TASK.replace(n_epochs=30, hidden_sizes=(8,))
    rows = at_the_end(compare_run(few, load_split(few.data))).meta["tables"]["numbers"]["rows"]
    losses = [float(row["cells"][2]) for row in rows]
    assert [2 in row["best"] for row in rows] == [loss == min(losses) for loss in losses]


def playground(experiment: Experiment) -> tuple[object, Snapshot]:
    split = load_split(experiment.data)
    snapshot = at_the_end(playground_run(experiment, split))
    figures = plot_playground(snapshot.arrays, snapshot.meta["labels"], split)
    return next(figure for figure in figures if figure.layout.meta["name"] == "loss"), snapshot


def test_the_floor_under_a_curve_is_the_variance_of_the_noise() -> None:
    figure, _ = playground(SINE.replace(n_epochs=50))
    split = load_split(SINE.data)
    truth = (np.sin(2 * np.pi * split.points_val[:, 0]) - split.y_mean) / split.y_scale
    own = float(np.mean((split.y_val - truth) ** 2))
    floor, star, val = (trace(figure, name) for name in ("noise floor", "best epoch", "validation"))
    assert floor.y == pytest.approx([own, own], rel=1e-4)
    assert own == pytest.approx((0.3 / split.y_scale) ** 2, rel=4 * np.sqrt(2 / len(split.y_val)))
    best = int(np.argmin(val.y))
    assert (star.x[0], star.y[0]) == (val.x[best], val.y[best])


def test_the_floor_under_two_clouds_is_the_bayes_risk() -> None:
    """Two round clouds at ±(2, 2): the log odds are 4·(x + y)/s² with s² = .7² + noise²."""
    clouds = Experiment(data={"name": "gaussians", "noise_std": 2.0}, training={"n_epochs": 5})
    figure, _ = playground(clouds)
    split, variance = load_split(clouds.data), 0.7**2 + 2.0**2

    def losses(points: np.ndarray, labels: np.ndarray) -> np.ndarray:
        odds = 4 * points.sum(1) / variance
        return np.log1p(np.exp(-np.where(labels == 1, odds, -odds)))

    own = losses(split.points_val, split.y_val)
    (floor, _) = trace(figure, "noise floor").y
    assert floor == pytest.approx(own.mean(), rel=0.05)
    rng, n = np.random.default_rng(0), 200_000
    labels = rng.integers(0, 2, n)
    points = np.where(labels == 1, 2.0, -2.0)[:, None] + np.sqrt(variance) * rng.standard_normal((n, 2))
    assert floor == pytest.approx(losses(points, labels).mean(), abs=4 * own.std() / np.sqrt(len(own)))
