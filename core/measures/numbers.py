"""How losses and gaps are written, on every page alike."""

from __future__ import annotations

LEAST = 0.001  # below it three decimals would leave one digit or none


def loss_text(loss: float) -> str:
    """Return a loss with three decimals, "0.126"; one below 0.001 with two digits that say something, "0.00017", "8e-5"."""
    return f"{loss:,.3f}" if loss == 0 or not abs(loss) < LEAST else f"{loss:.2g}".replace("e-0", "e-")


def gap_text(gap: float) -> str:
    """Return a gap as a loss with its sign, "+0.126"."""
    return f"{'' if gap < 0 else '+'}{loss_text(gap)}"
