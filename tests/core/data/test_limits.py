"""Settings that do not agree with the data are brought in line; sizes beyond the budget are refused with the numbers."""

import pytest

from core import Experiment
from core.data import DATASETS, load_split
from core.data.limits import check_budget, count_parameters, estimate_epoch_s, estimate_memory_mb, settle
from core.studies.fit import make_trainer


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


def test_the_estimates_by_hand():
    experiment = Experiment(data={"n_train": 20}, network={"hidden_sizes": (64, 64)}, training={"batch_size": 10})
    assert count_parameters(experiment) == 2 * 64 + 65 * 64 + 65
    assert estimate_epoch_s(experiment, 3) == pytest.approx(2 * (3e-4 + 3 * 4353 * (8e-9 + 1.5e-10 * 10)))
    assert estimate_memory_mb(experiment, 3) == pytest.approx(3 * 4e-6 * (8 * 4353 + 4 * 320 * 130))


def test_the_largest_network_is_allowed_with_full_batches_and_refused_row_by_row():
    largest = Experiment(data={"name": "digits", "n_train": 898}, network={"hidden_sizes": (512,) * 6})
    check_budget(largest)
    with pytest.raises(ValueError, match=r"898 training points × 1,351,690 weights and biases at batch size 1 .* 10 s"):
        check_budget(largest.replace(batch_size=1))


def test_too_many_large_networks_at_once_are_refused_for_their_memory():
    large = Experiment(data={"n_train": 5}, network={"hidden_sizes": (512, 512)}, training={"batch_size": None})
    check_budget(large)
    with pytest.raises(ValueError, match=r"× 100 networks would hold about [\d,]+ MB, and at most 1,024 MB"):
        check_budget(large, n_members=100)
