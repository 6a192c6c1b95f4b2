"""The stack: M multilayer perceptrons of one shape, their parameters in one flat buffer, both passes written out.

Buffer layout of a member: all weights layer by layer, then all biases. So the weights are a prefix (penalties act on a
prefix only), and the weights of the hidden layers are a prefix of that one.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass

import torch
from torch import Tensor

from core.engine.activations import ACTIVATIONS


@dataclass(frozen=True)
class ForwardPass:
    """What the backward pass needs. Lists have one entry per hidden layer, each (M, n, units)."""

    X: Tensor
    pre_activations: list[Tensor]
    hidden: list[Tensor]  # activation values, before dropout
    dropped: list[Tensor]  # the same after dropout: what the next layer sees
    masks: list[Tensor] | None
    outputs: Tensor  # (M, n, C)


class Stack:
    """Parameters of M networks: `parameters` and `gradient` are (M, n_parameters), `weights`/`biases` views into them."""

    def __init__(
        self, n_inputs: int, hidden_sizes: Sequence[int], n_outputs: int, activation: str, seeds: Sequence[int],
        dtype: torch.dtype = torch.float32,
    ) -> None:  # fmt: skip
        self.sizes = (n_inputs, *hidden_sizes, n_outputs)
        self.shapes = list(zip(self.sizes[:-1], self.sizes[1:], strict=True))
        self.rule = ACTIVATIONS[activation]
        self.n_members = len(seeds)
        self.n_weights = sum(a * b for a, b in self.shapes)
        self.n_hidden_weights = self.n_weights - self.sizes[-2] * n_outputs
        self.n_parameters = self.n_weights + sum(self.sizes[1:])
        self.parameters = torch.zeros(self.n_members, self.n_parameters, dtype=dtype)
        self.gradient = torch.zeros_like(self.parameters)
        self.weights, self.biases = self._views(self.parameters)
        self.weight_gradients, self.bias_gradients = self._views(self.gradient)
        self.initialise(seeds)

    def _views(self, buffer: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """Return per-layer views of a (M, n_parameters) buffer: weights (M, fan_in, fan_out), biases (M, 1, fan_out)."""
        weights, biases, start = [], [], 0
        for fan_in, fan_out in self.shapes:
            weights.append(buffer[:, start : start + fan_in * fan_out].view(-1, fan_in, fan_out))
            start += fan_in * fan_out
        for _, fan_out in self.shapes:
            biases.append(buffer[:, start : start + fan_out].unsqueeze(1))
            start += fan_out
        return weights, biases

    def initialise(self, seeds: Sequence[int]) -> None:
        """Draw new weights and biases, uniform in ±1/√fan_in (the default of `torch.nn.Linear`); equal seeds, equal starts."""
        drawn: dict[int, Tensor] = {}
        for member, seed in enumerate(seeds):
            if seed not in drawn:
                drawn[seed] = self._draw(torch.Generator().manual_seed(seed))
            self.parameters[member] = drawn[seed]

    def _draw(self, generator: torch.Generator) -> Tensor:
        bounds = [torch.full((a * b,), a**-0.5) for a, b in self.shapes]
        bounds += [torch.full((b,), a**-0.5) for a, b in self.shapes]
        bound = torch.cat(bounds).double()
        uniform = torch.rand(self.n_parameters, generator=generator, dtype=torch.float64)
        return ((2 * uniform - 1) * bound).to(self.parameters.dtype)

    def copy_parameters(self) -> Tensor:
        """Return a copy of all parameters, (M, n_parameters), for `holding` and `restore`."""
        return self.parameters.clone()

    def restore(self, parameters: Tensor, members: Tensor) -> None:
        """Give the members where `members` (M,) is True their parameters of a copy back."""
        self.parameters[members] = parameters[members]

    def holding(self, parameters: Tensor) -> Stack:
        """Return a stack of the same shape for looking at: its members have the rows of `parameters`, copies stacked up."""
        twin = copy(self)
        twin.n_members, twin.parameters = len(parameters), parameters
        twin.weights, twin.biases = self._views(parameters)
        return twin

    def forward(self, X: Tensor, masks: list[Tensor] | None = None) -> ForwardPass:
        """Return outputs and all intermediate values for inputs X (1 or M, n, n_inputs).

        `masks` (one per hidden layer, 0 or 1/(1-rate)) apply inverted dropout; None is evaluation mode.
        """
        signal = X.expand(self.n_members, -1, -1)
        pre, hidden, dropped = [], [], []
        for layer in range(len(self.shapes) - 1):
            z = torch.baddbmm(self.biases[layer], signal, self.weights[layer])
            h = self.rule.value(z)
            signal = h if masks is None else h * masks[layer]
            pre.append(z)
            hidden.append(h)
            dropped.append(signal)
        outputs = torch.baddbmm(self.biases[-1], signal, self.weights[-1])
        return ForwardPass(X, pre, hidden, dropped, masks, outputs)

    def backward(self, done: ForwardPass, slopes: Tensor, activity: Tensor | None = None) -> None:
        """Fill `gradient` by the chain rule (Rumelhart, Hinton and Williams 1986).

        `slopes` (M, n, C) = d(objective)/d(outputs), already divided by the batch size. `activity` (M, n or 1, 1) =
        2·activity_l2/batch size of each member and sample: the activity penalty adds activity·h to each hidden value's slope.
        """
        for layer in range(len(self.shapes) - 1, -1, -1):
            below = done.dropped[layer - 1] if layer else done.X.expand(self.n_members, -1, -1)
            self.weight_gradients[layer].copy_(torch.bmm(below.transpose(1, 2), slopes))
            torch.sum(slopes, 1, keepdim=True, out=self.bias_gradients[layer])
            if layer == 0:
                return
            slopes = torch.bmm(slopes, self.weights[layer].transpose(1, 2))
            if done.masks is not None:
                slopes = slopes * done.masks[layer - 1]
            if activity is not None:
                slopes = slopes + activity * done.hidden[layer - 1]
            slopes = slopes * self.rule.slope(done.pre_activations[layer - 1], done.hidden[layer - 1])
