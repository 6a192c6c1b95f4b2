"""The settings that each data set is given: they show what they should, and take nothing from what was set by hand."""

import numpy as np
import pytest

from core import train
from core.data import DATASETS
from core.data.limits import settle
from core.presets import START
from core.telling import telling_settings, with_data

WIDE_BUT_STEADY = ("informative_regression",)  # the gap opens at once and stays
SIMPLE = [name for name in DATASETS if name not in WIDE_BUT_STEADY]


@pytest.mark.parametrize("name", DATASETS)
def test_they_agree_with_the_data(name):
    experiment = with_data(START, name)
    assert settle(experiment) == (experiment, [])


@pytest.mark.parametrize("name", SIMPLE)
def test_the_network_learns_its_points_by_heart_and_gets_worse_on_others(name):
    n_worse = 0
    for seed in range(3):
        run = train(with_data(START, name).replace(seed=seed), progress=False)
        train_loss, val_loss = run.history["train_loss"], run.history["val_loss"]
        assert np.median(train_loss[-5:]) < 0.2 * val_loss.min()
        n_worse += val_loss[-1] > 1.3 * val_loss.min()
    assert n_worse >= 2


@pytest.mark.parametrize("name", WIDE_BUT_STEADY)
def test_elsewhere_the_gap_is_wide(name):
    run = train(with_data(START, name), progress=False)
    assert run.history["train_loss"][-1] < 0.2 * run.history["val_loss"][-1]


def test_what_was_set_by_hand_stays():
    mine = START.replace(n_train=33, learning_rate=0.2, l2=0.01)
    on_digits = with_data(mine, "digits")
    assert (on_digits.data.n_train, on_digits.training.learning_rate) == (33, 0.2)
    assert on_digits.network.hidden_sizes == (64,) and on_digits.regularization.l2 == 0.01
    assert on_digits.data.label_noise == 0.1


def test_going_there_and_back_changes_nothing():
    for name in DATASETS:
        assert with_data(with_data(START, name), "sine") == START
    assert set(telling_settings("sine")) == set(telling_settings("digits"))
