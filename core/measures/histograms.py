"""Histograms of many networks' weights at once: common bins per network, the exact zeros apart.

A layer is one tensor of weight matrices (M, fan_in, fan_out). Read next: `core/figures/weights.py`, which draws them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

RIDGE_HEIGHT = 0.9  # layers stand 1 apart, so a ridge never reaches the next baseline
N_BINS = 41


def weight_histograms(layers: Sequence[np.ndarray], n_bins: int = N_BINS) -> dict[str, np.ndarray]:
    """Return the histograms of the NON-zero weights of M networks, layer by layer, and the shares of exact zeros.

    hist_x (M, n_bins) bin centres; hist_density (M, n_layers, n_bins), scaled so that a network's highest is 0.9;
    hist_y = density + the layer's baseline n_layers-1-l (layer 1 on top); zero_share (M, n_layers) in 0..1;
    spike_x, spike_y (M, 3·n_layers) a bar at 0 of height 0.9·zero_share per layer, nan between bars.
    """
    flat = [np.asarray(w, dtype=float).reshape(len(w), -1) for w in layers]
    reach = round_reach(np.max([np.max(np.abs(np.nan_to_num(w, posinf=0, neginf=0)), axis=1) for w in flat], axis=0))
    density = np.stack([_densities(w, reach, n_bins) for w in flat], axis=1)
    highest = density.max(axis=(1, 2), keepdims=True)
    density *= RIDGE_HEIGHT / np.where(highest > 0, highest, 1.0)
    zero_share = np.stack([np.mean(w == 0, axis=1) for w in flat], axis=1)
    base = baselines(len(flat))
    centres = (np.arange(n_bins) + 0.5) / n_bins * 2 - 1
    gaps = np.full_like(zero_share, np.nan)
    tops = np.stack([np.broadcast_to(base, zero_share.shape), base + RIDGE_HEIGHT * zero_share, gaps], axis=2)
    return {
        "hist_x": reach[:, None] * centres,
        "hist_density": density,
        "hist_y": density + base[:, None],
        "zero_share": zero_share,
        "spike_x": np.tile([0.0, 0.0, np.nan], (len(zero_share), len(flat))),
        "spike_y": tops.reshape(len(zero_share), -1),
    }


def baselines(n_layers: int) -> np.ndarray:
    """Return the heights (n_layers,) on which the ridges stand, layer 1 highest."""
    return np.arange(n_layers - 1, -1, -1, dtype=float)


def round_reach(largest: np.ndarray, steps: Sequence[float] = (1.0, 2.0, 5.0, 10.0)) -> np.ndarray:
    """Return for each largest |w| the next of `steps` times a power of ten: an axis ±reach changes rarely."""
    clipped = np.clip(largest, 1e-6, 1e30)
    power = 10.0 ** np.floor(np.log10(clipped))
    sizes = np.asarray(steps)
    return np.asarray(sizes[np.argmax(clipped[:, None] <= sizes * power[:, None] * (1 + 1e-12), axis=1)] * power)


def overlaid_histograms(
    weights: np.ndarray, n_bins: int = N_BINS, is_lost: np.ndarray | None = None
) -> dict[str, np.ndarray]:
    """Return histograms of K × V groups of weights (K, V, n), the V groups of one moment on common bins, zeros apart.

    overlay_x (K, V, n_bins) bin centres over ± a round number that holds 98 % of the weights that are not zero; what lies
    beyond is counted in the outermost bins; overlay_share (K, V, n_bins) share of the group's weights
    per bin, zeros left out; overlay_zero (K, V) share that is exactly zero. The shares of a group sum to 1.
    is_lost: (V,) groups that have diverged and do not widen the bins, unless all have.
    """
    n_moments, n_groups, n = weights.shape
    is_kept = np.ones(n_groups, dtype=bool) if is_lost is None or is_lost.all() else ~is_lost
    w = weights.reshape(n_moments * n_groups, n)
    reach = np.repeat(round_reach(np.array([_usual_size(moment[is_kept]) for moment in weights])), n_groups)
    counts, n_finite = _counts(w, reach, n_bins), np.maximum(np.isfinite(w).sum(1), 1)
    centres = (np.arange(n_bins) + 0.5) / n_bins * 2 - 1
    return {
        "overlay_x": (reach[:, None] * centres).reshape(n_moments, n_groups, n_bins),
        "overlay_share": (counts / n_finite[:, None]).reshape(n_moments, n_groups, n_bins),
        "overlay_zero": ((w == 0).sum(1) / n_finite).reshape(n_moments, n_groups),
    }


def _usual_size(weights: np.ndarray) -> float:
    """Return the |w| that 98 % of the finite non-zero weights do not exceed, 0 without any."""
    size = np.abs(weights[np.isfinite(weights) & (weights != 0)])
    place = int(0.98 * size.size)
    return float(np.partition(size, place)[place]) if size.size else 0.0


def _densities(w: np.ndarray, reach: np.ndarray, n_bins: int) -> np.ndarray:
    """Return (M, n_bins) densities of the finite non-zero values of w (M, k) over ±reach."""
    counts, width = _counts(w, reach, n_bins), 2 * reach / n_bins
    return np.asarray(counts / (np.maximum(counts.sum(1), 1) * width)[:, None])


def _counts(w: np.ndarray, reach: np.ndarray, n_bins: int) -> np.ndarray:
    """Return how many of the finite non-zero values of w (M, k) lie in each of n_bins over ±reach, (M, n_bins)."""
    is_kept = np.isfinite(w) & (w != 0)
    place = np.nan_to_num((w / reach[:, None] + 1) * (n_bins / 2), nan=0, posinf=0, neginf=0)
    bins = (
        np.clip(place, 0, n_bins - 1).astype(int) + n_bins * np.arange(len(w))[:, None]
    )  # clipped first: 1e30 is no int
    return np.bincount(bins[is_kept], minlength=n_bins * len(w)).reshape(len(w), n_bins)
