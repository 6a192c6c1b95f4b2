"""How losses, gaps, scores and other numbers are written, on every page alike."""

from __future__ import annotations

import math
from collections.abc import Callable

from core.words import say

Write = Callable[[float], str]  # how a number is written

LEAST = 0.001  # below it three decimals would leave one digit or none
WHOLE, LARGE = 1000.0, 1e6  # from here on without decimals, and from here on with an exponent


def number_text(value: float, n_decimals: int = 3) -> str:
    """Return a number with so many decimals, "0.126"; a larger one without, "12,346"; a very large one as "3.29e7"."""
    size = abs(value)
    if size < WHOLE or not math.isfinite(size):
        return f"{value:.{n_decimals}f}"
    return f"{value:,.0f}" if round(size) < LARGE else short_exponent(f"{value:.2e}")


def short_exponent(text: str) -> str:
    """Return "3.29e+07" as "3.29e7", and "8e-05" as "8e-5"."""
    return text.replace("e+0", "e").replace("e+", "e").replace("e-0", "e-")


def loss_text(loss: float) -> str:
    """Return a loss with three decimals, "0.126"; one below 0.001 with two digits that say something, "0.00017", "8e-5"."""
    return short_exponent(f"{loss:.2g}") if 0 < abs(loss) < LEAST else number_text(loss)


def gap_text(gap: float) -> str:
    """Return a gap as a loss with its sign, "+0.126"."""
    return f"{'' if gap < 0 else '+'}{loss_text(gap)}"


def score_text(score: float, is_classification: bool) -> str:
    """Return a share of right answers, "91% right", or a coefficient of determination, "R² 0.93", "R² -2.90e7"."""
    if is_classification:
        return say("{score:.0%} right", score=score)
    return f"R² {number_text(score, 2)}"
