"""When a network is lost: the one rule that trainings, studies, verdicts and banners go by.

A loss is hopeless beyond 1e8 times what there was to be lost: the largest of
- the training loss at the start (large inputs begin with large outputs),
- the mean square of the targets, the loss of answering 0 (house prices of 20,000 begin at 4e8),
- 1, for the optimizers' steps have a size of their own: Adam's first one moves each weight by the learning rate, and tiny
  targets would be missed by many times their size.
A number that is none is hopeless too. The rule is applied at the epochs 1, 2, 4, 8, … and at the last one, whether anybody
looks in between or not: so a run ends the same alone, in a study that only asks for its end, and under a restless hand.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

HOPELESS_FACTOR = 1e8


def hopeless_loss(start_loss: ArrayLike, target_square: float = 0.0) -> np.ndarray:
    """Return the training loss from which on a network is lost, shaped like `start_loss`.

    start_loss: at epoch 0; target_square: mean square of the targets, in the units of the loss.
    """
    return np.asarray(HOPELESS_FACTOR * np.fmax(1.0, np.fmax(np.asarray(start_loss, dtype=float), target_square)))


def is_hopeless(loss: ArrayLike, limit: ArrayLike) -> np.ndarray:
    """Return whether each loss is no number or beyond its limit."""
    return np.asarray(~(np.asarray(loss, dtype=float) < limit))


def is_judged(epoch: int) -> bool:
    """Return whether losses are judged after this epoch: 1, 2, 4, 8, …"""
    return epoch > 0 and epoch & (epoch - 1) == 0
