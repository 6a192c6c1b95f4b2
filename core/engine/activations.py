"""Hidden activations: each is a value and the chain rule through it, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

LEAK = 0.01  # slope of the leaky relu below zero, as in torch
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


def tanh(z: Tensor) -> Tensor:
    """Return tanh z, overwriting z (M, units, n). Large arrays use tanh z = 2σ(2z) - 1: torch's sigmoid is much faster.

    The choice depends on a member's own numbers alone, so that its bits do not depend on how many members there are.
    """
    if z.shape[-2] * z.shape[-1] < BY_SIGMOID:
        return z.tanh_()
    return z.mul_(2).sigmoid_().mul_(2).sub_(1)


ACTIVATIONS: dict[str, ActivationRule] = {
    "tanh": ActivationRule(tanh, lambda s, z, h: aten.tanh_backward.grad_input(s, h, grad_input=s)),  # s·(1 - h²)
    "relu": ActivationRule(
        torch.relu_, lambda s, z, h: aten.threshold_backward.grad_input(s, h, 0, grad_input=s)
    ),  # s where h > 0
    "sigmoid": ActivationRule(
        torch.sigmoid_, lambda s, z, h: aten.sigmoid_backward.grad_input(s, h, grad_input=s)
    ),  # s·h·(1 - h)
    "leaky_relu": ActivationRule(
        lambda z: torch.nn.functional.leaky_relu_(z, LEAK),
        lambda s, z, h: aten.leaky_relu_backward.default(s, h, LEAK, True),  # s where h > 0, else 0.01·s
    ),
    "gelu": ActivationRule(  # s·(Φ(z) + z·φ(z)), with Φ and φ the standard normal distribution and density
        torch.nn.functional.gelu, lambda s, z, h: aten.gelu_backward.default(s, z), needs_z=True
    ),
    "linear": ActivationRule(lambda z: z, lambda s, z, h: s),
}
