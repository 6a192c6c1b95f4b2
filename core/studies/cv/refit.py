"""After the choice: refit on all rows but the test rows, and one look at the test set.

`evaluate_test` is the only function of the program that reads `X_test`. Looking often and choosing by what one sees
makes the test loss a second validation loss: too low.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from core.data import Split
from core.data.fitting import fitted_on
from core.engine import Stack, encode_targets
from core.engine.arithmetic import plain_torch
from core.engine.losses import sample_losses
from core.settings.experiment import Experiment
from core.settings.words import received
from core.studies.base.arguments import check_call, check_kind
from core.studies.base.frames import to_frame
from core.studies.base.outputs import forward
from core.studies.base.plan import (
    MEMORY_BYTES,
    Plan,
    build_pool,
    bytes_per_member,
    cut_into_stacks,
    joined_rows,
    load,
    memory_for,
)  # fmt: skip
from core.studies.base.result import Result
from core.studies.base.state import MemberState, network_of
from core.studies.base.training import Training
from core.studies.base.values import check_values, strengths_of
from core.studies.cv.cross_validation import CrossValidation
from core.studies.path.sweep import without_diverged
from core.words import say

CHOSEN_MIN, CHOSEN_1SE = say("lowest CV mean (λ_min)"), say("one standard error (λ_1se)")
CHOSEN_TRAIN, NO_PENALTY = say("lowest training loss in the folds"), say("no penalty")


NONE_LEFT = say("each of the {n_values} values has diverged on a fold or more; lower the learning rate")


@dataclass(frozen=True, eq=False, kw_only=True)
class RefitPlan(Plan):
    """A plan whose members train on training and validation rows, by which the inputs of its split are fitted.

    places: (n_labels,) the member of each label: equal values share one, for two would end in slightly different minima.
    """

    labels: tuple[str, ...]
    places: np.ndarray


@dataclass(frozen=True, eq=False)
class Refit:
    """Networks trained on training and validation rows, one per label; none has seen a test row."""

    plan: RefitPlan
    labels: tuple[str, ...]
    values: np.ndarray
    train_loss: np.ndarray
    network: Stack


@dataclass(frozen=True, eq=False)
class TestLosses(Result):
    """Test losses of each label: mean over the rows and its standard error, (n_labels,); nan where diverged."""

    __test__ = False  # not a test, whatever pytest thinks of the name

    param_name: str
    labels: tuple[str, ...]
    values: np.ndarray
    train_loss: np.ndarray
    test_loss: np.ndarray
    standard_error: np.ndarray
    n_rows: int

    def to_frame(self) -> Any:
        """Return one row per label. Needs pandas."""
        columns = {"chosen_by": np.array(self.labels), self.param_name: self.values, "train_loss": self.train_loss}
        return to_frame({**columns, "test_loss": self.test_loss, "standard_error": self.standard_error})


def candidates(cv: CrossValidation) -> dict[str, float]:
    """Return the values worth comparing on the test set, by how they were chosen.

    Chosen by cross-validation (both rules), by the lowest mean training loss (what not to do), and no penalty at all.
    Raises ValueError where there is nothing to choose from, for no value has trained on every fold.
    """
    check_kind("cv", cv, CrossValidation, "cross_validate(…)")
    if np.isnan(cv.best):
        n_values = len(cv.values)
        raise ValueError(
            say(
                "cv: expected a strength that trained on every fold, received none: {format}",
                format=NONE_LEFT.format(n_values=n_values),
            )
        )
    train = np.where(np.isfinite(cv.train_loss).all(1), cv.train_loss.mean(1), np.inf)
    return {
        CHOSEN_MIN: cv.best,
        CHOSEN_1SE: cv.one_se,
        CHOSEN_TRAIN: float(cv.values[int(train.argmin())]),
        NO_PENALTY: 0.0,
    }


@plain_torch()
def refit(
    experiment: Experiment, param_name: str, values: Mapping[str, float], split: Split | None = None,
    progress: bool = True, dtype: str = "float32", l1_share: float = 0.5, memory_bytes: int | None = None,
    device: str = "cpu",
) -> Refit:  # fmt: skip
    """Train one network per labelled value on training and validation rows together, to the end.

    values: by label, such as `candidates(cv)` or {"mine": 0.01}.
    """
    check_call(experiment, split, dtype, progress, memory_bytes, device)
    plan = plan_refit(experiment, param_name, values, split, dtype, l1_share, memory_for(memory_bytes, device))
    training = Training(plan, device=device)
    training.run(progress)
    return read_refit(plan, training.state())


def plan_refit(
    experiment: Experiment, param_name: str, values: Mapping[str, float], split: Split | None = None,
    dtype: str = "float32", l1_share: float = 0.5, memory_bytes: int = MEMORY_BYTES, rescale: bool | None = None,
) -> RefitPlan:  # fmt: skip
    """Return the plan of a refit.

    rescale: whether the inputs are fitted anew on all rows it trains on; by default those of the experiment's own data and of a
    table.
    """
    numbers = check_values(experiment, param_name, check_labelled(param_name, values))
    distinct, places = np.unique(numbers, return_inverse=True)
    checked = distinct.tolist()
    data = load(experiment, split, dtype)
    if split is None or data.is_fixed is not None if rescale is None else rescale:
        data = fitted_on(data, np.ones(len(data.y_train) + len(data.y_val), dtype=bool))
    X, y = joined_rows(data)
    is_train = torch.ones(len(checked), len(y), dtype=torch.bool)
    pool = build_pool(experiment, data, X[None], y, is_train, ~is_train, dtype)
    return RefitPlan(
        experiment, data, param_name, distinct, pool, strengths_of(param_name, checked, l1_share),
        (experiment.training.seed,) * len(checked),
        cut_into_stacks(np.arange(len(checked)), 1, bytes_per_member(experiment, pool), memory_bytes),
        labels=tuple(values), places=places,
    )  # fmt: skip


def check_labelled(param_name: str, values: Mapping[str, float]) -> list[float]:
    """Return the values of a refit; raises ValueError for one that has no label, or that no cross-validation has chosen."""
    if not isinstance(values, Mapping) or not all(isinstance(label, str) for label in values):
        raise ValueError(
            say("values: expected values by label such as {{'mine': 0.01}}, received {values}", values=received(values))
        )
    for label, value in values.items():
        if isinstance(value, float) and np.isnan(value):
            raise ValueError(
                say(
                    "values: expected a number for '{label}', received nan; cross-validation chooses none where "
                    "every value of {param_name} has diverged on a fold: lower the learning rate",
                    label=label,
                    param_name=param_name,
                )
            )
    return list(values.values())


def read_refit(plan: RefitPlan, state: MemberState) -> Refit:
    """Return the networks of a refit that is trained to the end; a diverged one keeps its last finite weights and has no loss."""
    train_loss, places = without_diverged(state.train_loss, state), plan.places
    return Refit(plan, plan.labels, plan.values[places], train_loss[places], network_of(plan, state.parameters[places]))


@plain_torch()
def evaluate_test(refit: Refit) -> TestLosses:
    """Return the test losses of a refit. Every call is a look at the test set: make one.

    Raises ValueError when there are no test rows (own arrays have none).
    """
    check_kind("refit", refit, Refit, "refit(…)")
    plan, split, pool = refit.plan, refit.plan.split, refit.plan.pool
    if len(split.y_test) == 0:
        raise ValueError(say("split: expected test rows to evaluate on, received none; own arrays have no test set"))
    outputs = forward(refit.network, split.X_test)
    targets = encode_targets(split.y_test, pool.loss, split.n_classes, outputs.dtype)
    losses = sample_losses(pool.loss, outputs, targets).double().numpy()  # (n_labels, n_test)
    losses[~np.isfinite(refit.train_loss)] = np.nan  # diverged
    n_rows = losses.shape[1]
    spread = losses.std(1, ddof=1) / np.sqrt(n_rows) if n_rows > 1 else np.full(len(losses), np.nan)
    return TestLosses(plan.param_name, refit.labels, refit.values, refit.train_loss, losses.mean(1), spread, n_rows)
