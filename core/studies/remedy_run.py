"""A plan of remedies in training: its stacks, its table, and the one look at the test rows. Plans: `remedies.py`."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from core.config import Experiment
from core.data import Split, flip_labels, load_split
from core.data.augmentation import make_augment
from core.data.streams import LABELS, stream
from core.engine import encode_targets
from core.engine.losses import is_correct, sample_losses
from core.engine.trainer import Pool
from core.measures.divergence import hopeless_loss, is_hopeless
from core.measures.early_stopping import NEVER, EarlyStopping
from core.measures.ensemble import average_outputs
from core.measures.spread import spread_of
from core.studies.plan import build_pool, build_trainer
from core.studies.remedies import Cell, Plan


def load_rows(experiment: Experiment, factor: int = 1) -> Split:
    """Return the task's split with right labels and `factor` times the training rows.

    However many rows: all are standardised by those of factor 1, so every network sees and predicts the same units.
    """
    clean = experiment.replace(label_noise=0.0).data
    split = load_split(clean)
    if factor == 1:
        return split
    more = load_split(clean.model_copy(update={"n_train": factor * clean.n_train}))
    raw = more.X_train * more.x_scale + more.x_mean
    X = ((raw - split.x_mean) / split.x_scale).astype(split.X_train.dtype)
    y = more.y_train
    if split.task == "regression":
        y = ((y * more.y_scale + more.y_mean - split.y_mean) / split.y_scale).astype(split.y_train.dtype)
    return replace(split, X_train=X, y_train=y)


def pool_of_copies(experiment: Experiment, split: Split, targets: Sequence[np.ndarray], copy_of: Sequence[int]) -> Pool:
    """Return the rows of a split as a pool: the training rows once for each of `targets` (n_train,), validation rows last.

    Member m trains on copy `copy_of[m]`.
    """
    X = np.concatenate([split.X_train] * len(targets) + [split.X_val])
    copy_of_row = np.repeat(range(-len(targets), 1), [len(split.y_train)] * len(targets) + [len(split.y_val)])
    own = torch.tensor(copy_of)[:, None] - len(targets)
    is_train, is_val = torch.tensor(copy_of_row) == own, torch.tensor(copy_of_row == 0).expand(len(copy_of), -1)
    return build_pool(
        experiment, split, X[None], np.concatenate([*targets, split.y_val]), is_train, is_val, str(X.dtype)
    )


class StackRun:
    """One stack of a plan in training, with early stopping where a remedy asks for it."""

    def __init__(self, plan: Plan, factor: int) -> None:
        self.plan, self.factor = plan, factor
        experiment, seeds = plan.experiment, plan.seeds(factor)
        self.split = load_rows(experiment, factor)
        shares = sorted({cell.label_noise for cell in plan.cells_of(factor)})
        data, y = experiment.data, self.split.y_train
        flipped = [flip_labels(y, share, self.split.n_classes, stream(data, LABELS)) for share in shares]
        copy_of = [
            shares.index(cell.label_noise)
            for cell in plan.cells_of(factor)
            for _ in range(plan.n_starts * cell.remedy.n_networks)
        ]
        pool = pool_of_copies(experiment, self.split, flipped, copy_of)
        own = {name: plan.column(factor, name) for name in ("l1", "l2", "dropout_rate")}
        strength = torch.tensor(plan.column(factor, "augment"), dtype=pool.X.dtype)
        augment = make_augment(self.split, strength) if bool((strength > 0).any()) else None
        self.n_steps = experiment.training.n_epochs * n_batches(experiment, experiment.data.n_train)
        own_epochs = -(-self.n_steps // n_batches(experiment, len(y)))
        self.trainer = build_trainer(experiment.replace(n_epochs=own_epochs), pool, own, seeds, augment)
        self.loss_limit = hopeless_loss(self.trainer.measure().train_loss.numpy(), pool.target_square)
        patience = np.array([NEVER if p is None else p for p in plan.column(factor, "patience")])
        self.watched = np.flatnonzero(
            np.isfinite(patience)
        )  # the members with early stopping, the only ones it looks at
        min_delta = np.array(plan.column(factor, "min_delta"))[self.watched]
        self.stopping = EarlyStopping(self.watched_parameters(), patience[self.watched], min_delta)
        self.steps_per_look = plan.look_every * n_batches(experiment, experiment.data.n_train)
        self.look()

    @property
    def progress(self) -> float:
        """Return the share of the steps that is done, 0 to 1."""
        return self.trainer.n_steps_done / self.n_steps

    def advance(self, until: float = math.inf) -> None:
        """Train to the next look at the validation rows or to the end, but no longer than to a time of `perf_counter`."""
        goal = min(self.n_steps, (self.trainer.n_steps_done // self.steps_per_look + 1) * self.steps_per_look)
        while self.trainer.n_steps_done < goal:
            self.trainer.step()
            if time.perf_counter() > until:
                break
        if self.trainer.n_steps_done == goal:
            self.look()

    def watched_parameters(self) -> Tensor:
        """Return copies of the weights of the members with early stopping."""
        return self.trainer.stack.parameters[torch.from_numpy(self.watched)]

    def look(self) -> None:
        """Tell early stopping the validation losses. Its clock is the budget's epoch, the same for every stack."""
        if not len(self.watched):
            return
        epoch = self.trainer.n_steps_done * self.plan.look_every // self.steps_per_look
        pool, parameters = self.trainer.pool, self.watched_parameters()
        is_val = pool.is_val[0] > 0
        outputs = self.trainer.stack.holding(parameters).forward(pool.X[:, is_val]).outputs
        loss = sample_losses(pool.loss, outputs, pool.targets[is_val]).mean(1)
        self.stopping.look(epoch, loss.numpy(), parameters)

    def chosen_parameters(self) -> Tensor:
        """Return the weights each member would be used with, (M, n): the best ones under early stopping, else the last."""
        chosen = self.trainer.stack.copy_parameters()
        chosen[torch.from_numpy(self.watched)] = self.stopping.best_parameters
        return chosen

    def steps_used(self) -> np.ndarray:
        """Return the steps each member has made until its weights were decided, (M,)."""
        steps, stopped = np.full(self.trainer.stack.n_members, self.trainer.n_steps_done), self.stopping.stopped_epoch
        own = np.where(
            self.stopping.is_stopped, stopped * self.steps_per_look // self.plan.look_every, steps[self.watched]
        )
        steps[self.watched] = own
        return steps


def n_batches(experiment: Experiment, n_rows: int) -> int:
    """Return the steps of an epoch over `n_rows` rows."""
    size = experiment.training.batch_size
    return 1 if size is None else -(-n_rows // min(size, n_rows))


@dataclass(frozen=True)
class RemedyRow:
    """One line of the table; arrays are (n_starts,), raw, one number a start.

    train_loss is on the rows trained with, wrong labels included; scores: accuracy, or R². train_steps: steps made until
    the weights in use were decided; n_weights: which is also the multiplications of one prediction. Both of all networks
    of an ensemble together.
    """

    cell: Cell
    train_loss: np.ndarray
    val_loss: np.ndarray
    train_score: np.ndarray
    val_score: np.ndarray
    n_nonzero: np.ndarray
    n_weights: int
    train_steps: np.ndarray

    @property
    def gap(self) -> np.ndarray:
        """Validation loss minus training loss."""
        return np.asarray(self.val_loss - self.train_loss)


class RemedyRun:
    """All stacks of a plan in training. `advance` does a slice of work, `rows` reads the table at any time."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.stacks = {factor: StackRun(plan, factor) for factor in plan.factors}

    @property
    def progress(self) -> float:
        """Return the share of the work that is done, 0 to 1: that of the stack furthest behind."""
        return min(stack.progress for stack in self.stacks.values())

    @property
    def n_networks(self) -> int:
        """Return how many networks are trained."""
        return sum(stack.trainer.stack.n_members for stack in self.stacks.values())

    @property
    def is_done(self) -> bool:
        """Return whether every network has made all its steps."""
        return self.progress >= 1

    def advance(self, seconds: float) -> None:
        """Train for about so long, one step at least, always the stack that is furthest behind."""
        until = time.perf_counter() + seconds
        while not self.is_done:
            min(self.stacks.values(), key=lambda stack: stack.progress).advance(until)
            if time.perf_counter() > until:
                break

    def rows(self) -> list[RemedyRow]:
        """Return the table at the present weights, in the order of the plan's cells; no test row is read."""
        rows = {row.cell: row for stack in self.stacks.values() for row in read_rows(stack)}
        return [rows[cell] for cell in self.plan.cells]

    def look_at_test(self) -> list[np.ndarray]:
        """Return the test losses, (n_starts,) for each of the plan's cells. The one look: all training has to be done."""
        if not self.is_done:
            raise ValueError(f"look_at_test: expected finished training, received a run at {self.progress:.0%}")
        losses: dict[Cell, np.ndarray] = {}
        for stack in self.stacks.values():
            split, pool = stack.split, stack.trainer.pool
            targets = encode_targets(split.y_test, pool.loss, split.n_classes, pool.X.dtype)
            for cell, outputs in cell_outputs(stack, torch.as_tensor(split.X_test)).items():
                losses[cell] = sample_losses(pool.loss, outputs, targets).mean(1).numpy()
        for row in self.rows():
            losses[row.cell][~np.isfinite(row.train_loss)] = np.nan
        return [losses[cell] for cell in self.plan.cells]


def label_noise_arrays(rows: Sequence[RemedyRow]) -> dict[str, np.ndarray]:
    """Return medians over the starts of a label-noise plan's rows: noise_share (n_shares,), and by remedy and share
    noise_val_loss, noise_train_score (n_remedies, n_shares). A start that diverged is left out.
    """
    n_shares = len({row.cell.label_noise for row in rows})

    def table(name: str) -> np.ndarray:
        return np.array([spread_of(getattr(row, name)).median for row in rows]).reshape(-1, n_shares)

    shares = np.array([row.cell.label_noise for row in rows[:n_shares]])
    return {"noise_share": shares, "noise_val_loss": table("val_loss"), "noise_train_score": table("train_score")}


def cell_outputs(stack: StackRun, X: Tensor) -> dict[Cell, Tensor]:
    """Return what each remedy answers to inputs X (n, d), ensembles averaged: (n_starts, n, C) by cell."""
    outputs = stack.trainer.stack.holding(stack.chosen_parameters()).forward(X[None]).outputs
    loss, plan = stack.trainer.pool.loss, stack.plan
    return {
        cell: average_outputs(loss, outputs[torch.from_numpy(plan.members_of(cell))])
        for cell in plan.cells_of(stack.factor)
    }


def read_rows(stack: StackRun) -> list[RemedyRow]:
    """Return the lines of one stack's cells."""
    pool, network = stack.trainer.pool, stack.trainer.stack
    n_nonzero = (stack.chosen_parameters()[:, : network.n_weights] != 0).sum(1).numpy()
    steps, rows = stack.steps_used(), []
    for cell, outputs in cell_outputs(stack, pool.X[0]).items():
        places = stack.plan.members_of(cell)
        is_train, is_val = (mask[places[0, 0]] > 0 for mask in (pool.is_train, pool.is_val))
        train_loss, train_score = losses_and_scores(pool, outputs, is_train)
        val_loss, val_score = losses_and_scores(pool, outputs, is_val)
        is_lost = is_hopeless(train_loss, stack.loss_limit[places].max(1))
        for values in (train_loss, val_loss, train_score, val_score):
            values[is_lost] = np.nan
        rows.append(
            RemedyRow(
                cell, train_loss, val_loss, train_score, val_score, n_nonzero[places].sum(1),
                network.n_weights * cell.remedy.n_networks, steps[places].sum(1),
            )
        )  # fmt: skip
    return rows


def losses_and_scores(pool: Pool, outputs: Tensor, is_in: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Return mean loss and score (accuracy, or R²), each (n_starts,), of outputs (n_starts, n, C) on the rows `is_in` (n,)."""
    outputs, targets = outputs[:, is_in], pool.targets[is_in]
    losses = sample_losses(pool.loss, outputs, targets)
    if pool.is_classification:
        return losses.mean(1).numpy(), is_correct(pool.loss, outputs, targets).mean(1).numpy()
    variance = targets.var(0, correction=0).sum()
    return losses.mean(1).numpy(), (1 - losses.mean(1) / variance).numpy()
