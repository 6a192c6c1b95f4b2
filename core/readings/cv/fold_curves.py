"""Losses over the epochs in cross-validation, thinned to what a chart can show, and those of a refit, in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.measures.numbers import Write, loss_text
from core.readings.arrays import Arrays
from core.readings.strengths import flat_lines
from core.words import joined, say

MAX_NUMBERS = 60_000  # in the curves of single folds; longer histories show every second, third, … moment


def fold_curve_arrays(epoch: np.ndarray, train_loss: np.ndarray, val_loss: np.ndarray) -> dict[str, np.ndarray]:
    """Return the loss curves of every value, from losses (n_values, n_columns, n_records) at epochs (n_records,).

    fold_epoch: (n_shown,); fold_train, fold_val: (n_values, n_shown) means over the folds; fold_lines: (n_values,
    n_columns·(n_shown + 1)) the folds as one line with breaks over fold_line_epoch. The last record is always shown.
    """
    every = -(-train_loss.size // MAX_NUMBERS)
    shown = np.unique(np.append(np.arange(0, len(epoch), every), len(epoch) - 1))
    epoch, train, val = epoch[shown].astype(float), train_loss[:, :, shown], val_loss[:, :, shown]
    return {
        "fold_epoch": epoch,
        "fold_train": train.mean(1),
        "fold_val": val.mean(1),
        "fold_lines": np.stack([flat_lines(curves) for curves in val]),
        "fold_line_epoch": np.tile(np.append(epoch, np.nan), val.shape[1]),
    }


def describe_fold_curves(text: str, train_loss: np.ndarray, val_loss: np.ndarray, write: Write = loss_text) -> str:
    """Return the last means of one λ, from its losses (n_columns,); nan where a fold has none."""
    n_lost = int((~np.isfinite(val_loss)).sum())
    if n_lost:
        return say(
            "λ = {strength}: {n_lost} of {n_folds} folds have no loss (not begun, or diverged).",
            strength=text,
            n_lost=n_lost,
            n_folds=len(val_loss),
        )
    train, val = train_loss.mean(), val_loss.mean()
    return say(
        "λ = {strength}: mean over the folds of the training loss {train}, of the validation loss {val}.",
        strength=text,
        train=write(float(train)),
        val=write(float(val)),
    )


def describe_refit(arrays: Arrays, labels: Sequence[str], write: Write = loss_text) -> str:
    """Return the last training loss of each network."""
    last = joined(
        [
            say("{label} {curve}", label=label, curve=write(float(curve[-1])))
            for label, curve in zip(labels, arrays["refit_loss"], strict=True)
        ],
        "; ",
    )
    return say("Training loss at epoch {refit_epoch:,.0f}: {last}.", refit_epoch=arrays["refit_epoch"][-1], last=last)
