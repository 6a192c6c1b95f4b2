"""The penalties on weights: l1·Σ|w| + l2·Σw², per member, on a prefix of the flat buffer. Biases are free.

L2 enters the gradient: `Stack.backward` adds 2·l2·w to it. L1 is a proximal step after the optimizer's step: the soft
threshold, which lands on exactly zero (Parikh and Boyd, *Proximal Algorithms*, 2014, section 6.5.2). Its subgradient
variant adds l1·sign(w) to the gradient instead and exists to show what it fails to do.
"""

from __future__ import annotations

import torch
from torch import Tensor


def add_l1_subgradient(gradient: Tensor, weights: Tensor, l1: Tensor) -> None:
    """Add l1·sign(w) to `gradient` in place; sign(0) is taken as 0."""
    gradient.addcmul_(torch.sign(weights), l1)


def soft_threshold(weights: Tensor, threshold: Tensor) -> None:
    """Move each weight towards zero by `threshold` and stop there: w ← sign(w)·max(|w| - threshold, 0), in place.

    weights (M, k), threshold (M, k) or (M, 1).
    """
    if threshold.shape != weights.shape:
        threshold = threshold.expand_as(weights).contiguous()  # a broadcast bound makes `clamp` three times slower
    low = -threshold
    weights.sub_(torch.clamp(weights, low, threshold, out=low))  # not by a new array: memory is what this costs


def weight_penalty(weights: Tensor, l1: Tensor, l2: Tensor) -> Tensor:
    """Return l1·Σ|w| + l2·Σw² of each member, (M,), from weights (M, k) and strengths (M, 1)."""
    norm1: Tensor = torch.linalg.vector_norm(weights, 1, dim=1)
    norm2: Tensor = torch.linalg.vector_norm(weights, 2, dim=1)
    return l1.squeeze(1) * norm1 + l2.squeeze(1) * norm2.square()
