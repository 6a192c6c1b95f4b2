"""Histograms of many networks' weights at once: common bins per network, the exact zeros apart.

Bins reach as far as the usual weights do; the outermost ones hold all that lie beyond, so a single large weight does not
make a needle of all others.

A layer is one tensor of weight matrices (M, fan_in, fan_out). Read next: `core/figures/weights.py`, which draws them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

RIDGE_HEIGHT = 0.9  # layers stand 1 apart, so a ridge never reaches the next baseline
N_BINS = 41
OVER_HEIGHT = 0.25  # of the numbers that say how many weights lie beyond the bins
USUAL = 0.98  # share of the weights that bins hold at the least
OUTLYING = 2.0  # a weight beyond so many times the usual ones does not widen the bins


def weight_histograms(layers: Sequence[np.ndarray], n_bins: int = N_BINS) -> dict[str, np.ndarray]:
    """Return the histograms of the NON-zero weights of M networks, layer by layer, and the shares of exact zeros.

    hist_x (M, n_bins + 1): edges of the bins; hist_count (M, n_layers, n_bins): weights in each;
    hist_y (M, n_layers, n_bins + 1): the height over the stretch that begins at each edge (the last one once more), the
    share of the layer scaled so that a network's highest is 0.9, on the layer's baseline n_layers-1-l (layer 1 on top);
    over_n (M, 2·n_layers): weights beyond the left and the right edge, which the outermost bins hold, at the places over_x,
    over_y (nan where there are none); zero_share (M, n_layers) in 0..1;
    spike_x, spike_y (M, 3·n_layers): a bar at 0 of height 0.9·zero_share per layer, nan between bars.
    """
    flat = [np.asarray(w, dtype=float).reshape(len(w), -1) for w in layers]
    reach = round_reach(np.max([robust_reach(w) for w in flat], axis=0))
    count = np.stack([_counts(w, reach, n_bins) for w in flat], axis=1)
    share = count / np.maximum(count.sum(2, keepdims=True), 1)
    highest = share.max(axis=(1, 2), keepdims=True)
    share *= RIDGE_HEIGHT / np.where(highest > 0, highest, 1.0)
    zero_share = np.stack([np.mean(w == 0, axis=1) for w in flat], axis=1)
    base = baselines(len(flat))
    over = np.stack([n for w in flat for n in (np.sum(w < -reach[:, None], 1), np.sum(w > reach[:, None], 1))], axis=1)
    gaps = np.full_like(zero_share, np.nan)
    tops = np.stack([np.broadcast_to(base, zero_share.shape), base + RIDGE_HEIGHT * zero_share, gaps], axis=2)
    return {
        "hist_x": reach[:, None] * np.linspace(-1, 1, n_bins + 1),
        "hist_count": count.astype(np.uint8 if count.max(initial=0) < 256 else np.int32),
        "hist_y": steps(share) + base[:, None],
        "over_x": np.tile(reach[:, None] * np.array([-1.0, 1.0]), len(flat)),
        "over_y": np.where(over > 0, np.repeat(base, 2) + OVER_HEIGHT, np.nan),
        "over_n": over.astype(np.int32),
        "zero_share": zero_share,
        "spike_x": np.tile([0.0, 0.0, np.nan], (len(zero_share), len(flat))),
        "spike_y": tops.reshape(len(zero_share), -1),
    }


def baselines(n_layers: int) -> np.ndarray:
    """Return the heights (n_layers,) on which the ridges stand, layer 1 highest."""
    return np.arange(n_layers - 1, -1, -1, dtype=float)


def robust_reach(w: np.ndarray) -> np.ndarray:
    """Return for each row of w (M, k) how far bins have to reach: to its largest finite |w|, or to twice that which 98 % of
    its weights that are not zero do not exceed, whichever is less, (M,).
    """
    size = np.abs(w)
    counts = np.isfinite(size) & (size > 0)
    size = np.sort(np.where(counts, size, np.inf), axis=1)  # those that count first, in their order
    last = counts.sum(1) - 1
    usual = np.ceil(USUAL * last).astype(int)  # as `np.quantile(…, method="higher")` places it
    rows = np.arange(len(w))
    reach = np.minimum(size[rows, last], OUTLYING * size[rows, usual])
    return np.where(last >= 0, reach, 0.0)


def steps(heights: np.ndarray) -> np.ndarray:
    """Return heights (…, n_bins) as a step line over the edges (…, n_bins + 1): the last one holds to the last edge."""
    return np.concatenate([heights, heights[..., -1:]], axis=-1)


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

    overlay_x (K, V, n_bins + 1): edges of bins over ± a round number that holds the usual weights, see `robust_reach`; what
    lies beyond is counted in the outermost bins; overlay_share (K, V, n_bins + 1): share of the group's weights in the bin
    that begins at each edge (the last one once more), zeros left out; overlay_zero (K, V) share that is exactly zero. The
    shares of a group's bins and its zeros sum to 1.
    is_lost: (V,) groups that have diverged and do not widen the bins, unless all have.
    """
    n_moments, n_groups, n = weights.shape
    is_kept = np.ones(n_groups, dtype=bool) if is_lost is None or is_lost.all() else ~is_lost
    w = weights.reshape(n_moments * n_groups, n)
    kept = weights[:, is_kept].reshape(n_moments, -1)
    reach = np.repeat(round_reach(robust_reach(kept)), n_groups)
    counts, n_finite = _counts(w, reach, n_bins), np.maximum(np.isfinite(w).sum(1), 1)
    edges = reach[:, None] * np.linspace(-1, 1, n_bins + 1)
    return {
        "overlay_x": edges.reshape(n_moments, n_groups, n_bins + 1),
        "overlay_share": steps(counts / n_finite[:, None]).reshape(n_moments, n_groups, n_bins + 1),
        "overlay_zero": ((w == 0).sum(1) / n_finite).reshape(n_moments, n_groups),
    }


def _counts(w: np.ndarray, reach: np.ndarray, n_bins: int) -> np.ndarray:
    """Return how many of the finite non-zero values of w (M, k) lie in each of n_bins over ±reach, (M, n_bins)."""
    is_kept = np.isfinite(w) & (w != 0)
    place = np.nan_to_num((w / reach[:, None] + 1) * (n_bins / 2), nan=0, posinf=0, neginf=0)
    bins = (
        np.clip(place, 0, n_bins - 1).astype(int) + n_bins * np.arange(len(w))[:, None]
    )  # clipped first: 1e30 is no int
    return np.bincount(bins[is_kept], minlength=n_bins * len(w)).reshape(len(w), n_bins)
