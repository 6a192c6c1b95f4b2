"""Finding the features: which inputs L1, L2 and no penalty keep, against the truth, along λ. One stack.

An input is out when all its links to the first layer are exactly zero (the group view).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.config import Experiment
from core.data import Relevance, Split
from core.engine import Trainer
from core.studies.stacks import make_members, make_pool

PENALTIES = ("l1", "l2")
VALUES = (0.0, *np.geomspace(1e-3, 0.5, 10).round(6).tolist())
# The default task: 3 inputs that tell, 20 that do not, and noise as strong as the signal.
TASK = Experiment(
    data={"name": "informative_regression", "n_train": 300, "noise_std": 1.0, "n_informative": 3, "val_fraction": 0.1},
    network={"hidden_sizes": ()},
    training={"learning_rate": 0.03, "learning_rate_schedule": "cosine", "n_epochs": 600},
)  # fmt: skip
DUPLICATES = TASK.replace(n_duplicates=3, duplicate_correlation=0.95, noise_std=0.5)  # each signal has a near copy


@dataclass(frozen=True)
class FeaturesPlan:
    """Penalties × values; member p·len(values) + i has penalty p at values[i]. All start alike."""

    experiment: Experiment
    values: tuple[float, ...]

    def by_penalty(self, array: np.ndarray) -> np.ndarray:
        """Return an array (M, …) as (2 penalties, n_values, …): L1 first."""
        return np.asarray(array).reshape(len(PENALTIES), len(self.values), *np.shape(array)[1:])


def plan_features(experiment: Experiment, values: Sequence[float] = VALUES) -> FeaturesPlan:
    """Return the plan; the value 0 is "no penalty". Raises ValueError for no values or negative ones."""
    if not len(values) or not all(value >= 0 for value in values):
        raise ValueError(f"values: expected at least one strength λ ≥ 0, received {list(values)}")
    return FeaturesPlan(experiment, tuple(float(value) for value in values))


def make_features_trainer(plan: FeaturesPlan, split: Split) -> Trainer:
    """Return the stack of all penalties and values at epoch 0."""
    n = len(plan.values)
    pool = make_pool(plan.experiment, split, 2 * n)
    zeros = [0.0] * n
    members = make_members(
        plan.experiment, pool.X.dtype, [plan.experiment.training.seed] * 2 * n, l1=[*plan.values, *zeros], l2=[*zeros, *plan.values]
    )  # fmt: skip
    experiment = plan.experiment
    return Trainer(experiment.network, experiment.regularization, experiment.training, pool, members)


@dataclass(frozen=True)
class InputUse:
    """What is left of each input. strength (…, d): Σ|w| over its links; n_links (…, d): how many are not exactly zero."""

    strength: np.ndarray
    n_links: np.ndarray

    @property
    def is_in(self) -> np.ndarray:
        """Return which inputs are in use, (…, d): at least one link is left."""
        return np.asarray(self.n_links > 0)


def read_inputs(trainer: Trainer) -> InputUse:
    """Return the use of the inputs by every member, (M, d)."""
    weights = trainer.stack.weights[0].numpy()  # (M, d, units)
    return InputUse(np.abs(weights).sum(2).astype(float), (weights != 0).sum(2))


@dataclass(frozen=True)
class Score:
    """Inputs in use against the truth; arrays (…,). A signal is found when it, or a duplicate of it, is in use.

    precision = inputs in use that are not pure noise / inputs in use (1 when none is: nothing was kept falsely);
    recall = signals found / signals.
    """

    n_found: np.ndarray
    n_missed: np.ndarray
    n_false: np.ndarray
    precision: np.ndarray
    recall: np.ndarray


def score_inputs(is_in: np.ndarray, relevance: Relevance) -> Score:
    """Return how the inputs in use (…, d) compare with the truth."""
    roles = np.array(relevance.roles)
    signals = np.flatnonzero(relevance.is_informative)
    standing_in = [(relevance.duplicate_of == signal) | (np.arange(len(roles)) == signal) for signal in signals]
    n_found = np.sum([is_in[..., group].any(-1) for group in standing_in], axis=0)
    n_in, n_false = is_in.sum(-1), is_in[..., roles == "noise"].sum(-1)
    precision = np.where(n_in > 0, (n_in - n_false) / np.maximum(n_in, 1), 1.0)
    return Score(n_found, len(signals) - n_found, n_false, precision, n_found / len(signals))


def duplicate_shares(strength: np.ndarray, relevance: Relevance) -> np.ndarray:
    """Return, for each signal with duplicates, the largest share of their Σ|w| that one of them has, (…, n_groups).

    ½ for two that share evenly, 1 where one has all; nan where none has any.
    """
    groups = [
        np.append(np.flatnonzero(relevance.duplicate_of == signal), signal)
        for signal in np.unique(relevance.duplicate_of[relevance.duplicate_of >= 0])
    ]
    if not groups:
        raise ValueError("n_duplicates: expected a task with at least 1 duplicate, received 0")
    sums = np.stack([strength[..., group].sum(-1) for group in groups], -1)
    largest = np.stack([strength[..., group].max(-1) for group in groups], -1)
    return np.asarray(np.divide(largest, sums, out=np.full(sums.shape, np.nan), where=sums > 0))


def read_arrays(plan: FeaturesPlan, trainer: Trainer, relevance: Relevance | None) -> dict[str, np.ndarray]:
    """Return what the figures draw, at the present weights, arrays with a leading axis of values.

    score_lambda (n,): the values, 0 moved to a third of the smallest positive one, as the axis is logarithmic;
    input_strength_<l1|l2>, input_zero_<l1|l2> (n, d); with a known truth score_<l1|l2>_<precision|recall> (n,).
    """
    use = read_inputs(trainer)
    values = np.array(plan.values)
    arrays = {"score_lambda": np.where(values > 0, values, values[values > 0].min(initial=1.0) / 3)}
    strength = plan.by_penalty(use.strength)
    for penalty, name in enumerate(PENALTIES):
        arrays[f"input_strength_{name}"] = strength[penalty]
        arrays[f"input_zero_{name}"] = np.where(plan.by_penalty(use.is_in)[penalty], np.nan, 0.0)
    if relevance is None:
        return arrays
    score = score_inputs(plan.by_penalty(use.is_in), relevance)
    for penalty, name in enumerate(PENALTIES):
        arrays[f"score_{name}_precision"] = score.precision[penalty]
        arrays[f"score_{name}_recall"] = score.recall[penalty]
    return arrays


def features_sentence(score: Score, n_signals: int, label: str) -> str:
    """Return one penalty's score at one value in words; `score` holds single numbers."""
    text = f"{label}: {int(score.n_found)} of {n_signals} signals found, {int(score.n_false)} noise inputs kept falsely"
    return f"{text} (precision {float(score.precision):.2f}, recall {float(score.recall):.2f})."
