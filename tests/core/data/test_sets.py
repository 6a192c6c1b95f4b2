"""Training sets for bias and variance: drawn anew or dealt, all in one scaling, and the truth beside them."""

import numpy as np
import pytest

from core.data import load_split
from core.data.sets import draw_sets
from core.settings.experiment import DataConfig

SINE = DataConfig(name="sine", n_train=30, noise_std=0.3)


@pytest.mark.parametrize("name", ["sine", "moons", "multi_gaussian", "informative_classes", "digits", "diabetes"])
def test_the_first_set_is_the_experiments_own(name):
    data = DataConfig(name=name, n_train=40, noise_std=0.2, label_noise=0.25 if name in ("moons", "digits") else 0.0)
    sets, split = draw_sets(data, 3), load_split(data)
    assert sets.X.shape == (3, 40, split.n_features) and sets.X.dtype == np.float32
    np.testing.assert_allclose(sets.X[0], split.X_train, atol=1e-5)
    np.testing.assert_allclose(sets.y[0], split.y_train, atol=1e-5)
    assert not np.allclose(sets.X[1], sets.X[0])


def test_a_set_of_made_up_data_is_the_draw_of_another_seed():
    sets, other = draw_sets(SINE, 3), load_split(SINE.model_copy(update={"seed": 2}))
    np.testing.assert_allclose(sets.points[2], other.points_train)
    raw = sets.y[2] * sets.split.y_scale + sets.split.y_mean
    np.testing.assert_allclose(raw, other.y_train * other.y_scale + other.y_mean, atol=1e-5)


def test_rows_of_real_data_are_dealt_once_and_none_is_a_test_or_validation_row():
    data = DataConfig(name="digits", n_train=100)
    sets, split = draw_sets(data, 8), load_split(data)
    rows = {row.tobytes() for row in np.round(sets.X, 4).reshape(-1, 64)}
    assert len(rows) == 800
    others = {row.tobytes() for row in np.round(np.concatenate([split.X_val, split.X_test]), 4)}
    assert not rows & others


def test_too_many_sets_of_real_data_are_refused_with_what_fits():
    with pytest.raises(
        ValueError, match=r"n_sets: expected at most 2 disjoint sets of 150 rows of 'diabetes'.*received 3"
    ):
        draw_sets(DataConfig(name="diabetes", n_train=150, val_fraction=0.1), 3)


def test_the_truth_of_a_curve_is_its_function_and_the_noise_its_variance():
    sets = draw_sets(SINE, 2)
    x = sets.split.grid.x
    np.testing.assert_allclose(sets.truth * sets.split.y_scale + sets.split.y_mean, np.sin(2 * np.pi * x), atol=1e-6)
    assert sets.noise == pytest.approx(0.09 / sets.split.y_scale**2) and sets.is_known


def test_the_truth_of_classes_is_their_probabilities_and_of_real_rows_their_labels():
    clouds = draw_sets(DataConfig(name="gaussians", noise_std=1.0), 2)
    assert clouds.is_known and clouds.truth.shape == (300, 2)
    log_odds = np.log(clouds.truth[:, 1] / clouds.truth[:, 0])
    raw = clouds.split.points_val.sum(1)
    near = np.abs(raw) < 3
    np.testing.assert_allclose(log_odds[near], 2 * 2 * raw[near] / (0.49 + 1), atol=0.6)  # two normal clouds at ±(2, 2)
    assert clouds.noise == pytest.approx((2 * clouds.truth[:, 0] * clouds.truth[:, 1]).mean())
    digits = draw_sets(DataConfig(name="digits", n_train=50), 2)
    assert not digits.is_known and np.isnan(digits.noise)
    assert (digits.truth.argmax(1) == digits.split.y_val).all() and (digits.truth.sum(1) == 1).all()


def test_points_without_noise_are_known_for_sure():
    moons = draw_sets(DataConfig(name="moons"), 2)
    assert moons.is_known and moons.noise == 0
