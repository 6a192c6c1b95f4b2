"""Folds: which rows each part of a cross-validation holds out, and what is odd about them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.model_selection import KFold

from core.data import Split
from core.settings.words import received
from core.studies.base.values import is_count
from core.words import say, say_n


def make_folds(y: np.ndarray, task: str, n_splits: int, seed: int) -> np.ndarray:
    """Return which rows each fold holds out, (n_splits, n) booleans; each row is held out once.

    The same folds as scikit-learn's `KFold` or, for classes, `StratifiedKFold` with shuffle and this seed, but a class
    with fewer rows than folds is no error: see `fold_notes`. Raises ValueError for more folds than rows.
    """
    if not is_count(n_splits, 2, len(y)):
        raise ValueError(
            say(
                "n_splits: expected a whole number from 2 to {n_y} (the rows), received {n_splits}",
                n_y=len(y),
                n_splits=received(n_splits),
            )
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


def group_folds(y: np.ndarray, task: str, units: np.ndarray, n_splits: int, seed: int) -> np.ndarray:
    """Return which rows each fold holds out, (n_splits, n) booleans; rows of one unit are in one fold, and held out once.

    Units (n,) go one by one, the largest first, to the fold that they leave with the most even classes and rows, as in
    scikit-learn's `StratifiedGroupKFold`; equal ones in an order drawn with the seed. Raises ValueError for too few units.
    """
    _, numbers, sizes = np.unique(units, return_inverse=True, return_counts=True)
    if not is_count(n_splits, 2, len(sizes)):
        raise ValueError(
            say(
                "n_splits: expected a whole number from 2 to {n_sizes} (the groups that stay whole), received "
                "{n_splits}",
                n_sizes=len(sizes),
                n_splits=received(n_splits),
            )
        )
    classes = np.unique(y, return_inverse=True)[1] if task == "classification" else np.zeros(len(y), dtype=int)
    counts = np.zeros((len(sizes), int(classes.max()) + 1))
    np.add.at(counts, (numbers, classes), 1)
    shares = counts / counts.sum(0)  # of each class, by unit
    drawn = np.random.RandomState(seed).permutation(len(sizes))
    held, fold_of = np.zeros((n_splits, counts.shape[1])), np.empty(len(sizes), dtype=int)
    for unit in drawn[np.argsort(-sizes[drawn], kind="stable")]:
        fold_of[unit] = int(np.argmin(((held + shares[unit]) ** 2 - held**2).sum(1)))
        held[fold_of[unit]] += shares[unit]
    return np.asarray(np.arange(n_splits)[:, None] == fold_of[numbers])


def forward_folds(days: np.ndarray, n_splits: int) -> tuple[np.ndarray, np.ndarray]:
    """Return which rows each fold trains on and which it holds out, both (n_splits, n) booleans: all training rows come before.

    The rows, in the order of their times (n,), are cut into n_splits + 1 blocks; fold k holds out block k + 1 and trains on those
    before, as scikit-learn's `TimeSeriesSplit` does. Rows of equal times are in one block.
    """
    times, numbers, sizes = np.unique(days, return_inverse=True, return_counts=True)
    if not is_count(n_splits, 2, len(times) - 1):
        raise ValueError(
            say(
                "n_splits: expected a whole number from 2 to {n_times} (the times but one), received {n_splits}",
                n_times=len(times) - 1,
                n_splits=received(n_splits),
            )
        )
    before = np.cumsum(sizes) - sizes / 2  # rows before the middle of each time
    block = np.minimum((before * (n_splits + 1) / len(days)).astype(int), n_splits)
    block = (
        np.unique(block, return_inverse=True)[1]
        if len(np.unique(block)) == n_splits + 1
        else _spread(sizes, n_splits + 1)
    )
    of_row, fold = block[numbers], np.arange(1, n_splits + 1)[:, None]
    return of_row < fold, of_row == fold


def _spread(sizes: np.ndarray, n_blocks: int) -> np.ndarray:
    """Return blocks of times, each of one time at least, where a few times have most of the rows."""
    return np.asarray(np.arange(len(sizes)) * n_blocks // len(sizes))


def deal(split: Split, y: np.ndarray, n_splits: int, seeds: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Return which rows train and which are held out in the folds of every seed, (n_repeats·n_splits, n) booleans each.

    Units of a split stay whole; where it has times, folds run forward and are the same for every seed.
    """
    if split.days is not None:
        folds = [forward_folds(split.days, n_splits)] * len(seeds)
        return np.concatenate([train for train, _ in folds]), np.concatenate([held for _, held in folds])
    if split.units is None:
        is_val = repeated_folds(y, split.task, n_splits, seeds)
    else:
        is_val = np.concatenate([group_folds(y, split.task, split.units, n_splits, seed) for seed in seeds])
    return ~is_val, is_val


def fold_notes(y: np.ndarray, is_val: np.ndarray, split: Split) -> list[str]:
    """Return a sentence for all that makes these folds (n_folds, n) doubtful: equal targets, classes missing in parts."""
    if (y == y[0]).all():
        return [
            say(
                "All targets are equal: any network that answers this one value is right, and no λ is better than "
                "another."
            )
        ]
    if split.task != "classification":
        return []
    notes = []
    for label in np.unique(y):
        n_rows = int((y == label).sum())
        without_val = int((~is_val[:, y == label].any(1)).sum())
        without_train = int(is_val[:, y == label].all(1).sum())
        name = split.class_names[int(label)]
        rows = say_n("Class '{name}' has only {n} row", "Class '{name}' has only {n} rows", n_rows, name=name)
        if without_train:
            notes.append(
                say(
                    "{rows}: in {times} it is held out altogether and cannot be learned there.",
                    rows=rows,
                    times=_times(without_train),
                )
            )
        elif without_val:
            notes.append(say("{rows}: {times} validate without it.", rows=rows, times=_times(without_val)))
    return notes


def _times(n: int) -> str:
    return "1 fold" if n == 1 else say("{n} folds", n=n)


def repeated_folds(y: np.ndarray, task: str, n_splits: int, seeds: Sequence[int]) -> np.ndarray:
    """Return the folds of every seed under one another, (n_repeats·n_splits, n) booleans."""
    return np.concatenate([make_folds(y, task, n_splits, seed) for seed in seeds])
