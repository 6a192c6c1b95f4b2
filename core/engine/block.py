"""A block: some members of a stack that take a step together. A small stack is one block.

A large stack is cut into blocks whose numbers fit the processor's cache, so that a step reads them from memory once and
not once per operation. Twenty stacks of 33 networks 64-64-10, stepped in turn, took 33 µs per member and step; one of
660 in one piece 46 µs (a busy machine, one run of each).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor

from core.engine.batches import Batch
from core.engine.device import CPU
from core.engine.losses import LossKind, output_slopes
from core.engine.members import Members
from core.engine.optimizers import SGD, Adam, Column, rows_of
from core.engine.penalties import PROXIMAL, SLOPES, decay
from core.engine.stack import Dropout, Stack
from core.settings.penalties import PENALTIES

SHORT_RUN = 8  # members of one stream side by side
BLOCK_NUMBERS = 400_000  # parameters and hidden values of a block, about (1.6 MB, touched several times over)
BLOCK_NUMBERS_ON_GPU = 1 << 28  # what is looked at together (1 GB): a GPU wants its work in one piece


def cut(n_members: int, numbers_per_member: int, limit: int = 0) -> list[slice]:
    """Return the blocks of a stack: as few as `limit` numbers each (0: what the cache holds) allow, of almost equal size."""
    n_blocks = min(n_members, -(-n_members * numbers_per_member // (limit or BLOCK_NUMBERS)))
    edges = [n_members * i // n_blocks for i in range(n_blocks + 1)]
    return [slice(a, b) for a, b in pairwise(edges)]


def cut_in_runs(streams: Sequence[int], numbers_per_member: int, limit: int = 0) -> list[slice]:
    """Return the blocks of a stack so that none holds members of two streams, where the streams make long runs (folds).

    Members of one stream need its inputs once, not a copy for each. Short runs are not worth blocks of their own.
    """
    edges = [0, *(i for i in range(1, len(streams)) if streams[i] != streams[i - 1]), len(streams)]
    if len(streams) < SHORT_RUN * (len(edges) - 1):
        return cut(len(streams), numbers_per_member, limit)
    runs = [(a, cut(b - a, numbers_per_member, limit)) for a, b in pairwise(edges)]
    return [slice(first + part.start, first + part.stop) for first, parts in runs for part in parts]


def as_like(columns: Tensor, weights: Tensor) -> Tensor:
    """Return columns (m, 1) or (m, k) in the shape of weights (m, …) of k numbers, or one that broadcasts to it."""
    return columns.view(len(columns), *([1] * (weights.ndim - 1) if columns.shape[1] == 1 else weights.shape[1:]))


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
    """What a penalty works on: weights (m, …) and their gradient, and strength (m, 1) of the `members` that have it.

    n_weights: how many weights of a member it reaches, a prefix of the buffer.
    """

    name: str
    gradient: Tensor
    weights: Tensor
    strength: Tensor
    members: slice

    @property
    def n_weights(self) -> int:
        """Return how many weights of each member are reached."""
        return self.weights[0].numel()


def penalized_weights(name: str, stack: Stack, buffer: Tensor, n_penalized: int) -> Tensor:
    """Return what a penalty sees of the rows of a buffer (m, n_parameters) of this stack's shape.

    (m, n_penalized); for a penalty on inputs their links (m, units, inputs), none where the first layer is not penalized.
    """
    if PENALTIES[name].acts_on != "inputs":
        return buffer[:, :n_penalized]
    n_inputs, n_units = stack.shapes[0]
    n_units = n_units if n_penalized >= n_inputs * n_units else 0
    return buffer[:, : n_inputs * n_units].view(-1, n_units, n_inputs) if n_units else buffer[:, :0, None]


@dataclass(frozen=True)
class Strengths:
    """Strengths as a step uses them, without those that are zero for all; l2 and activity_l2 are columns of all members.

    slopes, decoupled, proximal: by name of the penalty, see `core/settings/penalties.py`.
    learning_rate is one number where all agree.
    """

    slopes: dict[str, Strength]
    decoupled: dict[str, Strength]
    proximal: dict[str, Strength]
    dropout_rate: Strength | None
    l2: Tensor | None
    activity_l2: Tensor | None
    learning_rate: Column

    def on(self, device: torch.device) -> Strengths:
        """Return the strengths on a device, where the steps are made."""
        if device == CPU:
            return self
        slopes, decoupled, proximal = (
            {name: Strength(some, values.to(device)) for name, (some, values) in strengths.items()}
            for strengths in (self.slopes, self.decoupled, self.proximal)
        )
        dropout = self.dropout_rate and Strength(self.dropout_rate.members, self.dropout_rate.values.to(device))
        l2, activity_l2 = (None if column is None else column.to(device) for column in (self.l2, self.activity_l2))
        rate = self.learning_rate.to(device) if isinstance(self.learning_rate, Tensor) else self.learning_rate
        return Strengths(slopes, decoupled, proximal, dropout, l2, activity_l2, rate)

    @classmethod
    def of(cls, members: Members, part: slice) -> Strengths:
        """Read the present strengths of some members."""
        own = {name: values[part] for name, values in members.strengths.items()}
        rate, l2, activity_l2 = own["learning_rate"], own["l2"], own["activity_l2"]
        is_shared = bool((rate == rate[0]).all())
        by_action = {
            action: {name: own[name] for name, penalty in PENALTIES.items() if penalty.action == action}
            for action in ("gradient", "decoupled", "proximal")
        }
        is_proximal = members.l1_is_proximal[part]
        by_action["gradient"]["l1"] = own["l1"] * (1 - is_proximal)
        by_action["proximal"]["l1"] = own["l1"] * is_proximal
        del by_action["gradient"]["l2"]  # the stack's backward pass adds it on the way
        return cls(
            _those_on(by_action["gradient"]), _those_on(by_action["decoupled"]), _those_on(by_action["proximal"]),
            Strength.of(own["dropout_rate"]),
            l2 if bool((l2 > 0).any()) else None, activity_l2 if bool((activity_l2 > 0).any()) else None,
            rate[0].item() if is_shared else rate.double(),
        )  # fmt: skip


def _those_on(columns: dict[str, Tensor]) -> dict[str, Strength]:
    """Return the strengths (M, 1) by name that somebody has."""
    strengths = {name: Strength.of(values) for name, values in columns.items()}
    return {name: strength for name, strength in strengths.items() if strength is not None}


class Block:
    """Members `part` of a stack: their views, optimizer and strengths. `stack` is that part of the whole stack."""

    def __init__(self, stack: Stack, part: slice, n_penalized: int, loss: LossKind, optimizer: SGD | Adam) -> None:
        self.stack, self.part, self.loss, self.n_penalized = stack, part, loss, n_penalized
        self.optimizer = optimizer
        self.device = stack.buffer.device
        self.strengths: Strengths

    def read_strengths(self, members: Members) -> None:
        """Read the strengths as they are now, and find the numbers they work on."""
        self.strengths = now = Strengths.of(members, self.part).on(self.device)
        self._slopes, self._decoupled, self._proximal = (
            self._reach(strengths) for strengths in (now.slopes, now.decoupled, now.proximal)
        )
        self._shrink = [] if now.l2 is None else self._shrink_by_layer(now.l2)

    def _reach(self, strengths: dict[str, Strength]) -> list[Reach]:
        """Return what the penalties of these strengths work on, without those that have nothing to work on."""
        found = []
        for name, (some, values) in strengths.items():
            gradient, weights = (
                penalized_weights(name, self.stack, buffer[some], self.n_penalized)
                for buffer in (self.stack.gradient, self.stack.parameters)
            )
            found.append(Reach(name, gradient, weights, values, some))
        return [reach for reach in found if reach.weights.numel()]

    def _shrink_by_layer(self, l2: Tensor) -> list[Tensor | None]:
        """Return 2·l2 (M, 1, 1) for the penalized layers, None for the others."""
        n_layers = len(self.stack.shapes) - (self.n_penalized < self.stack.n_weights)
        return [2 * l2[..., None] if layer < n_layers else None for layer in range(len(self.stack.shapes))]

    def needs_more_than(self, names: Collection[str]) -> Tensor:
        """Return which members (m,) have dropout, or a penalty with something to work on that is not among these names."""
        reaches = [reach for reach in (*self._slopes, *self._decoupled, *self._proximal) if reach.name not in names]
        some = [Strength(reach.members, reach.strength) for reach in reaches]
        if self.strengths.dropout_rate is not None:
            some.append(self.strengths.dropout_rate)
        needs = torch.zeros(self.stack.n_members, dtype=torch.bool)
        for members, values in some:
            needs[members] |= values[:, 0] != 0
        return needs

    def train_on(self, batch: Batch, rate_factor: Column, dropout: Dropout | None, has_skips: bool) -> None:
        """Take a step. Where there are skips, the members that have no rows in this batch stay as they are.

        rate_factor: on the learning rate, a plain number; on a GPU a tensor ().
        """
        is_skipped = batch.weight.sum((1, 2)) == 0 if has_skips else None
        if is_skipped is not None and self.device != CPU:  # to ask whether any is would make Python wait for the GPU
            self._update_but(is_skipped, batch, rate_factor, dropout)
            return
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

    def _update_but(self, is_skipped: Tensor, batch: Batch, rate_factor: Column, dropout: Dropout | None) -> None:
        """Update all members and take it back for those that are skipped, (1 or m,) booleans."""
        state = [self.stack.parameters, *self.optimizer.state()]
        kept = [tensor.clone() for tensor in state]
        self._update(batch, rate_factor, dropout)
        for tensor, old in zip(state, kept, strict=True):
            tensor.copy_(torch.where(is_skipped[:, None], old, tensor))

    def _update(self, batch: Batch, rate_factor: Column, dropout: Dropout | None) -> None:
        """Apply what shrinks by itself, one gradient step, and the proximal steps."""
        stack, rate = self.stack, self.strengths.learning_rate * rate_factor
        self.fill_gradient(batch, dropout)
        for reach in self._decoupled:
            decay(reach.weights, reach.strength.double() * rows_of(rate, reach.members))
        self.optimizer.step(stack.buffer, stack.gradient_buffer, rate)
        for reach in self._proximal:
            threshold = self.optimizer.threshold(reach.strength, reach.members, reach.n_weights)
            PROXIMAL[reach.name](reach.weights, as_like(threshold, reach.weights))

    def fill_gradient(self, batch: Batch, dropout: Dropout | None) -> None:
        """Fill the gradient with that of the smooth part of the objective on a batch (all of it for subgradient L1)."""
        stack, activity = self.stack, self.strengths.activity_l2
        done = stack.forward(batch.X, dropout)
        slopes = output_slopes(self.loss, done.columns, batch.targets, class_axis=1).mul_(batch.weight)
        activity_slopes = None if activity is None else 2 * activity[..., None] * batch.weight
        stack.backward(done, slopes, activity_slopes, self._shrink)
        for reach in self._slopes:
            SLOPES[reach.name](reach.gradient, reach.weights, reach.strength)

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
