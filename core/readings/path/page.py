"""What the λ path page says of its charts, and the fits of all its members as levels of grey."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from core.measures.own_unit import writer_of
from core.readings.arrays import N_COLORS, Arrays
from core.readings.path.curves import describe_path_losses, describe_path_sparsity
from core.readings.path.weights import describe_input_paths, describe_weight_paths
from core.readings.playground.page import describe_fit
from core.readings.weights import describe_histograms

if TYPE_CHECKING:
    from core.data.split import Split


def describe_path_page(arrays: Arrays, values: np.ndarray, texts: Sequence[str], split: Split) -> dict[str, str]:
    """Return the text alternatives of the charts over all λ."""
    described = {
        "path": describe_path_losses(arrays, values, texts, writer_of(split)),
        "path_sparsity": describe_path_sparsity(arrays, texts),
        "weight_paths": describe_weight_paths(arrays, texts),
    }
    if "path_inputs" in arrays:
        described["input_paths"] = describe_input_paths(arrays, split.feature_names, texts)
    return described


def describe_member(
    arrays: Arrays, labels: Mapping[str, Sequence[str]], constants: Arrays, kind: str
) -> dict[str, str]:
    """Return the text alternatives of fit and histograms at one λ, from its own arrays."""
    return {"histograms": describe_histograms(arrays), **describe_fit(arrays, labels, constants, kind)}


def to_levels(values: np.ndarray, bounds: tuple[float, float]) -> np.ndarray:
    """Return `map` as the colours it will be painted in, 0 to 255: a quarter of the bytes. nan (not begun) stays nan.

    bounds: the values of the first and the last colour, see `map_bounds`.
    """
    low, high = bounds
    levels = np.round(np.clip((values - low) / (high - low), 0, 1) * (N_COLORS - 1))
    return levels.astype(np.float32 if np.isnan(levels).any() else np.uint8)


def from_levels(levels: np.ndarray, bounds: tuple[float, float]) -> np.ndarray:
    """Return the values that `to_levels` has rounded."""
    low, high = bounds
    return np.asarray(low + levels.astype(float) / (N_COLORS - 1) * (high - low))
