"""Images and what the network takes them for: some that it trains on, and some that it never sees. Read next: `fit.py`."""

from __future__ import annotations

import numpy as np

from core.data.split import Split
from core.engine import Stack
from core.readings.arrays import Arrays
from core.readings.looks import outputs_of
from core.studies.base.outputs import class_probabilities
from core.words import say

NOTHING = " "  # a mark without any text is thrown away by Plotly, and cannot be written later
N_TRAIN, N_VAL = 16, 24  # images that are shown
SIDE = 8  # pixels of an image along each side


def shown_images(split: Split) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return inputs (n, 64), pictures (n, 8, 8) in grey levels and labels as given (n,): training rows, then validation rows."""
    X = np.concatenate([split.X_train[:N_TRAIN], split.X_val[:N_VAL]])
    y = np.concatenate([split.y_train[:N_TRAIN], split.y_val[:N_VAL]])
    return X, (X * split.x_scale + split.x_mean).reshape(-1, SIDE, SIDE), y


def n_trained_on(split: Split) -> int:
    """Return how many of the shown images are training rows."""
    return min(N_TRAIN, len(split.y_train))


def look_at_images(stack: Stack, loss: str, split: Split) -> Arrays:
    """Return `answer` (M, n), the class that each network takes each shown image for; nothing for other data."""
    if split.kind != "images":
        return {}
    outputs = outputs_of(stack, shown_images(split)[0])
    return {"answer": class_probabilities(outputs, loss).argmax(-1).numpy().astype(np.int32)}


def image_labels(answer: np.ndarray, split: Split) -> dict[str, list[str]]:
    """Return what to write at each shown image: `images_right` its class where they agree, else a blank; `images_wrong`
    the answer and the label where they differ.
    """
    names, y = split.class_names, shown_images(split)[2]
    pairs = [(names[int(a)], names[int(t)]) for a, t in zip(answer, y, strict=True)]
    return {
        "images_right": [said if said == true else NOTHING for said, true in pairs],
        "images_wrong": [
            NOTHING if said == true else say("{said}, not {true}", said=said, true=true) for said, true in pairs
        ],
    }


def describe_images(answer: np.ndarray, split: Split) -> str:
    """Return how many of the shown images are answered as their labels say, as a sentence."""
    is_right, n = answer == shown_images(split)[2], n_trained_on(split)
    return say(
        "Of {n_train} training images {n_right_train} are answered as their labels say, "
        "of {n_val} validation images {n_right_val}.",
        n_train=n,
        n_right_train=int(is_right[:n].sum()),
        n_val=len(is_right) - n,
        n_right_val=int(is_right[n:].sum()),
    )
