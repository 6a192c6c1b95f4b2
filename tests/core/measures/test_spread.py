"""Spread over starts by hand, and the sentence that a difference inside it must not be praised."""

from __future__ import annotations

import numpy as np

from core.measures.spread import compare_sentence, is_within_spread, spread_of


def test_spread_by_hand() -> None:
    spread = spread_of(np.array([1.0, 3.0, np.nan, 5.0]))
    assert (spread.n, spread.mean, spread.std, spread.median, spread.low, spread.high) == (3, 3, 2, 3, 1, 5)
    assert spread_of(np.array([4.0])).std == 0
    assert np.isnan(spread_of(np.array([np.nan])).mean)


def test_within_the_spread_by_hand() -> None:
    a, b = np.array([0.0, 2.0]), np.array([1.0, 3.0])  # both std √2, means 1 apart
    assert is_within_spread(a, b) and not is_within_spread(a, b + 0.5)


def test_sentences() -> None:
    a, b = np.array([1.0, 1.1]), np.array([2.0, 2.1])
    assert compare_sentence("L2", a, "none", b, "loss").endswith("lower by more than the spread over 2 starts.")
    assert compare_sentence("L2", b, "none", a, "loss").endswith("higher by more than the spread over 2 starts.")
    assert "smaller than the spread" in compare_sentence("L2", a, "none", a + 0.01, "loss")
    assert "one start only" in compare_sentence("L2", a[:1], "none", b[:1], "loss")
    assert "no run stayed finite" in compare_sentence("L2", a * np.nan, "none", b, "loss")
