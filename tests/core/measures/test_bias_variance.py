"""Bias and variance from predictions: numbers by hand, ridge regression on random features as an oracle, exact identities."""

import numpy as np
import pytest

from core.measures.bias_variance import decompose, decompose_log_loss, decompose_zero_one, jackknife, naive_bias2

N_INPUTS, N_ROWS, N_FEATURES, NOISE = 20, 100, 500, 0.5
VALUES = (1e-6, 1e-3, 1e-1)


def ridge_predictions(seed, n_sets, n_starts, values=VALUES, n_points=500):
    """Return predictions (n_values, R, S, n_points) and the linear truth (n_points,) of norm 1.

    Features relu(W·x)/√500 with W ~ N(0, 1/20), drawn anew for every network; ridge: mean squared error + λ·Σw² has
    the dual solution w = Φᵀ(ΦΦᵀ + nλ)⁻¹y.
    """
    rng = np.random.default_rng(seed)
    beta = rng.standard_normal(N_INPUTS)
    X_test = rng.standard_normal((n_points, N_INPUTS))
    truth = X_test @ beta / np.linalg.norm(beta)
    out = np.empty((len(values), n_sets, n_starts, n_points))
    for r in range(n_sets):
        X = rng.standard_normal((N_ROWS, N_INPUTS))
        y = X @ beta / np.linalg.norm(beta) + NOISE * rng.standard_normal(N_ROWS)
        for s in range(n_starts):
            W = rng.standard_normal((N_INPUTS, N_FEATURES)) / N_INPUTS**0.5
            F, F_test = (np.maximum(rows @ W, 0) / N_FEATURES**0.5 for rows in (X, X_test))
            for i, value in enumerate(values):
                out[i, r, s] = F_test @ (F.T @ np.linalg.solve(F @ F.T + N_ROWS * value * np.eye(N_ROWS), y))
    return out, truth


@pytest.fixture(scope="module")
def ridge():
    return ridge_predictions(1, 40, 3)


def test_numbers_by_hand():
    """One point, truth 0; sets with starts (1, 3) and (5, 7): f̄_r = 2 and 6, s²_r = 2 both."""
    parts = decompose(np.array([[[1.0], [3.0]], [[5.0], [7.0]]]), np.zeros(1))
    assert parts.variance_start == 2
    assert parts.variance_data == 8 - 2 / 2  # s²(2, 6) = 8
    assert parts.bias2 == 16 - 7 / 2 - 2 / 4
    assert parts.risk == (1 + 9 + 25 + 49) / 4


def test_a_part_may_be_below_zero_and_is_not_clipped():
    parts = decompose(np.array([[[-1.0], [1.0]], [[1.0], [-1.0]]]), np.zeros(1))
    assert parts.variance_data == -1 and parts.bias2 == 0 + 1 / 2 - 2 / 4 and parts.variance_start == 2


def test_the_parts_add_up_to_the_risk_for_values_and_for_probabilities():
    rng = np.random.default_rng(0)
    values, truth = rng.standard_normal((3, 4, 2, 7)), rng.standard_normal(7)
    np.testing.assert_allclose(decompose(values, truth).risk, ((values - truth) ** 2).mean((1, 2, 3)))
    p, true_p = rng.dirichlet(np.ones(3), (5, 4, 2, 7)), rng.dirichlet(np.ones(3), 7)
    np.testing.assert_allclose(decompose(p, true_p).risk, ((p - true_p) ** 2).sum(-1).mean((1, 2, 3)))


def test_ridge_on_random_features_goes_from_variance_to_bias(ridge):
    """λ 1e-6: variance is all, a third of it from the start; 1e-3: the least risk; 1e-1: bias is all.

    Expected: this computation with 40 sets and 3 starts; other draws of inputs and truth differ by a tenth.
    """
    parts = decompose(*ridge)
    table = np.stack([parts.bias2, parts.variance_data, parts.variance_start, parts.risk], 1)
    expected = [[0.006, 0.18, 0.083, 0.268], [0.025, 0.066, 0.021, 0.112], [0.77, 0.007, 0.001, 0.78]]
    np.testing.assert_allclose(table, expected, rtol=0.15, atol=0.01)
    assert (np.diff(parts.bias2) > 0).all()
    assert (np.diff(parts.variance_data) < 0).all() and (np.diff(parts.variance_start) < 0).all()


def test_ten_small_estimates_average_to_the_large_one_while_the_naive_bias_is_too_large():
    """At λ = 1e-3 with R = 3 and S = 2, in five problems: in a single one the ten estimates of bias² are up to 13 % off."""
    problems = [ridge_predictions(seed, 30, 2, values=(1e-3,)) for seed in range(2, 7)]
    large = [decompose(predictions[0], truth) for predictions, truth in problems]
    small = [(predictions.reshape(10, 3, 2, -1), truth) for predictions, truth in problems]
    each = [decompose(*problem) for problem in small]
    for name in ("bias2", "variance_data", "variance_start"):
        averages = np.mean([getattr(parts, name).mean() for parts in each])
        assert averages == pytest.approx(np.mean([getattr(parts, name) for parts in large]), rel=0.05), name
    naive = np.mean([naive_bias2(*problem).mean() for problem in small])
    assert 1.8 < naive / np.mean([parts.bias2 for parts in large]) < 2.3


def test_the_jackknife_is_as_large_as_the_spread_of_fresh_estimates():
    """The standard error of the risk and of the data's variance from 8 sets, against the spread over 30 draws of 8 sets."""
    predictions, truth = ridge_predictions(3, 240, 2, values=(1e-3,), n_points=200)
    fresh = predictions.reshape(30, 8, 2, -1)
    errors = jackknife(decompose, fresh, truth)
    for name in ("risk", "variance_data"):
        spread = getattr(decompose(fresh, truth), name).std(ddof=1)
        assert errors[name].mean() == pytest.approx(spread, rel=0.35), name


def test_the_jackknife_of_a_mean_is_its_standard_error():
    """One start's worth of spread: with equal starts the risk is a mean over the sets."""
    values = np.repeat(np.random.default_rng(0).standard_normal((6, 1, 1)), 2, 1)
    squares = values[:, 0, 0] ** 2
    assert jackknife(decompose, values, np.zeros(1))["risk"] == pytest.approx(squares.std(ddof=1) / 6**0.5)


def test_cross_entropy_splits_around_the_geometric_mean():
    rng = np.random.default_rng(4)
    q, p = rng.dirichlet(np.ones(3), (4, 2, 6)), rng.dirichlet(np.ones(3), 6)
    parts = decompose_log_loss(q, p)
    assert parts.risk == pytest.approx((p * np.log(p / q)).sum(-1).mean())  # mean KL(p ‖ q)
    centre = np.exp(np.log(q).mean((0, 1)))
    centre /= centre.sum(-1, keepdims=True)
    assert parts.bias2 == pytest.approx((p * np.log(p / centre)).sum(-1).mean())
    variance = (centre * np.log(centre / q)).sum(-1).mean()
    assert parts.variance_data + parts.variance_start == pytest.approx(variance)
    assert min(parts.bias2, parts.variance_data, parts.variance_start) >= 0


def test_equal_networks_have_no_variance_and_sure_labels_are_no_nan():
    q = np.broadcast_to([0.2, 0.8], (3, 2, 5, 2))
    parts = decompose_log_loss(q, np.tile([0.0, 1.0], (5, 1)))
    assert parts.bias2 == pytest.approx(np.log(1 / 0.8))
    assert parts.variance_data == pytest.approx(0, abs=1e-12) and parts.variance_start == pytest.approx(0, abs=1e-12)
    assert np.isfinite(decompose_log_loss(np.broadcast_to([0.0, 1.0], (3, 2, 5, 2)), np.tile([1.0, 0.0], (5, 1))).risk)


def test_variance_hurts_where_the_main_answer_is_right_and_helps_where_it_is_wrong():
    """Two points of class 1; answers of six networks: 1 1 1 1 0 0 (main right) and 0 0 0 0 1 1 (main wrong)."""
    answers = np.array([[1, 1, 1, 1, 0, 0], [0, 0, 0, 0, 1, 1]]).T.reshape(3, 2, 2)
    parts = decompose_zero_one(np.eye(2)[answers], np.tile([0.1, 0.9], (2, 1)))
    assert (parts.bias, parts.hurts, parts.helps) == pytest.approx((0.5, 0.5 * 2 / 6, 0.5 * 2 / 6))
    assert parts.error == pytest.approx((answers != 1).mean())


def test_the_zero_one_parts_add_up_with_more_classes():
    rng = np.random.default_rng(5)
    q, p = rng.dirichlet(np.ones(4), (2, 5, 3, 9)), rng.dirichlet(np.ones(4), 9)
    np.testing.assert_allclose(decompose_zero_one(q, p).error, (q.argmax(-1) != p.argmax(-1)).mean((1, 2, 3)))


@pytest.mark.parametrize(
    ("shape", "truth", "words"),
    [
        ((1, 2, 5), (5,), "R ≥ 2 sets"),
        ((3, 1, 5), (5,), "S ≥ 2 starts"),
        ((3, 2, 4), (5,), r"then \(5,\) as truth"),
        ((3, 2, 5), (5, 1, 1), "truth: expected"),
    ],
)
def test_shapes_that_do_not_fit_are_refused_in_words(shape, truth, words):
    with pytest.raises(ValueError, match=words):
        decompose(np.zeros(shape), np.zeros(truth))


def test_too_few_networks_for_a_geometric_mean_are_refused():
    with pytest.raises(ValueError, match="at least 5 networks for the geometric mean, received 4"):
        decompose_log_loss(np.full((2, 2, 3, 2), 0.5), np.full((3, 2), 0.5))
