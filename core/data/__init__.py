"""Data: the registry `DATASETS` and `load_split`, which draws, splits, spoils and standardises the rows.

Order of work: rows are drawn, noise is added, rows are split, then standardised by the training rows only.
Read next: `split.py` for the records, `synthetic.py` and `known.py` for the made-up tasks, then `core/engine`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, get_args

import numpy as np
from numpy.typing import DTypeLike

from core.data import bundled, known, synthetic
from core.data.bundled import load_bundled
from core.data.drawn import N_GRID_CURVE, N_GRID_PLANE, REACH, info_of_points, is_drawn, load_points
from core.data.info import N_POOL, DatasetInfo
from core.data.labels import flip_labels as flip_labels
from core.data.own import OWN, info_of_table, is_own, load_own
from core.data.split import Array, Grid, RawRows, Relevance, Split, mean_and_scale
from core.data.streams import BAYES, LABELS, NOISE, PERMUTATION, ROWS, stream
from core.settings.experiment import DataConfig, DatasetName, FeatureName
from core.words import say

__all__ = [
    "DATASETS", "N_GRID_CURVE", "N_GRID_PLANE", "DatasetInfo", "Grid", "Relevance", "Split", "info_of", "load_split",
]  # fmt: skip


# In the order in which the pages offer them; each file of makers tells of its own.
_INFOS = {**synthetic.INFOS, **bundled.INFOS, **known.INFOS}
DATASETS: Mapping[str, DatasetInfo] = MappingProxyType(
    {name: _INFOS[name] for name in get_args(DatasetName) if name not in (OWN, *REACH)}
)


def info_of(data: DataConfig) -> DatasetInfo:
    """Return what a page needs to know about an experiment's data set before loading it."""
    if is_drawn(data):
        return info_of_points(data)
    return info_of_table(data) if is_own(data) else DATASETS[data.name]


def load_split(data: DataConfig, dtype: DTypeLike = np.float32) -> Split:
    """Return the train, validation and test rows that the config asks for; equal configs give equal arrays.

    Of the shuffled rows the first 20 % are test, the last `val_fraction` validation, and of the rest the first
    `n_train` are training rows: more training rows keep the former ones and change no other part.
    Raises ValueError when fewer rows are left than `n_train`, and for a table of one's own that is not open.
    """
    if is_own(data):
        return load_own(data, dtype)
    if is_drawn(data):
        return load_points(data, dtype)
    info = DATASETS[data.name]
    train, val, test = split_rows(data)
    pool = draw_pool(data)
    x_mean, x_scale = mean_and_scale(pool.inputs[train])
    X = ((pool.inputs - x_mean) / x_scale + input_noise(data, pool.inputs.shape)).astype(dtype)
    y, y_mean, y_scale = pool.y, 0.0, 1.0
    if info.task == "regression":
        mean, scale = mean_and_scale(pool.y[train])
        y_mean, y_scale = float(mean), float(scale)
        y = ((pool.y - y_mean) / y_scale).astype(dtype)
    floors = _noise_floors(data, pool, val, y_scale)
    return Split(
        X[train], flip_labels(y[train], data.label_noise, info.n_classes, stream(data, LABELS)),
        X[val], y[val], X[test], y[test],
        task=info.task, n_classes=info.n_classes,
        feature_names=pool.feature_names, class_names=pool.class_names, target_name=pool.target_name,
        x_mean=x_mean, x_scale=x_scale, y_mean=y_mean, y_scale=y_scale, kind=info.kind,
        noise_floor=floors.get("mse" if info.task == "regression" else "cross_entropy"), floors=floors,
        grid=_make_grid(data, x_mean, x_scale, dtype, _reach(pool.points, train, val)),
        points_train=None if pool.points is None else pool.points[train],
        points_val=None if pool.points is None else pool.points[val],
        relevance=pool.relevance, classes=np.arange(info.n_classes),
        has_unit=info.task == "regression" and not info.is_synthetic,
    )  # fmt: skip


def wrong_labels(data: DataConfig) -> Array | None:
    """Return which training rows have a wrong label, (n_train,) booleans; None where none has, or nobody knows."""
    if data.label_noise == 0 or is_own(data) or is_drawn(data) or DATASETS[data.name].task == "regression":
        return None
    info, y = DATASETS[data.name], draw_pool(data).y[split_rows(data)[0]]
    return np.asarray(flip_labels(y, data.label_noise, info.n_classes, stream(data, LABELS)) != y)


def split_rows(data: DataConfig) -> tuple[Array, Array, Array]:
    """Return the row numbers of the train, validation and test set."""
    info = DATASETS[data.name]
    n_max = info.max_train(data.val_fraction)
    if data.n_train > n_max:
        raise ValueError(
            say(
                "n_train: expected at most {n_max} for '{name}' with val_fraction {val_fraction:g} "
                "({n_pool} rows, {n_test} of them for test), received {n_train}",
                n_max=n_max,
                name=data.name,
                val_fraction=data.val_fraction,
                n_pool=info.n_pool,
                n_test=info.n_test(),
                n_train=data.n_train,
            )
        )
    rows = stream(data, PERMUTATION).permutation(info.n_pool)
    first_val, n_test = info.n_pool - info.n_val(data.val_fraction), info.n_test()
    return rows[n_test : n_test + data.n_train], rows[first_val:], rows[:n_test]


def draw_pool(data: DataConfig) -> RawRows:
    """Return all rows with their noise, but for the input noise of real data (its unit is a standard deviation)."""
    if data.name in synthetic.CURVES:
        return _draw_curve(data)
    if data.name in synthetic.SURFACES:
        return _draw_surface(data)
    if data.name in synthetic.CLASSES:
        return _draw_classes(data)
    if data.name in known.MAKERS:
        return known.MAKERS[data.name](data)
    return _read_table(data)


def _read_table(data: DataConfig) -> RawRows:
    table = load_bundled(data.name)
    y = table.y
    if DATASETS[data.name].task == "regression":
        y = y + data.noise_std * y.std() * stream(data, NOISE).standard_normal(len(y))
    return RawRows(table.X, y, table.feature_names, table.class_names, table.target_name)


def _draw_curve(data: DataConfig) -> RawRows:
    function, low, high = synthetic.CURVES[data.name]
    x = stream(data, ROWS).uniform(low, high, N_POOL)
    truth = function(x)
    y = truth + data.noise_std * stream(data, NOISE).standard_normal(N_POOL)
    return RawRows(x[:, None], y, ("x",), (), "y", points=x[:, None], truth=truth)


def _draw_surface(data: DataConfig) -> RawRows:
    points = stream(data, ROWS).uniform(-synthetic.PLANE_LIMIT, synthetic.PLANE_LIMIT, (N_POOL, 2))
    truth = synthetic.SURFACES[data.name](points)
    y = truth + data.noise_std * stream(data, NOISE).standard_normal(N_POOL)
    inputs = synthetic.make_features(points, data.features)
    return RawRows(inputs, y, _names_of(data.features), (), "z", points=points, truth=truth)


def _draw_classes(data: DataConfig) -> RawRows:
    n_classes = DATASETS[data.name].n_classes
    labels = np.arange(N_POOL, dtype=np.int64) % n_classes
    clean = synthetic.CLASSES[data.name](labels, stream(data, ROWS))
    points = clean + data.noise_std * stream(data, NOISE).standard_normal(clean.shape)
    class_names = tuple(say("class {c}", c=c) for c in range(n_classes))
    inputs = synthetic.make_features(points, data.features)
    return RawRows(inputs, labels, _names_of(data.features), class_names, say("class"), points=points)


def _names_of(features: tuple[FeatureName, ...]) -> tuple[str, ...]:
    return tuple(synthetic.FEATURES[name][0] for name in features)


def input_noise(data: DataConfig, shape: tuple[int, ...]) -> Any:
    """Return noise for the standardised inputs of real classification data, else 0."""
    info = DATASETS[data.name]
    if info.is_synthetic or info.task == "regression" or data.noise_std == 0:
        return 0.0
    return data.noise_std * stream(data, NOISE).standard_normal(shape)


def _noise_floors(data: DataConfig, pool: RawRows, val: Array, y_scale: float) -> dict[str, float]:
    """Return the losses of the truth on the validation rows by name of the loss; empty where it is unknown."""
    if pool.truth is not None:
        return {"mse": float(np.mean(((pool.y[val] - pool.truth[val]) / y_scale) ** 2))}
    if pool.probabilities is not None:
        return synthetic.class_floors(pool.probabilities[val], pool.y[val])
    if pool.points is None:
        return {}
    if data.noise_std == 0:
        return {"cross_entropy": 0.0, "mse": 0.0}
    return dict(_bayes_floors(data))


@lru_cache(maxsize=64)
def _bayes_floors(data: DataConfig) -> dict[str, float]:
    """Return the losses of the true class probabilities, by name of the loss: a tenth of a second's work, once."""
    pool, (_, val, _) = draw_pool(data), split_rows(data)
    assert pool.points is not None
    n_classes = len(pool.class_names)
    probabilities = synthetic.bayes_probabilities(
        data.name, pool.points[val], n_classes, data.noise_std, stream(data, BAYES)
    )
    return synthetic.class_floors(probabilities, pool.y[val])


def _reach(points: Array | None, train: Array, val: Array) -> float:
    """Return how far the map of a plane reaches each way: to the usual limit, or to the farthest point that is drawn."""
    if points is None:
        return synthetic.PLANE_LIMIT
    return max(synthetic.PLANE_LIMIT, float(np.abs(points[train]).max()), float(np.abs(points[val]).max(initial=0.0)))


def _make_grid(data: DataConfig, x_mean: Array, x_scale: Array, dtype: DTypeLike, reach: float) -> Grid | None:
    """Return the drawing grid of a curve or a plane (from -reach to reach), None for tables."""
    if data.name in synthetic.CURVES:
        function, low, high = synthetic.CURVES[data.name]
        x = np.linspace(low, high, N_GRID_CURVE)
        return Grid(x, None, ((x[:, None] - x_mean) / x_scale).astype(dtype), function(x), data.noise_std)
    if DATASETS[data.name].kind != "plane":
        return None
    axis = np.linspace(-reach, reach, N_GRID_PLANE)
    x_of, y_of = np.meshgrid(axis, axis)  # row = y, column = x
    points = np.column_stack([x_of.ravel(), y_of.ravel()])
    X = ((synthetic.make_features(points, data.features) - x_mean) / x_scale).astype(dtype)
    if data.name not in synthetic.SURFACES:
        return Grid(axis, axis, X, None)
    truth = synthetic.SURFACES[data.name](points).reshape(N_GRID_PLANE, N_GRID_PLANE)
    return Grid(axis, axis, X, truth, data.noise_std)
