"""What every experiment trains on: the frozen records `Split` (train, validation and test arrays) and `Grid`.

Features, and regression targets too, are standardised by the training rows only. Read next: `core/data/synthetic.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike

from core.data.arrays import Array as Array
from core.data.arrays import as_floats, check_inputs, check_reach, check_targets, encode_labels
from core.settings.words import received, shortened
from core.words import say

if TYPE_CHECKING:
    from core.data.table.record import Table

Task = Literal["regression", "classification"]
Kind = Literal["curve", "plane", "images", "table"]


@dataclass(frozen=True, eq=False)
class Grid:
    """Where a fitted function is drawn: a curve over x, or a map over x and y.

    x: (n_grid,) raw coordinates; y: the same for the other axis, None for curves.
    X: (n_grid, d) for a curve, (n_grid * n_grid, d) for a plane (row-major: y outer, x inner), standardised features.
    truth: (n_grid,) or (n_grid, n_grid) true function in raw target units, None for classification.
    noise_std: standard deviation of the noise on the targets in raw units, 0 where there is none.
    """

    x: Array
    y: Array | None
    X: Array
    truth: Array | None
    noise_std: float = 0.0


@dataclass(frozen=True, eq=False)
class Relevance:
    """The truth about the inputs of a made-up table: is_informative (d,) booleans, duplicate_of (d,) the number of the
    informative input that a duplicate copies, -1 for all that are no duplicates. An input that is neither is pure noise.
    """

    is_informative: Array
    duplicate_of: Array

    @property
    def roles(self) -> tuple[str, ...]:
        """Return "informative", "duplicate" or "noise" for each input."""
        pairs = zip(self.is_informative, self.duplicate_of, strict=True)
        return tuple(
            "informative" if is_in else "duplicate" if duplicate >= 0 else "noise" for is_in, duplicate in pairs
        )


@dataclass(frozen=True, eq=False)
class RawRows:
    """All rows of a task before splitting. inputs (n, d) raw; y (n,).

    truth: (n,) noiseless regression targets, or probabilities: (n, C) true ones of the classes; None where unknown.
    """

    inputs: Array
    y: Array
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    target_name: str
    points: Array | None = None
    truth: Array | None = None
    probabilities: Array | None = None
    relevance: Relevance | None = None


@dataclass(frozen=True, eq=False)
class Split:
    """Training, validation and test rows of one task.

    X_*: (n, d) features, standardised: (raw - x_mean) / x_scale. y_*: (n,) floats standardised by y_mean and y_scale
    for regression, int64 classes 0..n_classes-1 for classification. n_classes is 0 for regression.
    points_*: (n, 1) raw x or (n, 2) raw x and y for drawing, None for images and tables; point_names: of x and of y.
    noise_floor: loss of the true function (for classes: of the true probabilities) on the validation rows, for the
    default loss: mean squared error in standardised target units or cross-entropy in nats; None when unknown.
    floors: the same by name of the loss, keys "mse" and "cross_entropy".
    relevance: which inputs carry signal, for made-up tables; None where nobody knows.
    classes: (n_classes,) the labels as they were given, by class number: y 0 stands for classes[0]. Empty for regression.
    is_fixed: (d,) inputs of 0 and 1 that are never standardised, not in a fold either; None where there are none.
    word_of: (d,) for an input that tells a word of a table's column, the number of that column, else -1; None without a table.
    is_filled: (n, d) cells of training, validation and test rows, under one another, that were missing and hold a median; None
    where there are none.
    has_unit: whether the values to predict are measured, in a unit of their own.
    units: (n,) of training and validation rows, under one another: folds keep rows of equal numbers together; days: (n,) their
    times: folds never train on what comes after. Both are None where each row stands by itself.
    """

    X_train: Array
    y_train: Array
    X_val: Array
    y_val: Array
    X_test: Array
    y_test: Array
    task: Task
    n_classes: int
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    target_name: str
    x_mean: Array
    x_scale: Array
    y_mean: float = 0.0
    y_scale: float = 1.0
    kind: Kind = "table"
    noise_floor: float | None = None
    floors: dict[str, float] = field(default_factory=dict)
    grid: Grid | None = None
    points_train: Array | None = None
    points_val: Array | None = None
    point_names: tuple[str, ...] = ("x", "y")
    relevance: Relevance | None = None
    classes: Array = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    is_fixed: Array | None = None
    word_of: Array | None = None
    is_filled: Array | None = None
    has_unit: bool = False
    units: Array | None = None
    days: Array | None = None

    @property
    def n_features(self) -> int:
        """Return d, the number of inputs."""
        return int(self.X_train.shape[1])

    @property
    def n_outputs(self) -> int:
        """Return the outputs a network needs: one for regression and for two classes, else one per class."""
        return self.n_classes if self.n_classes > 2 else 1

    @classmethod
    def from_arrays(
        cls, X_train: ArrayLike, y_train: ArrayLike, X_val: ArrayLike, y_val: ArrayLike, task: Task
    ) -> Split:
        """Return a split of given arrays, used as they are: nothing is standardised, the test set is empty.

        X: (n, d), y: (n,), all finite and at most 1e18 in size: lists, NumPy arrays, pandas tables or torch tensors.
        float32 stays float32, each array for itself, and all else becomes float64. For classification y holds labels,
        whole numbers or booleans: the distinct ones of both parts, ascending, are the `classes`, and y becomes their numbers
        0..n_classes-1. The names of a table's columns become the names of the features.
        Raises ValueError with the argument, what was expected and what was received.
        """
        if not isinstance(task, str) or task not in ("regression", "classification"):
            raise ValueError(
                say("task: expected 'regression' or 'classification', received {task}", task=received(task))
            )
        names, val_names = (getattr(X, "columns", None) for X in (X_train, X_val))
        if names is not None and val_names is not None and list(names) != list(val_names):
            raise ValueError(
                say(
                    "X_val: expected the columns of X_train in the same order, {expected}, received {received}",
                    expected=_listed(names),
                    received=_listed(val_names),
                )
            )
        X_train, X_val = check_inputs("X_train", X_train), check_inputs("X_val", X_val)
        if X_train.shape[1] != X_val.shape[1]:
            raise ValueError(
                say(
                    "X_val: expected {n_expected} columns as in X_train, received {n_received}",
                    n_expected=X_train.shape[1],
                    n_received=X_val.shape[1],
                )
            )
        targets = {
            "y_train": check_targets("y_train", y_train, len(X_train)),
            "y_val": check_targets("y_val", y_val, len(X_val)),
        }
        classes = np.zeros(0, dtype=np.int64)
        if task == "regression":
            targets = {name: as_floats(array) for name, array in targets.items()}
        else:
            classes, targets = encode_labels(targets)
        check_reach([X_train, X_val], list(targets.values()))
        y_train, y_val = targets.values()
        d, n_classes = X_train.shape[1], len(classes)
        return cls(
            X_train, y_train, X_val, y_val, X_test=X_train[:0].copy(), y_test=y_train[:0].copy(),
            task=task, n_classes=n_classes,
            feature_names=tuple(f"x{i + 1}" for i in range(d)) if names is None else tuple(map(str, names)),
            class_names=tuple(say("class {c}", c=label) for label in classes), classes=classes,
            target_name="y" if task == "regression" else say("class"),
            x_mean=np.zeros(d), x_scale=np.ones(d),
        )  # fmt: skip

    @classmethod
    def from_table(cls, table: Table, seed: int = 0, val_fraction: float = 0.2, n_train: int | None = None) -> Split:
        """Return the rows of a table of one's own (see `load_table`), 60 % for training, 20 % for validation and 20 % for test.

        Its groups or its time decide who is where if they were chosen, else the seed, each class alike. All that is learned of
        the columns (medians, categories, means, standard deviations) is learned on the training rows. n_train: only so many.
        Raises ValueError with the argument, what was expected and what was received.
        """
        from core.data.table.splitting import check_table_call, table_split

        check_table_call(table, seed, val_fraction, n_train)
        return table_split(table, seed, val_fraction, n_train)


def _listed(names: Iterable[object]) -> str:
    return shortened(", ".join(map(str, names)), 60)


def mean_and_scale(rows: Array) -> tuple[Array, Array]:
    """Return mean and standard deviation (divisor n) of each column; a constant column has scale 1."""
    is_constant = np.ptp(rows, axis=0) == 0
    return rows.mean(axis=0), np.where(is_constant, 1.0, rows.std(axis=0))
