"""Arrays by name, and the range of an axis around them. Read next: `losses.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

Arrays = Mapping[str, np.ndarray]
N_COLORS = 256


def span(values: Sequence[np.ndarray], include: Sequence[float] = (), pad: float = 0.05) -> tuple[float, float]:
    """Return (low, high) around all finite values and `include`, widened by the share `pad`; (0, 1) without values.

    A side that ends on an included number is not widened: a loss axis stands on 0.
    """
    flat = np.concatenate([np.asarray(value, dtype=float).ravel() for value in values] + [np.asarray(include, float)])
    finite = flat[np.isfinite(flat)]
    if finite.size == 0:
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    extra = pad * (high - low) if high > low else 0.5  # a single number needs some room; others get what was asked
    return (low if low in include else low - extra), (high if high in include and high > low else high + extra)
