"""The stack: M multilayer perceptrons of one shape, their parameters in one flat buffer, both passes written out.

Inside, samples are columns, as on the blackboard: z = W·h + b with W (fan_out, fan_in) and h (units, n). Long rows of
samples are also what the matrix product, the softmax and the sums are fastest on.

Buffer layout of a member: all weights layer by layer, then all biases. So the weights are a prefix (penalties act on a
prefix only), and the weights of the hidden layers are a prefix of that one. Rows are padded with zeros, so that the end of
a buffer is no special case to the optimizer: torch's fused Adam rounds the last few numbers of an array otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import NamedTuple

import torch
from torch import Tensor

from core.engine.activations import ACTIVATIONS
from core.engine.device import CPU

PADDED = 16  # a row takes a multiple of this many numbers: the processor's widest vector


class Dropout(NamedTuple):
    """Inverted dropout of some members: `masks` (m, units, n) per hidden layer, 0 or 1/(1-rate)."""

    members: slice
    masks: list[Tensor]

    def of(self, values: Tensor, layer: int) -> Tensor:
        """Return the values (M, units, n) of a hidden layer after dropout."""
        dropped = values.clone()
        dropped[self.members].mul_(self.masks[layer])
        return dropped


class ForwardPass(NamedTuple):
    """What the backward pass needs. Lists have one entry per hidden layer, each (M, units, n): samples are columns."""

    X: Tensor  # (M, n, n_inputs)
    pre_activations: list[Tensor]  # overwritten by the activation unless its slope needs them
    hidden: list[Tensor]  # activation values, before dropout
    dropped: list[Tensor]  # the same after dropout: what the next layer sees
    dropout: Dropout | None
    columns: Tensor  # outputs (M, C, n)

    @property
    def outputs(self) -> Tensor:
        """The outputs as (M, n, C)."""
        return self.columns.transpose(1, 2)


class Stack:
    """Parameters of M networks: `parameters` and `gradient` are (M, n_parameters), like the rest views into padded buffers.

    `weights[layer]` (M, fan_in, fan_out), `matrices[layer]` the same transposed, `biases[layer]` (M, 1, fan_out).
    """

    def __init__(
        self, n_inputs: int, hidden_sizes: Sequence[int], n_outputs: int, activation: str, seeds: Sequence[int],
        dtype: torch.dtype = torch.float32, device: torch.device = CPU,
    ) -> None:  # fmt: skip
        self.sizes = (n_inputs, *hidden_sizes, n_outputs)
        self.shapes = list(zip(self.sizes[:-1], self.sizes[1:], strict=True))
        self.rule = ACTIVATIONS[activation]
        self.n_members = len(seeds)
        self.n_weights = sum(a * b for a, b in self.shapes)
        self.n_hidden_weights = self.n_weights - self.sizes[-2] * n_outputs
        self.n_parameters = self.n_weights + sum(self.sizes[1:])
        self._attach(*self._buffers(self.n_members, dtype, device))
        self.initialise(seeds)

    def _buffers(self, n_members: int, dtype: torch.dtype, device: torch.device) -> tuple[Tensor, Tensor]:
        """Return two new buffers of zeros, for the parameters and the gradient."""
        n_numbers = -(-self.n_parameters // PADDED) * PADDED
        buffer = torch.zeros(n_members, n_numbers, dtype=dtype, device=device)
        return buffer, torch.zeros_like(buffer)

    def _attach(self, buffer: Tensor, gradient_buffer: Tensor) -> None:
        self.n_members, self.buffer, self.gradient_buffer = len(buffer), buffer, gradient_buffer
        self.parameters, self.gradient = buffer[:, : self.n_parameters], gradient_buffer[:, : self.n_parameters]
        self.matrices, self._shifts = self._columns(buffer)
        self.weights, self.biases = self._views(buffer)
        self._matrix_gradients, self._shift_gradients = self._columns(gradient_buffer)

    def part(self, members: slice) -> Stack:
        """Return some of the members as a stack of their own, in the same memory."""
        own = copy(self)
        own._attach(self.buffer[members], self.gradient_buffer[members])
        return own

    def _columns(self, buffer: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """Return per-layer views of a (M, n_parameters) buffer: W (M, fan_out, fan_in), b (M, fan_out, 1)."""
        matrices, shifts, start = [], [], 0
        for fan_in, fan_out in self.shapes:
            matrices.append(buffer[:, start : start + fan_in * fan_out].view(-1, fan_out, fan_in))
            start += fan_in * fan_out
        for _, fan_out in self.shapes:
            shifts.append(buffer[:, start : start + fan_out].unsqueeze(2))
            start += fan_out
        return matrices, shifts

    def _views(self, buffer: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """Return the same with samples as rows: weights (M, fan_in, fan_out), biases (M, 1, fan_out)."""
        matrices, shifts = self._columns(buffer)
        return [w.transpose(1, 2) for w in matrices], [b.transpose(1, 2) for b in shifts]

    def initialise(self, seeds: Sequence[int]) -> None:
        """Draw new weights and biases, uniform in ±1/√fan_in (the default of `torch.nn.Linear`); equal seeds, equal starts."""
        places = {seed: place for place, seed in enumerate(dict.fromkeys(seeds))}
        starts = copy(self)  # one row for each seed, on the processor
        starts._attach(*self._buffers(len(places), self.buffer.dtype, CPU))
        for seed, place in places.items():
            drawn = self._draw(torch.Generator().manual_seed(seed))
            for view, values in zip([*starts.weights, *starts.biases], drawn, strict=True):
                view[place] = values
        row_of_member = torch.tensor([places[seed] for seed in seeds], device=self.buffer.device)
        self.buffer.copy_(starts.buffer.to(self.buffer.device)[row_of_member])

    def _draw(self, generator: torch.Generator) -> list[Tensor]:
        """Return the start of one member: all weights (fan_in, fan_out), then all biases (1, fan_out)."""
        shapes = [*self.shapes, *((1, fan_out) for _, fan_out in self.shapes)]
        bounds = [fan_in**-0.5 for fan_in, _ in self.shapes] * 2
        uniform = torch.rand(self.n_parameters, generator=generator, dtype=torch.float64)
        parts = torch.split(uniform, [a * b for a, b in shapes])
        return [(2 * u - 1).mul(bound).view(s) for u, bound, s in zip(parts, bounds, shapes, strict=True)]

    def copy_parameters(self) -> Tensor:
        """Return a copy of all parameters, (M, n_parameters), for `holding` and `restore`."""
        return self.parameters.clone()

    def restore(self, parameters: Tensor, members: Tensor) -> None:
        """Give the members where `members` (M,) is True their parameters of a copy back."""
        self.parameters[members] = parameters[members]

    def holding(self, parameters: Tensor) -> Stack:
        """Return a stack of the same shape for looking at: its members have the rows of `parameters`, copies stacked up."""
        twin = copy(self)
        twin._attach(parameters, torch.empty_like(parameters))
        return twin

    def forward(self, X: Tensor, dropout: Dropout | None = None) -> ForwardPass:
        """Return outputs and all intermediate values for inputs X (1 or M, n, n_inputs); no dropout is evaluation mode."""
        X = X if X.shape[0] == self.n_members else X.expand(self.n_members, -1, -1)
        signal = X.transpose(1, 2)
        pre, hidden, dropped = [], [], []
        for layer in range(len(self.shapes) - 1):
            z = torch.baddbmm(self._shifts[layer], self.matrices[layer], signal)
            h = self.rule.value(z)
            signal = h if dropout is None else dropout.of(h, layer)
            pre.append(z)
            hidden.append(h)
            dropped.append(signal)
        outputs = torch.baddbmm(self._shifts[-1], self.matrices[-1], signal)
        return ForwardPass(X, pre, hidden, dropped, dropout, outputs)

    def backward(
        self, done: ForwardPass, slopes: Tensor, activity: Tensor | None = None, shrink: Sequence[Tensor | None] = ()
    ) -> None:
        """Fill `gradient` by the chain rule (Rumelhart, Hinton and Williams 1986).

        `slopes` (M, C, n) = d(objective)/d(outputs), already divided by the batch size. `activity` (M, 1, n or 1) =
        2·activity_l2/batch size of each member and sample: the activity penalty adds activity·h to each hidden value's slope.
        `shrink[layer]` (M, 1, 1) = 2·l2: the penalty on that layer's weights adds shrink·W to their gradient.
        """
        for layer in range(len(self.shapes) - 1, -1, -1):
            below = done.dropped[layer - 1].transpose(1, 2) if layer else done.X  # (M, n, fan_in)
            self._write(layer, torch.bmm(slopes, below), shrink[layer] if shrink else None)
            torch.sum(slopes, 2, keepdim=True, out=self._shift_gradients[layer])
            if layer == 0:
                return
            slopes = torch.bmm(self.weights[layer], slopes)
            if done.dropout is not None:
                slopes[done.dropout.members].mul_(done.dropout.masks[layer - 1])
            if activity is not None:
                slopes.addcmul_(done.hidden[layer - 1], activity)
            slopes = self.rule.backward(slopes, done.pre_activations[layer - 1], done.hidden[layer - 1])

    def _write(self, layer: int, product: Tensor, shrink: Tensor | None) -> None:
        """Write a matrix gradient where it belongs, in one pass with what L2 adds to it.

        (A product written straight into the strided buffer would be multiplied member by member.)
        """
        if shrink is None:
            self._matrix_gradients[layer].copy_(product)
        else:
            torch.addcmul(product, self.matrices[layer], shrink, out=self._matrix_gradients[layer])
