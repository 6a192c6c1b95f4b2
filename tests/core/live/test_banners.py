"""The learning rate is blamed where it is at fault, on many tasks, and its remedy mends; nothing else is blamed on it."""

import json

import numpy as np
import pytest

from core import Experiment
from core.data import load_split
from core.live.banners import own_peak
from core.live.path.run import path_run
from core.live.playground.run import playground_run
from core.presets import CLOUDS, CV_START, DIGITS, SQUARES, START
from core.stream.commands import Run, Set, parse_message
from core.studies.compare.variants import TASK

MOONS = TASK.replace(n_epochs=150)
SPIRAL = MOONS.replace(data="spiral", n_train=100, noise_std=0.2)
TASKS = {
    "moons": MOONS,
    "sine": START.replace(n_epochs=150),
    "diabetes": CV_START.replace(n_epochs=150),
    "circle": MOONS.replace(data="circle", noise_std=0.6),
    "spiral": SPIRAL,
    "digits": DIGITS.replace(n_epochs=150),
    "xor": Experiment(
        data={"name": "xor", "n_train": 50, "noise_std": 0.87}, network={"hidden_sizes": (8, 8, 8), "activation": "tanh"},
        training={"learning_rate": 0.01, "batch_size": 10, "n_epochs": 150},
    ),
    "clouds": CLOUDS.replace(n_epochs=150),
    "squares": SQUARES.replace(n_epochs=150),
}  # fmt: skip


def to_the_end(run):
    run.obey(Run())
    while run.state == "running":
        run.train_for(0.2)
    return run


def trained(experiment):
    return to_the_end(playground_run(experiment, load_split(experiment.data)))


def said_of(run):
    """Return (kind of verdict, what the banner says of the learning rate or "")."""
    meta = run.snapshot().meta
    text = (meta["banner"] or {"text": ""})["text"]
    return meta["verdict"]["kind"], next(
        (fault for fault in ("too large", "too small") if f"rate is {fault}" in text), ""
    )


def take_remedy(run):
    for command in run.snapshot().meta["banner"]["remedy"]["commands"]:
        run.obey(parse_message(json.dumps(command)))
    while run.state == "running":
        run.train_for(0.2)


@pytest.mark.parametrize("name", ["sine", "circle", "spiral", "xor", "clouds", "squares"])
def test_a_learning_rate_that_is_too_large_is_named_and_its_remedy_mends(name):
    runs = [trained(TASKS[name].replace(optimizer="adam", learning_rate=rate, momentum=0.0)) for rate in (1.0, 3.0)]
    underfit = [run for run in runs if run.snapshot().meta["verdict"]["kind"] == "underfits"]  # else it overfits wildly
    assert underfit and all(said_of(run)[1] == "too large" for run in underfit)
    run = underfit[0]
    before = run.shown.train_loss[0]
    take_remedy(run)
    assert run.experiment.training.learning_rate == 0.01
    assert said_of(run)[1] == "" and run.shown.train_loss[0] < before


@pytest.mark.parametrize("name", TASKS)
def test_usual_learning_rates_strong_penalties_and_small_networks_are_not_blamed_on_it(name):
    usual = TASKS[name]
    cases = [{}, {"l2": 1.0}, {"l1": 0.1}, {"dropout_rate": 0.8}, {"activity_l2": 1.0}, {"hidden_sizes": (1,)}]
    underfit = 0
    for case in cases:
        kind, fault = said_of(trained(usual.replace(**case)))
        assert fault == "", case
        underfit += kind in ("underfits", "collapsed")
    assert underfit or name in ("clouds", "squares")  # the question was asked


@pytest.mark.parametrize("name", ["moons", "sine", "digits", "xor", "circle"])
def test_a_learning_rate_that_is_too_small_is_named_at_the_end_only(name):
    experiment = TASKS[name].replace(optimizer="adam", learning_rate=1e-5, momentum=0.0)
    run = playground_run(experiment, load_split(experiment.data))
    run.obey(Run())
    run.training.run_epoch()
    assert said_of(run)[1] == ""
    to_the_end(run)
    assert said_of(run) == ("underfits", "too small")
    take_remedy(run)
    assert run.experiment.training.learning_rate == 0.01 and said_of(run)[1] == ""


def test_a_rate_lowered_on_the_way_is_not_lowered_further():
    """The jump is of the larger one before: what is left to do is to start again."""
    run = playground_run(TASKS["sine"].replace(learning_rate=1.0), load_split(TASKS["sine"].data))
    run.obey(Run())
    for _ in range(20):
        run.training.run_epoch()
    run.obey(Set(name="learning_rate", value=0.02))
    to_the_end(run)
    assert said_of(run)[1] == "too large"
    commands = run.snapshot().meta["banner"]["remedy"]["commands"]
    assert commands[0] == {"type": "set", "name": "learning_rate", "value": 0.01}


def test_a_path_whose_best_member_suffers_from_the_learning_rate_says_so():
    experiment = TASKS["sine"].replace(learning_rate=1.0, values=(0.0, 1e-4, 1e-3))
    run = to_the_end(path_run(experiment, load_split(experiment.data)))
    banner = run.snapshot().meta["banner"]
    assert banner["text"].startswith("Even the best λ underfits: the learning rate is too large.")
    take_remedy(run)
    meta = run.snapshot().meta
    assert meta["banner"] is None and np.isfinite(run.training.state().val_loss).all()


def test_a_jump_that_a_penalty_makes_in_a_memorised_fit_is_not_blamed_on_the_learning_rate():
    run = playground_run(START, load_split(START.data))
    for l2 in (0.0, 0.0126):  # as a hand does in its first minute: to the end, then the slider
        run.obey(Set(name="l2", value=l2))
        run.obey(Run())
        while run.state == "running":
            run.train_for(1.0)
    history = run.training.history
    start = history.records[0]["train_loss"][0]
    assert history.peak_train_loss[0] > 1.5 * start  # it jumped, by the change
    assert own_peak(run, 0) == max(
        r["train_loss"][0] for e, r in zip(history.epochs, history.records, strict=True) if e <= 1000
    )
    banner = run.snapshot().meta["banner"]
    assert banner is None or "learning rate" not in banner["text"]
