"""Many training sets of one task, and the truth they are all held against: what bias and variance are measured on.

Made-up data are drawn anew for every set; rows of real data are dealt into disjoint sets. All sets have the scaling of the
first, the experiment's own training rows, so that a strength λ weighs the same in each.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from core.data import DATASETS, draw_pool, flip_labels, info_of, input_noise, load_split, split_rows
from core.data.drawn import is_drawn
from core.data.own import is_own, load_own
from core.data.split import Array, Split
from core.data.streams import BAYES, LABELS, PERMUTATION, stream
from core.data.synthetic import bayes_probabilities
from core.settings.experiment import DataConfig
from core.words import say


@dataclass(frozen=True, eq=False)
class TrainingSets:
    """R training sets of n rows and what they are measured against.

    X: (R, n, d), y: (R, n), as those of a `Split`. points: (R, n, 1 or 2) raw coordinates for drawing, None for tables.
    split: the experiment's own, whose training rows are set 0.
    at: (n_points, d) inputs at which networks are compared: the grid of a curve, else the validation rows.
    truth: (n_points,) values, or (n_points, C) class probabilities, without noise where `is_known`; else the labels or
    values of the rows, whose noise then counts as bias. noise: loss of the truth itself on fresh rows, squared error or
    Brier; nan where unknown.
    """

    X: Array
    y: Array
    points: Array | None
    split: Split
    at: Array
    truth: Array
    is_known: bool
    noise: float


def draw_sets(data: DataConfig, n_sets: int, dtype: str = "float32") -> TrainingSets:
    """Return training sets: set r of made-up data is drawn with seed + r, of real data it is the r-th part of its rows.

    Raises ValueError where real data have too few rows for so many.
    """
    check_sets(data, n_sets)
    if is_own(data):
        return _deal_own(data, n_sets, dtype)
    split = load_split(data, np.dtype(dtype).type)
    drawn = (
        [_draw_set(data, r) for r in range(n_sets)] if DATASETS[data.name].is_synthetic else _deal_sets(data, n_sets)
    )
    X = (np.stack([one.inputs for one in drawn]) - split.x_mean) / split.x_scale
    y, points = np.stack([one.y for one in drawn]), [one.points for one in drawn if one.points is not None]
    if split.task == "regression":
        y = ((y - split.y_mean) / split.y_scale).astype(dtype)
    at, truth, is_known, noise = _truth(data, split)
    return TrainingSets(X.astype(dtype), y, np.stack(points) if points else None, split, at, truth, is_known, noise)


def _deal_own(data: DataConfig, n_sets: int, dtype: str) -> TrainingSets:
    """Return the rows of a table of one's own dealt into sets, all encoded by the first; the validation rows are the truth."""
    split = replace(load_own(data, dtype), grid=None)
    rows = load_own(data, dtype, factor=n_sets)
    X, y = rows.X_train.reshape(n_sets, -1, rows.n_features), rows.y_train.reshape(n_sets, -1)
    truth = split.y_val.astype(float) if split.task == "regression" else np.eye(split.n_classes)[split.y_val]
    return TrainingSets(X, y, None, split, split.X_val, truth, False, float("nan"))


def check_sets(data: DataConfig, n_sets: int) -> None:
    """Raise ValueError, with what fits, where real data have too few rows for so many sets."""
    if is_drawn(data):
        raise ValueError(
            say(
                "data: expected a task of which many training sets can be had, received drawn points, of which there is one; "
                "choose made-up or real data"
            )
        )
    info = info_of(data)
    n_free = info.max_train(data.val_fraction)
    if not info.is_synthetic and n_sets * data.n_train > n_free:
        raise ValueError(
            say(
                "n_sets: expected at most {n_possible} disjoint sets of {n_train} rows of '{name}' "
                "({n_free} are free), received {n_sets}; take fewer training points",
                n_possible=n_free // data.n_train,
                n_train=data.n_train,
                name=data.name,
                n_free=n_free,
                n_sets=n_sets,
            )
        )


class _RawSet(NamedTuple):
    """One training set before scaling: inputs (n, d), targets (n,), points (n, 1 or 2)."""

    inputs: Array
    y: Array
    points: Array | None


def _draw_set(data: DataConfig, r: int) -> _RawSet:
    """Return the training rows of another draw."""
    fresh = data.model_copy(update={"seed": data.seed + r})
    pool, (train, _, _) = draw_pool(fresh), split_rows(fresh)
    y = flip_labels(pool.y[train], data.label_noise, DATASETS[data.name].n_classes, stream(fresh, LABELS))
    return _RawSet(pool.inputs[train], y, None if pool.points is None else pool.points[train])


def _deal_sets(data: DataConfig, n_sets: int) -> list[_RawSet]:
    """Return the rows of real data that are neither test nor validation, dealt into sets; the first is the training set."""
    info, n = DATASETS[data.name], data.n_train
    pool = draw_pool(data)
    scale = pool.inputs[split_rows(data)[0]].std(0)
    inputs = pool.inputs + input_noise(data, pool.inputs.shape) * np.where(scale == 0, 1.0, scale)
    order = stream(data, PERMUTATION).permutation(info.n_pool)
    sets = []
    for r in range(n_sets):
        rows = order[info.n_test() + r * n : info.n_test() + (r + 1) * n]
        wrong = np.random.default_rng([data.seed, LABELS, r]) if r else stream(data, LABELS)
        sets.append(_RawSet(inputs[rows], flip_labels(pool.y[rows], data.label_noise, info.n_classes, wrong), None))
    return sets


def _truth(data: DataConfig, split: Split) -> tuple[Array, Array, bool, float]:
    """Return inputs, truth, whether it is known, and the loss of the truth on fresh rows. See `TrainingSets`."""
    info, grid = DATASETS[data.name], split.grid
    if info.kind == "curve":
        assert grid is not None and grid.truth is not None
        return grid.X, (grid.truth - split.y_mean) / split.y_scale, True, (grid.noise_std / split.y_scale) ** 2
    pool, (_, val, _) = draw_pool(data), split_rows(data)
    if pool.truth is not None:
        noise = (data.noise_std / split.y_scale) ** 2
        return split.X_val, (pool.truth[val] - split.y_mean) / split.y_scale, True, noise
    if info.task == "regression":
        return split.X_val, split.y_val.astype(float), False, float("nan")
    p = pool.probabilities[val] if pool.probabilities is not None else None
    if p is None and info.kind == "plane" and pool.points is not None and data.noise_std > 0:
        p = bayes_probabilities(data.name, pool.points[val], info.n_classes, data.noise_std, stream(data, BAYES))
    is_known = p is not None or info.kind == "plane"  # without noise the labels are the truth
    if p is None:
        p = np.eye(info.n_classes)[pool.y[val]]
    return split.X_val, p, is_known, float((p * (1 - p)).sum(-1).mean()) if is_known else float("nan")
