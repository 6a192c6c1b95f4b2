"""The loss chart in words."""

from __future__ import annotations

from core.measures.numbers import loss_text
from core.readings.arrays import Arrays

LOSSES = ["train_loss", "val_loss"]


def describe_losses(arrays: Arrays) -> str:
    """Return the loss chart in one or two sentences with its numbers."""
    if arrays["epoch"].size == 0:
        return "Loss over the epochs: nothing recorded yet."
    epoch, train, val = (float(arrays[name][-1]) for name in ("epoch", *LOSSES))
    text = f"Epoch {epoch:.0f}: training loss {loss_text(train)}, validation loss {loss_text(val)}."
    if arrays["best_epoch"].size:
        text += (
            f" Lowest validation loss {loss_text(arrays['best_val_loss'][0])} at epoch {arrays['best_epoch'][0]:.0f}."
        )
    if arrays["floor_y"].size:
        text += f" Noise floor {loss_text(arrays['floor_y'][0])}."
    return text
