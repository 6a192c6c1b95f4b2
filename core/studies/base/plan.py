"""What a study trains: the `Plan` of its members, cut into stacks that fit into memory. Read `state.py` next.

A plan is pure bookkeeping: which strengths, seed and rows each of its M members has. `plan.make_trainer(k)` makes
its k-th stack at epoch 0. Small plans are one stack; large ones are cut so that no stack needs more than
`memory_bytes`, and the stacks are trained one after another with the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from core.data import Split, load_split
from core.data.arrays import check_resolution
from core.data.drawn import check_points, is_drawn
from core.engine import Members, Trainer, encode_targets
from core.engine.device import CPU, device_of, free_bytes
from core.engine.losses import loss_kind
from core.engine.trainer import Augment, Pool
from core.settings.experiment import Experiment
from core.settings.words import written
from core.studies.base.cost import Work
from core.words import say

DTYPES = {"float32": torch.float32, "float64": torch.float64}
MEMORY_BYTES = 1 << 30  # what one stack may need, by default, on the processor
FEWEST = 2  # members of a piece of a larger stack


@dataclass(frozen=True)
class Dial:
    """One control of several members: at λ each strength named in `shares` is share·λ. key: its name on the page."""

    key: str
    members: tuple[int, ...]
    shares: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Plan:
    """M members over one pool of rows.

    values: (n_values,) of `param_name`, ascending as given; strengths: those that differ between members, each M
    long; seeds: M; parts: member numbers of each stack, (n_stacks) arrays. is_warm: each stack (of one member)
    starts from the weights in which the one before it ended. start: parameters (n_parameters,) from which every member
    starts instead of random ones, or (M, n_parameters) one row each; the optimizer starts afresh. dials: what is moved
    live, where that is not the strengths of each member by itself.
    """

    experiment: Experiment
    split: Split
    param_name: str
    values: np.ndarray
    pool: Pool
    strengths: Mapping[str, Sequence[float]]
    seeds: tuple[int, ...]
    parts: tuple[np.ndarray, ...]
    is_warm: bool = False
    start: np.ndarray | None = None
    dials: tuple[Dial, ...] = ()

    def dial(self, name: str, member: int) -> Dial:
        """Return what setting `name` of `member` moves: that member alone, or in a plan with dials the dial of this number."""
        if not self.dials:
            return Dial(f"{name}.{member}", (member,), {name: 1.0})
        is_known = member < len(self.dials) and name in self.dials[member].shares
        return self.dials[member] if is_known else Dial("", (), {})

    @property
    def n_members(self) -> int:
        """Return M."""
        return len(self.seeds)

    @property
    def n_stacks(self) -> int:
        """Return the number of stacks that are trained one after another."""
        return len(self.parts)

    @property
    def work(self) -> Work:
        """Return what it costs, in numbers."""
        return replace(
            pool_work(self.experiment, self.pool, self.n_members), n_together=max(len(part) for part in self.parts)
        )

    def pieces(self, part: np.ndarray, n_pieces: int) -> list[np.ndarray]:
        """Return the members of a stack as at most `n_pieces` smaller ones, to be trained side by side, none a single one."""
        return cut_evenly(part, n_pieces)

    def alone(self, members: np.ndarray) -> Plan:
        """Return the plan of some members alone, as one stack: with their masks, their copies of the inputs, their strengths.

        What a process needs to train them, and no more: the split keeps its description, but none of its rows.
        """
        return Plan(
            self.experiment, without_rows(self.split), self.param_name, self.values, own_pool(self.pool, members),
            {name: [values[m] for m in members] for name, values in self.strengths.items()},
            tuple(self.seeds[m] for m in members), (np.arange(len(members)),), start=self.start_of(members),
        )  # fmt: skip

    def start_of(self, members: np.ndarray) -> np.ndarray | None:
        """Return the parameters from which some members start, None for random ones."""
        return self.start if self.start is None or self.start.ndim == 1 else self.start[members]

    def halved(self, part: int) -> Plan:
        """Return the plan with a stack cut into two, which are trained one after the other."""
        halves = tuple(np.array_split(self.parts[part], 2))
        return replace(self, parts=(*self.parts[:part], *halves, *self.parts[part + 1 :]))

    def make_trainer(self, part: int = 0, device: torch.device = CPU) -> Trainer:
        """Return the trainer of one stack at epoch 0."""
        chosen = self.parts[part]
        return build_trainer(
            self.experiment,
            pool_of(self.pool, chosen),
            {name: [values[m] for m in chosen] for name, values in self.strengths.items()},
            [self.seeds[m] for m in chosen],
            device=device,
        )


def cut_evenly(part: np.ndarray, n_pieces: int) -> list[np.ndarray]:
    """Return the members of a stack in at most `n_pieces` pieces of almost equal size, none with a single one of several.

    The product with one network is rounded in another order than that with several: numbers would depend on the cut.
    """
    return np.array_split(part, max(1, min(n_pieces, len(part) // FEWEST)))


def build_trainer(
    experiment: Experiment, pool: Pool, strengths: Mapping[str, Sequence[float]], seeds: Sequence[int],
    augment: Augment | None = None, device: torch.device = CPU,
) -> Trainer:  # fmt: skip
    """Return a stack at epoch 0, one member per row of the pool's masks, equal but for the strengths and seeds given."""
    e, n_members = experiment, len(seeds)
    members = Members.from_configs(e.regularization, e.training, pool.X.dtype, n_members, **strengths)
    return Trainer(e.network, e.regularization, e.training, pool, replace(members, seeds=tuple(seeds)), augment, device)


def make_trainer(experiment: Experiment, split: Split, dtype: str = "float32") -> Trainer:
    """Return the trainer of a single run at epoch 0, on a split that is already loaded."""
    return build_trainer(experiment, make_pool(experiment, split, dtype), {}, [experiment.training.seed])


def load(experiment: Experiment, split: Split | None, dtype: str, is_study: bool = True) -> Split:
    """Return the given split, or the experiment's own data in the type `dtype`.

    Raises ValueError where drawn points are too few, for a study or for a single network.
    """
    if is_drawn(experiment.data):
        check_points(experiment.data, is_study)
    return _loaded(experiment, split, dtype)


def _loaded(experiment: Experiment, split: Split | None, dtype: str) -> Split:
    if dtype not in DTYPES:
        raise ValueError(say("dtype: expected 'float32' or 'float64', received {dtype}", dtype=written(dtype)))
    if split is None:
        return load_split(experiment.data, np.dtype(dtype).type)
    if dtype == "float32" and len(split.y_train):
        check_resolution("X_train", split.X_train)
        if split.task == "regression":
            check_resolution("y_train", split.y_train)
    return split


def make_pool(experiment: Experiment, split: Split | None, dtype: str, n_members: int = 1) -> Pool:
    """Return the pool of a plain run: training rows first, then validation rows, the same for all members."""
    data = _loaded(experiment, split, dtype)
    X, y = joined_rows(data)
    is_train = (torch.arange(len(y)) < len(data.y_train)).expand(n_members, -1)
    return build_pool(experiment, data, X[None], y, is_train, ~is_train, dtype)


def joined_rows(split: Split) -> tuple[np.ndarray, np.ndarray]:
    """Return training and validation rows under one another: X (n, d), y (n,). Test rows are never among them."""
    return np.concatenate([split.X_train, split.X_val]), np.concatenate([split.y_train, split.y_val])


def build_pool(
    experiment: Experiment, split: Split, X: np.ndarray, y: np.ndarray, is_train: torch.Tensor, is_val: torch.Tensor,
    dtype: str,
) -> Pool:  # fmt: skip
    """Return a pool of X (n_versions, n, d), y (n,) and masks (M, n); members of one version follow one another."""
    torch_dtype = DTYPES[dtype]
    loss = loss_kind(experiment.training.loss, split.task, split.n_classes)
    n_members, n_versions = len(is_train), len(X)
    return Pool(
        torch.as_tensor(X, dtype=torch_dtype),
        encode_targets(y, loss, split.n_classes, torch_dtype),
        is_train.to(torch_dtype),
        is_val.to(torch_dtype),
        torch.arange(n_versions).repeat_interleave(n_members // n_versions),
        loss,
        split.task == "classification",
    )


def pool_of(pool: Pool, members: np.ndarray) -> Pool:
    """Return the pool as some of its members see it."""
    chosen = torch.as_tensor(members)
    return replace(
        pool,
        is_train=pool.is_train[chosen],
        is_val=pool.is_val[chosen],
        version_of_member=pool.version_of_member[chosen],
    )


def own_pool(pool: Pool, members: np.ndarray) -> Pool:
    """Return the pool of some members with the copies of the inputs that they see, no others."""
    chosen = pool_of(pool, members)
    versions, own = torch.unique(chosen.version_of_member, return_inverse=True)
    return replace(chosen, X=pool.X[versions], version_of_member=own)


def without_rows(split: Split) -> Split:
    """Return a split's description: names, scaling, task; its rows, points and grid are left out."""
    rows = {name: getattr(split, name)[:0] for name in ("X_train", "y_train", "X_val", "y_val", "X_test", "y_test")}
    return replace(split, **rows, points_train=None, points_val=None, grid=None, is_filled=None)


def pool_work(experiment: Experiment, pool: Pool, n_members: int) -> Work:
    """Return the work of training so many members, in one stack, on a pool."""
    training, n_train = experiment.training, int(pool.is_train.sum(1).max())
    return Work(
        n_members, n_members, (pool.X.shape[2], *experiment.network.hidden_sizes, pool.targets.shape[-1]),
        pool.X.shape[1], n_train, min(training.batch_size or n_train, n_train), training.n_epochs, len(pool.X),
    )  # fmt: skip


def bytes_per_member(experiment: Experiment, pool: Pool) -> int:
    """Return the memory that one more member of a stack needs."""
    return pool_work(experiment, pool, 1).member_bytes * pool.X.element_size() // 4


def memory_for(memory_bytes: int | None, device: str) -> int:
    """Return what a stack may need: as asked for, else what is usual on the processor and what a GPU has free."""
    place = device_of(device)
    return memory_bytes or (MEMORY_BYTES if place == CPU else free_bytes(place))


def cut_into_stacks(order: np.ndarray, n_together: int, bytes_each: int, memory_bytes: int) -> tuple[np.ndarray, ...]:
    """Return member numbers (M,) cut into stacks of at most `memory_bytes`, of one member at least.

    Groups of `n_together` neighbours (the folds of one value) stay in one stack if they fit. A single stack is in the
    plan's own order.
    """
    n_fitting = max(1, memory_bytes // bytes_each)
    if n_fitting >= len(order):
        return (np.sort(order),)
    size = n_fitting - n_fitting % n_together if n_fitting >= n_together else n_fitting
    return tuple(order[start : start + size] for start in range(0, len(order), size))
