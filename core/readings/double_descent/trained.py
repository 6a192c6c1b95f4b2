"""Trained networks of many widths: arrays of a moment, and what the loss does along the widths, in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.measures.numbers import loss_text
from core.readings.looks import Arrays
from core.studies.double_descent.trained import first_fitting
from core.words import say

SHOWN = {"train_loss": "train", "val_loss": "val", "train_error": "train_error", "val_error": "val_error"}
CLEAR_RISE = 0.1  # of the loss before it: a smaller bump is none


def trained_arrays(numbers: dict[str, np.ndarray], widths: Sequence[int]) -> Arrays:
    """Return dt_<what> (n_values, n_widths), means over the starts, and dt_fit_x (n_values, 2): twice the logarithm of the first
    width that fits all rows, else nan.

    numbers: (n_values, n_widths, n_starts) by name, see `losses_and_errors`.
    """
    arrays: Arrays = {f"dt_{shown}": numbers[name].mean(-1) for name, shown in SHOWN.items()}
    place = first_fitting(arrays["dt_train_error"])
    at = np.where(place >= 0, np.log10(np.asarray(widths)[place]), np.nan)
    arrays["dt_fit_x"] = np.repeat(at[:, None], 2, 1)
    return arrays


def width_sentence(loss: np.ndarray, widths: Sequence[int], fits: int) -> str:
    """Return what the loss on fresh rows (n_widths,) does along the widths. fits: place of the first that fits all rows, or -1."""
    lowest = np.minimum.accumulate(loss)
    peak = int(np.argmax(loss - lowest))
    before = int(np.argmin(loss[: peak + 1]))
    if loss[peak] < (1 + CLEAR_RISE) * loss[before]:
        return say(
            "The loss on fresh rows falls to {least} at width {width:,} without a clear rise.",
            least=loss_text(loss.min()), width=widths[int(loss.argmin())],
        )  # fmt: skip
    numbers = {
        "before": loss_text(loss[before]), "at": widths[before], "high": loss_text(loss[peak]), "peak": widths[peak],
        "last": loss_text(loss[-1]), "end": widths[-1],
    }  # fmt: skip
    if peak == len(loss) - 1 or loss[-1] > loss[peak] - CLEAR_RISE * loss[before]:
        return say(
            "The loss on fresh rows is a U so far: {before} at width {at:,}, {high} at {peak:,}.",
            **{name: numbers[name] for name in ("before", "at", "high", "peak")},
        )
    said = say(
        "The loss on fresh rows: {before} at width {at:,}, a peak of {high} at {peak:,}, {last} at {end:,}.", **numbers
    )
    if fits < 0:
        return said
    return said + say(" From width {fit:,} on no training row is wrong.", fit=widths[fits])
