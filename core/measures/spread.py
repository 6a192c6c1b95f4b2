"""Spread over starts: what repeated runs from other starting weights say about a difference."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from core.measures.numbers import loss_text
from core.words import say


@dataclass(frozen=True)
class Spread:
    """Centre and spread of r repeated numbers; std has r-1 in the denominator and is 0 for a single run."""

    n: int
    mean: float
    std: float
    median: float
    low: float
    high: float


def spread_of(values: np.ndarray) -> Spread:
    """Return the spread of the finite values (r,); all nan where there are none."""
    return _spread_of(np.asarray(values, dtype=float).tobytes())


@lru_cache(1024)  # sentences and cells of one table ask for the same few again and again
def _spread_of(numbers: bytes) -> Spread:
    kept = np.frombuffer(numbers)
    kept = kept[np.isfinite(kept)]
    if kept.size == 0:
        return Spread(0, *[float("nan")] * 5)
    std = float(kept.std(ddof=1)) if kept.size > 1 else 0.0
    return Spread(kept.size, float(kept.mean()), std, float(np.median(kept)), float(kept.min()), float(kept.max()))


SHOWN = 1e-3  # of a number: differences below are not seen in the three digits that are shown


def is_within_spread(a: np.ndarray, b: np.ndarray) -> bool:
    """Return whether the means of a and b (r,) are at most their pooled standard deviation √((s_a² + s_b²)/2) apart.

    Starts that all end alike have no spread; a difference too small for the digits that are shown counts as within it.
    """
    first, second = spread_of(a), spread_of(b)
    spread = np.sqrt((first.std**2 + second.std**2) / 2)
    return bool(abs(first.mean - second.mean) <= max(spread, SHOWN * max(abs(first.mean), abs(second.mean))))


def compare_sentence(
    label: str, values: np.ndarray, other_label: str, others: np.ndarray, what: str,
    by: Literal["median", "mean"] = "median",
) -> str:  # fmt: skip
    """Return one sentence on a number that is better when lower, see `difference_words`.

    by: which numbers are named; the mean where it is what stands beside the sentence. `label` stands before it; with "" it is
    the sentence alone.
    """
    a, b = spread_of(values), spread_of(others)
    if a.n == 0 or b.n == 0:
        lost = label if a.n == 0 else other_label
        return say("{label}: no run stayed finite.", label=lost) if lost else say("no run stayed finite.")
    own, other = (a.mean, b.mean) if by == "mean" else (a.median, b.median)
    numbers = {"what": what, "own": loss_text(own), "other": loss_text(other), "other_label": other_label}
    said = (
        say("mean {what} {own} against {other} with {other_label}", **numbers)
        if by == "mean"
        else say("median {what} {own} against {other} with {other_label}", **numbers)
    )
    sentence = say("{said}; {difference}.", said=said, difference=difference_words(values, others))
    return say("{label}: {sentence}", label=label, sentence=sentence) if label else sentence


def is_clear(values: np.ndarray, others: np.ndarray) -> bool:
    """Return whether a number differs by more than its spread over starts: means so far apart, and medians the same way."""
    a, b = spread_of(values), spread_of(others)
    same_way = (a.mean < b.mean) == (a.median < b.median)
    return bool(min(a.n, b.n) > 1 and not is_within_spread(values, others) and same_way)


def difference_words(values: np.ndarray, others: np.ndarray) -> str:
    """Return whether a number that is better when lower differs by more than its spread over starts.

    A difference counts where the means are farther apart than the spread, and the medians point the same way.
    """
    a, b = spread_of(values), spread_of(others)
    n = min(a.n, b.n)
    if n == 0:
        return say("no run stayed finite") if a.n == 0 else say("nothing to compare with: no other run stayed finite")
    if n == 1:
        return say("one start only, so the spread is unknown")
    if is_within_spread(values, others):
        return say("the difference is smaller than the spread over {n} starts", n=n)
    if not is_clear(values, others):
        return say("mean and median point opposite ways, so there is no clear difference over {n} starts", n=n)
    return say(
        "{lower} by more than the spread over {n} starts", lower=say("lower") if a.mean < b.mean else say("higher"), n=n
    )
