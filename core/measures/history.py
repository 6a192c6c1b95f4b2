"""The record of a run: measurements by epoch, dense at the start, then at a stride, at most ~1,000 points.

What is recorded is decided by counts of work and of epochs alone, never by the clock, so equal runs give equal records.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence

import numpy as np
import torch

from core.engine.device import on_host
from core.engine.trainer import Measurement, Trainer
from core.measures.sparsity import count_layers

MAX_RECORDS = 1000
SHARE = 0.3  # measuring costs at most this share of the training's work
DENSE_START = 16  # records of each doubling of the epoch count, until the full stride is reached
MIN_START = 2  # the fewest of them
FREE_RECORDS = 40  # records that a run may have, however short it is
BEST_SHARE = 0.25  # of the records may be kept for being some member's best
FEW_MEMBERS = 4  # up to so many members the series are kept joined
NAMES = ("train_loss", "val_loss", "train_score", "val_score", "penalty", "objective", "weight_norm")


class History:
    """Grows with `add`; `best_epoch` and `best_val_loss` (M,) hold the lowest validation loss among all recorded epochs.

    `best_train_loss` (M,) and `best_parameters` (M, n_parameters) are what each member had then; `peak_train_loss` (M,) is
    the highest training loss of all recorded epochs, thinned ones too, inf where it was no number. `stride` is the distance
    of records in the long run; `start` is how many records a doubling of the epochs gets before (both powers of two).
    """

    def __init__(self, stride: int = 1, max_records: int = MAX_RECORDS) -> None:
        self.max_records = max_records
        self.stride = stride
        self.start = min(DENSE_START, power_of_two(max_records // 16))
        self.dense_from = [0]  # epochs after which records stand close together: the start, and changes on the way
        self.epochs: list[int] = []
        self.records: list[dict[str, np.ndarray]] = []
        self.best_epoch: np.ndarray = np.zeros(0, dtype=int)
        self.best_val_loss: np.ndarray = np.zeros(0)
        self.best_train_loss: np.ndarray = np.zeros(0)
        self.best_parameters = torch.zeros(0, 0)
        self.peak_train_loss: np.ndarray = np.zeros(0)
        self._rows = Rows()

    def is_due(self, epoch: int) -> bool:
        """Return whether this epoch is to be recorded: a multiple of a stride that grows from 1 up to the full one."""
        begin = self.dense_from[bisect_right(self.dense_from, epoch) - 1]
        return epoch % min(self.stride, power_of_two((epoch - begin) // self.start)) == 0

    def note_change(self, epoch: int) -> None:
        """Let records stand close together again after this epoch: something was changed, and will show."""
        if epoch > self.dense_from[-1]:
            self.dense_from.append(epoch)

    def add(self, trainer: Trainer) -> None:
        """Measure the trainer now and append the record; an epoch already recorded last is not added again."""
        epoch = trainer.n_epochs_done
        if self.epochs and self.epochs[-1] == epoch:
            return
        self.epochs.append(epoch)
        self.records.append(record_of(trainer, trainer.measure()))
        self._update_best(epoch, trainer.stack.parameters)
        if len(self.epochs) > self.max_records:
            self._thin()

    def begin_anew(self, trainer: Trainer) -> None:
        """Measure on rows that were exchanged: the record of the present epoch is replaced, and the best is looked for anew."""
        if self.epochs and self.epochs[-1] == trainer.n_epochs_done:
            self.drop_last()
        self.best_epoch = np.zeros(0, dtype=int)
        self.add(trainer)

    def take(self, epoch: int, record: dict[str, np.ndarray]) -> None:
        """Append a record that was measured elsewhere; `best_parameters` stay what they were."""
        if self.epochs and self.epochs[-1] >= epoch:
            return
        self.epochs.append(epoch)
        self.records.append(record)
        self._update_best(epoch, self.best_parameters)
        if len(self.epochs) > self.max_records:
            self._thin()

    @classmethod
    def planned(cls, cost: float, n_epochs: int, max_records: int = MAX_RECORDS) -> History:
        """Return a history with which measuring, `cost` epochs' work each time, takes at most SHARE of a run of `n_epochs`.

        First a longer stride, then a thinner start. FREE_RECORDS are had anyway, so that a short run has a curve.
        """
        history, natural = cls(max_records=max_records), 2 * cost / SHARE
        allowed = min(max_records, max(FREE_RECORDS, SHARE * n_epochs / cost))
        while history.n_due(n_epochs) > allowed and (history.stride < n_epochs or history.start > MIN_START):
            if history.stride < min(natural, n_epochs) or history.start <= MIN_START:
                history.stride *= 2
            else:
                history.start //= 2
        return history

    def n_due(self, n_epochs: int) -> int:
        """Return how many of the epochs 0 to `n_epochs` are due."""
        n, first, step = 1, 0, 1  # epoch 0; then pieces of equal stride
        while first < n_epochs:
            last = n_epochs if step >= self.stride else min(n_epochs, 2 * step * self.start - 1)
            n += last // step - first // step
            first, step = last, min(2 * step, self.stride)
        return n

    def drop_last(self) -> None:
        """Take back the last record: the look at which a run was found to have diverged."""
        self.epochs.pop()
        self.records.pop()

    def _update_best(self, epoch: int, parameters: torch.Tensor) -> None:
        loss, train_loss = self.records[-1]["val_loss"], self.records[-1]["train_loss"]
        height = np.where(np.isfinite(train_loss), train_loss, np.inf)
        if len(self.best_epoch) == 0:
            self.best_epoch, self.best_val_loss = np.full(len(loss), epoch), np.where(np.isfinite(loss), loss, np.inf)
            self.best_train_loss, self.peak_train_loss = train_loss.copy(), height
            self.best_parameters = parameters.clone()
            return
        self.peak_train_loss = np.maximum(self.peak_train_loss, height)
        is_better = loss < self.best_val_loss  # False for nan
        if is_better.any():
            self.best_epoch = np.where(is_better, epoch, self.best_epoch)
            self.best_val_loss = np.where(is_better, loss, self.best_val_loss)
            self.best_train_loss = np.where(is_better, train_loss, self.best_train_loss)
            torch.where(
                torch.from_numpy(is_better).to(parameters.device)[:, None],
                parameters,
                self.best_parameters,
                out=self.best_parameters,
            )

    def _thin(self) -> None:
        """Double the stride; the last record stays, and those of the best epochs: their stars lie on the curves."""
        self.stride *= 2
        kept = self._still_due()
        if len(kept) > 0.75 * self.max_records:  # many changes: the older ones lose their close records
            self.dense_from = [0]
            kept = self._still_due()
        self.epochs = [self.epochs[i] for i in kept]
        self.records = [self.records[i] for i in kept]

    def _still_due(self) -> list[int]:
        marked = set(self.best_epoch.tolist())
        always = {self.epochs[-1], *(marked if len(marked) <= BEST_SHARE * self.max_records else ())}
        return [i for i, epoch in enumerate(self.epochs) if epoch in always or self.is_due(epoch)]

    def keep(self) -> dict[str, np.ndarray]:
        """Return everything that it holds as arrays, for `restored`; every series with the records in front."""
        series = {f"record.{name}": np.stack([r[name] for r in self.records]) for name in self.records[0]}
        return {
            "plan": np.array([self.max_records, self.stride, self.start]), "dense_from": np.array(self.dense_from),
            "epochs": np.array(self.epochs), "best_epoch": self.best_epoch, "best_val_loss": self.best_val_loss,
            "best_train_loss": self.best_train_loss, "peak_train_loss": self.peak_train_loss,
            "best_parameters": on_host(self.best_parameters).copy(), **series,
        }  # fmt: skip

    @classmethod
    def restored(cls, kept: Mapping[str, np.ndarray]) -> History:
        """Return the history whose `keep` returned these arrays."""
        history = cls()
        history.max_records, history.stride, history.start = (int(n) for n in kept["plan"])
        history.dense_from, history.epochs = kept["dense_from"].tolist(), kept["epochs"].tolist()
        series = {name.removeprefix("record."): a.copy() for name, a in kept.items() if name.startswith("record.")}
        history.records = [{name: values[i] for name, values in series.items()} for i in range(len(history.epochs))]
        history.best_epoch, history.best_val_loss = kept["best_epoch"].copy(), kept["best_val_loss"].copy()
        history.best_train_loss, history.peak_train_loss = (
            kept["best_train_loss"].copy(),
            kept["peak_train_loss"].copy(),
        )
        history.best_parameters = torch.as_tensor(kept["best_parameters"].copy())
        return history

    @classmethod
    def joined(cls, pieces: Sequence[np.ndarray], histories: Sequence[History], max_records: int) -> History:
        """Return the history of a stack from those of its pieces, which hold these of its members and the same epochs."""
        first, order = histories[0], np.argsort(np.concatenate(pieces))

        def whole(arrays: Sequence[np.ndarray]) -> np.ndarray:
            return np.asarray(np.concatenate(arrays)[order])

        history = cls(first.stride, max_records)
        history.start, history.dense_from, history.epochs = first.start, [*first.dense_from], [*first.epochs]
        history.records = [
            {name: whole([h.records[i][name] for h in histories]) for name in first.records[i]}
            for i in range(len(first.epochs))
        ]
        history.best_epoch, history.best_val_loss, history.best_train_loss, history.peak_train_loss = (
            whole([getattr(h, name) for h in histories])
            for name in ("best_epoch", "best_val_loss", "best_train_loss", "peak_train_loss")
        )
        history.best_parameters = torch.as_tensor(whole([h.best_parameters.numpy() for h in histories]))
        if len(history.epochs) > max_records:
            history._thin()
        return history

    def arrays(self) -> dict[str, np.ndarray]:
        """Return `epoch` (n_records,) and every series with a leading member axis: (M, n_records[, n_layers])."""
        rows = self._rows.of(self.records)
        return {
            "epoch": np.array(self.epochs),
            **{name: np.array(values.swapaxes(0, 1), order="C") for name, values in rows.items()},
        }


class Rows:
    """Records one after another as arrays (n_records, M[, n_layers]). Those of a few members are kept, and only what is new
    is added: every snapshot asks for all of them. What is returned is valid until the next question.
    """

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._rows: dict[str, np.ndarray] = {}
        self._last: dict[str, np.ndarray] = {}
        self._n = 0

    def of(self, records: Sequence[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
        """Return each series of the records."""
        if len(records[0]["val_loss"]) > FEW_MEMBERS:
            return {name: joined_rows(records, name) for name in records[0]}
        n = len(records)
        if self._n > n or (self._n and records[self._n - 1] is not self._last):  # thinned, taken back or exchanged
            self._begin()
        if self._n < n:
            new = {name: joined_rows(records[self._n :], name) for name in records[0]}
            for name, values in new.items():
                if name not in self._rows or len(self._rows[name]) < n:
                    self._rows[name] = grown(self._rows.get(name, values[:0]), 2 * n)
                self._rows[name][self._n : n] = values
            self._n, self._last = n, records[-1]
        return {name: values[:n] for name, values in self._rows.items()}

    def __reduce__(self) -> tuple[type[Rows], tuple[()]]:
        """Travel empty."""
        return Rows, ()


def joined_rows(records: Sequence[dict[str, np.ndarray]], name: str) -> np.ndarray:
    """Return one series of records, (n_records, M[, n_layers]). (`np.stack` takes three times as long.)"""
    return np.concatenate([record[name] for record in records]).reshape(len(records), *records[0][name].shape)


def grown(rows: np.ndarray, n: int) -> np.ndarray:
    """Return the rows with room for `n` of them."""
    found = np.empty((n, *rows.shape[1:]), dtype=rows.dtype)
    found[: len(rows)] = rows
    return found


def power_of_two(number: int) -> int:
    """Return the largest power of two that is at most `number`, and at least 1."""
    return 1 << max(0, int(number).bit_length() - 1)


def record_of(trainer: Trainer, measured: Measurement) -> dict[str, np.ndarray]:
    """Return one record: arrays (M,), and per-layer counts (M, n_layers)."""
    if measured.compiled is not None:
        figures, (n_zero, n_small) = measured.compiled
        return {
            **dict(zip(NAMES, figures, strict=True)), "n_zero": n_zero[:, -1], "n_small": n_small[:, -1],
            "n_zero_per_layer": n_zero[:, :-1], "n_small_per_layer": n_small[:, :-1],
        }  # fmt: skip
    return {name: on_host(getattr(measured, name)).copy() for name in NAMES[:-1]} | weights_of(trainer)


def weights_of(trainer: Trainer) -> dict[str, np.ndarray]:
    """Return the norm of each member's weights and how many are zero and small, (M,), and per layer (M, n_layers)."""
    stack = trainer.stack
    weights = stack.parameters[:, : stack.n_weights]
    counts = count_layers(weights, [fan_in * fan_out for fan_in, fan_out in stack.shapes])
    tensors: dict[str, torch.Tensor] = {
        "weight_norm": torch.linalg.vector_norm(weights, dim=1),
        "n_zero": counts.n_zero.sum(1),
        "n_small": counts.n_small.sum(1),
        "n_zero_per_layer": counts.n_zero,
        "n_small_per_layer": counts.n_small,
    }
    return {name: on_host(tensor).copy() for name, tensor in tensors.items()}
