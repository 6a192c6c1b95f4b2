"""Double descent in words, read off the errors alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

CLEAR_RISE = 0.02  # of the error: below it a bump is none


def peak_sentence(error: np.ndarray, widths: Sequence[int], n_train: int) -> str:
    """Return what the error (n_widths,) does along the widths; nan where nothing is computed yet."""
    done = np.flatnonzero(np.isfinite(error))
    if len(done) < 3:
        return "Not enough widths yet."
    error, places = error[done], np.asarray(widths)[done]
    peak = int(np.argmax(error - np.minimum.accumulate(error)))
    before = int(np.argmin(error[: peak + 1]))
    if error[peak] - error[before] < CLEAR_RISE:
        return f"No peak: the error falls to {error.min():.1%} without a rise above {CLEAR_RISE:.0%}."
    where = "where the width reaches the number of training rows" if places[peak] == n_train else "on the way"
    said = (
        f"{error[before]:.0%} wrong at width {places[before]:,}, a peak of {error[peak]:.0%} at {places[peak]:,}, {where}, "
        f"and {error[-1]:.0%} at {places[-1]:,}"
    )
    if abs(error[-1] - error[before]) < CLEAR_RISE:
        return f"{said}: as low as before the peak."
    return f"{said}{': lower than before the peak.' if error[-1] < error[before] else '.'}"
