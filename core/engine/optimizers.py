"""Optimizers on the flat buffer. Both know the step length per weight, which the proximal step of L1 has to share.

Why: the fixed point of (step, then soft threshold) is the minimum of loss + l1·Σ|w| only if the threshold is l1 times the
same length by which the step multiplies the gradient. For SGD with momentum μ that length is lr·(1-μ^t)/(1-μ), for Adam
lr/(√v̂+ε) per weight. (With the plain lr·l1 the result is another, wrong point.)

Learning rates and step counts are plain numbers while all members share them, else columns (M, 1) in float64: a number
spares a small network many tiny operations, the formulas read the same for both, and so do the bits of the result. On a
GPU shared ones are tensors () in float64: a recorded step reads them anew each time it is played (`graphs.py`).
"""

from __future__ import annotations

import torch
from torch import Tensor

Column = Tensor | float  # (M, 1), or one number for all members: plain, or () on a GPU


class SGD:
    """Gradient descent with (heavy-ball) momentum as in torch.optim.SGD: u ← μ·u + g, w ← w - lr·u."""

    def __init__(self, parameters: Tensor, momentum: float, n_steps: Column = 0) -> None:
        self.momentum = momentum
        self.velocity = torch.zeros_like(parameters)
        self.n_steps = n_steps
        self.learning_rate: Column = 0.0

    def step(self, parameters: Tensor, gradient: Tensor, learning_rate: Column) -> None:
        """Move `parameters` (M, k) in place."""
        self.n_steps += 1
        self.learning_rate = learning_rate
        moved = gradient
        if self.momentum:
            moved = self.velocity.mul_(self.momentum).add_(gradient)
        # A product, then a difference: fused, its last bit would depend on where in the buffer a member stands.
        parameters.sub_(moved * as_type(learning_rate, moved))

    def threshold(self, strength: Tensor, members: slice, n_weights: int) -> Tensor:
        """Return strength (m, 1) times how far the last step moved a weight of these members per unit of gradient, (m, 1)."""
        grown = (1 - self.momentum**self.n_steps) / (1 - self.momentum)
        return (strength.double() * rows_of(self.learning_rate * grown, members)).to(strength.dtype)

    def state(self) -> list[Tensor]:
        """Return the tensors that a skipped step must leave alone; each has M rows."""
        return [self.velocity, *columns_of(self.n_steps)]


class Adam:
    """Adam (Kingma and Ba 2015, algorithm 1), numerically as torch.optim.Adam.

    While all members share learning rate and step count, torch's own fused kernel takes the step in one pass over memory
    (the one of `torch.optim.Adam(fused=True)`); otherwise the formula is written out.
    """

    beta1, beta2, epsilon = 0.9, 0.999, 1e-8

    def __init__(self, parameters: Tensor, n_steps: Column = 0) -> None:
        self.mean = torch.zeros_like(parameters)
        self.square = torch.zeros_like(parameters)
        self.n_steps = n_steps
        self.learning_rate: Column = 0.0
        self._step = torch.zeros((), device=parameters.device)

    def step(self, parameters: Tensor, gradient: Tensor, learning_rate: Column) -> None:
        """Move `parameters` (M, k) in place; the learning rate is not 0."""
        self.n_steps += 1
        self.learning_rate = learning_rate
        if isinstance(learning_rate, float) and isinstance(self.n_steps, int):
            torch._fused_adam_(
                [parameters], [gradient], [self.mean], [self.square], [], [self._step.fill_(self.n_steps)],
                lr=learning_rate, beta1=self.beta1, beta2=self.beta2, eps=self.epsilon,
                weight_decay=0.0, amsgrad=False, maximize=False,
            )  # fmt: skip
            return
        if parameters.is_cuda and not columns_of(learning_rate) and not columns_of(self.n_steps):
            self._step_on_gpu(parameters, gradient, learning_rate)
            return
        self.mean.lerp_(gradient, 1 - self.beta1)
        self.square.mul_(self.beta2).addcmul_(gradient, gradient, value=1 - self.beta2)
        length = learning_rate * self._correction() / (1 - self.beta1**self.n_steps)
        divisor = self._divisor(self.square, self._correction())
        parameters.addcdiv_(self.mean * as_type(length, gradient), divisor, value=-1.0)

    def _step_on_gpu(self, parameters: Tensor, gradient: Tensor, learning_rate: Column) -> None:
        """Make the step by the fused kernel, with the learning rate () and the count of steps () as tensors."""
        torch.ops.aten._fused_adam_.tensor_lr(
            [parameters], [gradient], [self.mean], [self.square], [], [self._step.copy_(torch.as_tensor(self.n_steps))],
            lr=torch.as_tensor(learning_rate, device=parameters.device).float(),
            beta1=self.beta1, beta2=self.beta2, eps=self.epsilon, weight_decay=0.0, amsgrad=False, maximize=False,
        )  # fmt: skip

    def _correction(self) -> Column:
        """Return √(1-β₂^t), so that √v̂ + ε = (√v + ε·correction) / correction."""
        return (1 - self.beta2**self.n_steps) ** 0.5

    def _divisor(self, square: Tensor, correction: Column) -> Tensor:
        """Return √v + ε·correction for some of v."""
        return square.sqrt().add_(as_type(self.epsilon * correction, square))

    def threshold(self, strength: Tensor, members: slice, n_weights: int) -> Tensor:
        """Return strength (m, 1) times how far the last step moves each weight of these members per unit of gradient.

        lr/(√v̂+ε): (m, n_weights).
        """
        correction, rate = rows_of(self._correction(), members), rows_of(self.learning_rate, members)
        return torch.div(
            (strength * (rate * correction)).to(strength.dtype),
            self._divisor(self.square[members, :n_weights], correction),
        )

    def state(self) -> list[Tensor]:
        """Return the tensors that a skipped step must leave alone; each has M rows."""
        return [self.mean, self.square, *columns_of(self.n_steps)]


def rows_of(value: Column, members: slice) -> Column:
    """Return a column of some members; one number for all as it is."""
    return value[members] if isinstance(value, Tensor) and value.ndim else value


def columns_of(value: Column) -> list[Tensor]:
    """Return a value where it is a column (M, 1), nothing where all members share it."""
    return [value] if isinstance(value, Tensor) and value.ndim else []


def as_type(value: Column, like: Tensor) -> Column:
    """Return a tensor in the number type of `like`; a plain number as it is."""
    return value.to(like.dtype) if isinstance(value, Tensor) else value


def make_optimizer(name: str, parameters: Tensor, momentum: float, counts_by_member: bool = False) -> SGD | Adam:
    """Return the optimizer of that name for a (M, n_parameters) buffer.

    `counts_by_member`: members may skip steps, so each has its own count of steps.
    """
    n_steps: Column = 0
    if counts_by_member:
        n_steps = torch.zeros(len(parameters), 1, dtype=torch.float64, device=parameters.device)
    elif parameters.is_cuda:
        n_steps = torch.zeros((), dtype=torch.float64, device=parameters.device)
    return Adam(parameters, n_steps) if name == "adam" else SGD(parameters, momentum, n_steps)
