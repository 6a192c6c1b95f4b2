"""Wrong labels: a share of the training rows gets another class."""

from __future__ import annotations

from numpy.random import Generator

from core.data.arrays import Array


def flip_labels(labels: Array, share: float, n_classes: int, rng: Generator) -> Array:
    """Return labels (n,) with exactly round(share · n) of them replaced by another, random class."""
    if n_classes == 0:
        return labels
    rows = rng.permutation(len(labels))[: round(share * len(labels))]
    flipped = labels.copy()
    flipped[rows] = (labels[rows] + rng.integers(1, n_classes, len(rows))) % n_classes
    return flipped
