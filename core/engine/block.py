"""A block: some members of a stack that take a step together. A small stack is one block.

A large stack is cut into blocks whose numbers fit the processor's cache, so that a step reads them from memory once and
not once per operation. Twenty stacks of 33 networks 64-64-10, stepped in turn, took 33 µs per member and step; one of
660 in one piece 46 µs (a busy machine, one run of each).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from torch import Tensor

from core.engine.batches import Batch
from core.engine.losses import LossKind, output_slopes
from core.engine.members import Members
from core.engine.optimizers import SGD, Adam, Column
from core.engine.penalties import add_l1_subgradient, add_l2_gradient, soft_threshold
from core.engine.stack import Stack

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


@dataclass(frozen=True)
class Strengths:
    """Strengths as a step uses them: None where all are zero, one number where all learning rates agree."""

    l1: Tensor | None
    l1_proximal: Tensor | None  # the same, 0 for members whose L1 is a subgradient
    l1_subgradient: Tensor | None  # the same, 0 for members whose L1 is a proximal step
    l2: Tensor | None
    activity_l2: Tensor | None
    dropout_rate: Tensor | None
    learning_rate: Column

    @classmethod
    def of(cls, members: Members, part: slice) -> Strengths:
        """Read the present strengths of some members."""
        named = {name: getattr(members, name)[part] for name in ("l1", "l2", "activity_l2", "dropout_rate")}
        is_proximal = members.l1_is_proximal[part]
        named["l1_proximal"], named["l1_subgradient"] = named["l1"] * is_proximal, named["l1"] * (1 - is_proximal)
        rate = members.learning_rate[part]
        is_shared = bool((rate == rate[0]).all())
        on = {name: tensor if bool((tensor > 0).any()) else None for name, tensor in named.items()}
        return cls(**on, learning_rate=rate[0].item() if is_shared else rate.double())


class Block:
    """Members `part` of a stack: their views, optimizer and strengths. `stack` is that part of the whole stack."""

    def __init__(self, stack: Stack, part: slice, n_penalized: int, loss: LossKind, optimizer: SGD | Adam) -> None:
        self.stack, self.part, self.loss, self.n_penalized = stack, part, loss, n_penalized
        self.optimizer = optimizer
        self.penalized = stack.parameters[:, :n_penalized]
        self._penalized_gradient = stack.gradient[:, :n_penalized]
        self.strengths: Strengths

    def train_on(self, batch: Batch, rate_factor: float, masks: list[Tensor] | None, has_skips: bool) -> None:
        """Take a step. Where there are skips, the members that have no rows in this batch stay as they are."""
        is_skipped = batch.weight.sum((1, 2)) == 0 if has_skips else None
        if is_skipped is None or not bool(is_skipped.any()):
            self._update(batch, rate_factor, masks)
            return
        if bool(is_skipped.all()):
            return
        state = [self.stack.parameters, *self.optimizer.state()]
        kept = [tensor[is_skipped].clone() for tensor in state]
        self._update(batch, rate_factor, masks)
        for tensor, old in zip(state, kept, strict=True):
            tensor[is_skipped] = old

    def _update(self, batch: Batch, rate_factor: float, masks: list[Tensor] | None) -> None:
        """Apply one gradient step and the proximal step."""
        stack, strengths = self.stack, self.strengths
        self.fill_gradient(batch, masks)
        self.optimizer.step(stack.parameters, stack.gradient, strengths.learning_rate * rate_factor)
        if strengths.l1_proximal is not None:
            soft_threshold(self.penalized, self.optimizer.threshold(strengths.l1_proximal, self.n_penalized))

    def fill_gradient(self, batch: Batch, masks: list[Tensor] | None) -> None:
        """Fill the gradient with that of the smooth part of the objective on a batch (all of it for subgradient L1)."""
        stack, strengths, activity = self.stack, self.strengths, self.strengths.activity_l2
        done = stack.forward(batch.X, masks)
        slopes = output_slopes(self.loss, done.columns, batch.targets, class_axis=1).mul_(batch.weight)
        stack.backward(done, slopes, None if activity is None else 2 * activity[..., None] * batch.weight)
        if strengths.l2 is not None:
            add_l2_gradient(self._penalized_gradient, self.penalized, strengths.l2)
        if strengths.l1_subgradient is not None:
            add_l1_subgradient(self._penalized_gradient, self.penalized, strengths.l1_subgradient)

    def dropout_masks(self, uniforms: list[Tensor]) -> list[Tensor] | None:
        """Return inverted-dropout masks (M, units, n) per hidden layer (Srivastava et al. 2014), or None when off.

        `uniforms` (1 or M, units, n) are random numbers in [0, 1).
        """
        rate = self.strengths.dropout_rate
        if rate is None:
            return None
        rate = rate[..., None]
        return [(u >= rate).to(rate.dtype) / (1 - rate) for u in uniforms]
