"""How many weights are exactly zero, how many are merely small, per layer. The two are counted apart on purpose."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, stack, tensor

SMALL_WEIGHT = 1e-3  # ε: |w| below this is "small"


@dataclass(frozen=True)
class LayerCounts:
    """Counts per layer, each (M, n_layers): exactly zero, 0 < |w| < ε, the rest."""

    n_zero: Tensor
    n_small: Tensor
    n_rest: Tensor


def count_weights(weights: list[Tensor]) -> LayerCounts:
    """Return the counts of a stack's weight matrices, each (M, fan_in, fan_out). nan counts as the rest."""
    n_zero = stack([w.shape[1] * w.shape[2] - w.count_nonzero((1, 2)) for w in weights], 1)
    n_below = stack([(w.abs() < SMALL_WEIGHT).count_nonzero((1, 2)) for w in weights], 1)
    n_all = tensor([w.shape[1] * w.shape[2] for w in weights])
    return LayerCounts(n_zero, n_below - n_zero, n_all - n_below)
