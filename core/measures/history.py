"""The record of a run: measurements by epoch, thinned so that a long run keeps its shape in at most ~1,000 points.

Thinning is decided by the count of epochs alone, never by the clock, so equal runs give equal records.
"""

from __future__ import annotations

import numpy as np
import torch

from core.engine.trainer import Measurement, Trainer
from core.measures.sparsity import count_weights

MAX_RECORDS = 1000
NAMES = ("train_loss", "val_loss", "train_score", "val_score", "penalty", "objective", "weight_norm")


class History:
    """Grows with `add`; `best_epoch` and `best_val_loss` (M,) hold the lowest validation loss among all recorded epochs."""

    def __init__(self, max_records: int = MAX_RECORDS) -> None:
        self.max_records = max_records
        self.stride = 1  # an epoch is recorded when it is a multiple of this
        self.epochs: list[int] = []
        self.records: list[dict[str, np.ndarray]] = []
        self.best_epoch: np.ndarray = np.zeros(0, dtype=int)
        self.best_val_loss: np.ndarray = np.zeros(0)

    def is_due(self, epoch: int) -> bool:
        """Return whether this epoch is to be recorded (each `stride`-th)."""
        return epoch % self.stride == 0

    def add(self, trainer: Trainer) -> None:
        """Measure the trainer now and append the record; an epoch already recorded last is not added again."""
        epoch = trainer.n_epochs_done
        if self.epochs and self.epochs[-1] == epoch:
            return
        self.epochs.append(epoch)
        self.records.append(record_of(trainer, trainer.measure()))
        self._update_best(epoch)
        if len(self.epochs) > self.max_records:
            self._thin()

    def drop_last(self) -> None:
        """Take back the last record: the look at which a run was found to have diverged."""
        self.epochs.pop()
        self.records.pop()

    def _update_best(self, epoch: int) -> None:
        loss = self.records[-1]["val_loss"]
        if len(self.best_epoch) == 0:
            self.best_epoch, self.best_val_loss = np.full(len(loss), epoch), np.where(np.isfinite(loss), loss, np.inf)
            return
        is_better = loss < self.best_val_loss  # False for nan
        self.best_epoch = np.where(is_better, epoch, self.best_epoch)
        self.best_val_loss = np.where(is_better, loss, self.best_val_loss)

    def _thin(self) -> None:
        """Keep every second record (and the last); the best epoch's values are kept apart."""
        self.stride *= 2
        kept = [i for i, epoch in enumerate(self.epochs) if epoch % self.stride == 0 or i == len(self.epochs) - 1]
        self.epochs = [self.epochs[i] for i in kept]
        self.records = [self.records[i] for i in kept]

    def arrays(self) -> dict[str, np.ndarray]:
        """Return `epoch` (n_records,) and every series with a leading member axis: (M, n_records[, n_layers])."""
        series = {name: np.stack([r[name] for r in self.records], axis=1) for name in self.records[0]}
        return {"epoch": np.array(self.epochs), **series}


def record_of(trainer: Trainer, measured: Measurement) -> dict[str, np.ndarray]:
    """Return one record: arrays (M,), and per-layer counts (M, n_layers)."""
    weights = trainer.stack.parameters[:, : trainer.stack.n_weights]
    counts = count_weights(trainer.stack.weights)
    tensors: dict[str, torch.Tensor] = {
        **{name: getattr(measured, name) for name in NAMES[:-1]},
        "weight_norm": weights.square().sum(1).sqrt(),
        "n_zero": counts.n_zero.sum(1),
        "n_small": counts.n_small.sum(1),
        "n_zero_per_layer": counts.n_zero,
        "n_small_per_layer": counts.n_small,
    }
    return {name: tensor.numpy().copy() for name, tensor in tensors.items()}
