"""What is within reach: constant answers, nearest points, the best of a path; and the verdicts that follow on ten tasks."""

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from core import Experiment, Split
from core.data import load_split
from core.live.path.export import member_experiment, member_origin
from core.live.path.run import path_run
from core.live.playground.run import playground_run
from core.measures.verdict import judge
from core.presets import CV_START, DIGITS, START
from core.readings.path.curves import path_arrays
from core.studies.base.plan import make_pool
from core.studies.base.reach import (
    N_NEAREST,
    constant_loss,
    modest_reach,
    neighbour_loss,
    neighbours_reach,
    noise_floor,
    path_reach,
    run_reach,
    verdicts,
)
from core.studies.base.training import Training
from core.studies.compare.variants import TASK
from core.studies.path.sweep import best_index, plan_path, without_diverged

SMALL = Experiment(data={"name": "moons", "n_train": 40}, network={"hidden_sizes": [8]}, training={"n_epochs": 20})
VALUES = [0.0, *np.geomspace(1e-5, 1.0, 11)]


def points(name, n_train, noise_std=0.0, **more):
    training = {"learning_rate": 0.01, "batch_size": 20, "n_epochs": 250}
    return Experiment(
        data={"name": name, "n_train": n_train, "noise_std": noise_std},
        network={"hidden_sizes": (32, 32), "activation": "relu"}, training={**training, **more},
    )  # fmt: skip


TASKS = {
    "moons": TASK.replace(n_epochs=500),
    "few moons": Experiment(data={"name": "moons"}).replace(n_epochs=600),
    "sine": START.replace(n_epochs=800),
    "digits": DIGITS.replace(n_epochs=150),
    "diabetes": CV_START,
    "xor": points("xor", 50, 0.87),
    "circle": points("circle", 60, 0.6),
    "spiral": points("spiral", 100, 0.2),
    "gaussians": points("gaussians", 60, 1.2),
    "breast cancer": points("breast_cancer", 100),
    "vowels": points("vowels", 150),
    "wine": points("wine", 60),
}
HARDLY_OVERFIT = ("wine",)  # see product facts: iris and wine hardly overfit


PATHS = [(name, "l1" if i % 2 else "l2") for i, name in enumerate(TASKS)] + [("moons", "l1"), ("digits", "l1")]


@pytest.fixture(scope="module", params=PATHS, ids=" ".join)
def path(request):
    name, penalty = request.param
    training = Training(plan_path(TASKS[name], penalty, VALUES))
    training.run()
    return name, training, verdicts(training.plan, training.state())


def test_the_best_strength_is_never_called_worse_than_any_other(path):
    _, training, judged = path
    losses = without_diverged(training.state().val_loss, training.state())
    levels = np.array([verdict.level for verdict in judged])
    assert levels[best_index(losses)] == levels.min() <= 1  # a spiral that no L1 lets a network find is called so
    order = np.argsort(losses, kind="stable")  # nan, diverged, last
    assert (np.diff(levels[order]) >= 0).all()


def test_a_path_goes_from_overfitting_over_a_fit_to_underfitting(path):
    name, training, judged = path
    best = best_index(without_diverged(training.state().val_loss, training.state()))
    kinds = [verdict.kind for verdict in judged]
    assert kinds[0] == ("fits" if name in HARDLY_OVERFIT else "overfits")
    assert kinds[-1] in ("underfits", "collapsed") and "underfits" not in kinds[:best]


def test_the_bands_of_the_chart_are_those_of_the_verdicts_and_the_star_stands_in_the_best_one(path):
    _, training, judged = path
    plan, state = training.plan, training.state()
    kinds = [verdict.kind for verdict in judged]
    losses = (without_diverged(state.train_loss, state), without_diverged(state.val_loss, state))
    arrays = path_arrays(
        plan.values, plan.param_name, *losses, kinds, state.nonzero_per_layer, state.large_per_layer
    )  # fmt: skip
    for region, is_here in ((name, arrays[f"path_is_{name}"] > 0) for name in ("overfits", "fits", "underfits")):
        texts = {kind for kind, here in zip(kinds, is_here, strict=True) if here}
        assert texts <= ({region, "collapsed"} if region == "underfits" else {region})
    best = best_index(losses[1])
    assert losses[1][best] == arrays["path_best_y"][0] and arrays[f"path_is_{kinds[best]}"][best] == 1
    assert kinds[best] == "fits" or "fits" not in kinds


def test_alone_a_network_is_called_much_the_same_as_on_its_path(path):
    """A single run knows its own epochs, not its neighbours: at the best λ it may be one grade stricter, no more."""
    _, training, judged = path
    plan, state, history = training.plan, training.state(), training.history.arrays()
    floor, constant = noise_floor(plan.split, plan.pool), constant_loss(plan.split, plan.pool)
    known = [neighbours_reach(plan.split, plan.pool), modest_reach(floor, constant)]
    for m in (0, best_index(without_diverged(state.val_loss, state))):
        epoch = int(np.nanargmin(history["val_loss"][m]))
        own = [history[name][m, epoch] for name in ("train_loss", "val_loss")]
        reach = min([own[1], *(reach.val_loss for reach in known)])
        lowest = next((r for r in known if r.val_loss == reach), None) or type(known[0])(own[1], "own", own[0])
        alone = judge(state.train_loss[m], state.val_loss[m], lowest, constant, state.weight_norm[m], 9)
        assert alone.level <= judged[m].level + 1
        assert alone.kind == judged[m].kind or 0 in (alone.level, judged[m].level)


def test_a_network_taken_to_the_playground_keeps_its_verdict():
    experiment = TASK.replace(n_epochs=60, values=(0.0, 1e-3, 0.01, 1.0), param_name="l2")
    split = load_split(experiment.data)
    run = path_run(experiment, split)
    run.training.run()
    found = run.result(run.training.state())
    kinds = [verdict.kind for verdict in verdicts(run.training.plan, run.training.state())]
    assert found.kinds == tuple(kinds)
    for m, kind in enumerate(kinds):
        single = playground_run(member_experiment(found, m), split, member_origin(found, m))
        assert single.snapshot().meta["verdict"]["kind"] == kind
    assert len(set(kinds)) > 1


def test_before_any_training_there_is_no_verdict_and_no_best_of_the_path():
    training = Training(plan_path(SMALL, "l2", [0.0, 0.1]))
    assert path_reach(training.state()) is None
    assert [v.kind for v in verdicts(training.plan, training.state())] == ["not started"] * 2


def test_the_constant_answers_loss_by_hand():
    X = np.zeros((4, 1))
    split = Split.from_arrays(X, [0, 0, 0, 1], X[:2], [0, 1], task="classification")
    plan = plan_path(SMALL, "l1", [0.0], split)
    assert constant_loss(split, plan.pool) == pytest.approx(-(np.log(0.75) + np.log(0.25)) / 2)
    split = Split.from_arrays(X, [0.0, 0.0, 0.0, 4.0], X[:2], [1.0, 3.0], task="regression")
    plan = plan_path(SMALL, "l1", [0.0], split)
    assert constant_loss(split, plan.pool) == pytest.approx(2.0)


@pytest.mark.parametrize("name", ["moons", "spiral3", "sine", "diabetes", "digits"])
def test_the_nearest_points_are_scikit_learns(name):
    experiment = SMALL.replace(data=name)
    split = load_split(experiment.data)
    pool = make_pool(experiment, split, "float64")
    if split.task == "regression":
        near = KNeighborsRegressor(N_NEAREST).fit(split.X_train, split.y_train)
        expected = np.mean((near.predict(split.X_val) - split.y_val) ** 2)
    else:
        near = KNeighborsClassifier(N_NEAREST).fit(split.X_train, split.y_train)
        raw = np.zeros((len(split.y_val), split.n_classes))
        raw[:, near.classes_] = near.predict_proba(split.X_val)
        shares = np.bincount(split.y_train, minlength=split.n_classes) / len(split.y_train)
        share = np.clip((N_NEAREST * raw + shares) / (N_NEAREST + 1), 1e-3, 1 - 1e-3)
        expected = -np.log(share[np.arange(len(share)), split.y_val]).mean()
    assert neighbour_loss(split, pool) == pytest.approx(expected, rel=1e-3)  # ties may be broken otherwise


def test_fewer_points_than_neighbours_are_all_averaged():
    split = Split.from_arrays([[0.0], [1.0]], [0.0, 2.0], [[0.4], [5.0]], [1.0, 3.0], task="regression")
    assert neighbour_loss(split, make_pool(SMALL, split, "float64")) == pytest.approx(2.0)


def test_a_runs_own_reach_is_its_best_epoch():
    run = playground_run(SMALL, load_split(SMALL.data))
    run.training.run()
    reach, history = run_reach(run.training.history), run.training.history.arrays()
    best = int(np.argmin(history["val_loss"][0]))
    assert (reach.val_loss, reach.train_loss) == (history["val_loss"][0, best], history["train_loss"][0, best])
    assert f"epoch {history['epoch'][best]}" in reach.words
    assert run.training.history.peak_train_loss[0] == history["train_loss"][0].max()
