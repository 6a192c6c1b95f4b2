"""Every preset is trained, and what its text claims is what is asserted."""

import numpy as np
import pytest
import torch

from core import Experiment, sweep, train
from core.data import load_split
from core.data.limits import settle
from core.live.playground.run import playground_run, playground_work
from core.presets import (
    CLOUDS,
    DIGITS,
    PRESETS,
    SINE,
    SQUARES,
    START,
    playground_l1,
    playground_learning_rate,
    preset_of,
)
from core.settings.experiment import LIVE_FIELDS
from core.stream.commands import Set, Step
from core.studies.base.cost import check_work

SEEDS = (0, 1)
FLOOR = load_split(SINE.data).noise_floor


def train_epochs(live, n_epochs):
    for _ in range(n_epochs):
        live.obey(Step())
        live.train_for(60)


def late(history, name):
    """Return the median over the last 100 epochs: Adam's steps leave single epochs that stand out."""
    return np.median(history[name][history["epoch"] > history["epoch"][-1] - 100])


def curves_of(live):
    """Return the record of a live run as `train` gives it."""
    return {n: a if n == "epoch" else a[0] for n, a in live.training.history.arrays().items()}


def losses(experiment, n_epochs, seed=0):
    return train(experiment.replace(n_epochs=n_epochs, seed=seed), progress=False)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_a_complete_experiment_within_the_budget(name):
    preset = PRESETS[name]
    assert Experiment.from_query(preset.experiment.to_query()) == (preset.experiment, [])
    assert settle(preset.experiment) == (preset.experiment, [])
    check_work(playground_work(preset.experiment))
    for strength, value in preset.slides:
        assert strength in LIVE_FIELDS
        preset.experiment.replace(**{strength: value})


@pytest.mark.parametrize("seed", SEEDS)
def test_memorise_and_then_l2_live(seed):
    live = playground_run(START.replace(seed=seed), load_split(START.data))
    train_epochs(live, 1000)
    before = curves_of(live)
    assert late(before, "train_loss") < 0.01
    assert late(before, "val_loss") > 3 * FLOOR
    live.obey(Set(name="l2", value=dict(PRESETS["memorise"].slides)["l2"]))
    train_epochs(live, 1000)
    assert late(curves_of(live), "val_loss") < 2 * FLOOR


@pytest.mark.parametrize("seed", SEEDS)
def test_l2_calms_it(seed):
    history = losses(PRESETS["l2"].experiment, 999, seed).history
    assert late(history, "val_loss") < 1.7 * FLOOR
    assert history["n_zero"][-1] == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_l1_prunes_it(seed):
    run = losses(PRESETS["l1"].experiment, 999, seed)
    n_weights = sum(w.size for w in run.weights)
    assert late(run.history, "n_zero") > 0.95 * n_weights
    assert late(run.history, "val_loss") < 1.7 * FLOOR


def test_too_much_is_a_flat_line():
    history = losses(PRESETS["too_much"].experiment, 999).history
    train_loss, val_loss = late(history, "train_loss"), late(history, "val_loss")
    assert [train_loss, val_loss] == pytest.approx([1, 1], abs=0.02)
    assert val_loss - train_loss < 0.02


def test_digits_and_the_kernel_and_activity_example():
    n_wrong = np.sum(load_split(DIGITS.data).y_train != load_split(DIGITS.replace(label_noise=0).data).y_train)
    assert n_wrong == 10
    plain = losses(PRESETS["digits"].experiment, 300)
    assert plain.best_epoch < 60
    assert plain.history["val_loss"][-1] > 1.4 * plain.best_val_loss
    assert plain.history["train_loss"][-1] < 0.01
    calm = losses(PRESETS["digits"].experiment.replace(**dict(PRESETS["digits"].slides)), 300)
    assert calm.history["val_loss"][-1] < 0.85
    example = losses(PRESETS["example"].experiment, 300)
    assert example.history["train_loss"][-1] > 10 * plain.history["train_loss"][-1]
    assert example.history["val_loss"][-1] < plain.history["val_loss"][-1] - 0.15


def test_the_example_is_64_64_10_with_its_penalties_on_the_hidden_layer_only():
    experiment = PRESETS["example"].experiment
    run = train(experiment.replace(n_epochs=1), progress=False)
    assert [w.shape for w in run.weights] == [(64, 64), (64, 10)]
    hidden = np.maximum(load_split(experiment.data).X_train @ run.weights[0] + run.biases[0], 0)
    by_hand = 0.01 * np.sum(run.weights[0] ** 2) + 0.01 * np.sum(hidden**2) / len(hidden)
    assert run.history["penalty"][-1] == pytest.approx(by_hand, rel=1e-5)


def test_exercise_a():
    """500 epochs at 0, then 500 more at 0.3, as a class does it."""
    live = playground_run(CLOUDS, load_split(CLOUDS.data))
    train_epochs(live, 500)
    before = live.training.history.records[-1]
    live.obey(Set(name="l2", value=0.3))
    train_epochs(live, 500)
    after = live.training.history.records[-1]
    assert after["train_loss"] > before["train_loss"]
    assert after["val_loss"] < before["val_loss"]
    assert after["val_loss"] - after["train_loss"] < before["val_loss"] - before["train_loss"]
    assert after["weight_norm"] < before["weight_norm"]


def test_exercise_b():
    experiment = SQUARES.replace(n_epochs=250)
    l2 = sweep(experiment, "l2", [0, 0.1, 0.3], progress=False)
    l1 = sweep(experiment, "l1", [playground_l1(0.1), playground_l1(0.3)], progress=False)
    gap_l2, gap_l1 = (path.history["val_loss"][:, -1] - path.history["train_loss"][:, -1] for path in (l2, l1))
    assert max(abs(gap_l1)) < min(abs(gap_l2))
    weights = l1.weights[0][:, :, 0]
    others = [SQUARES.data.features.index(name) for name in SQUARES.data.features if name != "xy"]
    assert np.abs(weights[:, others]).max() < 0.03
    assert weights[:, SQUARES.data.features.index("xy")].min() > 0.3


@pytest.mark.parametrize("kind", ["l2", "l1"])
def test_the_translation_of_tensorflow_playgrounds_exercises_gives_the_same_steps(kind):
    """Its update, w ← w - lr·mean(dE/dw) - lr·λ·dR/dw with E = ½(out-y)² and R = ½w² or |w|, written out on plain tensors."""
    rate, lr, n_steps = 0.3, 0.03, 50
    experiment = SQUARES.replace(batch_size=None, learning_rate=playground_learning_rate(lr), n_epochs=n_steps)
    own = {"l2": rate} if kind == "l2" else {"l1": playground_l1(rate), "l1_method": "subgradient"}
    start = train(experiment.replace(n_epochs=1, learning_rate=1e-300), progress=False, dtype="float64")
    run = train(experiment.replace(**own), progress=False, dtype="float64")
    split = load_split(experiment.data, np.float64)
    X, y = torch.tensor(split.X_train), 2.0 * torch.tensor(split.y_train) - 1
    w, b = torch.tensor(start.weights[0][:, 0]), torch.tensor(start.biases[0])
    for _ in range(n_steps):
        error = X @ w + b - y
        slope = w if kind == "l2" else torch.sign(w)
        w, b = w - lr * (X.T @ error / len(y)) - lr * rate * slope, b - lr * error.mean()
    np.testing.assert_allclose(run.weights[0][:, 0], w, atol=1e-12)
    np.testing.assert_allclose(run.biases[0], b, atol=1e-12)


def test_half_the_loss_with_l1_has_the_minimum_of_the_whole_loss_with_twice_l1():
    """½MSE + λ|w| in one dimension: w = sign(c)·max(|c| - λ/s, 0), c = mean(xy)/s, s = mean(x²). Ours: l1 = 2λ."""
    rng = np.random.default_rng(0)
    x, rate = rng.normal(size=50), 0.2
    y = 0.7 * x + 0.1 * rng.normal(size=50)
    s, c = np.mean(x**2), np.mean(x * y) / np.mean(x**2)
    theirs = np.sign(c) * max(abs(c) - rate / s, 0)
    grid = np.linspace(theirs - 0.5, theirs + 0.5, 100_001)
    ours = np.mean(y**2) - 2 * grid * np.mean(x * y) + grid**2 * s + playground_l1(rate) * np.abs(grid)
    assert grid[ours.argmin()] == pytest.approx(theirs, abs=1e-5)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_told_by_the_experiment_alone(name):
    experiment = PRESETS[name].experiment
    assert preset_of(experiment) == name
    assert preset_of(experiment.replace(seed=7, n_splits=3)) == name  # another start, another way to study it
    for strength in LIVE_FIELDS:
        assert preset_of(experiment.replace(**{strength: 0.123})) is None
    for setting, value in (("n_train", 33), ("hidden_sizes", (5,)), ("n_epochs", 77), ("optimizer", "adam")):
        moved = experiment.replace(**{setting: value})
        assert preset_of(moved) == (name if moved == experiment else None)
    for strength, value in PRESETS[name].slides:  # the text tells of these
        assert preset_of(experiment.replace(**{strength: value})) == name
        assert f"{value:g}" in PRESETS[name].watch + PRESETS[name].expect
