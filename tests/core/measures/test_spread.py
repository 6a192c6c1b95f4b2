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


def test_starts_that_all_end_alike_differ_by_what_is_seen() -> None:
    """Collapsed networks answer the same from every start: no spread, and no difference to speak of."""
    a = np.full(3, 0.693)
    assert is_within_spread(a, a) and is_within_spread(a, a + 1e-5) and not is_within_spread(a, a + 0.01)
    assert "smaller than the spread over 3 starts" in compare_sentence("L2", a, "none", a, "loss")


def test_a_mean_and_a_median_that_disagree_make_no_claim() -> None:
    a, b = np.array([1.0] * 9 + [60.0]), np.array([2.0] * 10)  # means 6.9 and 2, medians 1 and 2
    b_far = np.array([0.9] * 10)
    wild = np.array([1.0, 1.0, 1.0, 1.0, 9.0, 9.0, 9.0, 9.0, 9.0])  # mean 5.4, median 9
    calm = np.full(9, 8.9)
    assert "smaller than the spread" in compare_sentence("L2", a, "none", b, "loss")
    assert "lower" not in compare_sentence("L2", a, "none", b_far, "loss")
    sentence = compare_sentence("L2", wild, "none", calm, "loss")
    assert sentence.endswith("mean and median point opposite ways, so there is no clear difference over 9 starts.")


def test_means_are_compared_with_the_decimals_of_a_table() -> None:
    a, b = np.array([1.0, 1.2, 1.4]), np.array([2000.0, 2001.0, 2003.0])
    sentence = compare_sentence("L2", a, "none", b, "loss", by="mean")
    assert sentence == "L2: mean loss 1.200 against 2,001 with none; lower by more than the spread over 3 starts."
    assert compare_sentence("L2", a * np.nan, "none", b, "loss", by="mean") == "L2: no run stayed finite."
    for by in ("mean", "median"):
        assert compare_sentence("L2", a, "none", b * np.nan, "loss", by=by) == "none: no run stayed finite."


def test_the_count_is_that_of_the_starts_left() -> None:
    a, b = np.array([1.0, 1.1, np.nan]), np.array([2.0, 2.1, 2.2])
    assert compare_sentence("L2", a, "none", b, "loss").endswith("over 2 starts.")
