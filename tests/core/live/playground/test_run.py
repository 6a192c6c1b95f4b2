"""What the Playground says of its run: banners with a remedy that works, read-outs, descriptions of all charts."""

import json
from dataclasses import replace

import numpy as np
import pytest

from core import Experiment
from core.data import DATASETS, load_split
from core.figures.playground.page import plot_playground
from core.live.playground.run import change_text, playground_run, zeros_text
from core.stream.commands import Run, Set, Step, parse_message

SINE = Experiment(data={"name": "sine", "noise_std": 0.3}, network={"hidden_sizes": [8]}, training={"n_epochs": 60})


def run_to_the_end(experiment):
    run = playground_run(experiment, load_split(experiment.data))
    run.obey(Run())
    while run.state == "running":
        run.train_for(0.05)
    return run


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ({"learning_rate": 1e3, "optimizer": "sgd", "activation": "linear"}, "diverged"),
        ({"l2": 1e6, "optimizer": "sgd"}, "diverged"),
        ({"l1": 1e6}, "collapsed"),
        ({"l1": 1.0, "n_epochs": 300}, "collapsed"),
        ({"l1": 0.5, "l2": 0.5, "n_epochs": 300}, "collapsed"),
    ],
)
def test_a_run_that_is_lost_says_so_and_its_remedy_trains(settings, kind):
    run = run_to_the_end(SINE.replace(**settings))
    banner = run.snapshot().meta["banner"]
    assert banner["kind"] == kind and banner["text"].startswith(kind.capitalize())
    for command in banner["remedy"]["commands"]:
        run.obey(parse_message(json.dumps(command)))
    while run.state == "running":
        run.train_for(0.05)
    meta = run.snapshot().meta
    assert meta["state"] == "finished" and meta["banner"] is None
    losses = run.training.history.arrays()["train_loss"][0]
    assert losses[-1] < losses[0]


def test_zeros_are_said_to_be_rounding_where_no_threshold_made_them():
    run = playground_run(SINE, load_split(SINE.data))
    state = replace(run.shown, n_zero_per_layer=np.array([[2, 1]]))
    assert zeros_text(run, run.shown, 0) == "0 of 16" and zeros_text(run, state, 0) == "3 of 16 by rounding"
    run.obey(Step())
    run.train_for(0.01)
    run.obey(Set(name="l1", value=0.01))  # from now on zeros may be real, also after it is taken away
    run.obey(Set(name="l1", value=0.0))
    assert zeros_text(run, state, 0) == "3 of 16"
    subgradient = SINE.replace(l1=0.01, l1_method="subgradient")
    assert "rounding" in zeros_text(playground_run(subgradient, load_split(SINE.data)), state, 0)


def test_a_run_that_is_well_has_no_banner():
    assert run_to_the_end(SINE).snapshot().meta["banner"] is None


@pytest.mark.parametrize("name", DATASETS)
def test_every_chart_is_described_in_words(name):
    split = load_split(SINE.replace(data=name).data)
    run = playground_run(SINE.replace(data=name), split)
    run.obey(Step())
    run.train_for(10)
    snapshot = run.snapshot()
    figures = plot_playground(snapshot.arrays, snapshot.meta["labels"], split)
    names = {figure.layout.meta["name"] for figure in figures}
    assert names == set(snapshot.meta["descriptions"])
    assert "training loss" in snapshot.meta["descriptions"]["loss"]


def test_a_change_is_told_in_words():
    change = {"epoch": 1200, "step": 1, "name": "learning_rate", "value": 0.003, "member": None}
    assert change_text(change) == "learning rate → 0.003 from epoch 1,200"
