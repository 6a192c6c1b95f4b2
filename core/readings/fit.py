"""What the network computes, in words, and the arrays that stay the same while it learns.

`constants` are these arrays; `split_constants` takes them from a split.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from core.readings.arrays import Arrays, span
from core.words import joined, say

if TYPE_CHECKING:
    from core.data.split import Split


def shades(n_classes: int) -> int:
    """Return how many palette entries each of three classes or more has: 85 of three, 63 of four."""
    return 255 // n_classes


def split_constants(split: Split) -> dict[str, np.ndarray]:
    """Return what figures need of a split, targets in raw units: target_*, points_*, grid_x, grid_y, truth, noise_std,
    n_classes, class_names, feature_names, point_names, target_name; an array without meaning here is empty.
    """
    empty, grid = np.zeros(0), split.grid
    optional = {
        "points_train": split.points_train,
        "points_val": split.points_val,
        "grid_x": grid.x if grid else None,
        "grid_y": grid.y if grid else None,
        "truth": grid.truth if grid else None,
    }
    return {
        **{name: empty if value is None else value for name, value in optional.items()},
        "target_train": _raw(split.y_train, split),
        "target_val": _raw(split.y_val, split),
        "noise_std": np.array([grid.noise_std if grid else 0.0]),
        "n_classes": np.array([split.n_classes]),
        "class_names": np.array(split.class_names, dtype=object),
        "feature_names": np.array(split.feature_names, dtype=object),
        "point_names": np.array(split.point_names, dtype=object),
        "target_name": np.array([split.target_name], dtype=object),
    }


def map_bounds(constants: Arrays) -> tuple[float, float]:
    """Return the values of `map` that the first and the last of the 256 colours stand for.

    Three classes or more: the range is moved by half a colour, so that rounding to the nearest colour keeps a sure class out of
    the next one's colours.
    """
    n_classes = int(constants["n_classes"][0])
    if n_classes == 0:
        return span([constants["target_train"], constants["truth"]])
    shift = 0.5 / shades(n_classes) if n_classes > 2 else 0.0
    return shift, n_classes + shift if n_classes > 2 else 1.0


def describe_curve(arrays: Arrays, constants: Arrays) -> str:
    """Return the range of the fitted curve and its distance from the true function as a sentence."""
    fit, truth = arrays["fit_y"], constants["truth"]
    text = say("Fitted curve between {least:.3g} and {largest:.3g}", least=np.min(fit), largest=np.max(fit))
    if truth.size:
        text += say("; mean distance from the true function {abs:.3g}", abs=np.mean(np.abs(fit - truth)))
    return say(
        "{fit}; {n_train} training and {n_val} validation points.",
        fit=text,
        n_train=constants["target_train"].size,
        n_val=constants["target_val"].size,
    )


def describe_plane(arrays: Arrays, constants: Arrays) -> str:
    """Return the share of the map given to each class, or the range of its values, as a sentence."""
    n_classes, values = int(constants["n_classes"][0]), arrays["map"]
    if n_classes == 0:
        return say(
            "Fitted surface between {least:.3g} and {largest:.3g}.", least=np.min(values), largest=np.max(values)
        )
    chosen = (values > 0.5).astype(int) if n_classes == 2 else np.floor(values).astype(int)
    shares = joined(
        [
            say("{name} {share:.0%}", name=name, share=np.mean(chosen == c))
            for c, name in enumerate(constants["class_names"])
        ],
        ", ",
    )
    return say("Decision map: share of the area by class: {shares}.", shares=shares)


def describe_pixels(arrays: Arrays) -> str:
    """Return how many of the pixels have no weight left."""
    pixels = arrays["pixels"]
    return say(
        "Pixels by sum of |w|: largest {pixels:.3g}, {value} of {size} unused.",
        pixels=np.max(pixels),
        value=np.sum(pixels == 0),
        size=pixels.size,
    )


def describe_confusion(arrays: Arrays) -> str:
    """Return how many validation rows are classified right."""
    counts = arrays["confusion"]
    return say(
        "Confusion matrix: {trace:.0f} of {counts:.0f} validation rows right.",
        trace=np.trace(counts),
        counts=np.sum(counts),
    )


def describe_ranking(arrays: Arrays, names: Sequence[str]) -> str:
    """Return the three inputs with the largest sums of |w|."""
    top = joined(
        [
            say("{name} {value:.3g}", name=name, value=value)
            for name, value in list(zip(names, arrays["rank_value"], strict=True))[:3]
        ],
        ", ",
    )
    return say("Inputs with the largest sums of |w|: {top}.", top=top)


def describe_predicted(arrays: Arrays, constants: Arrays) -> str:
    """Return the root mean squared errors of training and validation rows, raw units."""
    train, val = (
        float(np.sqrt(np.mean((arrays[f"pred_{split}"] - constants[f"target_{split}"]) ** 2)))
        for split in ("train", "val")
    )
    return say(
        "Predicted against true: typical error {train:.3g} on training rows, {val:.3g} on validation rows.",
        train=train,
        val=val,
    )


def _raw(y: np.ndarray, split: Split) -> np.ndarray:
    """Return targets in raw units; classes stay as they are."""
    return np.asarray(y) if split.n_classes else np.asarray(y) * split.y_scale + split.y_mean
