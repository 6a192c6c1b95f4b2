"""Double descent along the epochs in words, read off the loss."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.measures.numbers import loss_text
from core.words import say

CLEAR_RISE = 0.05  # of the loss before it


def epoch_sentence(loss: np.ndarray, epochs: Sequence[int], without: float) -> str:
    """Return what the loss on fresh rows (n_epochs,) does. without: the last one without a penalty."""
    peak = int(np.argmax(loss - np.minimum.accumulate(loss)))
    before = int(np.argmin(loss[: peak + 1]))
    end = loss_text(loss[-1])
    if loss[peak] < (1 + CLEAR_RISE) * loss[before]:
        return say("It falls to {end} and does not rise.", end=end)
    said = say(
        "It falls to {low} at epoch {first:,}, rises to {high} at {top:,} and ends at {end}.",
        low=loss_text(loss[before]), first=epochs[before], high=loss_text(loss[peak]), top=epochs[peak], end=end,
    )  # fmt: skip
    if loss[-1] < loss[before]:
        return said + say(" The second descent ends below the first.")
    if loss[-1] > 2 * without:
        return said + say(" The slow features are held at zero: the second descent never comes, and this λ hurts.")
    return said
