"""From the columns of a table to the inputs of a network: `fit_encoding` on the training rows, and nothing else.

Numbers are filled with the median and standardised, categories are one input of 0 and 1 for each word, dates are year, month and
weekday: what scikit-learn's `ColumnTransformer(SimpleImputer, OneHotEncoder, StandardScaler)` gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.data.arrays import Array
from core.data.split import mean_and_scale
from core.data.table.dates import parts_of
from core.data.table.kinds import Column
from core.settings.words import shortened
from core.words import say

FLAG_SHARE = 0.05  # more missing cells than this share of the training rows are an input of their own
MISSING = "(missing)"
MAX_NAME = 26  # characters of an input's name


@dataclass(frozen=True, eq=False)
class Encoded:
    """Inputs of all rows, not yet standardised: X (n, d) float64; names (d,); mean, scale (d,): 0 and 1 for inputs of 0 and 1.

    is_fixed (d,): which inputs are of 0 and 1, and never standardised. is_filled (n, d): where a missing cell holds a median.
    word_of (d,): the number of the column whose word an input tells, -1 for all others.
    """

    X: Array
    names: tuple[str, ...]
    mean: Array
    scale: Array
    is_fixed: Array
    is_filled: Array
    word_of: Array

    @property
    def standardised(self) -> Array:
        """Return (X - mean) / scale, (n, d)."""
        return np.asarray((self.X - self.mean) / self.scale)


def fit_encoding(columns: Sequence[Column], train: Array) -> Encoded:
    """Return the inputs of all rows, with medians, categories, means and scales of the rows `train` only.

    A category that no training row has is none at all: its inputs are 0. Of two categories one input is made.
    """
    pieces: list[
        tuple[Array, str, Array | None]
    ] = []  # values (n,), name, where one is missing; None for inputs of 0 and 1
    word_of: list[int] = []
    for column in columns:
        if column.kind == "category":
            pieces += [(values, name, None) for values, name in _indicators(column, train)]
            word_of += [column.number] * (len(pieces) - len(word_of))
            continue
        is_missing = ~np.isfinite(column.values)
        parts = parts_of(column.values) if column.kind == "date" else {"": column.values}
        for part, values in parts.items():
            name = f"{column.name}: {part}" if part else column.name
            pieces.append((_filled(values, train), name, is_missing))
        pieces += [(values, name, None) for values, name in _flag(column, train)]
        word_of += [-1] * (len(pieces) - len(word_of))
    X = np.column_stack([values for values, _, _ in pieces])
    is_scaled = np.array([is_missing is not None for _, _, is_missing in pieces])
    none = np.zeros(len(X), dtype=bool)
    is_filled = np.column_stack([none if is_missing is None else is_missing for _, _, is_missing in pieces])
    mean, scale = mean_and_scale(X[train])
    return Encoded(
        X, distinct([name for _, name, _ in pieces]), np.where(is_scaled, mean, 0.0), np.where(is_scaled, scale, 1.0),
        ~is_scaled, is_filled, np.array(word_of),
    )  # fmt: skip


def distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Return names short enough for a chart's axis, and still different: equal ones get numbers."""
    found: list[str] = []
    for name in names:
        short = shortened(name, MAX_NAME)
        copy = 2
        while short in found:
            short, copy = f"{shortened(name, MAX_NAME - 4)} ({copy})", copy + 1
        found.append(short)
    return tuple(found)


def _filled(values: Array, train: Array) -> Array:
    """Return values (n,) with the median of the training rows where one is missing, 0 where all of them are."""
    known = values[train][np.isfinite(values[train])]
    return np.where(np.isfinite(values), values, np.median(known) if len(known) else 0.0)


def _flag(column: Column, train: Array) -> list[tuple[Array, str]]:
    """Return the input "was missing", if enough training rows are."""
    is_missing = ~np.isfinite(column.values)
    return (
        [(is_missing.astype(np.float64), say("{name} was missing", name=column.name))]
        if is_missing[train].mean() > FLAG_SHARE
        else []
    )


def _indicators(column: Column, train: Array) -> list[tuple[Array, str]]:
    """Return one input of 0 and 1 for each category of the training rows; of two, the second alone."""
    found = np.unique(column.values[train])
    named = [
        (code, MISSING if code < 0 else column.categories[code]) for code in (*found[found >= 0], *found[found < 0])
    ]
    return [
        ((column.values == code).astype(np.float64), f"{column.name} = {word}")
        for code, word in (named[1:] if len(named) == 2 else named)
    ]
