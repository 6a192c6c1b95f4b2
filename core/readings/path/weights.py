"""Weights and inputs against λ, in arrays and words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.readings.arrays import Arrays
from core.readings.strengths import flat_lines
from core.words import joined, say


def weight_arrays(lines: np.ndarray, shapes: Sequence[tuple[int, int]]) -> dict[str, np.ndarray]:
    """Return the curves of `core.studies.path.sweep.weight_lines`, (n_curves, n_values), as arrays of `plot_weight_paths`.

    Single weights: path_weights_<l>, the curves of layer l as one line with breaks. Quantiles: path_quantiles, as given.
    """
    sizes = [a * b for a, b in shapes]
    if len(lines) != sum(sizes):
        return {"path_quantiles": np.asarray(lines, dtype=float)}
    ends = np.cumsum([0, *sizes])
    return {f"path_weights_{k}": flat_lines(lines[ends[k] : ends[k + 1]]) for k in range(len(sizes))}


def input_arrays(curves: np.ndarray) -> dict[str, np.ndarray]:
    """Return path_inputs (n_inputs, n_values) and path_inputs_flat, the same as one line with breaks."""
    return {"path_inputs": np.asarray(curves, dtype=float), "path_inputs_flat": flat_lines(curves)}


def describe_weight_paths(arrays: Arrays, texts: Sequence[str]) -> str:
    """Return the largest |w| at both ends of the path, diverged members left out, as a sentence."""
    n = len(texts)
    if "path_quantiles" in arrays:
        curves = np.asarray(arrays["path_quantiles"], dtype=float)
    else:
        keys = [key for key in arrays if key.startswith("path_weights_")]
        curves = np.concatenate([np.reshape(arrays[key], (-1, n + 1))[:, :n] for key in keys])
    kept = np.flatnonzero(np.isfinite(curves).all(0))
    if kept.size == 0:
        return say("Weights against λ: nothing to show yet.")
    first, last = (
        say("{size:.3g} at λ {strength}", size=np.abs(curves[:, k]).max(), strength=texts[k])
        for k in (kept[0], kept[-1])
    )
    return say("Weights against λ: the largest |w| is {first} and {last}.", first=first, last=last)


def describe_input_paths(arrays: Arrays, names: Sequence[str], texts: Sequence[str]) -> str:
    """Return how many inputs are in use at both ends, and which ones stay longest."""
    curves = np.asarray(arrays["path_inputs"], dtype=float)
    used = (curves != 0).sum(0)
    lasting = np.argsort(-(curves != 0).sum(1), kind="stable")[:3]
    stay = joined([str(names[i]) for i in lasting], ", ")
    return say(
        "Inputs in use: {n_smallest} of {n_inputs} at λ {smallest}, {n_largest} at λ {largest}. In use longest: {longest}.",
        n_smallest=used[0],
        n_inputs=len(names),
        smallest=texts[0],
        n_largest=used[-1],
        largest=texts[-1],
        longest=stay,
    )
