"""The training loop: one step, one epoch, one measurement of a stack. Read `studies` next.

The objective of a member is  data loss + l1·Σ|w| + l2·Σw² + group_l1·Σ‖w of an input‖ + activity_l2·Σ(hidden output)²/batch size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from core.engine.arithmetic import fast_arithmetic
from core.engine.batches import AUGMENT_STREAM, DROPOUT_STREAM, Batch, BatchOrder, Feed, Rows, align
from core.engine.block import BLOCK_NUMBERS_ON_GPU, Block, cut_in_runs, penalized_weights
from core.engine.compiled import is_on
from core.engine.cost import compiled_cost, measurement_cost, step_cost, suits
from core.engine.device import CPU
from core.engine.graphs import GraphedSteps
from core.engine.losses import is_correct, sample_losses
from core.engine.members import Members, Pool
from core.engine.optimizers import Column, make_optimizer
from core.engine.penalties import VALUES
from core.engine.schedule import rate_factor
from core.engine.splits import Splits
from core.engine.stack import Dropout, Stack
from core.settings.experiment import NetworkConfig, RegularizationConfig, TrainingConfig
from core.words import say

if TYPE_CHECKING:
    from core.engine.compiled.kernel import Kernel, Looker

__all__ = ["Augment", "Measurement", "Members", "Pool", "Trainer"]

EPOCH_STRIDE = 4096  # steps set aside for an epoch in the numbering of dropout's draws, more where it has more
MIX = 2_654_435_761  # Knuth's multiplier: neighbouring steps get seeds far apart (The Art of Computer Programming, 6.4)
COUNTED = ("l1", "l2", "activity_l2")  # whose terms the compiled steps sum up as they measure
AT_ONCE = 40_000_000  # units of work (see `cost`) in one call of the compiled steps: a millisecond or two
Augment = Callable[[Tensor, torch.Generator], Tensor]


@dataclass(frozen=True)
class Measurement:
    """One look at all members in evaluation mode, at the same weights for both splits. All (M,).

    The losses are data losses only; `objective` = train_loss + penalty. Scores: accuracy 0..1, or R². compiled: the figures and
    counts of `Looker.measure`, these and more, None where torch computes.
    """

    train_loss: Tensor
    val_loss: Tensor
    train_score: Tensor
    val_score: Tensor
    penalty: Tensor
    compiled: tuple[np.ndarray, np.ndarray] | None = None

    @property
    def objective(self) -> Tensor:
        """Training data loss plus penalty."""
        return self.train_loss + self.penalty


class Trainer:
    """A stack in training: owns weights, optimizer state, batch order and the count of steps and epochs.

    `augment(X, generator)` changes the inputs (1 or M, B, d) of each training batch, never those that are measured.
    On a GPU (`device`) weights, rows and steps are there, strengths and orders stay on the processor.
    """

    def __init__(
        self, network: NetworkConfig, regularization: RegularizationConfig, training: TrainingConfig,
        pool: Pool, members: Members, augment: Augment | None = None, device: torch.device = CPU,
    ) -> None:  # fmt: skip
        self.members, self.training, self.augment, self.device = members, training, augment, device
        sizes = (pool.X.shape[2], network.hidden_sizes, pool.targets.shape[1])
        self.stack = stack = Stack(*sizes, network.activation, members.seeds, pool.X.dtype, device)
        self.n_penalized = stack.n_weights if regularization.penalize_output else stack.n_hidden_weights
        self.blocks: list[Block] = []
        self._dropout_generator = torch.Generator()
        self.augment_generator = torch.Generator().manual_seed(members.seeds[0] + AUGMENT_STREAM)
        self.n_epochs_done = 0
        self.n_steps_done = 0
        self._rows: Rows  # of the present epoch, in their order
        self._batches: Iterator[Batch] | None = None  # what is left of it, once somebody asks
        self._n_batches_left = 0
        self._read_at: list[tuple[int, int]] = []
        self._take_rows(pool)

    @property
    def _block_numbers(self) -> int:
        return 0 if self.device == CPU else BLOCK_NUMBERS_ON_GPU

    def _take_rows(self, pool: Pool) -> None:
        """Set up all that depends on the rows: their order and batches, and what is measured."""
        stack, members = self.stack, self.members
        rows = [torch.arange(len(counts)).repeat_interleave(counts.long()) for counts in pool.is_train]
        self.order = BatchOrder(rows, members.seeds, self.training.batch_size)
        self.pool = pool = pool.on(self.device)
        self._feed = Feed(pool.X, pool.targets, pool.version_of_member, self.order)
        self.blocks = self.blocks or self._make_blocks()
        self._streams = [block.part if self.augment else self._feed.streams_of(block.part) for block in self.blocks]
        strides = [max(EPOCH_STRIDE, n) for n in self.order.n_batches_of_member]
        self._dropout_keys = list(zip(members.seeds, strides, strict=True))
        self._looked_at = pool.padded(align(max(pool.X.shape[1], 1)))
        self._targets = self._looked_at.targets.T.contiguous()[None]
        self.splits = Splits(self._looked_at)
        numbers = stack.n_parameters + pool.X.shape[1] * sum(stack.sizes)
        parts = cut_in_runs(pool.version_of_member.tolist(), numbers, self._block_numbers)
        self._looks = [(part, stack.part(part)) for part in parts]  # blocks for measuring: more rows, fewer members
        self.epoch_states = self.order.states()  # of the generators of the order, as they were before the present epoch
        self._graphs = None if self.device == CPU else GraphedSteps(self._feed)
        self._set_up_compiled()

    def _set_up_compiled(self) -> None:
        """Let compiled steps do the work where they suit the shape, and there is something to step on."""
        stack, pool, order, falls = self.stack, self.pool, self.order, self.training.learning_rate_schedule == "cosine"
        self.n_cosine = (
            self.training.n_epochs * max(order.n_batches, 1) if falls else 0
        )  # steps over which the rate falls
        self._kernel: Kernel | None = None
        self._looker: Looker | None = None
        self._read_at = []  # the strengths are to be read anew
        is_covered = self.augment is None and self.device == CPU and pool.X.dtype == torch.float32 and order.n_rows > 0
        if is_covered and suits(stack.sizes, order.batch_size) and is_on():
            from core.engine.compiled.kernel import Kernel, Looker

            self._kernel = Kernel(stack, pool, order, self.blocks, self.n_penalized, self.n_cosine)
            self._looker = Looker(stack, self._looked_at, self.splits, self.n_penalized)

    def exchange(self, pool: Pool) -> None:
        """Train and measure on other rows from the next step on. Weights, optimizers, strengths, counts and generators go on.

        An epoch that has begun begins anew: of all the new rows, in the order that the generators of the order draw next. The
        members and the network stay, so the new pool has as many inputs and outputs, the same loss, and members that share
        their batches as before; raises ValueError else. Without a training row there is nothing to step on until the next
        exchange.
        """
        for what, old, new in (
            ("inputs", self.pool.X.shape[2], pool.X.shape[2]), ("outputs", self.pool.targets.shape[1], pool.targets.shape[1]),
            ("members", len(self.pool.is_train), len(pool.is_train)), ("loss", self.pool.loss, pool.loss),
        ):  # fmt: skip
            if old != new:
                raise ValueError(
                    say("pool: expected {what} as before, {old}, received {new}", what=what, old=old, new=new)
                )
        before = self.order
        self._take_rows(pool)
        if len(before.generators) != len(self.order.generators) or before.has_skips != self.order.has_skips:
            raise ValueError(say("pool: expected rows that the members share as before, received others"))
        for generator, state in zip(self.order.generators, before.states(), strict=True):
            generator.set_state(state)
        self.epoch_states, self._batches, self._n_batches_left = self.order.states(), None, 0

    def _make_blocks(self) -> list[Block]:
        stack, training, order = self.stack, self.training, self.order
        blocks = []
        numbers = stack.n_parameters + order.batch_size * sum(stack.sizes)
        streams = self._feed.stream_of_member.tolist() if self.device == CPU else [0] * stack.n_members
        for part in cut_in_runs(streams, numbers, self._block_numbers):
            own = stack.part(part)
            optimizer = make_optimizer(training.optimizer, own.buffer, training.momentum, order.has_skips)
            blocks.append(Block(own, part, self.n_penalized, self.pool.loss, optimizer))
        return blocks

    def step(self) -> bool:
        """Make one step of all members; return True when it was the last of an epoch."""
        self.advance(1)
        return self._n_batches_left == 0

    def run_epoch(self) -> None:
        """Train to the end of the current epoch."""
        self.advance(self.order.n_batches)

    @fast_arithmetic()
    def run_epochs(self, n_epochs: int) -> None:
        """Train to the end of the current epoch, and `n_epochs` - 1 more."""
        self._read_strengths()
        n_whole = 0 if self._n_batches_left or not self.is_compiled else n_epochs
        if n_whole:
            assert self._kernel is not None
            n_steps = n_whole * self.order.n_batches
            self._kernel.take(self._kernel.draw(n_whole), 0, n_steps, self.n_steps_done)
            self._batches = None
            self.n_steps_done += n_steps
            self.n_epochs_done += n_whole
        for _ in range(n_epochs - n_whole):
            self.advance(self.order.n_batches)

    @fast_arithmetic()
    def advance(self, n_steps: int) -> int:
        """Make up to `n_steps` steps of all members, but none past the end of the epoch; return how many.

        In how many calls the steps are made changes no bit of them.
        """
        if self.order.n_rows == 0:
            raise ValueError(say("pool: expected at least one training row, received none"))
        if self._n_batches_left == 0:
            self.begin_epoch()
        n_steps = min(n_steps, self._n_batches_left)
        if self._graphs is not None:
            self._play(self._graphs, n_steps)
            return n_steps
        self._read_strengths()
        n_at_once = n_steps if self.is_compiled else 1
        for _ in range(0, n_steps, n_at_once):
            if self.is_compiled:
                self._run_compiled(self._rows.index, self.n_batches_done, n_at_once)
            else:
                self._take(self._augmented(self._next_batch()), self._schedule(self.n_steps_done))
            self._count(n_at_once)
        return n_steps

    @property
    def n_steps_at_once(self) -> int:
        """Return how many steps take about a millisecond where many are made in one call, 1 where each is a call of its own."""
        if not self.is_compiled:
            return 1
        work = self.stack.n_members * compiled_cost(self.stack, self.order.batch_size)
        return max(1, int(AT_ONCE / work))

    @property
    def is_compiled(self) -> bool:
        """Return whether all members' steps are compiled, with the strengths that were read last."""
        return self._kernel is not None and self._kernel.is_whole

    def _run_compiled(self, index: Tensor, first: int, n_steps: int) -> None:
        """Make compiled steps of all members; the first batch is number `first` of the epochs whose rows are `index`."""
        assert self._kernel is not None
        self._kernel.take(self._rows_of(index, first, n_steps), first, n_steps, self.n_steps_done)
        self._batches = None  # what torch had gathered of the epoch is not what is left of it

    def _rows_of(self, index: Tensor, first: int, n_batches: int) -> np.ndarray:
        """Return the rows of some batches, (G, n_batches·width)."""
        size = self.order.width
        return np.ascontiguousarray(index.numpy()[:, first * size : (first + n_batches) * size])

    def _count(self, n_steps: int) -> None:
        self._n_batches_left -= n_steps
        self.n_steps_done += n_steps
        self.n_epochs_done += self._n_batches_left == 0

    @property
    def n_batches_done(self) -> int:
        """Return how many batches of an epoch that has begun were trained on, 0 between two epochs."""
        return self.order.n_batches - self._n_batches_left if self._n_batches_left else 0

    def begin_epoch(self, n_batches_done: int = 0) -> None:
        """Draw the order of the next epoch, and leave out its first batches: those trained on before it was put away."""
        self.epoch_states = self.order.states()
        self._rows, self._batches = self.order.shuffle(), None
        self._n_batches_left = self.order.n_batches - n_batches_done

    def _next_batch(self) -> Batch:
        if self._batches is None:
            self._batches = self._feed.batches(self._rows, self.n_batches_done)
        return next(self._batches)

    def _play(self, graphs: GraphedSteps, n_steps: int) -> None:
        """Make steps on a GPU: from graphs, unless each needs numbers drawn on the processor."""
        self._read_strengths()
        rows = self._feed.rows_of_streams(self._rows, self.n_batches_done, n_steps)
        factors = [self._schedule(self.n_steps_done + i) for i in range(n_steps)]
        if not self._is_drawn_each_step:
            graphs.run(self._take, rows, factors)
            self._count(n_steps)
            return
        for batch, factor in zip(self._feed.gather(rows, self.order.width), factors, strict=True):
            self._take(self._augmented(batch), torch.tensor(factor, dtype=torch.float64, device=self.device))
            self._count(1)

    @property
    def _is_drawn_each_step(self) -> bool:
        """Return whether something in a step cannot be recorded: it draws, or asks how far it has come."""
        is_drawn = self.augment is not None or any(block.strengths.dropout_rate is not None for block in self.blocks)
        return is_drawn or any(block.strengths.proximal.keys() - {"l1"} for block in self.blocks)

    def _augmented(self, batch: Batch) -> Batch:
        if self.augment is None:
            return batch
        batch = batch.of(self._feed.stream_of_member)  # from here on every member has inputs of its own
        return batch._replace(X=self.augment(batch.X.cpu(), self.augment_generator).to(self.device))

    def _take(self, batch: Batch, factor: Column) -> None:
        """Make one step on a batch of all streams, with this factor on the learning rate."""
        uniforms = self._draw_dropout(batch.X.shape[1])
        for b, (block, streams) in enumerate(zip(self.blocks, self._streams, strict=True)):
            with self._shared(b):
                block.train_on(batch.of(streams), factor, self._dropout(block, uniforms), self.order.has_skips)

    def _shared(self, b: int) -> AbstractContextManager[None]:
        """Return a context in which torch makes a step of a block; members whose steps are compiled have theirs at its end."""
        if self._kernel is None:
            return nullcontext()
        done = self.n_batches_done
        return self._kernel.sharing(b, self._rows_of(self._rows.index, done, 1), done, self.n_steps_done)

    def _read_strengths(self) -> None:
        """Read the strengths anew where a tensor was exchanged or changed in place (torch counts its versions)."""
        m = self.members
        tensors = (m.l1_is_proximal, *m.strengths.values())
        read_at = [(id(tensor), tensor._version) for tensor in tensors]
        if read_at != self._read_at:
            self._read_at = read_at
            if self._graphs is not None:
                self._graphs.forget()
            for block in self.blocks:
                block.read_strengths(m)
            if self._kernel is not None:
                self._kernel.read_strengths()

    @fast_arithmetic()
    def compute_gradient(self, rows: Rows) -> None:
        """Fill the stack's gradient with that of the smooth part of the objective on a batch (all of it for subgradient L1)."""
        self._read_strengths()
        batch = next(self._feed.gather(rows, rows.index.shape[1]))
        uniforms = self._draw_dropout(batch.X.shape[1])
        for block, streams in zip(self.blocks, self._streams, strict=True):
            block.fill_gradient(batch.of(streams), self._dropout(block, uniforms))

    def _draw_dropout(self, n_rows: int) -> list[Tensor]:
        """Return random numbers in [0, 1) per hidden layer, (1 or M, units, n_rows); none while dropout is off.

        Each step draws anew from its own number, epoch · stride + batch, sample by sample: a member whose batch is shorter
        than its neighbours' (a smaller fold) sees what it would see alone. The stride is at least the member's own number
        of batches, so no number comes twice.
        """
        if all(block.strengths.dropout_rate is None for block in self.blocks):
            return []
        units, keys = self.stack.sizes[1:-1], self._dropout_keys
        batch, drawn = self.order.n_batches - self._n_batches_left, {}
        for seed, stride in dict.fromkeys(keys):
            step = self.n_epochs_done * stride + batch
            generator = self._dropout_generator.manual_seed((seed + DROPOUT_STREAM) ^ step * MIX % 2**32)
            samples = torch.rand(n_rows, sum(units), generator=generator, dtype=self.pool.X.dtype)
            drawn[seed, stride] = samples.T.contiguous()
        whole = torch.stack([drawn[key] for key in keys]) if len(drawn) > 1 else drawn[keys[0]][None]
        return list(torch.split(whole.to(self.device), list(units), 1))

    def _dropout(self, block: Block, uniforms: list[Tensor]) -> Dropout | None:
        return block.draw_dropout([u if len(u) == 1 else u[block.part] for u in uniforms]) if uniforms else None

    def _schedule(self, step: int) -> float:
        """Return the factor on the learning rate of a step."""
        return rate_factor(step, self.n_cosine)

    @property
    def relative_cost_of_measuring(self) -> float:
        """How many epochs of training one measurement costs, from the shapes alone."""
        epoch = max(self.order.n_batches, 1) * step_cost(self.stack, self.order.batch_size, len(self.blocks))
        return measurement_cost(self.stack, self.pool.X.shape[1], len(self._looks)) / epoch

    @fast_arithmetic()
    def measure(self) -> Measurement:
        """Return losses, scores and penalty of all members, in evaluation mode."""
        if self._looker is not None:
            return self._measure_compiled(self._looker)
        looks = [self._look(part, stack) for part, stack in self._looks]
        mean_loss, score, activity = (
            looks[0] if len(looks) == 1 else (torch.cat(x, -1) for x in zip(*looks, strict=True))
        )
        penalty = torch.zeros(self.stack.n_members, dtype=self.pool.X.dtype, device=self.device)
        for name in VALUES:
            if bool((self.members[name] != 0).any()):
                penalty += self._term(name)
        penalty = penalty + activity
        return Measurement(mean_loss[0], mean_loss[1], score[0], score[1], penalty)

    def _term(self, name: str) -> Tensor:
        """Return the term of a penalty on weights, strength·value, (M,)."""
        weights = penalized_weights(name, self.stack, self.stack.parameters, self.n_penalized)
        return self.members[name].squeeze(1).to(self.device) * VALUES[name](weights)

    def _measure_compiled(self, looker: Looker) -> Measurement:
        """Do the same with the compiled steps' own forward pass, and count the weights on the way."""
        strengths = self.members.strengths
        figures, counts = looker.measure(*(strengths[name].float().numpy()[:, 0] for name in COUNTED))
        for name in VALUES:  # all other terms as torch computes them
            if name not in COUNTED and bool(strengths[name].any()):
                figures[4] += self._term(name).numpy()
                figures[5] = figures[0] + figures[4]
        train_loss, val_loss, train_score, val_score, penalty = map(torch.from_numpy, figures[:5])
        return Measurement(train_loss, val_loss, train_score, val_score, penalty, (figures, counts))

    def _look(self, part: slice, stack: Stack) -> tuple[Tensor, Tensor, Tensor]:
        """Return mean losses (2, m) and scores (2, m) of both splits and activity penalties (m,) of the members `part`."""
        pool, splits, targets = self._looked_at, self.splits, self._targets
        done = stack.forward(pool.inputs_of(part))
        losses = sample_losses(pool.loss, done.columns, targets, class_axis=1)
        mean_loss = splits.means(losses, part)
        if pool.is_classification:
            score = splits.means(is_correct(pool.loss, done.columns, targets, class_axis=1), part)
        else:
            score = 1 - mean_loss / splits.target_variance(part)  # R²
        activity_l2 = self.members["activity_l2"][part].squeeze(1)
        activity = torch.zeros_like(activity_l2, device=self.device)
        if bool((activity_l2 > 0).any()):
            activity_l2 = activity_l2.to(self.device)
            for hidden in done.hidden:  # (m, units, n)
                activity += activity_l2 * splits.means(hidden.square().sum(1), part)[0]
        return mean_loss, score, activity
