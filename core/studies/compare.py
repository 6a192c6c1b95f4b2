"""Penalties side by side: up to six variants of one network, r starts each, in one stack.

Start s of every variant has the same weights, rows and batch order, so a difference is the penalty's alone. A
`ComparePlan` says whose member is whose; the reading functions take a history or a trainer and return arrays with a leading
axis of variants. Read next: `geometry.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.config import Experiment
from core.data import Split
from core.engine import Trainer
from core.measures.spread import compare_sentence
from core.studies.stacks import make_members, make_pool

MAX_VARIANTS, MAX_STARTS = 6, 20


@dataclass(frozen=True)
class Variant:
    """One penalty. `key` names its colour; `dial` is the setting its slider moves, "" for none."""

    key: str
    label: str
    dial: str
    l1: float = 0.0
    l2: float = 0.0
    activity_l2: float = 0.0
    dropout_rate: float = 0.0
    l1_method: str = "proximal"

    def at(self, value: float) -> Variant:
        """Return the variant with its dial at another value; both strengths of the elastic net move in proportion."""
        if not self.dial:
            raise ValueError(f"strength: '{self.label}' has none to set, received {value:g}")
        if self.key == "elastic_net":
            return replace(self, l1=value, l2=value * ELASTIC_NET.l2 / ELASTIC_NET.l1)
        return replace(self, **{self.dial: value})  # type: ignore[arg-type]


NO_PENALTY = Variant("none", "No penalty", "")
L1_PROXIMAL = Variant("l1_proximal", "L1, proximal step", "l1", l1=0.003)
L1_SUBGRADIENT = Variant("l1_subgradient", "L1, subgradient", "l1", l1=0.003, l1_method="subgradient")
L2 = Variant("l2", "L2", "l2", l2=0.003)
ELASTIC_NET = Variant("elastic_net", "Elastic net", "l1", l1=0.0015, l2=0.0015)
ACTIVITY_L2 = Variant("activity_l2", "Activity L2", "activity_l2", activity_l2=0.003)
DROPOUT = Variant("dropout", "Dropout", "dropout_rate", dropout_rate=0.3)
VARIANTS = (NO_PENALTY, L1_PROXIMAL, L1_SUBGRADIENT, L2, ELASTIC_NET, ACTIVITY_L2, DROPOUT)
DEFAULT_VARIANTS = VARIANTS[:4]
# The default task: noisy points on which a 32-32 network overfits within seconds.
TASK = Experiment(
    data={"name": "moons", "n_train": 60, "noise_std": 1.2}, network={"hidden_sizes": (32, 32), "activation": "relu"},
    training={"learning_rate": 0.01, "batch_size": 20, "n_epochs": 300},
)  # fmt: skip


@dataclass(frozen=True)
class ComparePlan:
    """Variants × starts; member v·n_starts + s is variant v from start s."""

    experiment: Experiment
    variants: tuple[Variant, ...]
    n_starts: int

    @property
    def n_members(self) -> int:
        """Return the size of the stack."""
        return len(self.variants) * self.n_starts

    def members_of(self, variant: int) -> slice:
        """Return the places of a variant's networks in the stack."""
        return slice(variant * self.n_starts, (variant + 1) * self.n_starts)

    def by_variant(self, values: np.ndarray) -> np.ndarray:
        """Return an array (M, …) as (n_variants, n_starts, …)."""
        return np.asarray(values).reshape(len(self.variants), self.n_starts, *np.shape(values)[1:])


def plan_compare(
    experiment: Experiment, variants: Sequence[Variant] = DEFAULT_VARIANTS, n_starts: int = 1
) -> ComparePlan:  # fmt: skip
    """Return the plan; the experiment's own penalties are put aside for those of the variants.

    Raises ValueError for none or more than six variants, variants of equal key, and starts outside 1..20.
    """
    keys = [variant.key for variant in variants]
    if not 1 <= len(variants) <= MAX_VARIANTS or len(set(keys)) != len(keys):
        raise ValueError(f"variants: expected 1 to {MAX_VARIANTS}, each once, received {', '.join(keys) or 'none'}")
    if not 1 <= n_starts <= MAX_STARTS:
        raise ValueError(f"n_starts: expected a whole number from 1 to {MAX_STARTS}, received {n_starts}")
    return ComparePlan(experiment, tuple(variants), n_starts)


def make_compare_trainer(plan: ComparePlan, split: Split) -> Trainer:
    """Return the stack of all variants and starts at epoch 0."""
    experiment, r = plan.experiment, plan.n_starts

    def column(name: str) -> list[float]:
        return [getattr(variant, name) for variant in plan.variants for _ in range(r)]

    pool = make_pool(experiment, split, plan.n_members)
    seeds = [experiment.training.seed + s for s in range(r)] * len(plan.variants)
    is_proximal = [float(variant.l1_method == "proximal") for variant in plan.variants for _ in range(r)]
    strengths = {name: column(name) for name in ("l1", "l2", "activity_l2", "dropout_rate")}
    members = make_members(experiment, pool.X.dtype, seeds, l1_is_proximal=is_proximal, **strengths)
    return Trainer(experiment.network, experiment.regularization, experiment.training, pool, members)


def set_strength(plan: ComparePlan, trainer: Trainer, variant: int, value: float) -> ComparePlan:
    """Move the dial of one variant while training goes on; return the plan with the new strength."""
    moved = plan.variants[variant].at(value)
    for name in ("l1", "l2", "activity_l2", "dropout_rate"):
        getattr(trainer.members, name)[plan.members_of(variant)] = getattr(moved, name)
    variants = (*plan.variants[:variant], moved, *plan.variants[variant + 1 :])
    return replace(plan, variants=variants)


SERIES = ("train_loss", "val_loss", "gap", "n_zero", "weight_norm")


def read_curves(plan: ComparePlan, history: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return `epoch` (n_records,), and of every series mean, low and high over the starts, (n_variants, n_records).

    history: arrays of `History`, (M, n_records). Names: val_loss, val_loss_low, val_loss_high, …; low and high are one
    standard deviation around the mean. A start that diverged (nan) is left out of its variant's numbers.
    """
    raw = {**history, "gap": history["val_loss"] - history["train_loss"]}
    curves = {"epoch": np.asarray(history["epoch"], dtype=float)}
    for name in SERIES:
        mean, std = mean_and_std(plan.by_variant(raw[name].astype(float)))
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


def read_histograms(plan: ComparePlan, trainer: Trainer, n_bins: int = 41) -> dict[str, np.ndarray]:
    """Return the weights of all variants on common bins, the exact zeros apart, all starts of a variant together.

    overlay_x (n_bins,) bin centres over ± a round number; overlay_share (V, n_bins) share of the variant's weights per bin,
    zeros left out; overlay_zero (V,) share that is exactly zero. The shares of a variant sum to 1.
    """
    weights = plan.by_variant(trainer.stack.parameters[:, : trainer.stack.n_weights].numpy().astype(float))
    flat = weights.reshape(len(plan.variants), -1)
    edges = np.linspace(-1, 1, n_bins + 1) * round_reach(flat)
    counts = np.array([np.histogram(w[(w != 0) & np.isfinite(w)], bins=edges)[0] for w in flat])
    n = np.maximum(np.isfinite(flat).sum(1), 1)
    return {
        "overlay_x": (edges[:-1] + edges[1:]) / 2,
        "overlay_share": counts / n[:, None],
        "overlay_zero": (flat == 0).sum(1) / n,
    }


def round_reach(values: np.ndarray) -> float:
    """Return the smallest of 1, 2, 5 times a power of ten that holds all finite values: the axis changes rarely."""
    finite = np.abs(values[np.isfinite(values)])
    largest = min(max(float(finite.max(initial=0.0)), 1e-6), 1e30)
    power = 10.0 ** np.floor(np.log10(largest))
    return float(next(step * power for step in (1, 2, 5, 10) if largest <= step * power * (1 + 1e-9)))


@dataclass(frozen=True)
class CompareRow:
    """One line of the table of numbers; arrays are (n_starts,), raw."""

    variant: Variant
    train_loss: np.ndarray
    val_loss: np.ndarray
    gap: np.ndarray
    val_score: np.ndarray
    n_zero: np.ndarray
    weight_norm: np.ndarray
    sentence: str


def read_table(plan: ComparePlan, history: Mapping[str, np.ndarray]) -> list[CompareRow]:
    """Return the numbers at the last record and, from the second variant on, a sentence comparing it with the first."""
    last = {
        name: plan.by_variant(history[name][:, -1].astype(float)) for name in (*SERIES, "val_score") if name != "gap"
    }
    first, rows = plan.variants[0], []
    for v, variant in enumerate(plan.variants):
        sentence = "" if v == 0 else compare_sentence(
            variant.label, last["val_loss"][v], f"'{first.label}'", last["val_loss"][0], "validation loss"
        )  # fmt: skip
        values = {name: series[v] for name, series in last.items()}
        rows.append(CompareRow(variant, gap=values["val_loss"] - values["train_loss"], sentence=sentence, **values))
    return rows
