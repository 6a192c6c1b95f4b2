"""Optimizers on the flat buffer. Both know the step length per weight, which the proximal step of L1 has to share.

Why: the fixed point of (step, then soft threshold) is the minimum of loss + l1·Σ|w| only if the threshold is l1 times the
same length by which the step multiplies the gradient. For SGD with momentum μ that length is lr·(1-μ^t)/(1-μ), for Adam
lr/(√v̂+ε) per weight. (With the plain lr·l1 the result is another, wrong point.)
"""

from __future__ import annotations

import torch
from torch import Tensor


class SGD:
    """Gradient descent with (heavy-ball) momentum as in torch.optim.SGD: u ← μ·u + g, w ← w - lr·u."""

    def __init__(self, parameters: Tensor, momentum: float) -> None:
        self.momentum = momentum
        self.velocity = torch.zeros_like(parameters)
        self.n_steps = torch.zeros(parameters.shape[0], 1, dtype=parameters.dtype)

    def step(self, parameters: Tensor, gradient: Tensor, learning_rate: Tensor) -> None:
        """Move `parameters` (M, k) in place; `learning_rate` is (M, 1)."""
        self.n_steps += 1
        self.velocity.mul_(self.momentum).add_(gradient)
        parameters.addcmul_(self.velocity, learning_rate, value=-1.0)

    def step_length(self, learning_rate: Tensor, n_weights: int) -> Tensor:
        """Return how far a unit of gradient moves each weight, (M, 1)."""
        return learning_rate * (1 - self.momentum**self.n_steps) / (1 - self.momentum)

    def state(self) -> list[Tensor]:
        """Return the tensors that a skipped step must leave alone; each has M rows."""
        return [self.velocity, self.n_steps]


class Adam:
    """Adam (Kingma and Ba 2015, algorithm 1), numerically as torch.optim.Adam."""

    beta1, beta2, epsilon = 0.9, 0.999, 1e-8

    def __init__(self, parameters: Tensor) -> None:
        self.mean = torch.zeros_like(parameters)
        self.square = torch.zeros_like(parameters)
        self.scale = torch.ones_like(parameters)  # √v̂ + ε of the last step
        self.n_steps = torch.zeros(parameters.shape[0], 1, dtype=torch.float64)

    def step(self, parameters: Tensor, gradient: Tensor, learning_rate: Tensor) -> None:
        """Move `parameters` (M, k) in place; `learning_rate` is (M, 1)."""
        self.n_steps += 1
        self.mean.lerp_(gradient, 1 - self.beta1)
        self.square.mul_(self.beta2).addcmul_(gradient, gradient, value=1 - self.beta2)
        correction = (1 - self.beta2**self.n_steps).rsqrt().to(gradient.dtype)
        torch.sqrt(self.square, out=self.scale)
        self.scale.mul_(correction).add_(self.epsilon)
        length = (learning_rate / (1 - self.beta1**self.n_steps)).to(gradient.dtype)
        parameters.sub_(torch.div(self.mean, self.scale).mul_(length))

    def step_length(self, learning_rate: Tensor, n_weights: int) -> Tensor:
        """Return how far a unit of gradient moves each weight, (M, n_weights): lr/(√v̂+ε)."""
        return learning_rate / self.scale[:, :n_weights]

    def state(self) -> list[Tensor]:
        """Return the tensors that a skipped step must leave alone; each has M rows."""
        return [self.mean, self.square, self.scale, self.n_steps]


def make_optimizer(name: str, parameters: Tensor, momentum: float) -> SGD | Adam:
    """Return the optimizer of that name for a (M, n_parameters) buffer."""
    return Adam(parameters) if name == "adam" else SGD(parameters, momentum)
