"""Drawn points: where they stand on the charts, and what is said where some kind of them is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.measures.verdict import Verdict
from core.words import say

if TYPE_CHECKING:
    from core.data.split import Split


def drawn_arrays(split: Split) -> dict[str, np.ndarray]:
    """Return x and y of the drawn points of each part and class: `drawn_train0_x` (n,), `drawn_val1_y`, …

    The page makes the same of the points under a hand (`assets/points.js`); on a curve all are of class 0.
    """
    assert split.points_train is not None and split.points_val is not None
    arrays = {}
    for part, places, y in (("train", split.points_train, split.y_train), ("val", split.points_val, split.y_val)):
        for c in range(max(1, split.n_classes)):
            own = places[y == c] if split.n_classes else np.column_stack([places[:, 0], y])
            for i, axis in enumerate(("x", "y")):
                arrays[f"drawn_{part}{c}_{axis}"] = own[:, i].astype(np.float32)
    return arrays


def missing_points(split: Split) -> Verdict | None:
    """Return the sentence on drawn points where a network cannot be trained, or not be judged; None where there are enough."""
    n_train, n_val = len(split.y_train), len(split.y_val)
    if not n_train:
        return said(say("No training points: click into the chart to add some."))
    if not n_val:
        return said(say("No validation points: nothing shows whether it memorises. Switch to validation and add some."))
    if split.n_classes and len(np.unique(split.y_train)) < 2:
        return said(
            say("All training points are of one class: any network learns to say it. Add points of another class.")
        )
    return None


def said(text: str) -> Verdict:
    """Return what is missing as a verdict."""
    return Verdict("missing", text, 4, text)
