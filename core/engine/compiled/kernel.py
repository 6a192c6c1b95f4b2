"""The compiled steps on a trainer's own buffers: what stands where, and one call for many steps. Read `steps` beside it.

A stack may hold members that torch has to compute (dropout, group L1) and others. Each is computed by the same means as it
would be alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.nn import functional

from core.engine.activations import ACTIVATIONS
from core.engine.batches import BatchOrder
from core.engine.block import Block
from core.engine.compiled import steps
from core.engine.compiled.functions import ACTIVATION_NUMBERS
from core.engine.compiled.lanes import N
from core.engine.members import Pool
from core.engine.optimizers import Adam
from core.engine.penalties import SMALL_WEIGHT
from core.engine.schedule import rate_factor
from core.engine.splits import Splits
from core.engine.stack import Stack

COVERED = ("l1", "weight_decay")  # besides L2 and activity L2; not dropout, not group L1
LOOK_WIDTH = 128  # samples that are measured together


class Views(NamedTuple):
    """A block's arrays that never change their place."""

    parameters: np.ndarray
    gradient: np.ndarray
    mean: np.ndarray
    square: np.ndarray
    group: np.ndarray
    version: np.ndarray


class Kernel:
    """Takes steps of the blocks of a stack. n_cosine: the steps over which the learning rate falls, 0 where it does not."""

    def __init__(
        self, stack: Stack, pool: Pool, order: BatchOrder, blocks: Sequence[Block], n_penalized: int, n_cosine: int
    ) -> None:  # fmt: skip
        self.order, self.blocks, self.n_cosine = order, blocks, n_cosine
        self.plan, n_numbers = make_plan(stack, order.batch_size, pool.loss)
        self.work = np.zeros(n_numbers, np.float32)
        self.reach = np.zeros(stack.buffer.shape[1], np.float32)
        self.reach[:n_penalized] = 1
        self.X, self.targets = pool.X.contiguous().numpy().ravel(), pool.targets.contiguous().numpy().ravel()
        self.n = pool.X.shape[1]
        self.counts = counts_of(order)
        version = pool.version_of_member if len(pool.X) > 1 else torch.zeros(stack.n_members, dtype=torch.long)
        self.views = [views_of(block, order.group_of_member, version) for block in blocks]
        self.n_members, self.is_whole = stack.n_members, True
        self.strengths: list[steps.Strengths] = []
        self.members: list[np.ndarray] = []  # those of each block whose steps are compiled

    def read_strengths(self) -> None:
        """Read the strengths as they are now in the blocks, and which members are compiled with them."""
        self.strengths = [strengths_of(block, self.reach) for block in self.blocks]
        self.members = [np.flatnonzero(~block.needs_more_than(COVERED).numpy()) for block in self.blocks]
        self.is_whole = sum(map(len, self.members)) == self.n_members

    def take(self, index: np.ndarray, first: int, n_steps: int, n_done: int) -> None:
        """Make `n_steps` steps of all members, after `n_done` steps.

        index: (G, n_steps·width) the rows of the pool in the batches, the first of which is number `first` of its epoch.
        """
        for b, block in enumerate(self.blocks):
            self._train(b, index, first, n_steps, n_done)
            if isinstance(block.optimizer.n_steps, int):
                block.optimizer.n_steps += n_steps
            factor = rate_factor(n_done + n_steps - 1, self.n_cosine)
            block.optimizer.learning_rate = block.strengths.learning_rate * factor

    def draw(self, n_epochs: int) -> np.ndarray:
        """Return what `BatchOrder.draw` does, bit for bit and from the same generators, without asking torch for each epoch."""
        order = self.order
        if order.n_batches == 1:  # stays as it is
            return order.draw(n_epochs).numpy()
        drawn = np.repeat(order.blank[:, None], n_epochs, 1)
        for rows, pool, places, generator in zip(drawn, order.rows, order.places_of, order.generators, strict=True):
            n = n_epochs * (len(pool) - 1)
            # numbers of 64 bits take two of 32 from the generator, and of one that is left over a bit is needed
            numbers = torch.empty(max(n, 0) // 2, dtype=torch.int64).random_(-(2**63), None, generator=generator)
            last = int(torch.randperm(2, generator=generator)[0]) if n % 2 else 0
            steps.shuffle(numbers.numpy().view(np.uint64), last, pool, places, rows)
        return drawn.reshape(len(drawn), -1)

    @contextmanager
    def sharing(self, b: int, index: np.ndarray, first: int, n_done: int) -> Iterator[None]:
        """Let torch make a step of block `b` in the context; afterwards the members that are compiled have their own."""
        block, members = self.blocks[b], torch.from_numpy(self.members[b])
        if not len(members):
            yield
            return
        self._train(b, index, first, 1, n_done)
        state = [block.stack.buffer, *block.optimizer.state()]
        kept = [tensor[members] for tensor in state]
        yield
        for tensor, rows in zip(state, kept, strict=True):
            tensor[members] = rows

    def _train(self, b: int, index: np.ndarray, first: int, n_steps: int, n_done: int) -> None:
        """Make steps of those members of a block that are compiled; a number of steps that members share is not changed."""
        optimizer, views = self.blocks[b].optimizer, self.views[b]
        made = optimizer.n_steps
        n_made = made.numpy().ravel() if isinstance(made, torch.Tensor) else np.full(len(views.mean), float(made))
        feed = steps.Feed(
            self.X, self.targets, self.n, index, self.counts, views.group, views.version, self.members[b], first,
            self.order.width,
        )  # fmt: skip
        is_adam = isinstance(optimizer, Adam)
        momentum = 0.0 if isinstance(optimizer, Adam) else float(optimizer.momentum)
        state = steps.State(*views[:4], n_made, is_adam, momentum, self.n_cosine, n_done)
        steps.train(self.plan, feed, self.strengths[b], state, self.work, n_steps)


def views_of(block: Block, group: torch.Tensor, version: torch.Tensor) -> Views:
    """Return the arrays of a block. SGD has no squares; what stands there is not looked at."""
    optimizer, stack, part = block.optimizer, block.stack, block.part
    mean = (optimizer.mean if isinstance(optimizer, Adam) else optimizer.velocity).numpy()
    square = optimizer.square.numpy() if isinstance(optimizer, Adam) else mean
    parameters, gradient = stack.buffer.numpy(), stack.gradient_buffer.numpy()
    return Views(parameters, gradient, mean, square, group[part].numpy(), version[part].numpy())


def strengths_of(block: Block, reach: np.ndarray) -> steps.Strengths:
    """Return the strengths of a block's members in arrays, (M,) float64 each."""
    now, n = block.strengths, block.stack.n_members
    rate = np.full(n, now.learning_rate) if isinstance(now.learning_rate, float) else column(now.learning_rate, n)
    l1, l1_slope, decay = (
        column_of_some(some.get(name), n)
        for some, name in ((now.proximal, "l1"), (now.slopes, "l1"), (now.decoupled, "weight_decay"))
    )
    return steps.Strengths(rate, l1, l1_slope, column(now.l2, n), decay, column(now.activity_l2, n), reach)


def column(values: Any, n_members: int) -> np.ndarray:
    """Return a strength (M, 1), or none, as an array (M,) float64."""
    return np.zeros(n_members) if values is None else values.double().numpy().ravel()


def column_of_some(strength: Any, n_members: int) -> np.ndarray:
    """Return a strength that some members have as an array of all, (M,) float64."""
    whole = np.zeros(n_members)
    if strength is not None:
        whole[strength.members] = strength.values.double().numpy().ravel()
    return whole


def counts_of(order: BatchOrder) -> np.ndarray:
    """Return how many rows of each batch of each group are no padding, (G, n_batches)."""
    lengths = np.array([len(pool) for pool in order.pools])
    before = order.batch_size * np.arange(order.n_batches)
    return np.clip(lengths[:, None] - before, 0, order.batch_size)


def make_plan(stack: Stack, batch_size: int, loss: str) -> tuple[steps.Plan, int]:
    """Return where everything stands, and how many numbers a batch needs in between."""
    sizes, width, n = np.array(stack.sizes), spaced(batch_size), 0
    activation = ACTIVATION_NUMBERS[next(name for name, rule in ACTIVATIONS.items() if rule is stack.rule)]

    def stand(*lengths: int) -> np.ndarray:
        """Return where things of these lengths begin, one after another."""
        nonlocal n
        places = n + np.cumsum([0, *lengths])
        n = int(places[-1])
        return places[:-1].copy()

    values = stand(*(int(size) * width for size in sizes))
    sums = stand(*(int(size) * width for size in sizes)) if stack.rule.needs_z else values.copy()
    sums[-1] = values[-1]  # the outputs have no activation
    widths = np.array([spaced(int(size)) for size in sizes[:-1]])
    rows = stand(*(width * int(row) for row in widths))
    slopes, below, targets, weight = stand(*[int(sizes.max()) * width] * 3, width)
    weights = np.cumsum([0, *(sizes[:-1] * sizes[1:])[:-1]])
    biases = stack.n_weights + np.cumsum([0, *sizes[1:-1]])
    plan = steps.Plan(
        sizes, weights, biases, values, sums, rows, widths, int(slopes), int(below), int(targets), int(weight),
        width, activation, steps.LOSS_NUMBERS[loss],
    )  # fmt: skip
    return plan, n + N * max(width, int(widths.max()))  # what is transposed is read in whole groups of N rows


def pad(n: int) -> int:
    """Return the next multiple of N."""
    return -(-n // N) * N


def spaced(n: int) -> int:
    """Return how far apart rows of `n` numbers stand: groups of N, an odd number of them where they are many.

    Rows a power of two apart fall on the same few places of the processor's cache and drive one another out.
    """
    groups = pad(n) // N
    return N * (groups + (groups >= 4 and groups % 2 == 0))


class Looker:
    """Measures all members of a stack, in the compiled steps' own forward pass."""

    def __init__(self, stack: Stack, pool: Pool, splits: Splits, n_penalized: int) -> None:
        """Only the rows of the splits are looked at; n_penalized: how many weights are, those of the first layers."""
        used = torch.nonzero((splits.weight != 0).any(0).any(0)).ravel()
        n = pad(max(len(used), 1))
        more = (0, n - len(used))
        self.stack = stack
        self.plan, n_numbers = make_plan(stack, min(LOOK_WIDTH, n), pool.loss)
        self.work = np.zeros(n_numbers, np.float32)
        version = pool.version_of_member if len(pool.X) > 1 else torch.zeros(stack.n_members, dtype=torch.long)
        n_layers = len(stack.shapes) - (n_penalized < stack.n_weights)
        self.look = steps.Look(
            functional.pad(pool.X[:, used].transpose(1, 2), more).flatten(1).numpy(),
            functional.pad(pool.targets[used].T, more).flatten().numpy(), version.numpy(),
            functional.pad(splits.weight[..., used].float(), more).numpy(),
            splits.target_variance(slice(None)).double().numpy(), pool.is_classification, SMALL_WEIGHT, n_layers,
        )  # fmt: skip

    def measure(self, l1: np.ndarray, l2: np.ndarray, activity_l2: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return figures (7, M): losses and scores of both splits, penalty, objective, norm of the weights; and counts
        (2, M, n_layers + 1): weights that are exactly zero, and that are small but not zero, of each layer and of all.

        l1, l2, activity_l2: the strengths, (M,) float32. Losses that are too large for float32 are inf, as they are in torch.
        """
        m = self.stack.n_members
        figures, counts = np.empty((7, m), np.float32), np.empty((2, m, len(self.stack.shapes) + 1), np.int64)
        steps.measure(
            self.plan, self.look, self.stack.buffer.numpy(), l1, l2, activity_l2, self.work, figures, counts
        )  # fmt: skip
        return figures, counts
