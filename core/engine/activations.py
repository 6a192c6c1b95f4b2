"""Hidden activations: each is a value and a derivative, by name."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

LEAK = 0.01  # slope of the leaky relu below zero, as in torch


@dataclass(frozen=True)
class ActivationRule:
    """`value(z)` and `slope(z, value(z))` = dvalue/dz, both elementwise."""

    value: Callable[[Tensor], Tensor]
    slope: Callable[[Tensor, Tensor], Tensor]


def gelu_slope(z: Tensor, h: Tensor) -> Tensor:
    """Return d/dz of z·Φ(z) = Φ(z) + z·φ(z), with Φ and φ the standard normal distribution and density."""
    cdf = 0.5 * (1 + torch.erf(z / math.sqrt(2)))
    return cdf + z * torch.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)


ACTIVATIONS: dict[str, ActivationRule] = {
    "tanh": ActivationRule(torch.tanh, lambda z, h: 1 - h * h),
    "relu": ActivationRule(torch.relu, lambda z, h: (h > 0).to(h.dtype)),
    "sigmoid": ActivationRule(torch.sigmoid, lambda z, h: h * (1 - h)),
    "leaky_relu": ActivationRule(
        lambda z: torch.nn.functional.leaky_relu(z, LEAK), lambda z, h: torch.where(h > 0, 1.0, LEAK).to(h.dtype)
    ),
    "gelu": ActivationRule(torch.nn.functional.gelu, gelu_slope),
    "linear": ActivationRule(lambda z: z.clone(), lambda z, h: torch.ones_like(h)),
}
