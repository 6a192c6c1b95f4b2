"""Bias and variance of real networks: training sets × starts × strengths (or widths), all in one stack.

Every network has a start of its own, and all values of λ share training sets and starts, so differences along λ are the
penalty's alone. The estimators are those of `core/measures/bias_variance.py`. `plan_bias_variance` is what a live run trains.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from core.data.sets import TrainingSets, draw_sets
from core.engine.arithmetic import plain_torch
from core.measures.bias_variance import (
    MIN_SETS,
    MIN_STARTS,
    PARTS,
    Decomposition,
    ZeroOne,
    decompose,
    decompose_log_loss,
    decompose_zero_one,
    jackknife,
)
from core.settings.experiment import Experiment
from core.settings.words import received
from core.studies.base.arguments import check_call
from core.studies.base.outputs import predict
from core.studies.base.parallel import train_to_the_end
from core.studies.base.plan import MEMORY_BYTES, Plan, build_pool, bytes_per_member, cut_into_stacks, memory_for
from core.studies.base.state import MemberState, network_of
from core.studies.base.values import check_values, is_count, strengths_of
from core.studies.base.widths import check_widths, padded_starts, widened
from core.words import say

WIDTH = "width"  # in place of a strength: units of every hidden layer
MAX_SETS, MAX_STARTS = 50, 10
VALUES = (0.0, *np.geomspace(1e-5, 1.0, 11).round(7).tolist())
WIDTHS = (1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 48.0, 64.0)
# The default task: a curve with so few and noisy points that no two training sets lead to the same fit.
TASK = Experiment(
    data={"name": "sine", "n_train": 20, "noise_std": 0.3}, network={"hidden_sizes": (32,)},
    training={"learning_rate": 0.02, "n_epochs": 800},
)  # fmt: skip
MOONS = TASK.replace(data="moons", n_train=60, noise_std=1.0)
DIGITS = TASK.replace(data="digits", n_train=80, activation="relu", learning_rate=0.01, n_epochs=150, noise_std=0.0)


@dataclass(frozen=True, eq=False, kw_only=True)
class BiasVariancePlan(Plan):
    """A plan whose member (r·S + s)·n_values + i has value i, training set r and a start of its own, the s-th of that set."""

    sets: TrainingSets
    n_sets: int
    n_starts: int

    def by_value(self, array: np.ndarray) -> np.ndarray:
        """Return an array (M, …) as (n_values, R, S, …)."""
        shaped = np.asarray(array).reshape(self.n_sets, self.n_starts, len(self.values), *np.shape(array)[1:])
        return np.moveaxis(shaped, 2, 0)


@dataclass(frozen=True, eq=False)
class BiasVariance:
    """Parts of the risk along the values, each (n_values,), against the truth without noise; nan where a network diverged.

    Values: squared error in standardised units of the targets. Classes: Brier, the sum of squares over the class
    probabilities. predictions: (n_values, R, S, n_points[, C]) at the inputs `X` (n_points, d); truth: (n_points[, C]).
    standard_error: of each part by name, the jackknife over the training sets. noise: what the truth itself loses on fresh
    rows, on top of the risk; nan where the truth is unknown (`is_known` is False): then it is part of bias2.
    """

    experiment: Experiment
    param_name: str
    values: np.ndarray
    bias2: np.ndarray
    variance_data: np.ndarray
    variance_start: np.ndarray
    risk: np.ndarray
    standard_error: dict[str, np.ndarray]
    predictions: np.ndarray
    X: np.ndarray
    truth: np.ndarray
    noise: float
    is_known: bool

    def interval(self, name: str) -> np.ndarray:
        """Return about 95 % of one part, (n_values, 2): two standard errors of the jackknife each way."""
        if name not in PARTS:
            raise ValueError(
                say("name: expected one of {parts}, received {name}", parts=", ".join(PARTS), name=received(name))
            )
        reach = 2 * self.standard_error[name]
        return np.stack([getattr(self, name) - reach, getattr(self, name) + reach], 1)

    @cached_property
    def log_loss(self) -> Decomposition:
        """Return the parts of the cross-entropy above the noise's own entropy, in nats. Classes only."""
        self._need_classes()
        return decompose_log_loss(self.predictions, self.truth)

    @cached_property
    def zero_one(self) -> ZeroOne:
        """Return the parts of the share of wrong answers. Classes only."""
        self._need_classes()
        return decompose_zero_one(self.predictions, self.truth)

    def _need_classes(self) -> None:
        if np.ndim(self.truth) != 2:
            raise ValueError(
                say("data: expected classes for this loss, received values ('{name}')", name=self.experiment.data.name)
            )


@plain_torch()
def bias_variance(
    experiment: Experiment, param_name: str, values: Sequence[float] | np.ndarray, n_sets: int = 10, n_starts: int = 2,
    progress: bool = True, dtype: str = "float32", memory_bytes: int | None = None, device: str = "cpu",
) -> BiasVariance:  # fmt: skip
    """Train every value on R = `n_sets` training sets from S = `n_starts` starts each, and return the parts of the risk.

    param_name: a strength as of `sweep`, or "width": then the values are units of every hidden layer. Made-up data are
    drawn anew for each set; real rows are dealt into disjoint sets, see `core/data/sets.py`.
    """
    check_call(experiment, None, dtype, progress, memory_bytes, device)
    budget = memory_for(memory_bytes, device)
    plan = plan_bias_variance(experiment, param_name, values, n_sets, n_starts, dtype, budget)
    return read_bias_variance(plan, train_to_the_end(plan, progress, device=device))


def plan_bias_variance(
    experiment: Experiment, param_name: str, values: Sequence[float] | np.ndarray, n_sets: int = 10, n_starts: int = 2,
    dtype: str = "float32", memory_bytes: int = MEMORY_BYTES,
) -> BiasVariancePlan:  # fmt: skip
    """Return the plan, see `bias_variance` for the arguments. A member is validated on the rows of the other sets."""
    for name, count, low, high in (
        ("n_sets", n_sets, MIN_SETS, MAX_SETS),
        ("n_starts", n_starts, MIN_STARTS, MAX_STARTS),
    ):
        if not is_count(count, low, high):
            raise ValueError(
                say(
                    "{name}: expected a whole number from {low} to {high}, received {count}",
                    name=name,
                    low=low,
                    high=high,
                    count=received(count),
                )
            )
    is_width = isinstance(param_name, str) and param_name == WIDTH
    checked = list(check_widths(experiment, values)) if is_width else check_values(experiment, param_name, values)
    sets = draw_sets(experiment.data, int(n_sets), dtype)
    experiment = widened(experiment, [int(w) for w in checked]) if is_width else experiment
    n_values, n_networks = len(checked), n_sets * n_starts
    rows = torch.arange(n_sets).repeat_interleave(sets.X.shape[1])
    is_own = rows == torch.arange(n_sets).repeat_interleave(n_starts * n_values)[:, None]
    X = sets.X.reshape(1, -1, sets.X.shape[2])
    pool = build_pool(experiment, sets.split, X, sets.y.ravel(), is_own, ~is_own, dtype)
    seeds = tuple(experiment.training.seed + k for k in range(n_networks) for _ in checked)
    start = None
    if is_width:
        sizes = (pool.X.shape[2], pool.targets.shape[-1])
        start = padded_starts(experiment, sizes, [int(w) for w in checked] * n_networks, seeds, pool.X.dtype)
    by_value = np.arange(n_networks * n_values).reshape(n_networks, n_values).T.ravel()
    return BiasVariancePlan(
        experiment, sets.split, param_name, np.array(checked, dtype=float), pool,
        {} if is_width else strengths_of(param_name, checked * n_networks, experiment.grid.l1_share), seeds,
        cut_into_stacks(by_value, n_networks, bytes_per_member(experiment, pool), memory_bytes), start=start,
        sets=sets, n_sets=int(n_sets), n_starts=int(n_starts),
    )  # fmt: skip


def answers_at(plan: BiasVariancePlan, state: MemberState, X: np.ndarray) -> np.ndarray:
    """Return values (n_values, R, S, n) or class probabilities (n_values, R, S, n, C) at inputs X (n, d); nan where diverged."""
    predictions = predict(network_of(plan, state.parameters), plan.pool.loss, plan.pool.is_classification, X).astype(
        float
    )
    predictions[state.is_diverged | (state.epoch < 0)] = np.nan
    return plan.by_value(predictions)


def read_bias_variance(plan: BiasVariancePlan, state: MemberState) -> BiasVariance:
    """Return the parts of the risk at this moment."""
    predictions, truth = answers_at(plan, state, plan.sets.at), plan.sets.truth
    parts = decompose(predictions, truth)
    return BiasVariance(
        plan.experiment, plan.param_name, plan.values, parts.bias2, parts.variance_data, parts.variance_start,
        parts.risk, jackknife(decompose, predictions, truth), predictions, plan.sets.at, truth, plan.sets.noise,
        plan.sets.is_known,
    )  # fmt: skip
