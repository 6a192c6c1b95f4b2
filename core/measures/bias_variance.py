"""Bias and variance from raw predictions: R training sets × S starts, every start a draw of its own.

Squared error, and Brier for class probabilities:  risk = bias² + variance from the data + variance from the start.
All parts are unbiased estimates, so one of them may come out below zero: nothing is clipped before it is averaged.
Cross-entropy and 0-1 loss have decompositions of their own, which are plug-in estimates. Read next: `core/studies/bias_variance`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.words import say

MIN_SETS, MIN_STARTS = 3, 2  # the jackknife leaves one set out, and a variance needs two of what is left
SMALLEST = 1e-12  # a probability below it counts as this: the logarithm of 0 is no number
MIN_RUNS = 5  # of a geometric mean of probabilities


@dataclass(frozen=True)
class Decomposition:
    """Parts of the risk against the truth without its noise, means over the points. Arrays over the leading axes, or numbers.

    risk = bias2 + variance_data + variance_start, exactly.
    """

    bias2: np.ndarray
    variance_data: np.ndarray
    variance_start: np.ndarray

    @property
    def risk(self) -> np.ndarray:
        """Return the sum of the parts: for squared error the mean of (prediction - truth)² over sets, starts and points."""
        return np.asarray(self.bias2 + self.variance_data + self.variance_start)


PARTS = ("bias2", "variance_data", "variance_start", "risk")


def decompose(predictions: np.ndarray, truth: np.ndarray) -> Decomposition:
    """Return the parts of the squared error, with f̄_r the mean over the starts of set r and f̄ that over all:

    variance_start = mean over r of s²_r              s²_r over the starts of set r, S - 1 in the denominator
    variance_data  = s²(f̄_r) - variance_start/S       s² over the sets, R - 1 in the denominator
    bias2          = (f̄ - f)² - variance_data/R - variance_start/(R·S)

    predictions: (…, R, S, n_points) values, with R ≥ 2 and S ≥ 2, or (…, R, S, n_points, C) class probabilities, for which
    the squares are summed over the classes: the Brier score. truth: (n_points,) or (n_points, C), without noise. The parts
    are means over the points, each (…,). The random effects of one-way analysis of variance (Searle, Casella and McCulloch
    1992, section 3.5); for networks Neal et al. 2018, "A modern take on the bias-variance tradeoff".
    """
    n_sets, n_starts = _check(predictions, truth, 2)
    over_sets = -2 - np.ndim(truth)
    own_mean = predictions.mean(over_sets + 1)
    start = predictions.var(over_sets + 1, ddof=1).mean(over_sets + 1)
    data = own_mean.var(over_sets + 1, ddof=1) - start / n_starts
    bias2 = (own_mean.mean(over_sets + 1) - truth) ** 2 - data / n_sets - start / (n_sets * n_starts)
    return Decomposition(*(_mean_over_points(part, np.ndim(truth)) for part in (bias2, data, start)))


def _mean_over_points(part: np.ndarray, n_axes: int) -> np.ndarray:
    """Return the mean of (…, n_points) or of sums over the classes of (…, n_points, C)."""
    return np.asarray(part.mean(-1) if n_axes == 1 else part.sum(-1).mean(-1))


def naive_bias2(predictions: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Return (f̄ - f)² as it stands, (…,): on average variance_data/R + variance_start/(R·S) too large. See `decompose`."""
    _check(predictions, truth, 1)
    over_sets = -2 - np.ndim(truth)
    squares = (predictions.mean((over_sets, over_sets + 1)) - truth) ** 2
    return _mean_over_points(squares, np.ndim(truth))


def decompose_log_loss(probabilities: np.ndarray, truth: np.ndarray) -> Decomposition:
    """Return the parts of KL(p ‖ q), the cross-entropy without the noise's own entropy, in nats. Plug-in, at least five runs.

    The centre of probabilities is their geometric mean, scaled to sum 1: q̄ ∝ exp(mean of log q). Then, exactly,
    mean KL(p ‖ q) = KL(p ‖ q̄) + mean KL(q̄ ‖ q): first over the starts of a set, then over the sets (Heskes 1998,
    "Bias/variance decompositions for likelihood-based estimators"). probabilities: (…, R, S, n_points, C); truth: (n_points, C).
    """
    n_sets, n_starts = _check(probabilities, truth, 1, is_classes=True)
    if n_sets * n_starts < MIN_RUNS:
        raise ValueError(
            say(
                "probabilities: expected at least {min_runs} networks for the geometric mean, received {n_sets}",
                min_runs=MIN_RUNS,
                n_sets=n_sets * n_starts,
            )
        )
    log_q = np.log(np.maximum(probabilities, SMALLEST))
    own, own_left = _log_centre(log_q, -3)
    centre, left = _log_centre(own, -3)
    start = -own_left.mean(-2)
    kl = np.where(truth > 0, truth * (np.log(np.maximum(truth, SMALLEST)) - centre), 0.0).sum(-1)
    return Decomposition(kl.mean(-1), -left.mean(-1), start.mean(-1))


def _log_centre(log_q: np.ndarray, over: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the logarithm of the scaled geometric mean over one axis, (…, n_points, C), and of the sum it was scaled by,
    (…, n_points): minus that is the mean KL divergence of the centre from its members.
    """
    mean = log_q.mean(over)
    total = np.log(np.exp(mean).sum(-1))
    return mean - total[..., None], total


@dataclass(frozen=True)
class ZeroOne:
    """Parts of the 0-1 loss after Domingos: error = bias + hurts - helps. Shares of the points, each (…,).

    bias: where the main answer is wrong. hurts: answers unlike the main one where that is right; helps: right answers
    where the main one is wrong.
    """

    bias: np.ndarray
    hurts: np.ndarray
    helps: np.ndarray

    @property
    def error(self) -> np.ndarray:
        """Return the mean share of wrong answers against the most probable class."""
        return np.asarray(self.bias + self.hurts - self.helps)


def decompose_zero_one(probabilities: np.ndarray, truth: np.ndarray) -> ZeroOne:
    """Return the parts of the 0-1 loss (Domingos 2000, "A unified bias-variance decomposition"); plug-in.

    The main answer of a point is the class that most networks give, the lowest at a tie; the right one is the most
    probable class of the truth. probabilities: (…, R, S, n_points, C); truth: (n_points, C).
    """
    _check(probabilities, truth, 1, is_classes=True)
    n_classes = truth.shape[-1]
    answers = probabilities.argmax(-1)
    votes = np.stack([(answers == c).mean((-3, -2)) for c in range(n_classes)], -1)  # (…, n_points, C)
    right = truth.argmax(-1)
    is_biased = votes.argmax(-1) != right
    share_right = np.take_along_axis(votes, np.broadcast_to(right[:, None], (*votes.shape[:-1], 1)), -1)[..., 0]
    hurts = np.where(is_biased, 0.0, 1 - share_right).mean(-1)
    return ZeroOne(is_biased.mean(-1), hurts, np.where(is_biased, share_right, 0.0).mean(-1))


def jackknife(
    measure: Callable[[np.ndarray, np.ndarray], Decomposition], predictions: np.ndarray, truth: np.ndarray
) -> dict[str, np.ndarray]:
    """Return the standard error of each part by name (`PARTS`), each (…,), from leaving out one training set at a time.

    SE² = (R-1)/R · Σ_r (θ_(r) - mean of θ_(r))² (Efron and Tibshirani 1993, eq. 11.5). R ≥ 3.
    """
    n_sets, _ = _check(predictions, truth, MIN_SETS)
    over_sets = predictions.ndim - 2 - np.ndim(truth)
    without = [measure(np.delete(predictions, r, over_sets), truth) for r in range(n_sets)]
    errors = {}
    for name in PARTS:
        left_out = np.stack([getattr(part, name) for part in without])
        errors[name] = np.sqrt((n_sets - 1) * left_out.var(0))
    return errors


def _check(predictions: np.ndarray, truth: np.ndarray, min_sets: int, is_classes: bool = False) -> tuple[int, int]:
    """Return (R, S). Raises ValueError where the shapes do not belong together."""
    shape, points = np.shape(predictions), np.shape(truth)
    if len(points) not in ((2,) if is_classes else (1, 2)):
        raise ValueError(
            say(
                "truth: expected (n_points{value}, received {points}",
                value=", C)" if is_classes else ",) or (n_points, C)",
                points=points,
            )
        )
    n_axes = 2 + len(points)
    least = 2 if min_sets > 1 else 1
    if len(shape) < n_axes or shape[-len(points) :] != points or shape[-n_axes] < min_sets or shape[1 - n_axes] < least:
        raise ValueError(
            say(
                "predictions: expected (…, R ≥ {min_sets} sets, S ≥ {least} starts, then {points} as truth), received "
                "{shape}",
                min_sets=min_sets,
                least=least,
                points=points,
                shape=shape,
            )
        )
    return shape[-n_axes], shape[1 - n_axes]
