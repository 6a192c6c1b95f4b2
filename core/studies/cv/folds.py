"""Folds: which rows each part of a cross-validation holds out, the inputs' scale in each, and what is odd about them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.model_selection import KFold

from core.data import Split
from core.data.split import mean_and_scale
from core.settings.words import received
from core.studies.base.values import is_count


def make_folds(y: np.ndarray, task: str, n_splits: int, seed: int) -> np.ndarray:
    """Return which rows each fold holds out, (n_splits, n) booleans; each row is held out once.

    The same folds as scikit-learn's `KFold` or, for classes, `StratifiedKFold` with shuffle and this seed, but a class
    with fewer rows than folds is no error: see `fold_notes`. Raises ValueError for more folds than rows.
    """
    if not is_count(n_splits, 2, len(y)):
        raise ValueError(
            f"n_splits: expected a whole number from 2 to {len(y)} (the rows), received {received(n_splits)}"
        )
    if task == "classification":
        return np.asarray(np.arange(n_splits)[:, None] == stratified_folds(y, n_splits, seed))
    is_val = np.zeros((n_splits, len(y)), dtype=bool)
    for fold, (_, rows) in enumerate(KFold(n_splits, shuffle=True, random_state=seed).split(y)):
        is_val[fold, rows] = True
    return is_val


def stratified_folds(y: np.ndarray, n_splits: int, seed: int) -> np.ndarray:
    """Return the fold (n,) that holds out each row, each class dealt out evenly over the folds.

    Rows sorted by class are dealt like cards, fold 0, 1, …, 0, 1, …: that says how many of a class each fold gets;
    which ones is drawn. This is scikit-learn's `StratifiedKFold`, without its warning, which is not safe in threads.
    """
    rng = np.random.RandomState(seed)
    _, first = np.unique(y, return_index=True)
    classes = y[np.sort(first)]  # in order of appearance
    numbers = np.array([np.flatnonzero(classes == label)[0] for label in y])
    in_order = np.sort(numbers)
    counts = np.array([np.bincount(in_order[k::n_splits], minlength=len(classes)) for k in range(n_splits)])
    fold_of = np.empty(len(y), dtype=int)
    for number in range(len(classes)):
        folds = np.arange(n_splits).repeat(counts[:, number])
        rng.shuffle(folds)
        fold_of[numbers == number] = folds
    return fold_of


def fold_notes(y: np.ndarray, is_val: np.ndarray, split: Split) -> list[str]:
    """Return a sentence for all that makes these folds (n_folds, n) doubtful: equal targets, classes missing in parts."""
    if (y == y[0]).all():
        return [
            "All targets are equal: any network that answers this one value is right, and no λ is better than another."
        ]
    if split.task != "classification":
        return []
    notes = []
    for label in np.unique(y):
        n_rows = int((y == label).sum())
        without_val = int((~is_val[:, y == label].any(1)).sum())
        without_train = int(is_val[:, y == label].all(1).sum())
        name = split.class_names[int(label)]
        rows = f"Class '{name}' has only {n_rows} row{'s' if n_rows > 1 else ''}"
        if without_train:
            notes.append(f"{rows}: in {_times(without_train)} it is held out altogether and cannot be learned there.")
        elif without_val:
            notes.append(f"{rows}: {_times(without_val)} validate without it.")
    return notes


def _times(n: int) -> str:
    return "1 fold" if n == 1 else f"{n} folds"


def restandardise(X: np.ndarray, is_train: np.ndarray) -> np.ndarray:
    """Return X (n, d) shifted and scaled to mean 0 and standard deviation 1 over the training rows only."""
    mean, scale = mean_and_scale(X[is_train])
    return np.asarray((X - mean) / scale).astype(X.dtype)


def repeated_folds(y: np.ndarray, task: str, n_splits: int, seeds: Sequence[int]) -> np.ndarray:
    """Return the folds of every seed under one another, (n_repeats·n_splits, n) booleans."""
    return np.concatenate([make_folds(y, task, n_splits, seed) for seed in seeds])
