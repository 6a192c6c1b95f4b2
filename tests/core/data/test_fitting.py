"""Inputs fitted on some rows: by hand; against scikit-learn on tables in `table/test_oracle.py`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.data.fitting import fitted_on
from core.data.split import Split


def part_of(X: np.ndarray, **more: object) -> Split:
    """Return a split of rows (n, d): the last two are test rows, the two before them validation rows."""
    split = Split.from_arrays(X[:-4], np.arange(len(X) - 4.0), X[-4:-2], [0.0, 1.0], task="regression")
    return replace(split, X_test=X[-2:], y_test=np.zeros(2), **more)  # type: ignore[arg-type]


def test_inputs_fitted_on_some_rows_are_scaled_by_them_and_a_constant_one_stays_finite() -> None:
    X = np.column_stack([np.arange(12.0), np.full(12, 0.1)])
    is_fitted = np.arange(10) < 6
    split = fitted_on(part_of(X), is_fitted)
    scaled = np.concatenate([split.X_train, split.X_val, split.X_test])
    assert scaled[:6, 0].mean() == pytest.approx(0) and scaled[:6, 0].std() == pytest.approx(1)
    assert split.X_val[1, 0] == pytest.approx((9 - 2.5) / np.arange(6.0).std())
    assert split.X_test[1, 0] == pytest.approx((11 - 2.5) / np.arange(6.0).std())
    assert (np.abs(scaled[:, 1]) < 1e-9).all()


def test_inputs_of_0_and_1_stay_so_and_one_that_no_fitted_row_has_is_0() -> None:
    X = np.column_stack([np.arange(12.0), [0, 1] * 6, [0] * 8 + [1] * 4])
    told = {"is_fixed": np.array([False, True, True]), "word_of": np.array([-1, 3, 3])}
    split = fitted_on(part_of(X, **told), np.arange(10) < 8)
    now = np.concatenate([split.X_train, split.X_val, split.X_test])
    assert np.array_equal(now[:, 1], X[:, 1]) and not now[:, 2].any()


def test_of_three_words_two_of_which_are_known_one_input_is_left() -> None:
    words = np.array([0, 1, 0, 1, 0, 1, 0, 1, 2, 2, 2, 0])
    X = np.eye(3)[words]
    split = part_of(X, is_fixed=np.ones(3, dtype=bool), word_of=np.full(3, 5))
    now = fitted_on(split, np.arange(10) < 8)
    assert not now.X_train[:, 0].any() and np.array_equal(now.X_train[:, 1], X[:8, 1]) and not now.X_val.any()


@pytest.mark.parametrize(("n_missing", "is_left"), [(5, False), (6, True)])
def test_that_a_cell_was_missing_is_an_input_above_one_in_twenty(n_missing: int, is_left: bool) -> None:
    flag = (np.arange(104) < n_missing).astype(float)
    split = part_of(flag[:, None], is_fixed=np.array([True]), word_of=np.array([-1]))
    assert fitted_on(split, np.arange(102) < 100).X_train.any() == is_left


def test_by_hand_a_missing_cell_takes_the_median_of_the_fitted_rows() -> None:
    X, is_filled = np.array([[1.0], [5.0], [9.0], [0.0], [7.0], [0.0], [3.0], [0.0]]), np.zeros((8, 1), dtype=bool)
    is_filled[[3, 5, 7]] = True
    split = fitted_on(part_of(X, is_filled=is_filled), np.array([1, 1, 0, 1, 1, 0], dtype=bool))
    fitted = np.array([1.0, 5.0, 5.0, 7.0])  # the median of 1, 5 and 7 is 5
    raw = np.array([1, 5, 9, 5, 7, 5, 3, 5.0])
    expected = (raw - fitted.mean()) / fitted.std()
    assert np.allclose(np.concatenate([split.X_train, split.X_val, split.X_test])[:, 0], expected, atol=1e-15)
    nobody = fitted_on(part_of(X, is_filled=is_filled), np.arange(6) == 3)
    assert nobody.X_train[3, 0] == nobody.X_val[1, 0] == 0.0
