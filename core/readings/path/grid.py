"""Learning rate × λ: the validation loss as a map, in arrays and words."""

from __future__ import annotations

import numpy as np

from core.measures.numbers import Write, loss_text
from core.readings.arrays import Arrays
from core.readings.strengths import positions
from core.words import say


def grid_arrays(
    val_loss: np.ndarray, values: np.ndarray, param_name: str, learning_rates: np.ndarray
) -> dict[str, np.ndarray]:
    """Return grid_val (n_rates, n_values), and for its colours grid_level, 0 the lowest loss and 1 ten times as much or more.

    grid_best_x, grid_best_y: (1,) places of the lowest loss on the axes, empty while there is none.
    """
    loss = np.where(np.isfinite(val_loss), val_loss, np.nan)
    if not np.isfinite(loss).any():
        return {"grid_val": loss, "grid_level": loss, "grid_best_x": np.zeros(0), "grid_best_y": np.zeros(0)}
    lowest = max(float(np.nanmin(loss)), 1e-12)
    rate, value = np.unravel_index(np.nanargmin(loss), loss.shape)
    return {
        "grid_val": loss,
        "grid_level": np.clip(np.log10(np.maximum(loss, lowest) / lowest), 0, 1),
        "grid_best_x": positions(values, param_name)[value : value + 1],
        "grid_best_y": np.log10(learning_rates)[rate : rate + 1],
    }


def describe_grid(arrays: Arrays, values: np.ndarray, learning_rates: np.ndarray, write: Write = loss_text) -> str:
    """Return the best pair and how many pairs diverged."""
    loss = np.asarray(arrays["grid_val"], dtype=float)
    if not np.isfinite(arrays["grid_best_y"]).any():
        return say(
            "Learning rate × λ, {n_learning_rates} × {n_values} pairs: nothing to show yet.",
            n_learning_rates=len(learning_rates),
            n_values=len(values),
        )
    rate, value = np.unravel_index(np.nanargmin(loss), loss.shape)
    return say(
        "Learning rate × λ, {n_learning_rates} × {n_values} pairs: lowest validation loss {nanmin} at "
        "learning rate {learning_rates:.3g} and λ {values:.3g}; {isnan} have no finite loss.",
        n_learning_rates=len(learning_rates),
        n_values=len(values),
        nanmin=write(float(np.nanmin(loss))),
        learning_rates=learning_rates[rate],
        values=values[value],
        isnan=int(np.isnan(loss).sum()),
    )
