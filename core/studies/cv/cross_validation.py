"""Cross-validation: every λ on every fold, in one stack, and the choice of λ from the losses. Read `refit.py` next.

What the folds share and what not:
- Inputs are fitted anew in each fold, by its training rows only: standardised, missing cells of a table filled with their
  median, and a word that they do not have is unknown. (Own arrays are used as given.)
- Regression targets keep one unit for all folds, that of the split (standard deviations of its training targets), as
  glmnet and scikit-learn do: so λ weighs the same against the loss in every fold, the losses of different folds can be
  averaged, and they are those of scikit-learn's estimators on the same targets. The bias is free, so no fold needs
  its own zero.
- All members start from the same weights. A repeat draws new folds and a new start.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from core.data import Split
from core.data.fitting import fitted_on
from core.engine.arithmetic import plain_torch
from core.settings.experiment import Experiment
from core.settings.words import received
from core.studies.base.arguments import check_call
from core.studies.base.frames import to_frame
from core.studies.base.parallel import train_to_the_end
from core.studies.base.plan import (
    FEWEST,
    MEMORY_BYTES,
    Plan,
    build_pool,
    bytes_per_member,
    cut_into_stacks,
    joined_rows,
    load,
    memory_for,
)
from core.studies.base.result import Result
from core.studies.base.state import MemberState
from core.studies.base.values import Edge, check_values, edge_of, is_count, strengths_of
from core.studies.cv.folds import deal, fold_notes
from core.studies.path.sweep import without_diverged
from core.words import say


@dataclass(frozen=True, eq=False, kw_only=True)
class FoldPlan(Plan):
    """A plan whose member c·n_values + j has value j on column c; column r·n_splits + k is fold k of repeat r.

    is_train, is_val: (n_columns, n) the rows each column trains on and holds out, of training and validation rows under one
    another: all others, but where time decides; notes:
    sentences on what is odd about the folds.
    """

    n_splits: int
    n_repeats: int
    is_train: np.ndarray
    is_val: np.ndarray
    notes: tuple[str, ...]

    def pieces(self, part: np.ndarray, n_pieces: int) -> list[np.ndarray]:
        """Return the members of a stack in pieces for `n_pieces` processes, none with members of two folds.

        Networks of one fold share its rows, and are trained together the faster for it.
        """
        if n_pieces == 1:
            return [part]
        part = np.sort(part)
        folds = np.flatnonzero(np.diff(part // len(self.values))) + 1
        shares = np.arange(1, n_pieces) * len(part) // n_pieces
        return np.split(part, apart(np.union1d(folds, shares), len(part)))


def apart(edges: np.ndarray, n_members: int) -> list[int]:
    """Return the edges between pieces without those that would leave a single member in one."""
    kept = [0]
    for edge in edges:
        if edge - kept[-1] >= FEWEST and n_members - edge >= FEWEST:
            kept.append(int(edge))
    return kept[1:]


@dataclass(frozen=True, eq=False)
class CrossValidation(Result):
    """Losses of every value on every fold, raw: (n_values, n_splits·n_repeats), repeat by repeat; nan where diverged.

    best has the lowest mean; one_se is the largest value within one standard error of it; both nan before an epoch is done.
    n_diverged: (n_values,) folds in which the network has diverged. is_train, is_val: (n_splits·n_repeats, n), the rows
    of each fold that it trains on and that are held out.
    """

    experiment: Experiment
    param_name: str
    values: np.ndarray
    train_loss: np.ndarray
    val_loss: np.ndarray
    n_nonzero: np.ndarray
    n_diverged: np.ndarray
    best: float
    one_se: float
    n_splits: int
    n_repeats: int
    is_train: np.ndarray
    is_val: np.ndarray
    notes: tuple[str, ...]

    @property
    def mean(self) -> np.ndarray:
        """Return the mean validation loss of each value, (n_values,)."""
        return np.asarray(self.val_loss.mean(1))

    @property
    def standard_error(self) -> np.ndarray:
        """Return the standard error of each mean, (n_values,)."""
        return standard_error(self.val_loss, self.n_repeats)

    @property
    def edge(self) -> Edge:
        """Return "low" or "high" when the best value is at an end of the grid, which should then be longer."""
        return edge_of(self.values, self.best)

    @property
    def is_at_edge(self) -> bool:
        """Return whether the best value is at an end of the grid."""
        return self.edge != ""

    def to_frame(self) -> Any:
        """Return one row per value and fold: value, repeat, fold, losses, non-zero weights. Needs pandas."""
        n_columns = self.val_loss.shape[1]
        columns = np.tile(np.arange(n_columns), len(self.values))
        return to_frame(
            {
                self.param_name: self.values.repeat(n_columns),
                "repeat": columns // self.n_splits,
                "fold": columns % self.n_splits,
                "train_loss": self.train_loss.ravel(),
                "val_loss": self.val_loss.ravel(),
                "n_nonzero": self.n_nonzero.ravel(),
            }
        )


@plain_torch()
def cross_validate(
    experiment: Experiment, param_name: str, values: Sequence[float] | np.ndarray, n_splits: int = 5,
    split: Split | None = None, progress: bool = True, dtype: str = "float32", n_repeats: int = 1,
    l1_share: float = 0.5, memory_bytes: int | None = None, device: str = "cpu",
) -> CrossValidation:  # fmt: skip
    """Train every value on every fold, all in one stack, and return the raw losses and the choice.

    The folds divide the training and validation rows together (stratified for classes), drawn with the data's seed;
    the test rows stay locked. Repeat r draws its folds with data seed + r and its start with training seed + r. See
    `sweep` for the other arguments, and the module for what is standardised where.
    """
    check_call(experiment, split, dtype, progress, memory_bytes, device)
    plan = plan_cross_validation(
        experiment, param_name, values, n_splits, split, dtype, n_repeats, l1_share, memory_for(memory_bytes, device)
    )
    return read_cross_validation(plan, train_to_the_end(plan, progress, device=device))


def plan_cross_validation(
    experiment: Experiment, param_name: str, values: Sequence[float] | np.ndarray, n_splits: int = 5,
    split: Split | None = None, dtype: str = "float32", n_repeats: int = 1, l1_share: float = 0.5,
    memory_bytes: int = MEMORY_BYTES, rescale: bool | None = None,
) -> FoldPlan:  # fmt: skip
    """Return the plan of a cross-validation; see `cross_validate`.

    rescale: whether each fold fits the inputs anew; by default those of the experiment's own data and of a table.
    """
    if not is_count(n_repeats, 1, 100):
        raise ValueError(
            say("n_repeats: expected a whole number from 1 to 100, received {n_repeats}", n_repeats=received(n_repeats))
        )
    checked = check_values(experiment, param_name, values)
    data = load(experiment, split, dtype)
    X, y = joined_rows(data)
    is_train, is_val = deal(data, y, n_splits, [experiment.data.seed + r for r in range(n_repeats)])
    n_splits, n_repeats = int(n_splits), int(n_repeats)  # torch takes no seed of NumPy's type
    is_refitted = split is None or data.is_fixed is not None if rescale is None else rescale
    versions = np.stack([joined_rows(fitted_on(data, rows))[0] for rows in is_train]) if is_refitted else X[None]
    n_columns, n_values = len(is_val), len(checked)
    trains, validates = (torch.tensor(rows).repeat_interleave(n_values, 0) for rows in (is_train, is_val))
    pool = build_pool(experiment, data, versions, y, trains, validates, dtype)
    starts = [experiment.training.seed + column // n_splits for column in range(n_columns)]
    by_value = np.arange(n_columns * n_values).reshape(n_columns, n_values).T.ravel()
    return FoldPlan(
        experiment, data, param_name, np.array(checked), pool,
        strengths_of(param_name, checked * n_columns, l1_share),
        tuple(start for start in starts for _ in checked),
        cut_into_stacks(by_value, n_columns, bytes_per_member(experiment, pool), memory_bytes),
        n_splits=n_splits, n_repeats=n_repeats, is_train=is_train, is_val=is_val,
        notes=tuple(fold_notes(y, is_val, data)),
    )  # fmt: skip


def read_cross_validation(plan: FoldPlan, state: MemberState) -> CrossValidation:
    """Return the losses at this moment and the choice they lead to."""
    train, val, n_nonzero = (
        without_diverged(values, state).reshape(-1, len(plan.values)).T
        for values in (state.train_loss, state.val_loss, state.n_nonzero)
    )
    n_diverged = state.is_diverged.reshape(-1, len(plan.values)).sum(0)
    is_trained = (state.epoch > 0).reshape(-1, len(plan.values)).T
    best, one_se = choose(plan.values, np.where(is_trained, val, np.nan), plan.n_repeats)
    return CrossValidation(
        plan.experiment, plan.param_name, plan.values, train, val, n_nonzero, n_diverged, best, one_se, plan.n_splits,
        plan.n_repeats, plan.is_train, plan.is_val, plan.notes,
    )  # fmt: skip


def choose(values: np.ndarray, val_loss: np.ndarray, n_repeats: int = 1) -> tuple[float, float]:
    """Return (best, one_se) from losses (n_values, n_splits·n_repeats); (nan, nan) when no value has finite losses.

    best: lowest mean, the larger value at a tie. one_se: the largest value whose mean is at most the best mean plus its
    standard error (Hastie, Tibshirani and Friedman, *The Elements of Statistical Learning*, section 7.10). A value that
    is not finite on every fold is never chosen.
    """
    mean = np.where(np.isfinite(val_loss).all(1), val_loss.mean(1), np.inf)
    if not np.isfinite(mean).any():
        return float("nan"), float("nan")
    best = max(np.flatnonzero(mean == mean.min()), key=lambda i: values[i])
    limit = mean[best] + standard_error(val_loss[best : best + 1], n_repeats)[0]
    return float(values[best]), float(values[mean <= limit].max())


def standard_error(val_loss: np.ndarray, n_repeats: int = 1) -> np.ndarray:
    """Return the standard error of the mean loss, (n_values,), from losses (n_values, n_splits·n_repeats).

    std/√n_splits within a repeat, n_splits-1 in the denominator. Repeats use the same rows again: they steady the estimate
    of the variance but do not divide it, so SE² is averaged over the repeats.
    """
    by_repeat = val_loss.reshape(len(val_loss), n_repeats, -1)
    variance = by_repeat.var(axis=2, ddof=1) / by_repeat.shape[2]
    return np.asarray(np.sqrt(variance.mean(axis=1)))
