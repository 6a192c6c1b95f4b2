"""Double descent: least squares against NumPy and scikit-learn, and the curve with its peak where width = rows."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import Ridge

from core import double_descent
from core.studies.double_descent.random_features import draw_rows, least_squares, solve_width


@pytest.fixture(scope="module")
def digits():
    return double_descent(widths=(40, 200, 1600), values=(0.0, 1e-3), n_draws=5)


def solved(F, Y, values):
    return least_squares(torch.from_numpy(F), torch.from_numpy(Y), values).numpy()


@pytest.mark.parametrize("n_features", [8, 30, 90])
def test_no_penalty_is_the_least_squares_solution_of_smallest_norm(n_features):
    rng = np.random.default_rng(0)
    F, Y = rng.standard_normal((30, n_features)), rng.standard_normal((30, 3))
    (solution,) = solved(F, Y, [0.0])
    np.testing.assert_allclose(solution, np.linalg.pinv(F) @ Y, atol=1e-9)
    np.testing.assert_allclose(solution, np.linalg.lstsq(F, Y, rcond=None)[0], atol=1e-9)


@pytest.mark.parametrize("n_features", [8, 90])
def test_a_penalty_is_scikit_learns_ridge_with_alpha_n_times_lambda(n_features):
    rng = np.random.default_rng(1)
    F, Y = rng.standard_normal((30, n_features)), rng.standard_normal((30, 3))
    for value, solution in zip((0.01, 1.0), solved(F, Y, (0.01, 1.0)), strict=True):
        expected = Ridge(alpha=30 * value, fit_intercept=False, solver="cholesky").fit(F, Y).coef_.T
        np.testing.assert_allclose(solution, expected, atol=1e-8)


def test_dependent_rows_are_cut_off_and_give_no_wild_weights():
    F = np.repeat(np.random.default_rng(2).standard_normal((5, 12)), 2, 0)
    (solution,) = solved(F, np.ones((10, 1)), [0.0])
    assert np.isfinite(solution).all() and np.linalg.norm(solution) < 10


def test_the_numbers_are_those_of_a_fit_by_hand():
    draw = draw_rows("digits", 50, 0.2, 3)
    numbers, answers = solve_width(draw, 20, [0.01], 3)
    W = np.random.default_rng([3, 1]).standard_normal((20, 64)).T
    F, F_test = (np.maximum(X @ W, 0) / np.sqrt(64 * 20) for X in (draw.X, draw.X_test))
    B = np.linalg.solve(F.T @ F / 50 + 0.01 * np.eye(20), F.T @ draw.Y / 50)
    outputs, right = F_test @ B, np.eye(10)[draw.labels_test]
    by_hand = [
        (outputs.argmax(1) != draw.labels_test).mean(), ((outputs - right) ** 2).sum(1).mean(),
        ((F @ B - draw.Y) ** 2).sum(1).mean(), np.linalg.norm(B),
    ]  # fmt: skip
    np.testing.assert_allclose(numbers[0], by_hand, rtol=1e-7)
    np.testing.assert_array_equal(answers[0], outputs.argmax(1))


def test_without_a_penalty_the_error_falls_peaks_at_the_number_of_rows_and_falls_again(digits):
    """What the page claims: means over five draws .26 at 40, .87 at N = n = 200, .21 to .25 at 1,600."""
    assert digits.test_error.shape == digits.norm.shape == (2, 3, 5)
    few, peak, many = digits.test_error[0].mean(1)
    assert few == pytest.approx(0.26, abs=0.03) and peak == pytest.approx(0.87, abs=0.03)
    assert many == pytest.approx(0.24, abs=0.04) and many < few
    assert digits.test_loss[0, 1].min() > 10 * digits.test_loss[0, [0, 2]].max()


def test_the_training_rows_are_fitted_exactly_from_the_peak_on(digits):
    assert digits.train_loss[0, 0].min() > 0.1 and digits.train_loss[0, 1:].max() < 1e-10


def test_the_norm_is_why(digits):
    """At the peak the smallest solution that fits is huge; with more features there are smaller ones."""
    assert digits.norm[0, 1].min() > 5 * digits.norm[0, [0, 2]].max()
    assert (digits.norm[1] < digits.norm[0]).all()


def test_a_small_penalty_takes_the_peak_away():
    """λ = 1e-3: the error falls to about .114 with no rise above .02 on the way."""
    result = double_descent(values=(1e-3,), n_draws=5)
    error = result.test_error[0].mean(1)
    assert np.maximum.accumulate(error[::-1])[0] == pytest.approx(0.114, abs=0.015)
    assert (error - np.minimum.accumulate(error)).max() < 0.02


def test_without_wrong_labels_the_peak_is_still_there_and_the_last_error_is_lower(digits):
    clean = double_descent(label_noise=0.0, widths=(40, 200, 1600), values=(0.0,), n_draws=5).test_error[0].mean(1)
    assert clean[1] > clean[0] > clean[2] and clean[2] < 0.5 * digits.test_error[0, 2].mean()


def test_equal_seeds_are_equal_numbers_and_draws_differ():
    one, other = (double_descent(n_train=40, widths=(10,), n_draws=2, seed=1) for _ in range(2))
    np.testing.assert_array_equal(one.test_error, other.test_error)
    assert one.test_error[0, 0, 0] != one.test_error[0, 0, 1]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"data": "sine"}, "data: expected one of .*digits.* received 'sine'"),
        ({"n_train": 0}, "n_train: expected a whole number"),
        ({"label_noise": 0.7}, "label_noise: expected a number from 0 to 0.5, received 0.7"),
        ({"widths": ()}, "widths: expected whole numbers"),
        ({"widths": [0]}, "widths: expected whole numbers"),
        ({"values": [-1.0]}, "values: expected"),
        ({"n_draws": 0}, "n_draws: expected a whole number"),
        ({"seed": -1}, "seed: expected a whole number"),
    ],
)
def test_bad_arguments_are_refused_in_words(more, words):
    with pytest.raises(ValueError, match=words):
        double_descent(**more)
