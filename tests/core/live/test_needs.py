"""What a run depends on: every setting changes its key, is told to it while it trains, or is proved not to be read."""

import json

import numpy as np
import pytest

from core import Experiment
from core.data import load_split
from core.live.bias_variance.needs import bias_variance_needs
from core.live.bias_variance.run import bias_variance_run
from core.live.compare.needs import compare_needs
from core.live.compare.run import compare_run
from core.live.cv.needs import cross_validation_needs
from core.live.cv.run import cross_validation_run
from core.live.double_descent.epochs import epochs_run
from core.live.double_descent.needs import double_descent_needs
from core.live.double_descent.run import double_descent_run
from core.live.double_descent.trained import trained_run
from core.live.features.needs import features_needs
from core.live.features.run import features_run
from core.live.needs import Needs, needs_of
from core.live.path.needs import path_needs, rates_needs
from core.live.path.rates import rates_run
from core.live.path.run import path_run
from core.live.peeking.needs import peeking_needs
from core.live.peeking.run import peeking_run
from core.live.playground.needs import playground_needs
from core.live.playground.run import playground_run
from core.live.remedies.needs import remedies_needs
from core.live.remedies.run import RemediesRun
from core.settings.experiment import FLAT_NAMES, LIVE_FIELDS
from core.settings.experiment import STUDIES as STUDY_SECTIONS
from core.stream.commands import Run
from core.studies.double_descent.trained import TASK
from tests.core.settings.test_experiment import OTHER

TINY = Experiment(
    data={"name": "moons", "n_train": 20, "noise_std": 0.3},
    network={"hidden_sizes": [4]},
    training={"n_epochs": 3, "batch_size": 8},
    study={"values": [0.0, 0.01, 0.1], "n_splits": 3, "n_remedy_starts": 2, "n_ensemble": 2, "n_sets": 3},
)
TABLE = TINY.replace(data="informative_regression", n_informative=2, n_noise_features=3)
NETWORKS, EPOCHS = (TINY.replace(descent=name) for name in ("networks", "epochs"))
STUDIES = {
    "playground": (playground_needs, playground_run, TINY),
    "path l2": (path_needs, path_run, TINY),
    "path l1": (path_needs, path_run, TINY.replace(param_name="l1")),
    "path elastic": (path_needs, path_run, TINY.replace(param_name="elastic")),
    "path warm": (path_needs, path_run, TINY.replace(path_start="warm")),
    "rates": (rates_needs, rates_run, TINY),
    "rates elastic": (rates_needs, rates_run, TINY.replace(param_name="elastic")),
    "cv l2": (cross_validation_needs, cross_validation_run, TINY),
    "cv elastic": (cross_validation_needs, cross_validation_run, TINY.replace(param_name="elastic")),
    "compare": (compare_needs, compare_run, TINY.replace(variants=("none", "l1_proximal", "elastic_net", "dropout"))),
    "bias_variance": (bias_variance_needs, bias_variance_run, TINY),
    "bias_variance width": (bias_variance_needs, bias_variance_run, TINY.replace(vary="width")),
    "double_descent": (double_descent_needs, lambda experiment, split: double_descent_run(experiment), TINY),
    "double_descent networks": (double_descent_needs, lambda experiment, split: trained_run(experiment), NETWORKS),
    "double_descent epochs": (double_descent_needs, lambda experiment, split: epochs_run(experiment), EPOCHS),
    "peeking": (peeking_needs, lambda experiment, split: peeking_run(experiment), TINY),
    "features": (features_needs, features_run, TABLE),
    "remedies": (remedies_needs, lambda experiment, split: RemediesRun(experiment), TINY),
    "remedies tuned": (remedies_needs, lambda experiment, split: RemediesRun(experiment), TINY.replace(tune_remedies=True)),
}  # fmt: skip
# Strengths that three epochs show, and two weights that are there.
STRONG = {**OTHER, "l1": 0.05, "l2": 0.05, "activity_l2": 0.05, "geometry_weights": (1, 3, 1, 2)}


@pytest.fixture(autouse=True)
def brief_networks(monkeypatch):
    """Let the networks of double descent train for a moment only: their 1,500 epochs are tested where they are studied."""
    monkeypatch.setattr("core.live.double_descent.trained.TASK", TASK.replace(n_epochs=4))


def other(start, name):
    """Return a value of a setting that it does not have in `start`."""
    return STRONG[name] if STRONG[name] != start.get(name) else Experiment().get(name)


def trained(make_run, experiment):
    """Return the arrays that a run shows at its end."""
    run = make_run(experiment, load_split(experiment.data))
    run.obey(Run())
    while run.state == "running":
        run.train_for(5)
    assert run.state == "finished"
    return run.snapshot().arrays


@pytest.mark.parametrize("study", STUDIES)
def test_every_setting_changes_the_key_or_is_live_or_is_declared_unread_with_a_reason(study):
    make_needs, _, start = STUDIES[study]
    needs = make_needs(start)
    assert {*needs.read, *needs.live, *needs.unread} == set(FLAT_NAMES)
    assert len(needs.read) + len(needs.live) + len(needs.unread) == len(FLAT_NAMES)
    assert all(len(reason) > 10 for reason in needs.unread.values())
    for name in FLAT_NAMES:
        changed = make_needs(start.replace(**{name: other(start, name)}))
        assert (changed.key != needs.key) == (name in needs.read), name


@pytest.mark.parametrize("study", STUDIES)
def test_what_is_declared_unread_changes_nothing_that_is_trained_or_shown(study):
    make_needs, make_run, start = STUDIES[study]
    unread = make_needs(start).unread
    changed = start.replace(**{name: other(start, name) for name in unread})
    assert make_needs(changed).key == make_needs(start).key
    assert all(changed.get(name) != start.get(name) for name in unread)
    expected, shown = trained(make_run, start), trained(make_run, changed)
    assert differences(shown, expected) == []
    assert differences(trained(make_run, start.replace(data_seed=1)), expected)  # what is read does show


def differences(arrays, others):
    """Return the names of arrays that differ, bit for bit."""
    return [
        name for name in {**arrays, **others}
        if name not in arrays or name not in others or not np.array_equal(arrays[name], others[name], equal_nan=True)
    ]  # fmt: skip


def test_a_study_s_key_is_no_other_study_s():
    makers = {make_needs for make_needs, _, _ in STUDIES.values()}
    assert len({make_needs(TINY).key for make_needs in makers}) == len(makers)


def test_a_setting_that_no_study_declares_is_read():
    needs = Needs("toy", TINY, live=("l1",), unread={"n_splits": "It has no folds."})
    assert set(needs.read) == set(FLAT_NAMES) - {"l1", "n_splits"}
    assert json.loads(needs.key)["hidden_sizes"] == "4" and "l1" not in json.loads(needs.key)


def test_a_name_that_is_no_setting_and_a_live_one_that_is_not_read_are_refused():
    with pytest.raises(ValueError, match="expected a setting"):
        Needs("toy", TINY, live=("l3",), unread={})
    with pytest.raises(ValueError, match="live: expected settings that the run reads, received l1"):
        Needs("toy", TINY, live=("l1",), unread={"l1": "The grid sets it."})


def test_a_run_reads_the_sections_that_it_names_and_no_other_study_s():
    needs = needs_of("toy", TINY, ("grid", "folds"), ("l1_share",), {"n_repeats": "It has no repeats."})
    own = {name for name, (section, _) in FLAT_NAMES.items() if section not in STUDY_SECTIONS}
    assert set(needs.read) == own | {"param_name", "values", "n_splits"} and needs.live == ("l1_share",)
    assert needs.unread["n_repeats"] == "It has no repeats." and "another study" in needs.unread["patience"]
    with pytest.raises(ValueError, match=r"sections: expected some of grid, path, .*, received training"):
        needs_of("toy", TINY, ("grid", "training"))


def test_a_warm_path_takes_nothing_while_it_trains():
    assert path_needs(TINY).live == (*(name for name in LIVE_FIELDS if name != "l2"), "seed")
    assert path_needs(TINY.replace(path_start="warm")).live == ()
