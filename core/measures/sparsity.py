"""How many weights are exactly zero, how many are merely small, per layer. The two are counted apart on purpose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor, cat, from_numpy, split, stack, tensor

from core.engine.penalties import SMALL_WEIGHT as SMALL_WEIGHT


@dataclass(frozen=True)
class LayerCounts:
    """Counts per layer, each (M, n_layers): exactly zero, 0 < |w| < ε, the rest."""

    n_zero: Tensor
    n_small: Tensor
    n_rest: Tensor


def count_weights(weights: Sequence[Tensor]) -> LayerCounts:
    """Return the counts of a stack's weight matrices, each (M, fan_in, fan_out). nan counts as the rest."""
    return count_layers(cat([w.flatten(1) for w in weights], 1), [w.shape[1] * w.shape[2] for w in weights])


def count_layers(weights: Tensor, sizes: Sequence[int]) -> LayerCounts:
    """Return the same from all weights of each member side by side, (M, k), layers of `sizes` numbers one after another."""
    if weights.is_cuda:
        return _count_on_gpu(weights, sizes)
    magnitude = weights.abs().numpy()
    starts = np.cumsum([0, *sizes[:-1]])
    n_zero = np.add.reduceat(magnitude == 0, starts, axis=1, dtype=np.int64)
    n_below = np.add.reduceat(magnitude < SMALL_WEIGHT, starts, axis=1, dtype=np.int64)
    return LayerCounts(from_numpy(n_zero), from_numpy(n_below - n_zero), from_numpy(np.array(sizes) - n_below))


def _count_on_gpu(weights: Tensor, sizes: Sequence[int]) -> LayerCounts:
    """Count where the weights are: a thousand networks need longer to come to the processor than to be trained."""
    layers = [layer.abs() for layer in split(weights, list(sizes), 1)]
    n_zero = stack([(layer == 0).sum(1) for layer in layers], 1)
    n_below = stack([(layer < SMALL_WEIGHT).sum(1) for layer in layers], 1)
    return LayerCounts(n_zero, n_below - n_zero, tensor(sizes, device=weights.device) - n_below)
