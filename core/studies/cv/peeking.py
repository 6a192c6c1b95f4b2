"""The look at the test set: what was expected, what came out, and what looking again does to the estimate."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from core.measures.numbers import loss_text
from core.measures.own_unit import OwnUnit
from core.studies.cv.refit import TestLosses
from core.words import joined, say

N_GRID = 4001


@dataclass(frozen=True)
class Opening:
    """One look at the test set: expected, what the user said before; cv_mean, cv_error, what cross-validation said.

    number: which look at these rows it is, from 1. label: the network the estimate is of; losses: of all that were compared.
    """

    number: int
    label: str
    expected: float
    cv_mean: float
    cv_error: float
    losses: TestLosses

    @property
    def test_loss(self) -> float:
        """Return the test loss of the network the estimate was of."""
        return float(self.losses.test_loss[self.losses.labels.index(self.label)])

    @property
    def test_error(self) -> float:
        """Return its standard error."""
        return float(self.losses.standard_error[self.losses.labels.index(self.label)])


def best_of(n_looks: int) -> float:
    """Return by how many standard errors the best of n looks is too low on average, if the looks are independent.

    The expected maximum of n standard normal numbers, n ∫ z φ(z) Φ(z)ⁿ⁻¹ dz: 0, 0.564, 0.846, 1.03, … Real looks share
    their rows and networks resemble each other, so this is the most it can be for networks that are equally good.
    """
    z = np.linspace(-8, 8, N_GRID)
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    below = np.array([0.5 * (1 + math.erf(value / math.sqrt(2))) for value in z])
    return float(np.trapezoid(n_looks * z * density * below ** (n_looks - 1), z))


def look_in_words(look: Opening, unit: OwnUnit | None = None) -> str:
    """Return the estimate, cross-validation's and the truth of the test rows in sentences, in the target's unit, too."""
    test, error = look.test_loss, look.test_error
    if not math.isfinite(test):
        return say("The network of {label} has diverged: it has no test loss.", label=look.label)
    said = say(
        "You expected {expected:.3g}{expected_own}, cross-validation said {cv_mean} ± {cv_error}{cv_own}; "
        "the {n_rows:,} test rows say {test} ± {error}{own}.",
        expected=look.expected,
        expected_own="" if unit is None else unit.beside(look.expected),
        cv_own="" if unit is None else unit.beside(look.cv_mean),
        own="" if unit is None else unit.beside(test),
        cv_mean=loss_text(look.cv_mean),
        cv_error=loss_text(look.cv_error),
        n_rows=look.losses.n_rows,
        test=loss_text(test),
        error=loss_text(error),
    )
    yours = _distance(say("Your estimate"), look.expected, look, 0.0)
    return joined([said, yours, _distance(say("Cross-validation"), look.cv_mean, look, look.cv_error)])


def _distance(who: str, estimate: float, look: Opening, own: float) -> str:
    """Return how far an estimate is off, in standard errors of both sides together. own: its own, 0 where it has none."""
    error, off = math.hypot(look.test_error, own), estimate - look.test_loss
    if not error > 0:
        return (
            say("{who} was {off:.2g} too high.", who=who, off=off)
            if off > 0
            else say("{who} was {off:.2g} too low.", who=who, off=-off)
        )
    if abs(off) <= error:
        return say("{who} was right within one standard error.", who=who)
    if off > 0:
        return say("{who} was {off:.1f} standard errors too high.", who=who, off=off / error)
    return say("{who} was {off:.1f} standard errors too low.", who=who, off=-off / error)


def peeking_in_words(n_looks: int, error: float | None = None, is_synthetic: bool = True) -> str:
    """Return what n looks at the same test rows, with standard error `error` where one is known, do to the estimate.

    is_synthetic: whether another data seed draws new rows; of real data it only deals the same rows anew.
    """
    if n_looks < 2:
        return say(
            "These test rows have been looked at once. As long as nothing is changed because of it, the test loss is "
            "an honest estimate of the loss on new rows. From now on further looks are counted."
        )
    bias = best_of(n_looks)
    here = "" if error is None else say(" ({bias:.2g} here)", bias=bias * error)
    fresh = say("another data seed draws some") if is_synthetic else say("another data seed only deals these rows anew")
    return say(
        "These test rows have now been looked at {n_looks} times. Whoever keeps the best of {n_looks} looks reports a "
        "loss that is too low, by up to {bias:.1f} standard errors{here}, through luck alone: the test "
        "set has become a second validation set. An honest estimate needs rows that no choice has seen: {fresh}.",
        n_looks=n_looks,
        bias=bias,
        here=here,
        fresh=fresh,
    )
