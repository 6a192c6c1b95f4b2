"""What a network answers on training rows whose labels are right, and on those whose labels are wrong, moment by moment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.data.split import Split
from core.engine import Stack
from core.readings.arrays import Arrays
from core.readings.looks import outputs_of
from core.studies.base.outputs import class_probabilities
from core.words import say


def label_scores(stack: Stack, loss: str, split: Split, is_wrong: np.ndarray) -> np.ndarray:
    """Return (M, 3) shares of training rows: right labels answered as they say, wrong labels answered as they say, and
    validation rows answered right.
    """

    def agrees(X: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.asarray(class_probabilities(outputs_of(stack, X), loss).argmax(-1).numpy() == y)

    said = agrees(split.X_train, split.y_train)
    return np.stack(
        [said[:, ~is_wrong].mean(1), said[:, is_wrong].mean(1), agrees(split.X_val, split.y_val).mean(1)], axis=1
    )


def label_arrays(epochs: Sequence[int], scores: np.ndarray) -> Arrays:
    """Return the curves of `label_scores` (n_moments, 3) over the epochs: label_epoch, label_right, label_wrong, label_val."""
    right, wrong, val = scores.T
    return {
        "label_epoch": np.array(epochs, dtype=np.float32),
        "label_right": right,
        "label_wrong": wrong,
        "label_val": val,
    }


def describe_labels(arrays: Arrays) -> str:
    """Return where the curves stand at the last moment."""
    right, wrong, val = (float(arrays[name][-1]) for name in ("label_right", "label_wrong", "label_val"))
    return say(
        "Of the training rows with a right label {right:.0%} are answered as it says, of those with a wrong one {wrong:.0%}; "
        "of the validation rows {val:.0%}.",
        right=right,
        wrong=wrong,
        val=val,
    )
