"""Settings that do not agree with the data are brought in line."""

import pytest

from core import Experiment
from core.data import DATASETS, load_split
from core.data.limits import count_parameters, settle
from core.studies.playground.fit import make_trainer


@pytest.mark.parametrize("name", DATASETS)
def test_parameters_are_counted_as_the_stack_counts_them(name):
    experiment = Experiment(data={"name": name, "features": ("x", "xy", "sin_y")}, network={"hidden_sizes": (7, 3)})
    assert count_parameters(experiment) == make_trainer(experiment, load_split(experiment.data)).stack.n_parameters


def test_too_many_training_points_become_as_many_as_there_are():
    settled, sentences = settle(Experiment(data={"name": "wine", "n_train": 500}))
    assert settled.data.n_train == DATASETS["wine"].max_train(0.3) == 89
    assert sentences == ["Wine has at most 89 training points here, not 500: 89 are used."]
    load_split(settled.data)


def test_cross_entropy_on_values_becomes_squared_error():
    settled, sentences = settle(Experiment(training={"loss": "cross_entropy"}))
    assert settled.training.loss == "auto"
    assert sentences == ["Cross-entropy needs classes, and Sine has values: squared error is used."]


def test_settings_that_do_not_act_go_back_without_a_word():
    odd = Experiment(data={"name": "diabetes", "label_noise": 0.2, "features": ("xy",)})
    assert settle(odd) == (odd.replace(label_noise=0.0, features=("x", "y")), [])


def test_an_experiment_that_agrees_with_its_data_is_left_alone():
    fine = Experiment(data={"name": "xor", "label_noise": 0.2, "features": ("xy",)}, training={"loss": "cross_entropy"})
    assert settle(fine) == (fine, [])
