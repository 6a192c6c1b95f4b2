"""The λ path: one network per strength, all trained at once from the same start, and what can be read off them.

`sweep` trains a path to the end. A live job instead trains `Training(plan_path(...))` in slices; the functions below read
either at any moment. `sweep_learning_rates` crosses a path with learning rates. Read `core/studies/cv/cross_validation.py` next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from core.data import Split
from core.engine import Stack
from core.engine.arithmetic import plain_torch
from core.measures.verdict import Reach
from core.settings.experiment import Experiment
from core.settings.words import received
from core.studies.base.arguments import check_call
from core.studies.base.frames import to_frame
from core.studies.base.outputs import predict
from core.studies.base.parallel import train_recorded, train_to_the_end
from core.studies.base.plan import MEMORY_BYTES, Plan, bytes_per_member, cut_into_stacks, load, make_pool, memory_for
from core.studies.base.reach import verdicts
from core.studies.base.result import Result
from core.studies.base.state import (
    MemberState,
    arrays_of,
    best_of,
    copy_parameters,
    network_of,
    stack_of,
)
from core.studies.base.values import check_values, strengths_of
from core.words import say

Start = Literal["cold", "warm"]
MAX_LINES = 200  # a network with more weights shows quantiles of |w| instead of single weights
QUANTILES = (0.5, 0.9, 1.0)


@dataclass(frozen=True, eq=False)
class Path(Result):
    """Networks trained at once, one per value: everything of a `Fit` with a leading axis len(values), but `classes`."""

    experiment: Experiment
    param_name: str
    values: np.ndarray
    history: dict[str, np.ndarray]
    weights: list[np.ndarray]
    biases: list[np.ndarray]
    best_epoch: np.ndarray
    best_val_loss: np.ndarray
    state: MemberState
    loss: str
    is_classification: bool
    classes: np.ndarray
    feature_names: tuple[str, ...] = ()

    @property
    def network(self) -> Stack:
        """Return the networks as a stack."""
        shapes = self.state.shapes
        return stack_of(self.experiment, shapes[0][0], shapes[-1][1], self.state.parameters)

    @plain_torch()
    def predict(self, X: np.ndarray) -> np.ndarray:
        """Return (n_values, n) values or (n_values, n, n_classes) probabilities, columns in the order of `classes`."""
        return predict(self.network, self.loss, self.is_classification, X, self.feature_names)

    def to_frame(self) -> Any:
        """Return one row per value: the last epoch's losses, gap, penalty, zeros, and the best epoch. Needs pandas."""
        names = ("train_loss", "val_loss", "penalty", "objective", "n_zero", "n_small", "weight_norm")
        last = {name: self.history[name][:, -1] for name in names}
        best = {"best_epoch": self.best_epoch, "best_val_loss": self.best_val_loss}
        gap = last["val_loss"] - last["train_loss"]
        return to_frame({self.param_name: self.values, **last, "gap": gap, **best})


@dataclass(frozen=True, eq=False)
class Grid(Result):
    """Losses of every learning rate with every strength, (n_rates, n_values), at the last epoch; nan where diverged."""

    experiment: Experiment
    param_name: str
    learning_rates: np.ndarray
    values: np.ndarray
    train_loss: np.ndarray
    val_loss: np.ndarray

    @property
    def best(self) -> tuple[float, float]:
        """Return (learning rate, strength) with the lowest validation loss; (nan, nan) when all have diverged."""
        if not np.isfinite(self.val_loss).any():
            return float("nan"), float("nan")
        rate, value = np.unravel_index(np.nanargmin(self.val_loss), self.val_loss.shape)
        return float(self.learning_rates[rate]), float(self.values[value])

    def to_frame(self) -> Any:
        """Return one row per pair: learning rate, strength, losses. Needs pandas."""
        rates, values = np.meshgrid(self.learning_rates, self.values, indexing="ij")
        losses = {"train_loss": self.train_loss.ravel(), "val_loss": self.val_loss.ravel()}
        return to_frame({"learning_rate": rates.ravel(), self.param_name: values.ravel(), **losses})


@plain_torch()
def sweep(
    experiment: Experiment, param_name: str, values: Sequence[float] | np.ndarray, split: Split | None = None,
    progress: bool = True, dtype: str = "float32", start: Start = "cold", l1_share: float = 0.5,
    memory_bytes: int | None = None, device: str = "cpu",
) -> Path:  # fmt: skip
    """Train one network per value of `param_name` and return them all with their histories.

    param_name: l1, l2, activity_l2, dropout_rate, learning_rate, or "elastic": l1 = s·λ and l2 = (1-s)·λ with
    s = `l1_share`. start: "cold", all from the same weights and in one stack; "warm", from the largest value to the
    smallest, each from the weights in which its neighbour ended, for the same number of epochs (as glmnet does:
    Friedman, Hastie and Tibshirani 2010, section 2.5). On a convex problem both end in the same place; a network with
    hidden layers ends in different minima, and warm costs more time, for its members must wait for one another.
    memory_bytes: what a stack may need, by default 1 GB, on a GPU most of what is free. device: "cpu" or "cuda".
    """
    check_call(experiment, split, dtype, progress, memory_bytes, device)
    budget = memory_for(memory_bytes, device)
    plan = plan_path(experiment, param_name, values, split, dtype, start, l1_share, budget)
    plan, state, histories = train_recorded(plan, progress, device=device)
    weights, biases = copy_parameters(network_of(plan, state.parameters))
    return Path(
        experiment, param_name, plan.values, arrays_of(plan, histories), weights, biases, *best_of(plan, histories), state,
        plan.pool.loss, plan.pool.is_classification, plan.split.classes, plan.split.feature_names,
    )  # fmt: skip


def plan_path(
    experiment: Experiment, param_name: str, values: Sequence[float] | np.ndarray, split: Split | None = None,
    dtype: str = "float32", start: Start = "cold", l1_share: float = 0.5, memory_bytes: int = MEMORY_BYTES,
) -> Plan:  # fmt: skip
    """Return the plan of a path, one member per value; see `sweep` for the arguments."""
    if not isinstance(start, str) or start not in ("cold", "warm"):
        raise ValueError(say("start: expected 'cold' or 'warm', received {start}", start=received(start)))
    checked = check_values(experiment, param_name, values)
    strengths = strengths_of(param_name, checked, l1_share)
    data, n_members = load(experiment, split, dtype), len(checked)
    pool = make_pool(experiment, data, dtype, n_members)
    parts = cut_into_stacks(np.arange(n_members), 1, bytes_per_member(experiment, pool), memory_bytes)
    if start == "warm":
        parts = tuple(np.array([m]) for m in np.argsort(checked, kind="stable")[::-1])
    seeds = (experiment.training.seed,) * n_members
    return Plan(experiment, data, param_name, np.array(checked), pool, strengths, seeds, parts, is_warm=start == "warm")


@plain_torch()
def sweep_learning_rates(
    experiment: Experiment, param_name: str, values: Sequence[float] | np.ndarray,
    learning_rates: Sequence[float] | np.ndarray, split: Split | None = None, progress: bool = True,
    dtype: str = "float32", memory_bytes: int | None = None, device: str = "cpu",
) -> Grid:  # fmt: skip
    """Train every value of `param_name` with every learning rate and return the losses: the two are chosen together."""
    check_call(experiment, split, dtype, progress, memory_bytes, device)
    budget = memory_for(memory_bytes, device)
    plan = plan_grid(experiment, param_name, values, learning_rates, split, dtype, budget)
    return read_grid(plan, train_to_the_end(plan, progress, device=device))


def plan_grid(
    experiment: Experiment, param_name: str, values: Sequence[float] | np.ndarray,
    learning_rates: Sequence[float] | np.ndarray, split: Split | None = None, dtype: str = "float32",
    memory_bytes: int = MEMORY_BYTES, l1_share: float = 0.5,
) -> Plan:  # fmt: skip
    """Return the plan of learning rates × values; member i·n_values + j has learning rate i and value j."""
    checked = check_values(experiment, param_name, values)
    rates = check_values(experiment, "learning_rate", learning_rates, "learning_rates")
    if param_name == "learning_rate":
        raise ValueError(
            say("param_name: expected a strength to cross with the learning rates, received 'learning_rate'")
        )
    data, n_members = load(experiment, split, dtype), len(rates) * len(checked)
    pool = make_pool(experiment, data, dtype, n_members)
    strengths = {
        **strengths_of(param_name, checked * len(rates), l1_share),
        "learning_rate": [rate for rate in rates for _ in checked],
    }
    parts = cut_into_stacks(np.arange(n_members), 1, bytes_per_member(experiment, pool), memory_bytes)
    seeds = (experiment.training.seed,) * n_members
    return Plan(experiment, data, param_name, np.array(checked), pool, strengths, seeds, parts)


@dataclass(frozen=True, eq=False)
class PathMoment(Result):
    """A path, or a map of learning rate × λ, at one moment: what leaves its page, as a table or as one network of it.

    values: (n_values,); strengths: those that differ between the M members, by name; kinds: the verdict on each member, and
    "not started" where its turn has not come; () on a map.
    """

    experiment: Experiment
    param_name: str
    values: np.ndarray
    strengths: dict[str, list[float]]
    state: MemberState
    kinds: tuple[str, ...]


def read_path(plan: Plan, state: MemberState, experiment: Experiment, neighbours: Reach | None = None) -> PathMoment:
    """Return a path at a moment, judged. experiment: with the strengths of now; neighbours: see `verdicts`."""
    kinds = [verdict.kind for verdict in verdicts(plan, state, neighbours)]
    has_begun = state.epoch >= 0
    judged = tuple(kind if begun else "not started" for kind, begun in zip(kinds, has_begun, strict=True))
    return read_moment(plan, state, experiment, judged)


def read_moment(plan: Plan, state: MemberState, experiment: Experiment, kinds: tuple[str, ...] = ()) -> PathMoment:
    """Return a path or a map at a moment, with the verdicts given."""
    strengths = {name: [float(value) for value in values] for name, values in plan.strengths.items()}
    return PathMoment(experiment, plan.param_name, plan.values, strengths, state, kinds)


def read_grid(plan: Plan, state: MemberState) -> Grid:
    """Return the losses of a grid at this moment."""
    shape = (-1, len(plan.values))
    rates = np.array(plan.strengths["learning_rate"]).reshape(shape)[:, 0]
    train, val = (without_diverged(losses, state).reshape(shape) for losses in (state.train_loss, state.val_loss))
    return Grid(plan.experiment, plan.param_name, rates, plan.values, train, val)


def without_diverged(values: np.ndarray, state: MemberState) -> np.ndarray:
    """Return one number per member, (M,) float64, nan for members that have diverged."""
    return np.where(state.is_diverged, np.nan, values.astype(float))


def best_index(val_loss: np.ndarray) -> int | None:
    """Return the place of the lowest loss, (n_values,), the larger value at a tie (values ascend); None if all are nan."""
    if not np.isfinite(val_loss).any():
        return None
    return int(np.flatnonzero(val_loss == np.nanmin(val_loss))[-1])


def input_strengths(state: MemberState) -> np.ndarray:
    """Return Σ|w| over the links that leave each input, (n_inputs, M); for a linear model of one output the weights."""
    first = state.weights[0]
    return np.asarray(first[:, :, 0].T if is_linear(state) else np.abs(first).sum(2).T)


def is_linear(state: MemberState) -> bool:
    """Return whether the members have one weight per input: no hidden layer, one output."""
    return len(state.shapes) == 1 and state.shapes[0][1] == 1


def weight_lines(state: MemberState) -> np.ndarray:
    """Return curves over the members, (n_curves, M): each weight, or for more than 200 weights quantiles of |w|.

    Quantiles 50 %, 90 %, 100 % of each layer: curve 3·l + q is quantile q of layer l.
    """
    if state.n_weights <= MAX_LINES:
        return np.concatenate([w.reshape(len(w), -1).T for w in state.weights])
    per_layer = [np.quantile(np.abs(w).reshape(len(w), -1), QUANTILES, axis=1) for w in state.weights]
    return np.concatenate(per_layer)
