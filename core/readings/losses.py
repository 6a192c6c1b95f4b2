"""The loss chart in words."""

from __future__ import annotations

import math

import numpy as np

from core.measures.numbers import Write, loss_text
from core.readings.arrays import Arrays
from core.words import say

LOSSES = ["train_loss", "val_loss"]


def describe_losses(arrays: Arrays, write: Write = loss_text) -> str:
    """Return the loss chart in one or two sentences with its numbers."""
    if arrays["epoch"].size == 0:
        return say("Loss over the epochs: nothing recorded yet.")
    epoch, train, val = (float(arrays[name][-1]) for name in ("epoch", *LOSSES))
    text = say(
        "Epoch {epoch:.0f}: training loss {train}, validation loss {val}.",
        epoch=epoch,
        train=known_loss(train, write),
        val=known_loss(val, write),
    )
    if arrays["best_epoch"].size and np.isfinite(arrays["best_val_loss"][0]):
        text += say(
            " Lowest validation loss {best_val_loss} at epoch {best_epoch:.0f}.",
            best_val_loss=write(float(arrays["best_val_loss"][0])),
            best_epoch=arrays["best_epoch"][0],
        )
    if arrays["floor_y"].size:
        text += say(" Noise floor {floor_y}.", floor_y=write(float(arrays["floor_y"][0])))
    return text


def known_loss(loss: float, write: Write = loss_text) -> str:
    """Return a loss as a text; "unknown" where there is none, as over no points."""
    return say("unknown") if math.isnan(loss) else write(loss)
