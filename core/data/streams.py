"""Random streams: each purpose has its own, so that turning one knob leaves the other draws as they were."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from core.settings.experiment import DataConfig

ROWS, NOISE, PERMUTATION, LABELS, BAYES, DUPLICATES, DISTRACTION = range(7)


def stream(data: DataConfig, purpose: int) -> Generator:
    """Return a new generator for one purpose of this data seed."""
    return np.random.default_rng([data.seed, purpose])
