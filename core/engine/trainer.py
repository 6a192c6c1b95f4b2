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
from core.engine.batches import AUGMENT_STREAM, DROPOUT_STREAM, BatchOrder, Rows
from core.engine.losses import LossKind, is_correct, output_slopes, sample_losses
from core.engine.optimizers import make_optimizer
from core.engine.penalties import add_l1_subgradient, add_l2_gradient, soft_threshold, weight_penalty
from core.engine.stack import Stack


@dataclass(frozen=True)
class Pool:
    """All rows a stack may see. `version_of_member[m]` names the copy of the inputs (a fold's standardising) of member m.

    X: (V, n, d); targets: (n, C); is_train, is_val: (M, n) 0/1, which rows each member trains on and is validated on.
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
    """The strengths of each member, tensors (M, 1), and its seed. Strengths may change between steps.

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


class Trainer:
    """A stack in training: owns weights, optimizer state, batch order and the count of steps and epochs."""

    def __init__(
        self, network: NetworkConfig, regularization: RegularizationConfig, training: TrainingConfig,
        pool: Pool, members: Members, augment: Callable[[Tensor, torch.Generator], Tensor] | None = None,
    ) -> None:  # fmt: skip
        """`augment(X (1 or M, B, d), generator)` returns (M, B, d): the inputs of a training batch, varied; no other rows."""
        self.pool, self.members, self.training = pool, members, training
        self.augment, self.augment_generator = augment, torch.Generator().manual_seed(members.seeds[0] + AUGMENT_STREAM)
        self.stack = Stack(
            pool.X.shape[2],
            network.hidden_sizes,
            pool.targets.shape[1],
            network.activation,
            members.seeds,
            pool.X.dtype,
        )
        stack = self.stack
        self.n_penalized = stack.n_weights if regularization.penalize_output else stack.n_hidden_weights
        self.optimizer = make_optimizer(training.optimizer, stack.parameters, training.momentum)
        rows = [mask.nonzero().squeeze(1) for mask in pool.is_train]
        self.order = BatchOrder(rows, members.seeds, training.batch_size)
        self.dropout_generators = {s: torch.Generator().manual_seed(s + DROPOUT_STREAM) for s in members.seeds}
        self.n_epochs_done = 0
        self.n_steps_done = 0
        self._batches: Iterator[Rows] = iter(())
        self._n_batches_left = 0

    @torch.no_grad()
    def step(self) -> bool:
        """Make one step of all members; return True when it was the last of an epoch."""
        if self._n_batches_left == 0:
            self._batches, self._n_batches_left = self.order.epoch(), self.order.n_batches
        self._train_on(next(self._batches))
        self._n_batches_left -= 1
        self.n_steps_done += 1
        if self._n_batches_left == 0:
            self.n_epochs_done += 1
        return self._n_batches_left == 0

    def run_epoch(self) -> None:
        """Train to the end of the current epoch."""
        while not self.step():
            pass

    def _train_on(self, rows: Rows) -> None:
        is_skipped = None if rows.weight is None else rows.weight.sum(1) == 0
        if is_skipped is None or not bool(is_skipped.any()):
            self._update(rows)
            return
        state = [self.stack.parameters, *self.optimizer.state()]
        kept = [tensor[is_skipped].clone() for tensor in state]
        self._update(rows)
        for tensor, old in zip(state, kept, strict=True):
            tensor[is_skipped] = old

    def _update(self, rows: Rows) -> None:
        """Apply one gradient step and the proximal step."""
        members, stack, k = self.members, self.stack, self.n_penalized
        self.compute_gradient(rows)
        learning_rate = members.learning_rate * self._schedule()
        self.optimizer.step(stack.parameters, stack.gradient, learning_rate)
        if bool((members.l1 > 0).any()):
            threshold = members.l1 * members.l1_is_proximal * self.optimizer.step_length(learning_rate, k)
            soft_threshold(stack.parameters[:, :k], threshold)

    @torch.no_grad()
    def compute_gradient(self, rows: Rows) -> None:
        """Fill the stack's gradient with that of the smooth part of the objective on a batch (all of it for subgradient L1)."""
        members, stack, pool, k = self.members, self.stack, self.pool, self.n_penalized
        X, targets = self._gather(rows.index)
        if self.augment is not None:
            X = self.augment(X, self.augment_generator)
        done = stack.forward(X, self._dropout_masks(rows.index.shape[1]))
        slopes = output_slopes(pool.loss, done.outputs, targets)
        weight = (
            torch.tensor(1 / rows.index.shape[1], dtype=X.dtype)
            if rows.weight is None
            else rows.weight[..., None].to(X.dtype)
        )
        has_activity = bool((members.activity_l2 > 0).any())
        stack.backward(done, slopes * weight, 2 * members.activity_l2[..., None] * weight if has_activity else None)
        if bool((members.l2 > 0).any()):
            add_l2_gradient(stack.gradient[:, :k], stack.parameters[:, :k], members.l2)
        if bool(((members.l1 > 0) & (members.l1_is_proximal == 0)).any()):
            l1 = members.l1 * (1 - members.l1_is_proximal)
            add_l1_subgradient(stack.gradient[:, :k], stack.parameters[:, :k], l1)

    def _gather(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """Return inputs (1 or M, B, d) and targets (1 or M, B, C) of a batch."""
        pool = self.pool
        if len(pool.X) == 1:
            return pool.X[0][index], pool.targets[index]
        return pool.X[pool.version_of_member[:, None], index], pool.targets[index]

    def _dropout_masks(self, n_rows: int) -> list[Tensor] | None:
        """Return inverted-dropout masks (M, n_rows, units) per hidden layer (Srivastava et al. 2014), or None when off."""
        rate = self.members.dropout_rate[..., None]
        if not bool((rate > 0).any()):
            return None
        seeds, masks = self.members.seeds, []
        for units in self.stack.sizes[1:-1]:
            drawn = {
                s: torch.rand(n_rows, units, generator=g, dtype=rate.dtype) for s, g in self.dropout_generators.items()
            }
            uniform = torch.stack([drawn[s] for s in seeds]) if len(drawn) > 1 else drawn[seeds[0]][None]
            masks.append((uniform >= rate).to(rate.dtype) / (1 - rate))
        return masks

    def _schedule(self) -> float:
        """Return the factor on the learning rate: 1, or a half cosine from 1 to 0 over the whole run."""
        if self.training.learning_rate_schedule == "constant":
            return 1.0
        progress = min(1.0, self.n_steps_done / (self.training.n_epochs * self.order.n_batches))
        return 0.5 * (1 + math.cos(math.pi * progress))

    @torch.no_grad()
    def measure(self) -> Measurement:
        """Return losses, scores and penalty of all members, in evaluation mode."""
        pool, members, stack = self.pool, self.members, self.stack
        done = stack.forward(pool.member_inputs)
        losses = sample_losses(pool.loss, done.outputs, pool.targets)
        weights = stack.parameters[:, : self.n_penalized]
        penalty = weight_penalty(weights, members.l1, members.l2)
        for hidden in done.hidden:
            penalty = penalty + members.activity_l2.squeeze(1) * masked_mean(hidden.square().sum(-1), pool.is_train)
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
