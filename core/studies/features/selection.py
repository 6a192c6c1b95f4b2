"""Finding the features: which inputs L1, group L1, L2 and no penalty keep, against the truth, along λ. One stack.

An input is out when all its links to the first layer are exactly zero (the group view).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from core.data import Relevance, Split
from core.engine.trainer import Pool
from core.settings.experiment import Experiment
from core.studies.base.plan import MEMORY_BYTES, Plan, bytes_per_member, cut_into_stacks, load
from core.studies.base.state import MemberState
from core.studies.cv.cross_validation import FoldPlan, choose, plan_cross_validation
from core.studies.path.sweep import plan_path, without_diverged
from core.words import joined, say

PENALTIES = ("l1", "l2", "group_l1")  # in the order of the stack
FAR = 2.0  # folds with this many times the training rows, or a part of them, are told of
VALUES = (0.0, *np.geomspace(1e-4, 0.5, 13).round(7).tolist())
# The default task: 3 inputs that tell, 20 that do not, and noise as strong as the signal.
TASK = Experiment(
    data={"name": "informative_regression", "n_train": 300, "noise_std": 1.0, "n_informative": 3, "val_fraction": 0.1},
    network={"hidden_sizes": ()},
    training={"learning_rate": 0.03, "learning_rate_schedule": "cosine", "n_epochs": 600},
)  # fmt: skip
DUPLICATES = TASK.replace(n_duplicates=3, duplicate_correlation=0.95, noise_std=0.5)  # each signal has a near copy
CLASSES = Experiment(
    data={"name": "informative_classes", "n_train": 200, "n_informative": 4, "val_fraction": 0.1},
    network={"hidden_sizes": ()},
    training={"learning_rate": 0.03, "learning_rate_schedule": "cosine", "n_epochs": 600},
)  # fmt: skip
REVIEWS = CLASSES.replace(data="reviews", n_train=300, n_informative=5)  # 5, the default: a dial without use here
VOWELS = REVIEWS.replace(data="vowels")
DIGITS = REVIEWS.replace(
    data="digits", n_train=200, hidden_sizes=(32,), activation="relu", learning_rate=0.01, n_epochs=300
)


@dataclass(frozen=True, eq=False, kw_only=True)
class FeaturesPlan(Plan):
    """L1, L2 and group L1 at every value, then the folds of a cross-validation of L1: all in one stack, on one clock.

    Member p·n_values + i has penalty p of `PENALTIES` at values[i]; member (3 + c)·n_values + i has l1 = values[i] on column
    c of `folds`.
    """

    folds: FoldPlan

    def by_penalty(self, array: np.ndarray) -> np.ndarray:
        """Return the part of an array (M, …) without the folds as (3 penalties, n_values, …), in the order of `PENALTIES`."""
        n = len(self.values)
        return np.asarray(array)[: len(PENALTIES) * n].reshape(len(PENALTIES), n, *np.shape(array)[1:])

    def of_folds(self, array: np.ndarray) -> np.ndarray:
        """Return the folds' part of an array (M,) as (n_values, n_columns)."""
        return np.asarray(array)[len(PENALTIES) * len(self.values) :].reshape(-1, len(self.values)).T


def plan_features(
    experiment: Experiment, values: Sequence[float] = VALUES, split: Split | None = None, n_splits: int = 5,
    dtype: str = "float32", memory_bytes: int = MEMORY_BYTES,
) -> FeaturesPlan:  # fmt: skip
    """Return the plan; the value 0 is "no penalty". Raises ValueError for no values or negative ones."""
    data = load(experiment, split, dtype)
    penalties = [plan_path(experiment, name, values, data, dtype) for name in PENALTIES]
    folds = plan_cross_validation(experiment, "l1", values, n_splits, data, dtype, rescale=True)
    plans = (*penalties, folds)
    pool = join_pools([plan.pool for plan in plans])
    strengths = {
        name: [v for plan in plans for v in plan.strengths.get(name, [0.0] * plan.n_members)] for name in PENALTIES
    }
    seeds = tuple(seed for plan in plans for seed in plan.seeds)
    parts = cut_into_stacks(np.arange(len(seeds)), 1, bytes_per_member(experiment, pool), memory_bytes)
    return FeaturesPlan(experiment, data, "l1", penalties[0].values, pool, strengths, seeds, parts, folds=folds)


def join_pools(pools: Sequence[Pool]) -> Pool:
    """Return pools over the same rows as one: members and versions of the inputs follow one another."""
    starts = np.cumsum([0, *(len(pool.X) for pool in pools[:-1])])
    return replace(
        pools[0],
        X=torch.cat([pool.X for pool in pools]),
        is_train=torch.cat([pool.is_train for pool in pools]),
        is_val=torch.cat([pool.is_val for pool in pools]),
        version_of_member=torch.cat([pool.version_of_member + int(s) for pool, s in zip(pools, starts, strict=True)]),
    )


def choose_l1(plan: FeaturesPlan, state: MemberState) -> tuple[np.ndarray, float, float]:
    """Return the folds' validation losses (n_values, n_columns), and λ_min and λ_1se, nan before an epoch is done."""
    losses = plan.of_folds(without_diverged(state.val_loss, state))
    return losses, *choose(plan.values, np.where(plan.of_folds(state.epoch) > 0, losses, np.nan))


@dataclass(frozen=True)
class InputUse:
    """What is left of each input. strength (…, d): Σ|w| over its links; n_links (…, d): how many are not exactly zero."""

    strength: np.ndarray
    n_links: np.ndarray

    @property
    def is_in(self) -> np.ndarray:
        """Return which inputs are in use, (…, d): at least one link is left."""
        return np.asarray(self.n_links > 0)


def read_inputs(first_layer: np.ndarray) -> InputUse:
    """Return the use of the inputs from the weights of the first layer (…, d, units)."""
    return InputUse(np.abs(first_layer).sum(-1, dtype=float), (first_layer != 0).sum(-1))


@dataclass(frozen=True)
class Score:
    """Inputs in use against the truth; arrays (…,). A signal is found when it, or a duplicate of it, is in use.

    precision = inputs in use that are not pure noise / inputs in use (nan when none is); recall = signals found / signals.
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
    precision = np.divide(n_in - n_false, n_in, out=np.full(np.shape(n_in), np.nan), where=n_in > 0)
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
        raise ValueError(say("n_duplicates: expected a task with at least 1 duplicate, received 0"))
    sums = np.stack([strength[..., group].sum(-1) for group in groups], -1)
    largest = np.stack([strength[..., group].max(-1) for group in groups], -1)
    return np.asarray(np.divide(largest, sums, out=np.full(sums.shape, np.nan), where=sums > 0))


def read_arrays(plan: FeaturesPlan, first_layer: np.ndarray, relevance: Relevance | None) -> dict[str, np.ndarray]:
    """Return what the figures draw of first-layer weights (k·M, d, units), k moments one after another.

    The leading axis is k·n_values. input_strength_<penalty>, input_zero_<penalty> (…, d), zero: 0 where an input is out, else
    nan; in_use_<penalty>: inputs in use; zero_links_<penalty>: links of the first layer that are exactly zero; with a known
    truth score_<penalty>_<precision|recall>, and with duplicates twin_<penalty>, the median over the groups of
    `duplicate_shares`.
    """
    moments = first_layer.reshape(-1, plan.n_members, *first_layer.shape[1:])
    arrays = {}
    for penalty, name in enumerate(PENALTIES):
        n = len(plan.values)
        own = moments[:, penalty * n : (penalty + 1) * n].reshape(-1, *first_layer.shape[1:])
        use = read_inputs(own)
        arrays[f"input_strength_{name}"] = use.strength
        arrays[f"input_zero_{name}"] = np.where(use.is_in, np.nan, 0.0)
        arrays[f"in_use_{name}"] = use.is_in.sum(-1)
        arrays[f"zero_links_{name}"] = own[0].size - use.n_links.sum(-1)
        if relevance is None:
            continue
        score = score_inputs(use.is_in, relevance)
        arrays[f"score_{name}_precision"], arrays[f"score_{name}_recall"] = score.precision, score.recall
        if (relevance.duplicate_of >= 0).any():
            arrays[f"twin_{name}"] = median_of_finite(duplicate_shares(use.strength, relevance))
    return arrays


def median_of_finite(values: np.ndarray) -> np.ndarray:
    """Return the median of the finite values along the last axis, nan where there are none."""
    is_there = np.isfinite(values).any(-1)
    filled = np.where(is_there[..., None], values, 0.0)
    return np.where(is_there, np.nanmedian(filled, axis=-1), np.nan)


def choice_sentence(values: Sequence[str], places: tuple[int, int], precision: np.ndarray, recall: np.ndarray) -> str:
    """Return what L1 keeps at λ_min and at λ_1se, whose places among the values are given.

    values: as texts; precision, recall: (n_values,), precision nan where nothing is kept. What is said depends on the
    numbers alone.
    """
    at_min, at_1se = places
    said = [
        say(
            "{label} = {values}: {score_in_words}.",
            label=label,
            values=values[i],
            score_in_words=score_in_words(precision[i], recall[i]),
        )
        for label, i in (("λ_min", at_min), ("λ_1se", at_1se))
    ]
    more = stronger_sentence(values, at_1se, precision, recall)
    if at_min == at_1se:
        return say("Cross-validation gives one λ for both rules. {said}{more}", said=said[0], more=more)
    if not np.isfinite([precision[at_min], precision[at_1se]]).all():
        return joined(said) + more
    if precision[at_1se] > precision[at_min] and recall[at_1se] >= recall[at_min]:
        verdict = say("Here selecting inputs asks for more penalty than predicting.")
    elif precision[at_1se] > precision[at_min]:
        verdict = say("More penalty keeps less noise, but loses signals too.")
    else:
        verdict = say("Here λ_1se is no closer to the truth.")
    return say("{said} {verdict}{more}", said=joined(said, " "), verdict=verdict, more=more)


def score_in_words(precision: float, recall: float) -> str:
    """Return a score as words; precision is nan where no input is in use."""
    if not np.isfinite(precision):
        return say("L1 keeps no input at all")
    return say("precision {precision:.2f}, recall {recall:.2f}", precision=precision, recall=recall)


def stronger_sentence(values: Sequence[str], at_1se: int, precision: np.ndarray, recall: np.ndarray) -> str:
    """Return which λ above λ_1se has the highest precision and finds as many signals, "" where none is better."""
    later = [
        i for i in range(at_1se + 1, len(values)) if recall[i] >= recall[at_1se] and precision[i] > precision[at_1se]
    ]
    if not later:
        return ""
    best = max(later, key=lambda i: precision[i])
    return say(
        " A still stronger λ = {values} finds as many signals with precision {precision:.2f}.",
        values=values[best],
        precision=precision[best],
    )


def twin_sentence(l1: float, l2: float) -> str:
    """Return how each penalty divides the weight between a signal and its duplicates, from the largest one's share."""
    if not np.isfinite([l1, l2]).all():
        return say("No signal that has a duplicate is in use with both.")
    said = say(
        "The largest of a signal and its duplicates has {l1:.0%} of their weight with L1 and {l2:.0%} with L2",
        l1=l1,
        l2=l2,
    )
    return say("{said}: L1 keeps one, L2 shares.", said=said) if l1 > 0.9 and l2 <= 0.75 else say("{said}.", said=said)


def links_sentence(n_units: int, zeros: Sequence[int], whole: Sequence[int]) -> str:
    """Return whether the links that are exactly zero are those of whole inputs, with group L1 and with L1.

    n_units: links of each input. zeros: links of the first layer that are exactly zero. whole: those of inputs that are out.
    """
    if n_units == 1:
        return say("Each input has one link here, a group of one: this is L1.")
    if not zeros[0]:
        return say("No link is exactly zero.")
    more = say("; with L1 {whole:,} of {zeros:,}", whole=whole[1], zeros=zeros[1]) if zeros[1] else ""
    return say(
        "Links at zero that are those of whole inputs: {whole:,} of {zeros:,}{more}.",
        whole=whole[0],
        zeros=zeros[0],
        more=more,
    )


def group_sentence(recall: Mapping[str, np.ndarray], precision: Mapping[str, np.ndarray]) -> str:
    """Return how much noise L1 and group L1 keep where they find most signals, the best along λ; (n_values,) by penalty."""
    best = {}
    for name in ("l1", "group_l1"):
        is_most = (recall[name] == recall[name].max()) & np.isfinite(precision[name])
        if not is_most.any():
            return ""
        best[name] = (float(recall[name].max()), float(precision[name][is_most].max()))
    (r1, p1), (rg, pg) = best["l1"], best["group_l1"]
    is_at_end = pg == precision["group_l1"][-1] and rg == recall["group_l1"][-1]
    more = say(" (its last λ: take a longer list)") if is_at_end and pg < 1 else ""
    if r1 == rg:
        return say(" Best precision along λ: {pg:.2f} with group L1{more}, {p1:.2f} with L1.", pg=pg, more=more, p1=p1)
    return say(
        " Best precision along λ: {pg:.2f} at recall {rg:.2f} with group L1{more}, {p1:.2f} at {r1:.2f} with L1.",
        pg=pg,
        rg=rg,
        more=more,
        p1=p1,
        r1=r1,
    )


def folds_sentence(n_train: int, n_val: int, n_splits: int) -> str:
    """Return a warning where the folds that choose λ train on far more or fewer rows than the networks shown, else ""."""
    n_fold = round((n_train + n_val) * (1 - 1 / n_splits))
    if n_train / FAR < n_fold < n_train * FAR:
        return ""
    return say(
        " Each fold trains on about {n_fold} rows, the networks shown on {n_train}: their best λ may be another.",
        n_fold=n_fold,
        n_train=n_train,
    )
