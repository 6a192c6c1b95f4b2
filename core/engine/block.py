"""A block: some members of a stack that take a step together. A small stack is one block.

A large stack is cut into blocks whose numbers fit the processor's cache, so that a step reads them from memory once and
not once per operation. Twenty stacks of 33 networks 64-64-10, stepped in turn, took 33 µs per member and step; one of
660 in one piece 46 µs (a busy machine, one run of each).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor

from core.engine.batches import Batch
from core.engine.losses import LossKind, output_slopes
from core.engine.members import Members
from core.engine.optimizers import SGD, Adam, Column
from core.engine.penalties import add_l1_subgradient, soft_threshold
from core.engine.stack import Dropout, Stack

SHORT_RUN = 8  # members of one stream side by side
BLOCK_NUMBERS = 400_000  # parameters and hidden values of a block, about (1.6 MB, touched several times over)


def cut(n_members: int, numbers_per_member: int) -> list[slice]:
    """Return the blocks of a stack: as few as the limit allows, of almost equal size."""
    n_blocks = min(n_members, -(-n_members * numbers_per_member // BLOCK_NUMBERS))
    edges = [n_members * i // n_blocks for i in range(n_blocks + 1)]
    return [slice(a, b) for a, b in pairwise(edges)]


def cut_in_runs(streams: Sequence[int], numbers_per_member: int) -> list[slice]:
    """Return the blocks of a stack so that none holds members of two streams, where the streams make long runs (folds).

    Members of one stream need its inputs once, not a copy for each. Short runs are not worth blocks of their own.
    """
    edges = [0, *(i for i in range(1, len(streams)) if streams[i] != streams[i - 1]), len(streams)]
    if len(streams) < SHORT_RUN * (len(edges) - 1):
        return cut(len(streams), numbers_per_member)
    runs = [(a, cut(b - a, numbers_per_member)) for a, b in pairwise(edges)]
    return [slice(first + part.start, first + part.stop) for first, parts in runs for part in parts]


class Strength(NamedTuple):
    """A penalty's strength where it is not zero: `members` from the first to the last that has it, values (m, 1)."""

    members: slice
    values: Tensor

    @classmethod
    def of(cls, values: Tensor) -> Strength | None:
        """Return the strength of a column (M, 1), or None where nobody has it."""
        on = torch.nonzero(values[:, 0])
        if len(on) == 0:
            return None
        members = slice(int(on[0]), int(on[-1]) + 1)
        return cls(members, values[members].clone())


class Reach(NamedTuple):
    """What a penalty works on: gradient and weights (m, n_penalized) and strength (m, 1) of the `members` that have it."""

    gradient: Tensor
    weights: Tensor
    strength: Tensor
    members: slice


@dataclass(frozen=True)
class Strengths:
    """Strengths as a step uses them: None where all are zero; l2 and activity_l2 are columns of all members.

    learning_rate is one number where all agree.
    """

    l1_proximal: Strength | None
    l1_subgradient: Strength | None
    dropout_rate: Strength | None
    l2: Tensor | None
    activity_l2: Tensor | None
    learning_rate: Column

    @classmethod
    def of(cls, members: Members, part: slice) -> Strengths:
        """Read the present strengths of some members."""
        l1, is_proximal, rate = members.l1[part], members.l1_is_proximal[part], members.learning_rate[part]
        l2, activity_l2 = members.l2[part], members.activity_l2[part]
        is_shared = bool((rate == rate[0]).all())
        return cls(
            Strength.of(l1 * is_proximal), Strength.of(l1 * (1 - is_proximal)), Strength.of(members.dropout_rate[part]),
            l2 if bool((l2 > 0).any()) else None, activity_l2 if bool((activity_l2 > 0).any()) else None,
            rate[0].item() if is_shared else rate.double(),
        )  # fmt: skip


class Block:
    """Members `part` of a stack: their views, optimizer and strengths. `stack` is that part of the whole stack."""

    def __init__(self, stack: Stack, part: slice, n_penalized: int, loss: LossKind, optimizer: SGD | Adam) -> None:
        self.stack, self.part, self.loss, self.n_penalized = stack, part, loss, n_penalized
        self.optimizer = optimizer
        self.strengths: Strengths

    def read_strengths(self, members: Members) -> None:
        """Read the strengths as they are now, and find the numbers they work on."""
        self.strengths = now = Strengths.of(members, self.part)
        self._subgradient, self._proximal = self._reach(now.l1_subgradient), self._reach(now.l1_proximal)
        self._shrink = [] if now.l2 is None else self._shrink_by_layer(now.l2)

    def _reach(self, strength: Strength | None) -> Reach | None:
        if strength is None:
            return None
        some, columns = strength.members, slice(self.n_penalized)
        return Reach(self.stack.gradient[some, columns], self.stack.parameters[some, columns], strength.values, some)

    def _shrink_by_layer(self, l2: Tensor) -> list[Tensor | None]:
        """Return 2·l2 (M, 1, 1) for the penalized layers, None for the others."""
        n_layers = len(self.stack.shapes) - (self.n_penalized < self.stack.n_weights)
        return [2 * l2[..., None] if layer < n_layers else None for layer in range(len(self.stack.shapes))]

    def train_on(self, batch: Batch, rate_factor: float, dropout: Dropout | None, has_skips: bool) -> None:
        """Take a step. Where there are skips, the members that have no rows in this batch stay as they are."""
        is_skipped = batch.weight.sum((1, 2)) == 0 if has_skips else None
        if is_skipped is None or not bool(is_skipped.any()):
            self._update(batch, rate_factor, dropout)
            return
        if bool(is_skipped.all()):
            return
        state = [self.stack.parameters, *self.optimizer.state()]
        kept = [tensor[is_skipped].clone() for tensor in state]
        self._update(batch, rate_factor, dropout)
        for tensor, old in zip(state, kept, strict=True):
            tensor[is_skipped] = old

    def _update(self, batch: Batch, rate_factor: float, dropout: Dropout | None) -> None:
        """Apply one gradient step and the proximal step."""
        stack, rate = self.stack, self.strengths.learning_rate
        self.fill_gradient(batch, dropout)
        self.optimizer.step(stack.buffer, stack.gradient_buffer, rate * rate_factor)
        if self._proximal is not None:
            _, weights, l1, some = self._proximal
            soft_threshold(weights, self.optimizer.threshold(l1, some, self.n_penalized))

    def fill_gradient(self, batch: Batch, dropout: Dropout | None) -> None:
        """Fill the gradient with that of the smooth part of the objective on a batch (all of it for subgradient L1)."""
        stack, activity = self.stack, self.strengths.activity_l2
        done = stack.forward(batch.X, dropout)
        slopes = output_slopes(self.loss, done.columns, batch.targets, class_axis=1).mul_(batch.weight)
        activity_slopes = None if activity is None else 2 * activity[..., None] * batch.weight
        stack.backward(done, slopes, activity_slopes, self._shrink)
        if self._subgradient is not None:
            add_l1_subgradient(*self._subgradient[:3])

    def draw_dropout(self, uniforms: list[Tensor]) -> Dropout | None:
        """Return inverted dropout (Srivastava et al. 2014) where members have it, None where it is off.

        `uniforms` (1 or M, units, n) are random numbers in [0, 1) per hidden layer.
        """
        if self.strengths.dropout_rate is None:
            return None
        some, rate = self.strengths.dropout_rate
        rate = rate[..., None]
        kept = [(u if u.shape[0] == 1 else u[some]) >= rate for u in uniforms]
        return Dropout(some, [is_kept.to(rate.dtype).div_(1 - rate) for is_kept in kept])
