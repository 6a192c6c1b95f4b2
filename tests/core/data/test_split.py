"""`Split.from_arrays`, its error messages, and standardising."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.split import Split, mean_and_scale

X = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])


def test_arrays_are_used_as_given() -> None:
    split = Split.from_arrays(X, [1.5, 2.5, 3.5], X[:2], [0.5, 1.0], task="regression")
    np.testing.assert_array_equal(split.X_train, X)
    np.testing.assert_array_equal(split.y_val, [0.5, 1.0])
    assert split.X_test.shape == (0, 2) and split.y_test.shape == (0,)
    assert (split.kind, split.n_classes, split.n_outputs, split.n_features) == ("table", 0, 1, 2)
    assert split.noise_floor is None and split.grid is None


def test_float32_stays_float32_each_array_for_itself() -> None:
    y = np.array([1.0, 2.0, 3.0 + 1e-12])
    split = Split.from_arrays(X.astype(np.float32), y, X, y.astype(np.float32), task="regression")
    assert [a.dtype for a in (split.X_train, split.X_val)] == [np.float32, np.float64]
    assert [a.dtype for a in (split.y_train, split.y_val)] == [np.float64, np.float32]
    np.testing.assert_array_equal(split.y_train, y)


def test_classes_are_counted_over_both_parts() -> None:
    split = Split.from_arrays(X, [0, 1, 0], X, [2, 0, 1], task="classification")
    assert split.n_classes == 3 and split.n_outputs == 3
    assert split.y_train.dtype == np.int64
    assert Split.from_arrays(X, [0, 1, 0], X, [0, 0, 1], task="classification").n_outputs == 1


@pytest.mark.parametrize(
    ("X_train", "y_train", "X_val", "task", "message"),
    [
        (X, [1, 2], X, "regression", r"y_train: expected shape \(3,\).*received \(2,\)"),
        (X[:, 0], [1, 2, 3], X, "regression", r"X_train: expected shape \(rows, features\)"),
        (X[:0], [], X, "regression", "X_train: .*at least 1"),
        (X, [1, 2, 3], X[:, :1], "regression", "X_val: expected 2 columns as in X_train, received 1"),
        (X * np.nan, [1, 2, 3], X, "regression", "X_train: expected finite numbers, received 6"),
        (X, [1, np.inf, 3], X, "regression", "y_train: expected finite numbers, received 1"),
        (X, [0.5, 1, 2], X, "classification", "y_train: expected classes.*use task='regression'"),
        (X, ["a", "b", "c"], X, "classification", "y_train: expected numbers"),
        (X, [0, 1, 0], X, "ranking", "task: expected 'regression' or 'classification', received 'ranking'"),
    ],
)
def test_bad_arrays_are_explained(X_train: object, y_train: object, X_val: object, task: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Split.from_arrays(X_train, y_train, X_val, [0, 1, 1], task=task)  # type: ignore[arg-type]


def test_mean_and_scale_by_hand() -> None:
    mean, scale = mean_and_scale(np.array([[1.0, 0.1], [3.0, 0.1], [5.0, 0.1]]))
    np.testing.assert_allclose(mean, [3.0, 0.1])
    np.testing.assert_allclose(scale, [np.sqrt(8 / 3), 1.0])
