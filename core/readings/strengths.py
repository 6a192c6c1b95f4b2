"""Where strengths λ stand on their axis, which is linear in log10 λ with a place for 0 left of a break.

Bars and pictures have an ordinary place there, which a logarithmic axis would not give them. Read next:
`core/readings/path/curves.py`.
"""

from __future__ import annotations

import numpy as np

BREAK = 0.6  # decades between λ = 0 and the smallest positive λ
LINEAR = ("dropout_rate",)  # strengths that are shown on a linear axis
N_TOP = 7  # counts above the chart, at most: they do not touch one another on a phone


def positions(values: np.ndarray, param_name: str = "l2") -> np.ndarray:
    """Return where each value stands on the axis, (n_values,): log10, and for 0 a place left of the smallest."""
    values = np.asarray(values, dtype=float)
    positive = values[values > 0]
    if param_name in LINEAR or positive.size == 0:
        return values
    lowest = np.log10(positive.min())
    return np.where(values > 0, np.log10(np.where(values > 0, values, 1.0)), lowest - BREAK)


def top_places(n_values: int) -> np.ndarray:
    """Return which values carry a count above the chart: at most seven, first and last among them."""
    return np.unique(np.linspace(0, n_values - 1, min(n_values, N_TOP)).round().astype(int))


def top_arrays(name: str, counts: np.ndarray) -> dict[str, np.ndarray]:
    """Return what the row of counts binds to, from counts (n_values,) of which some may be nan: a nan has no text.

    `name`: (n_top,) the counts at `top_places`; `name`_y: (n_top,) their height, nan where there is none.
    """
    top = np.asarray(counts, dtype=float)[top_places(len(counts))]
    return {name: top, f"{name}_y": np.where(np.isfinite(top), 1.0, np.nan)}


def flat_lines(curves: np.ndarray) -> np.ndarray:
    """Return curves (n_curves, n_values) as one line with breaks, (n_curves·(n_values + 1),): nan ends each curve."""
    ends = np.full((len(curves), 1), np.nan)
    return np.concatenate([np.asarray(curves, dtype=float), ends], axis=1).ravel()
