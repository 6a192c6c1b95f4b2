"""Hidden activations: each is a value and the chain rule through it, by name."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

LEAK = 0.01  # slope of the leaky relu below zero, as in torch
VECTORS = 32  # numbers that torch takes at once, at most
BY_SIGMOID = 1024  # from this many numbers of a member on, tanh is computed by the sigmoid

aten = torch.ops.aten


@dataclass(frozen=True)
class ActivationRule:
    """`value(z)` may overwrite z; `backward(slopes, z, h)` = slopes · dvalue/dz with h = value(z), in one pass each.

    It may overwrite the slopes. `needs_z`: the slope is computed from z, so z is kept; the others compute it from h.
    """

    value: Callable[[Tensor], Tensor]
    backward: Callable[[Tensor, Tensor, Tensor], Tensor]
    needs_z: bool = False

    def __reduce__(self) -> tuple[Callable[[str], ActivationRule], tuple[str]]:
        """Be pickled as a name: people keep trained networks in files."""
        return rule_of, (next(name for name, rule in ACTIVATIONS.items() if rule is self),)


def rule_of(name: str) -> ActivationRule:
    """Return the activation of that name."""
    return ACTIVATIONS[name]


def is_aligned(z: Tensor) -> bool:
    """Return whether each member's numbers (units, n) fill the processor's vectors, or there is but one member.

    Torch computes what is left at the end of an array by another program for some functions, with other last bits. Where
    each member fills its vectors there is no such end; elsewhere these functions are written with those that have none. So
    a member's bits do not depend on its place.
    """
    return z.shape[0] == 1 or z.shape[-2] * z.shape[-1] % VECTORS == 0


def tanh(z: Tensor) -> Tensor:
    """Return tanh z, overwriting z (M, units, n). Large arrays use tanh z = 2σ(2z) - 1: torch's sigmoid is much faster."""
    if z.shape[-2] * z.shape[-1] < BY_SIGMOID or not is_aligned(z):
        return z.tanh_()
    return z.mul_(2).sigmoid_().mul_(2).sub_(1)


def sigmoid(z: Tensor) -> Tensor:
    """Return σ(z) = 1/(1 + e⁻ᶻ), overwriting z (M, units, n)."""
    return z.sigmoid_() if is_aligned(z) else z.neg_().exp_().add_(1).reciprocal_()


def gelu(z: Tensor) -> Tensor:
    """Return z·Φ(z) with Φ the standard normal distribution (Hendrycks and Gimpel 2016)."""
    return torch.nn.functional.gelu(z) if is_aligned(z) else normal_cdf(z).mul_(z)


def gelu_backward(slopes: Tensor, z: Tensor, h: Tensor) -> Tensor:
    """Return slopes·(Φ(z) + z·φ(z)) with φ the standard normal density."""
    if is_aligned(z):
        return torch.ops.aten.gelu_backward(slopes, z)  # type: ignore[no-any-return]
    density = z.square().mul_(-0.5).exp_().mul_((2 * math.pi) ** -0.5)
    return density.mul_(z).add_(normal_cdf(z)).mul_(slopes)


def normal_cdf(z: Tensor) -> Tensor:
    """Return Φ(z) = ½·(1 + erf(z/√2))."""
    return torch.erf(z * 0.5**0.5).add_(1).mul_(0.5)


ACTIVATIONS: dict[str, ActivationRule] = {
    # s·(1 - h²)
    "tanh": ActivationRule(tanh, lambda s, z, h: aten.tanh_backward.grad_input(s, h, grad_input=s)),
    # s where h > 0
    "relu": ActivationRule(torch.relu_, lambda s, z, h: aten.threshold_backward.grad_input(s, h, 0, grad_input=s)),
    # s·h·(1 - h)
    "sigmoid": ActivationRule(sigmoid, lambda s, z, h: aten.sigmoid_backward.grad_input(s, h, grad_input=s)),
    # s where h > 0, else 0.01·s
    "leaky_relu": ActivationRule(
        lambda z: torch.nn.functional.leaky_relu_(z, LEAK),
        lambda s, z, h: aten.leaky_relu_backward.default(s, h, LEAK, True),
    ),
    "gelu": ActivationRule(gelu, gelu_backward, needs_z=True),
    "linear": ActivationRule(lambda z: z, lambda s, z, h: s),
}
