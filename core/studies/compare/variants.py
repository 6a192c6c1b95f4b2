"""Penalties side by side: up to six variants of one network, r starts each, in one stack.

Start s of every variant has the same weights, rows and batch order, so a difference is the penalty's alone. A
`ComparePlan` says whose member is whose; the reading functions return arrays with a leading axis of variants.
Read next: `geometry.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, get_args

import numpy as np

from core.data import Split
from core.measures.spread import compare_sentence
from core.settings.experiment import Experiment
from core.settings.penalties import PENALTIES, Penalty
from core.settings.sections import VariantName
from core.studies.base.plan import Dial, Plan, load, make_pool
from core.studies.base.state import MemberState
from core.studies.base.training import Training
from core.studies.base.values import strengths_of
from core.words import say

STRENGTHS = (*PENALTIES, "dropout_rate")


class Variant(NamedTuple):
    """One penalty. `key` names its colour, `setting` the setting of its strength ("" for none), see `strengths_of`."""

    key: str
    label: str
    setting: str = ""
    param_name: str = ""
    is_proximal: bool = True


def variants_of(penalty: Penalty) -> dict[str, Variant]:
    """Return a penalty's variants by key: one for each way it may act."""
    return {
        key: Variant(key, label, setting, penalty.name, is_proximal)
        for key, label, setting, _, is_proximal in penalty.choices
    }


BY_KEY = {
    **{key: variant for penalty in PENALTIES.values() for key, variant in variants_of(penalty).items()},
    "none": Variant("none", say("No penalty")),
    "elastic_net": Variant("elastic_net", say("Elastic net"), "compare_elastic", "elastic"),
    "dropout": Variant("dropout", say("Dropout"), "compare_dropout", "dropout_rate"),
}
VARIANTS = tuple(BY_KEY[key] for key in get_args(VariantName))
# The default task: noisy points on which a 32-32 network overfits within seconds.
TASK = Experiment(
    data={"name": "moons", "n_train": 60, "noise_std": 1.2}, network={"hidden_sizes": (32, 32), "activation": "relu"},
    training={"learning_rate": 0.01, "batch_size": 20, "n_epochs": 3000},
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class ComparePlan(Plan):
    """Variants × starts; member v·n_starts + s is variant v from start s. A live strength addresses a variant's dial."""

    variants: tuple[Variant, ...] = ()

    @property
    def n_starts(self) -> int:
        """Return r."""
        return self.n_members // len(self.variants)

    def by_variant(self, values: np.ndarray) -> np.ndarray:
        """Return an array (M, …) as (n_variants, n_starts, …)."""
        return np.asarray(values).reshape(len(self.variants), -1, *np.shape(values)[1:])


def chosen_variants(experiment: Experiment) -> tuple[Variant, ...]:
    """Return the variants that an experiment compares, in the fixed order."""
    return tuple(variant for variant in VARIANTS if variant.key in experiment.compare.variants)


def shares_of(experiment: Experiment, variant: Variant) -> dict[str, float]:
    """Return what share of its strength a variant gives to each penalty or dropout_rate; nothing for no penalty."""
    if not variant.setting:
        return {}
    return {name: v[0] for name, v in strengths_of(variant.param_name, [1.0], experiment.grid.l1_share).items()}


def strengths_in(experiment: Experiment, variant: Variant) -> dict[str, float]:
    """Return the strengths that a variant has in an experiment, by name; those that are 0 for it are left out."""
    return {name: share * experiment.get(variant.setting) for name, share in shares_of(experiment, variant).items()}


def plan_compare(experiment: Experiment, split: Split | None = None, dtype: str = "float32") -> ComparePlan:
    """Return the plan of `study.variants` from `study.n_starts` starts each, in one stack.

    The experiment's own penalties are put aside for those of the variants.
    """
    variants, r = chosen_variants(experiment), experiment.compare.n_starts
    data, n_members = load(experiment, split, dtype), len(variants) * r
    dials = tuple(
        Dial(variant.setting, tuple(range(v * r, (v + 1) * r)), shares_of(experiment, variant))
        for v, variant in enumerate(variants)
    )
    strengths = {name: [0.0] * n_members for name in STRENGTHS}
    strengths["l1_is_proximal"] = [float(variant.is_proximal) for variant in variants for _ in range(r)]
    for dial, variant in zip(dials, variants, strict=True):
        for name, value in strengths_in(experiment, variant).items():
            strengths[name][dial.members[0] : dial.members[-1] + 1] = [value] * r
    seeds = tuple(experiment.training.seed + s for s in range(r)) * len(variants)
    return ComparePlan(
        experiment, data, "", np.arange(len(variants)), make_pool(experiment, data, dtype, n_members), strengths, seeds,
        (np.arange(n_members),), dials=dials, variants=variants,
    )  # fmt: skip


SERIES = ("train_loss", "val_loss", "gap", "n_zero", "weight_norm")


def read_curves(plan: ComparePlan, history: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return `epoch` (n_records,), and of every series mean, low and high over the starts, (n_variants, n_records).

    history: arrays of `History`, (M, n_records). Names: val_loss, val_loss_low, val_loss_high, …; low and high are one
    standard deviation around the mean. A start that diverged (nan at the end) is left out of its variant's numbers, those
    before it did, too, unless all starts did: its last ones are huge, and would hide the others.
    """
    raw = {**history, "gap": history["val_loss"] - history["train_loss"]}
    curves = {"epoch": np.asarray(history["epoch"], dtype=float)}
    is_lost = plan.by_variant(np.isnan(history["val_loss"][:, -1]))
    is_left_out = is_lost & ~is_lost.all(1, keepdims=True)
    for name in SERIES:
        values = plan.by_variant(raw[name].astype(float))
        mean, std = mean_and_std(np.where(is_left_out[:, :, None], np.nan, values))
        curves.update({name: mean, f"{name}_low": mean - std, f"{name}_high": mean + std})
    return curves


def mean_and_std(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation (divisor r-1, 0 for one) over axis 1 of values (V, r, …), finite ones only."""
    is_in = np.isfinite(values)
    n = is_in.sum(1)
    kept = np.where(is_in, values, 0.0)
    mean = np.divide(kept.sum(1), n, out=np.full(n.shape, np.nan), where=n > 0)
    squares = np.where(is_in, (kept - np.nan_to_num(mean)[:, None]) ** 2, 0.0).sum(1)
    std = np.sqrt(np.divide(squares, n - 1, out=np.zeros(n.shape), where=n > 1))
    return mean, std


class CompareRow(NamedTuple):
    """One line of the table of numbers; arrays are (n_starts,), raw; diverged starts are nan."""

    variant: Variant
    train_loss: np.ndarray
    val_loss: np.ndarray
    gap: np.ndarray
    val_score: np.ndarray
    n_zero: np.ndarray
    weight_norm: np.ndarray
    sentence: str


def read_table(plan: ComparePlan, state: MemberState) -> list[CompareRow]:
    """Return the numbers of a moment and, from the second variant on, a sentence comparing it with the first, without its name."""
    raw = {
        "train_loss": state.train_loss, "val_loss": state.val_loss, "gap": state.val_loss - state.train_loss,
        "val_score": state.val_score, "n_zero": state.n_zero_per_layer.sum(1), "weight_norm": state.weight_norm,
    }  # fmt: skip
    last = {name: plan.by_variant(np.where(state.is_diverged, np.nan, values)) for name, values in raw.items()}
    first, rows = plan.variants[0], []
    for v, variant in enumerate(plan.variants):
        sentence = (
            ""
            if v == 0
            else compare_sentence(
                "",
                last["val_loss"][v],
                say("'{label}'", label=first.label),
                last["val_loss"][0],
                say("validation loss"),
                by="mean",
            )
        )
        rows.append(CompareRow(variant, sentence=sentence, **{name: series[v] for name, series in last.items()}))
    return rows


def make_training(experiment: Experiment, split: Split) -> Training:
    """Return the training of a comparison at epoch 0."""
    return Training(plan_compare(experiment, split), device="cpu")  # its landscapes are computed beside it
