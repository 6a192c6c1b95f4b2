"""Which rows of a table are for training, validation and test: at random, by class, by whole groups, or by time.

With neither classes, groups nor equal rows this is the division of the bundled data, so that the same rows are the same run.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.data.arrays import Array
from core.data.info import TEST_FRACTION

Parts = tuple[Array, Array, Array]
LARGE, MIN_LEFT = (
    1.5,
    3,
)  # a unit of more than LARGE times the rows of a part is not held out, if MIN_LEFT others can be


def same_rows(columns: Sequence[Array]) -> Array:
    """Return a number for each row, (n,), equal for rows that are equal in all columns; two missing cells are equal.

    Rows are told apart by sums of their cells, scrambled differently in each column, and then cell by cell.
    """
    rng = np.random.default_rng(0)
    sums = np.zeros(len(columns[0]), dtype=np.uint64)
    for column in columns:
        bits = _filled(column).view(np.uint64)
        odd = rng.integers(0, 2**63, 2, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
        bits = (bits ^ (bits >> np.uint64(29))) * odd[0]
        sums += (bits ^ (bits >> np.uint64(31))) * odd[1]
    _, first, units = np.unique(sums, return_index=True, return_inverse=True)
    units = units.reshape(-1)
    for column in columns:
        cells = _filled(column)
        if not np.array_equal(cells, cells[first[units]]):  # two different rows of one sum: one in 10^11 tables has any
            return np.arange(len(units))
    return np.asarray(units, dtype=np.int64)


def _filled(column: Array) -> Array:
    """Return a column as float64 with one number for all that is missing, and without a negative zero."""
    return np.nan_to_num(column.astype(np.float64), nan=-1.25e300) + 0.0


def divide(order: Array, units: Array | None, classes: Array | None, val_fraction: float) -> Parts:
    """Return the row numbers of training, validation and test rows.

    order: (n,) rows as they were drawn. units: (n,) rows of equal numbers stay together; None: each by itself.
    classes: (n,) each class is divided alike, a unit counts as its most frequent class; None: values.
    """
    order = order if units is None else together(order, units)
    strata = np.zeros(len(order), dtype=np.int64) if classes is None else _class_of_unit(classes, units)
    parts: tuple[list[Array], list[Array], list[Array]] = ([], [], [])
    ranks = np.zeros(len(order))
    for label in np.unique(strata):
        rows = order[strata[order] == label]
        ranks[rows] = (np.arange(len(rows)) + 0.5) / len(rows)
        n_test, n_val = (max(1, round(share * len(rows))) for share in (TEST_FRACTION, val_fraction))
        large = _too_large(rows, units, max(n_test, n_val))
        parts[0].append(rows[large])
        rows = rows[~large]
        if n_test + n_val > len(rows):  # what is left is shared
            n_test = round(len(rows) * n_test / (n_test + n_val))
            n_val = len(rows) - n_test
        first, last = _cuts(rows, units, n_test, n_val)
        for part, piece in zip(parts, (rows[first:last], rows[last:], rows[:first]), strict=True):
            part.append(piece)
    train, val, test = (np.concatenate(part) for part in parts)
    if classes is not None:  # the first n of them are of all classes
        train = train[np.argsort(ranks[train], kind="stable")]
    return train, val, test


def _too_large(rows: Array, units: Array | None, n_wanted: int) -> Array:
    """Return which rows are of units too large to be held out, (n,): they train, if enough units are left for the other parts."""
    if units is None:
        return np.zeros(len(rows), dtype=bool)
    large = np.asarray(np.bincount(units)[units[rows]] > LARGE * n_wanted)
    return large if len(np.unique(units[rows[~large]])) >= MIN_LEFT else np.zeros(len(rows), dtype=bool)


def divide_by_time(days: Array, val_fraction: float) -> Parts:
    """Return the last rows for test, those before for validation, and the others, latest first; days (n,) without nan.

    Rows of the same time are never on two sides.
    """
    order = np.argsort(days, kind="stable")
    n_rows, times = len(order), days[order]
    first, last = _cuts(
        order[::-1], np.unique(days, return_inverse=True)[1].reshape(-1), round(TEST_FRACTION * n_rows), 0
    )
    n_test = first
    wanted = n_rows - n_test - round(val_fraction * n_rows)
    starts = np.flatnonzero(np.diff(times[: n_rows - n_test], prepend=np.nan) != 0)
    starts = starts[1:] if len(starts) > 1 else starts
    first_val = int(starts[np.argmin(np.abs(starts - wanted))])
    del last
    return order[:first_val][::-1], order[first_val : n_rows - n_test], order[n_rows - n_test :]


def together(order: Array, units: Array) -> Array:
    """Return the rows with those of one unit next to each other, each unit where its first row stood."""
    first = np.full(units.max() + 1, len(order))
    np.minimum.at(first, units[order], np.arange(len(order)))
    return order[np.argsort(first[units[order]], kind="stable")]


def _class_of_unit(classes: Array, units: Array | None) -> Array:
    """Return for each row the most frequent class of its unit, (n,)."""
    if units is None:
        return classes
    counts = np.zeros((units.max() + 1, classes.max() + 1), dtype=np.int64)
    np.add.at(counts, (units, classes), 1)
    return np.asarray(counts.argmax(1)[units])


def _cuts(rows: Array, units: Array | None, n_test: int, n_val: int) -> tuple[int, int]:
    """Return where the test rows end and the validation rows begin, at the borders of units nearest to what is wanted."""
    n = len(rows)
    if units is None:
        return n_test, n - n_val
    borders = np.append(np.flatnonzero(np.diff(units[rows], prepend=-1) != 0), n)  # 0, …, n
    if len(borders) < 4:  # too few units of this kind for three parts: all are for training
        return 0, n
    first = int(np.clip(np.argmin(np.abs(borders - n_test)), 1, len(borders) - 3))
    last = int(np.clip(np.argmin(np.abs(borders - (n - n_val))), first + 1, len(borders) - 2))
    return int(borders[first]), int(borders[last])
