r"""What the penalties do to the weights, per member, on a prefix of the flat buffer. Biases are free.

The names are those of the registry `core/settings/penalties.py`, which says of each how it acts:

    gradient    its slope is added to the gradient (L2's 2·l2·w inside `Stack.backward`, in one pass with the rest)
    decoupled   it shrinks the weights before the optimizer's step, by the learning rate alone (Loshchilov and Hutter 2019)
    proximal    it moves weights after the step, in the optimizer's metric, and lands on exactly zero (Parikh and Boyd,
                *Proximal Algorithms*, 2014, section 6.5)

The subgradient variant of L1 adds l1·sign(w) to the gradient instead and exists to show what it fails to do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import torch
from torch import Tensor

SMALL_WEIGHT = 1e-3  # ε: |w| below this is "small"
SMALLEST_NORM = 1e-30  # stands for the norm of a group of zeros: nothing is divided by 0
MAX_ITERATIONS = 50  # of Newton's method; it takes about six


def add_l1_subgradient(gradient: Tensor, weights: Tensor, l1: Tensor) -> None:
    """Add l1·sign(w) to `gradient` in place; sign(0) is taken as 0."""
    gradient.addcmul_(torch.sign(weights), l1)


def decay(weights: Tensor, rate: Tensor) -> None:
    """Shrink weights (M, k) by the share `rate` (M, 1), in place: w ← (1 - rate)·w; rate = learning rate · weight decay."""
    weights.mul_((1 - rate).to(weights.dtype))


def soft_threshold(weights: Tensor, threshold: Tensor) -> None:
    """Move each weight towards zero by `threshold` and stop there: w ← sign(w)·max(|w| - threshold, 0), in place.

    weights (M, k), threshold (M, k) or (M, 1).
    """
    if threshold.shape != weights.shape:
        threshold = threshold.expand_as(weights).contiguous()  # a broadcast bound makes `clamp` three times slower
    low = -threshold
    weights.sub_(torch.clamp(weights, low, threshold, out=low))  # not by a new array: memory is what this costs


def block_soft_threshold(weights: Tensor, threshold: Tensor) -> None:
    r"""Move each group of weights towards zero, to exactly zero where it is small, in place. A group is an input's links.

    weights v (M, units, inputs), a group along `units`; threshold λ·d, where d is how far the optimizer moves a weight per
    unit of gradient: (M, 1, 1), one for all, or (M, units, inputs). Minimises ½ Σ_i (w_i - v_i)²/d_i + λ‖w‖ over each group:

        w = v·max(1 - λd/‖v‖, 0)     where all d are equal (Yuan and Lin 2006)
        w_i = v_i·t/(t + λd_i)        else, with t = ‖w‖, the root of Σ_i v_i²/(t + λd_i)² = 1; 0 where it has none above 0
    """
    if weights.shape[1] == 1:
        return soft_threshold(weights, threshold)
    if threshold.shape != weights.shape:
        norm = torch.linalg.vector_norm(weights, 2, dim=1, keepdim=True)
        weights.mul_((1 - threshold / norm.clamp_min(SMALLEST_NORM)).clamp_min(0))
        return None
    norm, is_out = norm_after(weights, threshold)
    weights.mul_(norm / (norm + threshold)).masked_fill_(is_out, 0)
    return None


def norm_after(weights: Tensor, threshold: Tensor) -> tuple[Tensor, Tensor]:
    """Return the root t of Σ_i v_i²/(t + λd_i)² = 1 of each group and where there is none above 0, both (M, 1, inputs).

    Newton's method on 1/√Σ(…) = 1, whose left side is concave in t and nearly straight (Moré and Sorensen 1983): from below it
    climbs to the root and never passes it, so it needs no safeguard. Two bounds are below: the largest |v_i| - λd_i, and
    ‖v‖ - λd̄ with d̄ the mean of d weighted by v² (Jensen's inequality), which is near. A group stops by its own step: what
    its neighbours do does not touch it. A step of √ε·t is the last: the error after it is its square.
    """
    size, square = weights.abs(), weights.square()
    is_out = (size / threshold).square_().sum(1, keepdim=True) <= 1
    total = square.sum(1, keepdim=True)
    near = total.sqrt() - (square * threshold).sum(1, keepdim=True) / total
    near = torch.where(total > SMALLEST_NORM, near, 0)  # the squares of smaller numbers are rounded away
    t = torch.maximum(near, (size - threshold).amax(1, keepdim=True)).clamp_min(SMALLEST_NORM)
    is_open = ~is_out
    last_step = 0.1 * torch.finfo(weights.dtype).eps ** 0.5
    for _ in range(MAX_ITERATIONS):
        moved = t + threshold
        share = (size / moved).square_()
        total = share.sum(1, keepdim=True)
        step = total * (total.sqrt() - 1) / share.div_(moved).sum(1, keepdim=True)
        t = torch.where(is_open & (step > 0), t + step, t)
        is_open &= step > last_step * t
        if not bool(is_open.any()):
            break
    return t, is_out


def norm1(weights: Tensor) -> Tensor:
    """Return Σ|w| of each member, (M,)."""
    return torch.linalg.vector_norm(weights, 1, dim=1)  # type: ignore[no-any-return]


def square_norm(weights: Tensor) -> Tensor:
    """Return Σw² of each member, (M,)."""
    return torch.linalg.vector_norm(weights, 2, dim=1).square()  # type: ignore[no-any-return]


def group_norm(links: Tensor) -> Tensor:
    """Return Σ_j‖w_j‖ of each member, (M,), from the links of the first layer (M, units, inputs): ‖w_j‖ of an input's."""
    return torch.linalg.vector_norm(links, 2, dim=1).sum(1)  # type: ignore[no-any-return]


# By name of the penalty. Values without the strength: the term is strength · value. Weights are (M, k), or for a penalty on
# inputs (M, units, inputs). The slopes: (gradient, weights, strength (M, 1)); L1's is its subgradient.
VALUES: Mapping[str, Callable[[Tensor], Tensor]] = MappingProxyType(
    {"l1": norm1, "l2": square_norm, "group_l1": group_norm}
)
SLOPES: Mapping[str, Callable[[Tensor, Tensor, Tensor], None]] = MappingProxyType({"l1": add_l1_subgradient})
PROXIMAL: Mapping[str, Callable[[Tensor, Tensor], None]] = MappingProxyType(
    {"l1": soft_threshold, "group_l1": block_soft_threshold}
)
