"""The training loop: one step, one epoch, one measurement of a stack. Read `studies` next.

The objective of a member is  data loss + l1·Σ|w| + l2·Σw² + activity_l2·Σ(hidden output)²/batch size.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.config import NetworkConfig, RegularizationConfig, TrainingConfig
from core.engine.batches import AUGMENT_STREAM, DROPOUT_STREAM, Batch, BatchOrder, Feed, Rows
from core.engine.losses import LossKind, is_correct, output_slopes, sample_losses
from core.engine.optimizers import Column, make_optimizer
from core.engine.penalties import add_l1_subgradient, add_l2_gradient, soft_threshold, weight_penalty
from core.engine.stack import Stack

SMALLEST_FACTOR = 1e-9  # of the cosine schedule: Adam divides by the learning rate


@dataclass(frozen=True)
class Pool:
    """All rows a stack may see. `version_of_member[m]` names the copy of the inputs (a fold's standardising) of member m.

    X: (V, n, d); targets: (n, C); is_train, is_val: (M, n), which rows each member trains on and is validated on: 0/1, or
    in is_train how often each row counts in an epoch (a bootstrap sample).
    """

    X: Tensor
    targets: Tensor
    is_train: Tensor
    is_val: Tensor
    version_of_member: Tensor
    loss: LossKind
    is_classification: bool

    @property
    def member_inputs(self) -> Tensor:
        """Inputs of each member, (1 or M, n, d)."""
        return self.X if len(self.X) == 1 else self.X[self.version_of_member]


@dataclass
class Members:
    """The strengths of each member, tensors (M, 1), and its seed. Strengths may change between steps, in place.

    l1_is_proximal: (M, 1), 1 where L1 is a proximal step, 0 where it is a subgradient.
    """

    l1: Tensor
    l2: Tensor
    activity_l2: Tensor
    dropout_rate: Tensor
    learning_rate: Tensor
    seeds: tuple[int, ...]
    l1_is_proximal: Tensor

    @classmethod
    def from_configs(
        cls, regularization: RegularizationConfig, training: TrainingConfig, dtype: torch.dtype,
        n_members: int = 1, **values: Sequence[float],
    ) -> Members:  # fmt: skip
        """Return `n_members` equal members, but for the strengths given as lists of length `n_members`."""

        def column(name: str, default: float) -> Tensor:
            return torch.tensor(values.get(name, [default] * n_members), dtype=dtype).reshape(n_members, 1)

        r = regularization
        return cls(
            column("l1", r.l1), column("l2", r.l2), column("activity_l2", r.activity_l2),
            column("dropout_rate", r.dropout_rate), column("learning_rate", training.learning_rate),
            (training.seed,) * n_members, column("l1_is_proximal", float(r.l1_method == "proximal")),
        )  # fmt: skip


@dataclass(frozen=True)
class Measurement:
    """One look at all members in evaluation mode, at the same weights for both splits. All (M,).

    The losses are data losses only; `objective` = train_loss + penalty. Scores: accuracy 0..1, or R².
    """

    train_loss: Tensor
    val_loss: Tensor
    train_score: Tensor
    val_score: Tensor
    penalty: Tensor

    @property
    def objective(self) -> Tensor:
        """Training data loss plus penalty."""
        return self.train_loss + self.penalty


@dataclass(frozen=True)
class Strengths:
    """The members' strengths as a step uses them: None where all are zero, one number where all learning rates agree."""

    l1: Tensor | None  # of the members whose L1 is a proximal step, else 0
    l1_subgradient: Tensor | None  # of the members whose L1 is a subgradient, else 0
    l2: Tensor | None
    activity_l2: Tensor | None
    dropout_rate: Tensor | None
    learning_rate: Column

    @classmethod
    def of(cls, members: Members) -> Strengths:
        """Read the members' present strengths."""
        named = {name: getattr(members, name) for name in ("l2", "activity_l2", "dropout_rate")}
        named["l1"] = members.l1 * members.l1_is_proximal
        named["l1_subgradient"] = members.l1 * (1 - members.l1_is_proximal)
        rate = members.learning_rate
        is_shared = bool((rate == rate[0]).all())
        on = {name: tensor if bool((tensor > 0).any()) else None for name, tensor in named.items()}
        return cls(**on, learning_rate=rate[0].item() if is_shared else rate)


Augment = Callable[[Tensor, torch.Generator], Tensor]


class Trainer:
    """A stack in training: owns weights, optimizer state, batch order and the count of steps and epochs.

    `augment(X, generator)` changes the inputs (1 or M, B, d) of each training batch, never those that are measured.
    """

    def __init__(
        self, network: NetworkConfig, regularization: RegularizationConfig, training: TrainingConfig,
        pool: Pool, members: Members, augment: Augment | None = None,
    ) -> None:  # fmt: skip
        self.pool, self.members, self.training, self.augment = pool, members, training, augment
        self.stack = stack = Stack(
            pool.X.shape[2],
            network.hidden_sizes,
            pool.targets.shape[1],
            network.activation,
            members.seeds,
            pool.X.dtype,
        )
        self.n_penalized = stack.n_weights if regularization.penalize_output else stack.n_hidden_weights
        self._penalized = stack.parameters[:, : self.n_penalized]
        self._penalized_gradient = stack.gradient[:, : self.n_penalized]
        rows = [torch.arange(len(counts)).repeat_interleave(counts.long()) for counts in pool.is_train]
        self.order = BatchOrder(rows, members.seeds, training.batch_size)
        self._feed = Feed(pool.X, pool.targets, pool.version_of_member, self.order)
        self.optimizer = make_optimizer(
            training.optimizer, stack.parameters, training.momentum, counts_by_member=self.order.is_ragged
        )
        self.dropout_generators = {s: torch.Generator().manual_seed(s + DROPOUT_STREAM) for s in members.seeds}
        self.augment_generator = torch.Generator().manual_seed(members.seeds[0] + AUGMENT_STREAM)
        self.n_epochs_done = 0
        self.n_steps_done = 0
        self._batches: Iterator[Batch] = iter(())
        self._n_batches_left = 0
        self._strengths = Strengths.of(members)
        self._read_at: list[tuple[int, int]] = []

    @torch.inference_mode()
    def step(self) -> bool:
        """Make one step of all members; return True when it was the last of an epoch."""
        return self._step()

    @torch.inference_mode()
    def run_epoch(self) -> None:
        """Train to the end of the current epoch."""
        while not self._step():
            pass

    def _step(self) -> bool:
        if self._n_batches_left == 0:
            self._batches, self._n_batches_left = self._feed.epoch(), self.order.n_batches
        self._train_on(next(self._batches))
        self._n_batches_left -= 1
        self.n_steps_done += 1
        if self._n_batches_left == 0:
            self.n_epochs_done += 1
        return self._n_batches_left == 0

    def _train_on(self, batch: Batch) -> None:
        is_skipped = batch.is_skipped
        if is_skipped is None:
            self._update(batch)
            return
        state = [self.stack.parameters, *self.optimizer.state()]
        kept = [tensor[is_skipped].clone() for tensor in state]
        self._update(batch)
        for tensor, old in zip(state, kept, strict=True):
            tensor[is_skipped] = old

    def _update(self, batch: Batch) -> None:
        """Apply one gradient step and the proximal step."""
        strengths, stack = self._present_strengths(), self.stack
        self._fill_gradient(batch, strengths)
        self.optimizer.step(stack.parameters, stack.gradient, strengths.learning_rate * self._schedule())
        if strengths.l1 is not None:
            soft_threshold(self._penalized, self.optimizer.threshold(strengths.l1, self.n_penalized))

    def _present_strengths(self) -> Strengths:
        """Return the strengths, read anew only when a tensor was exchanged or changed in place (torch counts its versions)."""
        m = self.members
        tensors = (m.l1, m.l1_is_proximal, m.l2, m.activity_l2, m.dropout_rate, m.learning_rate)
        state = [(id(tensor), tensor._version) for tensor in tensors]
        if state != self._read_at:
            self._strengths, self._read_at = Strengths.of(m), state
        return self._strengths

    @torch.inference_mode()
    def compute_gradient(self, rows: Rows) -> None:
        """Fill the stack's gradient with that of the smooth part of the objective on a batch (all of it for subgradient L1)."""
        self._fill_gradient(next(self._feed.gather(rows, rows.index.shape[1])), self._present_strengths())

    def _fill_gradient(self, batch: Batch, strengths: Strengths) -> None:
        stack, X = self.stack, batch.X
        if self.augment is not None:
            X = self.augment(X, self.augment_generator)
        n_rows = X.shape[1]
        done = stack.forward(X, self._dropout_masks(n_rows))
        slopes = output_slopes(self.pool.loss, done.columns, batch.targets, class_axis=1)
        slopes.mul_(1 / n_rows if batch.weight is None else batch.weight)
        stack.backward(done, slopes, activity_slopes(strengths.activity_l2, batch))
        if strengths.l2 is not None:
            add_l2_gradient(self._penalized_gradient, self._penalized, strengths.l2)
        if strengths.l1_subgradient is not None:
            add_l1_subgradient(self._penalized_gradient, self._penalized, strengths.l1_subgradient)

    def _dropout_masks(self, n_rows: int) -> list[Tensor] | None:
        """Return inverted-dropout masks (M, units, n_rows) per hidden layer (Srivastava et al. 2014), or None when off."""
        rate = self._present_strengths().dropout_rate
        if rate is None:
            return None
        rate, seeds, masks = rate[..., None], self.members.seeds, []
        for units in self.stack.sizes[1:-1]:
            drawn = {
                s: torch.rand(units, n_rows, generator=g, dtype=rate.dtype) for s, g in self.dropout_generators.items()
            }
            uniform = torch.stack([drawn[s] for s in seeds]) if len(drawn) > 1 else drawn[seeds[0]][None]
            masks.append((uniform >= rate).to(rate.dtype) / (1 - rate))
        return masks

    def _schedule(self) -> float:
        """Return the factor on the learning rate: 1, or a half cosine from 1 to (almost) 0 over the whole run."""
        if self.training.learning_rate_schedule == "constant":
            return 1.0
        progress = self.n_steps_done / (self.training.n_epochs * self.order.n_batches)
        return max(0.5 * (1 + math.cos(math.pi * min(1.0, progress))), SMALLEST_FACTOR)

    @torch.inference_mode()
    def measure(self) -> Measurement:
        """Return losses, scores and penalty of all members, in evaluation mode."""
        pool, members, stack = self.pool, self.members, self.stack
        done = stack.forward(pool.member_inputs)
        losses = sample_losses(pool.loss, done.outputs, pool.targets)
        weights = stack.parameters[:, : self.n_penalized]
        penalty = weight_penalty(weights, members.l1, members.l2)
        for hidden in done.hidden:  # (M, units, n)
            penalty = penalty + members.activity_l2.squeeze(1) * masked_mean(hidden.square().sum(1), pool.is_train)
        return Measurement(
            masked_mean(losses, pool.is_train), masked_mean(losses, pool.is_val),
            self._score(done.outputs, losses, pool.is_train), self._score(done.outputs, losses, pool.is_val), penalty,
        )  # fmt: skip

    def _score(self, outputs: Tensor, losses: Tensor, mask: Tensor) -> Tensor:
        """Return accuracy, or R² = 1 - MSE / variance of the targets, on the masked rows."""
        pool = self.pool
        if pool.is_classification:
            return masked_mean(is_correct(pool.loss, outputs, pool.targets), mask)
        values = pool.targets.squeeze(-1).expand_as(losses)
        mean = masked_mean(values, mask)[:, None]
        return 1 - masked_mean(losses, mask) / masked_mean((values - mean).square(), mask)


def masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    """Return the mean over the rows where mask (M, n) is 1, (M,); nan where there are none. A nan elsewhere does not leak."""
    kept = torch.where(mask > 0, values, torch.zeros_like(values))
    return kept.sum(1) / mask.sum(1)


def activity_slopes(activity_l2: Tensor | None, batch: Batch) -> Tensor | None:
    """Return 2·activity_l2·(weight of each sample), (M, 1, 1 or n): what the activity penalty multiplies hidden values by."""
    if activity_l2 is None:
        return None
    weight = 1 / batch.X.shape[1] if batch.weight is None else batch.weight
    return 2 * activity_l2[..., None] * weight
