"""Finding the features in arrays and words: what is left of each input, and precision and recall along λ.

`values` are the strengths λ of the arrays' leading axis.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.readings.arrays import Arrays
from core.readings.strengths import positions
from core.settings.penalties import PENALTIES
from core.words import joined, say

SHOWN = ("l1", "group_l1", "l2")  # penalties, in reading order
SHORT = {name: PENALTIES[name].short for name in SHOWN}


def lost_arrays(values: np.ndarray, is_diverged: np.ndarray) -> Arrays:
    """Return the marks of values (n_values,) where a penalty has diverged, is_diverged (n_penalties, n_values).

    lost_x, lost_y: (n_lost,) places on the axis of λ, and 0, the foot of each chart.
    """
    x = positions(values)[np.any(is_diverged, axis=0)]
    return {"lost_x": x, "lost_y": np.zeros(len(x))}


def describe_inputs(strength: np.ndarray, names: Sequence[str]) -> str:
    """Return how many inputs are in use, and the three largest, from Σ|w| (d,), as a sentence."""
    top = joined(
        [say("{names} {strength:.3g}", names=names[i], strength=strength[i]) for i in np.argsort(-strength)[:3]], ", "
    )
    return say(
        "Inputs in use: {value} of {size}. Largest sums of |w|: {top}.",
        value=np.sum(strength > 0),
        size=strength.size,
        top=top,
    )


def describe_along(arrays: Arrays, array: str, texts: Sequence[str]) -> str:
    """Return an array's values of each penalty at both ends of λ; `array` has `l1` in its name."""
    parts = [
        say(
            "{penalty} {n_smallest} at λ {smallest}, {n_largest} at λ {largest}",
            penalty=SHORT[p],
            n_smallest=number(values[0]),
            smallest=texts[0],
            n_largest=number(values[-1]),
            largest=texts[-1],
        )
        for p, values in ((p, arrays[array.replace("l1", p)]) for p in SHOWN)
    ]
    return joined(parts, "; ") + "."


def number(value: float) -> str:
    """Return a number as a short text, "none" for nan."""
    return f"{value:.3g}" if np.isfinite(value) else "none"
