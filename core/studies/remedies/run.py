"""A plan of remedies in training: its stacks, its table, and the one look at the test rows. Plans: `remedy.py`."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from core.data import Split, flip_labels, load_split
from core.data.augmentation import make_augment
from core.data.own import is_own, load_own
from core.data.streams import LABELS, stream
from core.engine import encode_targets
from core.engine.losses import is_correct, sample_losses
from core.engine.trainer import Pool
from core.measures.divergence import hopeless_loss, is_hopeless
from core.measures.early_stopping import NEVER, EarlyStopping
from core.measures.ensemble import average_outputs
from core.measures.spread import spread_of
from core.settings.experiment import Experiment
from core.studies.base.plan import build_pool, build_trainer
from core.studies.remedies.remedy import Cell, RemedyPlan
from core.words import say

PIECE_NUMBERS = 2_000_000  # hidden values and outputs that are computed at a time
LABEL_SEEDS = 1_000_000  # the j-th draw of wrong labels has the data's seed + j · this, which no data set has


def load_rows(experiment: Experiment, factor: int = 1) -> Split:
    """Return the task's split with right labels and `factor` times the training rows.

    However many rows: all are standardised by those of factor 1, so every network sees and predicts the same units.
    """
    clean = experiment.replace(label_noise=0.0).data
    split = load_split(clean)
    if factor == 1:
        return split
    if is_own(clean):
        return load_own(clean, factor=factor)
    more = load_split(clean.model_copy(update={"n_train": factor * clean.n_train}))
    raw = more.X_train * more.x_scale + more.x_mean
    X = ((raw - split.x_mean) / split.x_scale).astype(split.X_train.dtype)
    y = more.y_train
    if split.task == "regression":
        y = ((y * more.y_scale + more.y_mean - split.y_mean) / split.y_scale).astype(split.y_train.dtype)
    return replace(split, X_train=X, y_train=y)


def pool_of_copies(experiment: Experiment, split: Split, targets: Sequence[np.ndarray], copy_of: np.ndarray) -> Pool:
    """Return the rows of a split as a pool: the training rows once for each of `targets` (n_train,), validation rows last.

    Member m trains on copy `copy_of[m]`.
    """
    X = np.concatenate([split.X_train] * len(targets) + [split.X_val])
    copy_of_row = np.repeat(range(-len(targets), 1), [len(split.y_train)] * len(targets) + [len(split.y_val)])
    own = torch.from_numpy(copy_of)[:, None] - len(targets)
    is_train, is_val = torch.tensor(copy_of_row) == own, torch.tensor(copy_of_row == 0).expand(len(copy_of), -1)
    return build_pool(
        experiment, split, X[None], np.concatenate([*targets, split.y_val]), is_train, is_val, str(X.dtype)
    )


def drawn_labels(experiment: Experiment, split: Split, share: float, draw: int) -> np.ndarray:
    """Return the training labels with a share of them wrong, (n_train,); draw 0 is that of the experiment's own data."""
    data = experiment.data.model_copy(update={"seed": experiment.data.seed + draw * LABEL_SEEDS})
    return flip_labels(split.y_train, share, split.n_classes, stream(data, LABELS))


class StackRun:
    """One stack of a plan in training, with early stopping where a remedy asks for it."""

    def __init__(self, plan: RemedyPlan, factor: int) -> None:
        self.plan, self.factor = plan, factor
        experiment, seeds = plan.experiment, plan.seeds(factor)
        self.split = load_rows(experiment, factor)
        y, draws = self.split.y_train, plan.label_draws(factor)
        copies = sorted(set(draws))
        flipped = [drawn_labels(experiment, self.split, share, draw) for share, draw in copies]
        self.copy_of = np.array([copies.index(draw) for draw in draws])
        pool = pool_of_copies(experiment, self.split, flipped, self.copy_of)
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

    def __init__(self, plan: RemedyPlan) -> None:
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
            raise ValueError(
                say(
                    "look_at_test: expected finished training, received a run at {progress:.0%}", progress=self.progress
                )
            )
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
    """Return medians over the draws of a label-noise plan's rows: noise_share (n_shares,), and by remedy and share
    noise_val_loss, noise_train_score (n_remedies, n_shares); with _low and _high the lowest and the highest of the draws.
    A start that diverged is left out.
    """
    n_shares = len({row.cell.label_noise for row in rows})
    arrays = {"noise_share": np.array([row.cell.label_noise for row in rows[:n_shares]])}
    for name in ("val_loss", "train_score"):
        spreads = [spread_of(getattr(row, name)) for row in rows]
        for edge, of in (("", "median"), ("_low", "low"), ("_high", "high")):
            arrays[f"noise_{name}{edge}"] = np.array([getattr(s, of) for s in spreads]).reshape(-1, n_shares)
    return arrays


def cell_outputs(stack: StackRun, X: Tensor) -> dict[Cell, Tensor]:
    """Return what each remedy answers to inputs X (n, d), ensembles averaged: (n_starts, n, C) by cell."""
    outputs = stack.trainer.stack.holding(stack.chosen_parameters()).forward(X[None]).outputs
    loss, plan = stack.trainer.pool.loss, stack.plan
    return {
        cell: average_outputs(loss, outputs[torch.from_numpy(plan.members_of(cell))])
        for cell in plan.cells_of(stack.factor)
    }


def read_rows(stack: StackRun) -> list[RemedyRow]:
    """Return the lines of one stack's cells; each network is asked once, and judged by its own labels."""
    network, plan = stack.trainer.stack, stack.plan
    chosen = stack.chosen_parameters()
    outputs = outputs_of(stack, chosen)
    n_nonzero = (chosen[:, : network.n_weights] != 0).sum(1).numpy()
    steps, rows = stack.steps_used(), []
    for cell in plan.cells_of(stack.factor):
        places = plan.members_of(cell)
        numbers = np.stack(numbers_of_starts(stack, outputs, places))  # (4, n_starts)
        numbers[:, is_hopeless(numbers[0], stack.loss_limit[places].max(1))] = np.nan
        train_loss, train_score, val_loss, val_score = numbers
        rows.append(
            RemedyRow(
                cell, train_loss, val_loss, train_score, val_score, n_nonzero[places].sum(1),
                network.n_weights * cell.remedy.n_networks, steps[places].sum(1),
            )
        )  # fmt: skip
    return rows


def outputs_of(stack: StackRun, chosen: Tensor) -> Tensor:
    """Return what every network, at weights (M, n), answers to the training rows and then the validation rows, (M, n, C); of a
    few networks at a time, for hidden values take memory.
    """
    network, X, n_train = stack.trainer.stack, stack.trainer.pool.X, len(stack.split.y_train)
    rows = torch.cat([X[:, :n_train], X[:, -len(stack.split.y_val) :]], 1)
    size = max(1, PIECE_NUMBERS // (rows.shape[1] * sum(network.sizes[1:])))
    pieces = [
        network.holding(chosen[first : first + size]).forward(rows).outputs for first in range(0, len(chosen), size)
    ]
    return torch.cat(pieces)


def numbers_of_starts(stack: StackRun, outputs: Tensor, places: np.ndarray) -> list[np.ndarray]:
    """Return training loss and score, validation loss and score of each start of a cell, (n_starts,), from all networks' outputs.

    places: (n_starts, n_networks), those of a start answer together.
    """
    pool, n_train = stack.trainer.pool, len(stack.split.y_train)
    answers = average_outputs(pool.loss, outputs[torch.from_numpy(places)])  # (n_starts, n, C)
    own = torch.from_numpy(stack.copy_of[places[:, 0]] * n_train)[:, None] + torch.arange(n_train)
    return [
        *losses_and_scores(pool, answers[:, :n_train], pool.targets[own]),
        *losses_and_scores(pool, answers[:, n_train:], pool.targets[-len(stack.split.y_val) :][None]),
    ]


def losses_and_scores(pool: Pool, outputs: Tensor, targets: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Return mean loss and score (accuracy, or R²) of outputs (S, n, C) for targets (1 or S, n, C), (S,) each."""
    loss = sample_losses(pool.loss, outputs, targets).mean(1)
    if pool.is_classification:
        return loss.numpy(), is_correct(pool.loss, outputs, targets).mean(1).numpy()
    return loss.numpy(), (1 - loss / targets.var(1, correction=0).sum(1)).numpy()
