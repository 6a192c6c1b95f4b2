"""Early stopping for every member of a stack: patience, min_delta, and the best weights kept for going back to."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from core.words import say

NEVER = np.inf  # a patience that never runs out


class EarlyStopping:
    """Watches validation losses; a member stops once `patience` epochs have passed without an improvement.

    An improvement is a loss below best_loss - min_delta. A stopped member's best weights stay as they are, whatever the
    stack goes on to do. The rule is Keras's `EarlyStopping(restore_best_weights=True)` with one look an epoch (Prechelt
    1998, "Early stopping - but when?"). nan is no improvement.

    best_epoch, best_loss: (M,) of the best look so far; stopped_epoch: (M,), -1 while running; best_parameters: (M, n).
    """

    def __init__(self, parameters: Tensor, patience: ArrayLike, min_delta: ArrayLike = 0.0) -> None:
        """`patience` in epochs and `min_delta` ≥ 0: a number, or one for each member (M,). Raises ValueError otherwise."""
        n_members = len(parameters)
        self.patience = np.broadcast_to(np.asarray(patience, dtype=float), (n_members,))
        self.min_delta = np.broadcast_to(np.asarray(min_delta, dtype=float), (n_members,))
        if not (self.patience > 0).all():
            raise ValueError(
                say("patience: expected at least 1 epoch, received {patience:g}", patience=self.patience.min())
            )
        if not (self.min_delta >= 0).all():
            raise ValueError(
                say(
                    "min_delta: expected a number of at least 0, received {min_delta:g}", min_delta=self.min_delta.min()
                )
            )
        self.best_parameters = parameters.clone()
        self.best_loss = np.full(n_members, np.inf)
        self.best_epoch = np.zeros(n_members, dtype=int)
        self.stopped_epoch = np.full(n_members, -1)

    @property
    def is_stopped(self) -> np.ndarray:
        """Return which members have stopped, (M,) booleans."""
        return np.asarray(self.stopped_epoch >= 0)

    def look(self, epoch: int, val_loss: np.ndarray, parameters: Tensor) -> None:
        """Take the validation losses (M,) measured at `epoch` with the weights `parameters` (M, n)."""
        is_running = ~self.is_stopped
        is_better = is_running & (np.asarray(val_loss) < self.best_loss - self.min_delta)  # False for nan
        self.best_loss = np.where(is_better, val_loss, self.best_loss)
        self.best_epoch = np.where(is_better, epoch, self.best_epoch)
        rows = torch.from_numpy(is_better)
        self.best_parameters[rows] = parameters[rows]
        is_out = is_running & (epoch - self.best_epoch >= self.patience)
        self.stopped_epoch = np.where(is_out, epoch, self.stopped_epoch)
