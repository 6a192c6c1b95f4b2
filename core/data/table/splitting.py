"""From a `Table` to what trains: its rows divided, encoded and standardised by the training rows only."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from core.data.split import Array, Grid, Split, mean_and_scale
from core.data.streams import PERMUTATION
from core.data.table.encoding import Encoded, fit_encoding
from core.data.table.record import Table
from core.data.table.rows import Parts, divide, divide_by_time
from core.settings.words import received
from core.words import say

N_CURVE, N_PLANE, REACH = 201, 63, 0.05  # points of a curve and of a side of a map; how far both reach beyond the rows
MAX_MAPPED = 3  # classes that a map has colours for


def table_rows(table: Table, seed: int, val_fraction: float) -> Parts:
    """Return the numbers of all rows that may train, of the validation and of the test rows."""
    if table.problem:
        raise ValueError(table.problem)
    return tuple(table.memo.get(("rows", seed, val_fraction), lambda: _divided(table, seed, val_fraction)))


def _divided(table: Table, seed: int, val_fraction: float) -> Parts:
    if table.days is not None:
        return divide_by_time(table.days, val_fraction)
    order = np.random.default_rng([seed, PERMUTATION]).permutation(table.n_rows)
    return divide(order, table.units, table.y if table.task == "classification" else None, val_fraction)


def table_split(
    table: Table, seed: int, val_fraction: float, n_train: int | None = None, dtype: DTypeLike = np.float32,
    n_fit: int | None = None,
) -> Split:  # fmt: skip
    """Return the split of a table with `n_train` training rows, all that there are by default.

    n_fit: how many of them decide on medians, categories, means and standard deviations; all by default.
    """
    train, val, test = table_rows(table, seed, val_fraction)
    if n_train is not None and n_train > len(train):
        raise ValueError(
            say(
                "n_train: expected at most {n_possible} for this table, received {n_train}",
                n_possible=len(train),
                n_train=n_train,
            )
        )
    train = train[:n_train]
    fitted = train[:n_fit]
    encoded = fit_encoding(table.inputs, fitted)
    X = encoded.standardised.astype(dtype)
    y, mean, scale = table.y, 0.0, 1.0
    if table.task == "regression":
        y_mean, y_scale = mean_and_scale(table.y[fitted])
        mean, scale = float(y_mean), float(y_scale)
        y = ((table.y - mean) / scale).astype(dtype)
    rows = np.concatenate([train, val])
    return Split(
        X[train], y[train], X[val], y[val], X[test], y[test],
        task=table.task, n_classes=len(table.class_names), feature_names=encoded.names, class_names=table.class_names,
        target_name=table.target_name, x_mean=encoded.mean, x_scale=encoded.scale, y_mean=mean, y_scale=scale,
        classes=np.array(table.class_names) if table.class_names else np.zeros(0, dtype=np.int64),
        is_fixed=encoded.is_fixed, word_of=encoded.word_of,
        is_filled=_filled_in(encoded, np.concatenate([rows, test])),
        **_picture(table, encoded, train, val, dtype),
        has_unit=table.task == "regression", units=None if table.units is None else table.units[rows],
        days=None if table.days is None else table.days[rows],
    )  # fmt: skip


def _filled_in(encoded: Encoded, rows: Array) -> Array | None:
    """Return which cells of the rows hold a median (n, d), None where no cell does."""
    return encoded.is_filled[rows] if encoded.is_filled.any() else None


def _picture(table: Table, encoded: Encoded, train: Array, val: Array, dtype: DTypeLike) -> dict[str, Any]:
    """Return what draws the network as a curve of one number, or a map over two; nothing for all other tables.

    A curve is of values, a map of values or of at most MAX_MAPPED classes. The truth is unknown.
    """
    n_inputs, n_classes = len(encoded.names), len(table.class_names)
    is_drawn = (n_inputs == 1 and n_classes == 0) or (n_inputs == 2 and n_classes <= MAX_MAPPED)
    if not is_drawn or encoded.is_fixed.any() or any(column.kind != "number" for column in table.inputs):
        return {}
    points = encoded.X[np.concatenate([train, val])]
    pad = REACH * np.ptp(points, axis=0)
    low, high = points.min(0) - pad, points.max(0) + pad
    if n_inputs == 1:
        x, y = np.linspace(low[0], high[0], N_CURVE), None
        raw = x[:, None]
    else:
        x, y = (np.linspace(low[i], high[i], N_PLANE) for i in range(2))
        raw = np.column_stack([axis.ravel() for axis in np.meshgrid(x, y)])
    grid = Grid(x, y, ((raw - encoded.mean) / encoded.scale).astype(dtype), None)
    return {
        "kind": "curve" if n_inputs == 1 else "plane", "grid": grid, "point_names": encoded.names,
        "points_train": encoded.X[train], "points_val": encoded.X[val],
    }  # fmt: skip


def check_table_call(table: Any, seed: Any, val_fraction: Any, n_train: Any) -> None:
    """Refuse what is no table, and numbers that divide none."""
    if not isinstance(table, Table):
        raise ValueError(
            say("table: expected what load_table(…) returns, a Table, received {table}", table=received(table))
        )
    if not _is_whole(seed) or not 0 <= seed <= 999_999:
        raise ValueError(say("seed: expected a whole number from 0 to 999,999, received {seed}", seed=received(seed)))
    if isinstance(val_fraction, bool) or not isinstance(val_fraction, (int, float)) or not 0.1 <= val_fraction <= 0.5:
        raise ValueError(
            say(
                "val_fraction: expected a number from 0.1 to 0.5, received {val_fraction}",
                val_fraction=received(val_fraction),
            )
        )
    if n_train is not None and (not _is_whole(n_train) or n_train < 5):
        raise ValueError(
            say(
                "n_train: expected a whole number from 5, or None for all, received {n_train}",
                n_train=received(n_train),
            )
        )


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
