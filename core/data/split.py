"""What every experiment trains on: the frozen records `Split` (train, validation and test arrays) and `Grid`.

Features, and regression targets too, are standardised by the training rows only. Read next: `core/data/synthetic.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.words import written

Array = NDArray[Any]
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
    points_*: (n, 1) raw x or (n, 2) raw x and y for drawing, None for images and tables.
    noise_floor: loss of the true function (for classes: of the true probabilities) on the validation rows, for the
    default loss: mean squared error in standardised target units or cross-entropy in nats; None when unknown.
    floors: the same by name of the loss, keys "mse" and "cross_entropy".
    relevance: which inputs carry signal, for made-up tables; None where nobody knows.
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
    relevance: Relevance | None = None

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

        X: (n, d), y: (n,), all finite; for classification y holds whole numbers 0..n_classes-1.
        Raises ValueError with the argument, what was expected and what was received.
        """
        if task not in ("regression", "classification"):
            raise ValueError(f"task: expected 'regression' or 'classification', received {written(task)}")
        X_train, X_val = check_inputs("X_train", X_train), check_inputs("X_val", X_val)
        if X_train.shape[1] != X_val.shape[1]:
            raise ValueError(f"X_val: expected {X_train.shape[1]} columns as in X_train, received {X_val.shape[1]}")
        X_val = X_val.astype(X_train.dtype)
        y_train = check_targets("y_train", y_train, X_train, task)
        y_val = check_targets("y_val", y_val, X_val, task)
        d = X_train.shape[1]
        n_classes = 0 if task == "regression" else max(2, int(max(y_train.max(), y_val.max())) + 1)
        return cls(
            X_train, y_train, X_val, y_val, X_test=X_train[:0].copy(), y_test=y_train[:0].copy(),
            task=task, n_classes=n_classes,
            feature_names=tuple(f"x{i + 1}" for i in range(d)),
            class_names=tuple(f"class {i}" for i in range(n_classes)),
            target_name="y" if task == "regression" else "class",
            x_mean=np.zeros(d), x_scale=np.ones(d),
        )  # fmt: skip


def check_numbers(name: str, values: ArrayLike) -> Array:
    """Return the values as a copied array of numbers; raises ValueError for text, nan and infinity."""
    array = np.array(values)
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{name}: expected numbers, received values of type {array.dtype}")
    if not np.isfinite(array).all():
        n_bad = int(np.sum(~np.isfinite(array)))
        raise ValueError(f"{name}: expected finite numbers, received {n_bad} that are nan or infinite")
    return array


def check_inputs(name: str, values: ArrayLike) -> Array:
    """Return inputs as a float array (n, d) with n, d ≥ 1; float32 stays float32, all else becomes float64."""
    array = check_numbers(name, values)
    if array.ndim != 2 or 0 in array.shape:
        raise ValueError(f"{name}: expected shape (rows, features), each at least 1, received {array.shape}")
    return array if array.dtype == np.float32 else array.astype(np.float64)


def check_targets(name: str, values: ArrayLike, X: Array, task: Task) -> Array:
    """Return targets (n,), one for each row of X: floats of X's type, or int64 classes from 0."""
    array = check_numbers(name, values)
    if array.shape != (len(X),):
        raise ValueError(f"{name}: expected shape ({len(X)},), one target for each row, received {array.shape}")
    if task == "regression":
        return array.astype(X.dtype)
    if (array != np.round(array)).any() or array.min() < 0:
        raise ValueError(
            f"{name}: expected classes 0, 1, 2, … for task 'classification', received values from {array.min()} "
            f"to {array.max()}; use task='regression' for continuous targets"
        )
    return array.astype(np.int64)


def mean_and_scale(rows: Array) -> tuple[Array, Array]:
    """Return mean and standard deviation (divisor n) of each column; a constant column has scale 1."""
    is_constant = np.ptp(rows, axis=0) == 0
    return rows.mean(axis=0), np.where(is_constant, 1.0, rows.std(axis=0))
