"""The inputs of a split fitted anew on some of its rows, as each fold of a cross-validation needs them: `fitted_on`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.data.split import Array, Split, mean_and_scale
from core.data.table.encoding import FLAG_SHARE


def fitted_on(split: Split, is_fitted: Array) -> Split:
    """Return the split with inputs fitted on some of its training and validation rows only, (n_train + n_val,) booleans.

    Numbers are standardised by those rows, cells that were missing take their median, and a word that none of them has is
    unknown: its input is 0, and so is "was missing" where it is rare. Which inputs there are stays, so that folds are one stack.
    """
    n_train, n_pool = len(split.X_train), len(is_fitted)
    X = np.concatenate([split.X_train, split.X_val, split.X_test])
    rows = np.flatnonzero(is_fitted)
    if split.is_filled is not None:
        for column in np.flatnonzero(split.is_filled.any(0)):
            X[split.is_filled[:, column], column] = _median(X[rows, column], split.is_filled[rows, column])
    mean, scale = mean_and_scale(X[rows])
    if split.is_fixed is not None:
        X[:, _unknown(split, X[rows])] = 0
        mean, scale = np.where(split.is_fixed, 0.0, mean), np.where(split.is_fixed, 1.0, scale)
    X = np.asarray((X - mean) / scale).astype(X.dtype)
    return replace(split, X_train=X[:n_train], X_val=X[n_train:n_pool], X_test=X[n_pool:])


def _median(values: Array, is_filled: Array) -> float:
    """Return the median of the values (n,) that were not filled in, 0 where all were."""
    known = values[~is_filled]
    return float(np.median(known)) if len(known) else 0.0


def _unknown(split: Split, rows: Array) -> Array:
    """Return which inputs of 0 and 1 (d,) the rows would not have made.

    Words that none of them has, of two words that are left the first, and "was missing" where that is rare.
    """
    assert split.is_fixed is not None
    words = np.full(rows.shape[1], -1) if split.word_of is None else split.word_of
    is_unknown = split.is_fixed & np.where(words < 0, rows.mean(0) <= FLAG_SHARE, (rows == 0).all(0))
    for column in np.unique(words[words >= 0]):
        inputs = np.flatnonzero(words == column)
        known = inputs[~is_unknown[inputs]]
        if len(inputs) > len(known) == 2:
            is_unknown[known[0]] = True
    return np.asarray(is_unknown)
