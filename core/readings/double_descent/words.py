"""Double descent in words, read off the errors alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.words import say

CLEAR_RISE = 0.02  # of the error: below it a bump is none


def peak_sentence(error: np.ndarray, widths: Sequence[int], n_train: int) -> str:
    """Return what the error (n_widths,) does along the widths; nan where nothing is computed yet."""
    done = np.flatnonzero(np.isfinite(error))
    if len(done) < 3:
        return say("Not enough widths yet.")
    error, places = error[done], np.asarray(widths)[done]
    peak = int(np.argmax(error - np.minimum.accumulate(error)))
    before = int(np.argmin(error[: peak + 1]))
    if error[peak] - error[before] < CLEAR_RISE:
        return say(
            "No peak: the error falls to {error:.1%} without a rise above {clear_rise:.0%}.",
            error=error.min(),
            clear_rise=CLEAR_RISE,
        )
    where = say("where the width reaches the number of training rows") if places[peak] == n_train else say("on the way")
    said = say(
        "{error_before:.0%} wrong at width {width_before:,}, a peak of {error_peak:.0%} at {width_peak:,}, {where}, "
        "and {error_end:.0%} at {width_end:,}",
        error_before=error[before],
        width_before=places[before],
        error_peak=error[peak],
        width_peak=places[peak],
        where=where,
        error_end=error[-1],
        width_end=places[-1],
    )
    if abs(error[-1] - error[before]) < CLEAR_RISE:
        return say("{said}: as low as before the peak.", said=said)
    if error[-1] < error[before]:
        return say("{said}: lower than before the peak.", said=said)
    return said + "."
