"""What looking again does to the estimate: by hand, and by drawing."""

import math

import numpy as np
import pytest

from core.studies.cv.peeking import Opening, best_of, look_in_words, peeking_in_words
from core.studies.cv.refit import TestLosses


def look(expected=0.5, test=0.6, error=0.1, cv_mean=0.55, cv_error=0.0):
    losses = TestLosses("l2", ("a", "b"), np.ones(2), np.ones(2), np.array([9.0, test]), np.array([9.0, error]), 40)
    return Opening(1, "b", expected, cv_mean, cv_error, losses)


def test_the_best_of_n_by_hand():
    # Two: 1/√π. Three: 3/(2√π).
    assert best_of(1) == pytest.approx(0, abs=1e-9)
    assert best_of(2) == pytest.approx(1 / math.sqrt(math.pi), rel=1e-6)
    assert best_of(3) == pytest.approx(1.5 / math.sqrt(math.pi), rel=1e-6)


@pytest.mark.parametrize("n_looks", [2, 5, 20])
def test_the_best_of_n_is_that_of_drawn_numbers(n_looks):
    drawn = np.random.default_rng(0).normal(size=(100_000, n_looks))
    assert best_of(n_looks) == pytest.approx(-drawn.min(1).mean(), abs=0.01)


def test_the_look_says_what_was_expected_and_what_came_out():
    text = look_in_words(look())
    assert "You expected 0.5" in text and "40 test rows say 0.600 ± 0.100" in text
    assert "Your estimate was right within one standard error" in text
    assert "2.0 standard errors too low" in look_in_words(look(expected=0.4))
    assert "3.0 standard errors too high" in look_in_words(look(expected=0.9))
    assert "Cross-validation was right" in look_in_words(look(cv_mean=0.47, cv_error=0.1))  # 0.13 < √0.02
    assert "has diverged" in look_in_words(look(test=math.nan))


def test_one_row_has_no_standard_error():
    assert "0.1 too low" in look_in_words(look(error=math.nan))


def test_further_looks_are_counted():
    assert "looked at once" in peeking_in_words(1, 0.1)
    assert "data seed draws" in peeking_in_words(2, 0.1) and "only deals" not in peeking_in_words(2, 0.1)
    assert "only deals these rows anew" in peeking_in_words(2, 0.1, is_synthetic=False)
    assert "looked at 3 times" in peeking_in_words(3, 0.1) and "0.085" in peeking_in_words(3, 0.1)
    assert "by up to 0.8 standard errors, through luck" in peeking_in_words(3)
