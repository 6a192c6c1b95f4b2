"""Folds against scikit-learn's, and what is said about odd ones."""

import numpy as np
import pytest
from sklearn.model_selection import KFold, StratifiedKFold

from core import Split
from core.studies.cv.folds import fold_notes, make_folds, restandardise


def held_out(splitter, y):
    is_val = np.zeros((splitter.get_n_splits(), len(y)), dtype=bool)
    for fold, (_, rows) in enumerate(splitter.split(np.zeros((len(y), 1)), y)):
        is_val[fold, rows] = True
    return is_val


@pytest.mark.parametrize("n_splits", [2, 3, 5, 10])
@pytest.mark.parametrize("seed", [0, 7])
def test_the_folds_are_scikit_learns(n_splits, seed):
    rng = np.random.default_rng(seed)
    values, classes = rng.normal(size=53), rng.choice([0, 1, 2], 53, p=[0.25, 0.25, 0.5])
    ours = make_folds(values, "regression", n_splits, seed)
    assert np.array_equal(ours, held_out(KFold(n_splits, shuffle=True, random_state=seed), values))
    ours = make_folds(classes, "classification", n_splits, seed)
    assert np.array_equal(ours, held_out(StratifiedKFold(n_splits, shuffle=True, random_state=seed), classes))


def test_as_many_folds_as_rows_hold_out_one_row_each():
    assert (make_folds(np.arange(6.0), "regression", 6, 0).sum(1) == 1).all()


@pytest.mark.parametrize("task", ["regression", "classification"])
def test_more_folds_than_rows_are_refused_in_words(task):
    with pytest.raises(ValueError, match=r"from 2 to 4 \(the rows\), received 5"):
        make_folds(np.array([0, 1, 0, 1]), task, 5, 0)


def classes_split(y):
    X = np.arange(2.0 * len(y)).reshape(-1, 2)
    return Split.from_arrays(X, y, X[:1], y[:1], task="classification")


def test_a_class_with_fewer_rows_than_folds_is_dealt_out_and_named():
    y = np.array([0] * 10 + [1] * 2)
    is_val = make_folds(y, "classification", 5, 0)
    assert (is_val.sum(0) == 1).all()
    notes = fold_notes(y, is_val, classes_split(y))
    assert notes == ["Class 'class 1' has only 2 rows: 3 folds validate without it."]


def test_a_class_of_one_row_cannot_be_learned_in_its_fold():
    split = classes_split(np.array([0] * 9 + [2]))  # labels 0 and 2: the classes with the numbers 0 and 1
    y = split.y_train
    notes = fold_notes(y, make_folds(y, "classification", 3, 0), split)
    assert notes == ["Class 'class 2' has only 1 row: in 1 fold it is held out altogether and cannot be learned there."]


def test_equal_targets_are_named_and_ordinary_folds_are_not():
    y = np.full(8, 3.0)
    split = Split.from_arrays(np.zeros((8, 1)), y, np.zeros((1, 1)), y[:1], task="regression")
    assert "All targets are equal" in fold_notes(y, make_folds(y, "regression", 4, 0), split)[0]
    assert fold_notes(np.arange(8.0), make_folds(y, "regression", 4, 0), split) == []
    even = np.array([0, 1] * 5)
    assert fold_notes(even, make_folds(even, "classification", 5, 0), classes_split(even)) == []


def test_a_fold_is_scaled_by_its_training_rows_and_a_constant_column_stays_finite():
    X = np.column_stack([np.arange(10.0), np.full(10, 0.1)])
    is_train = np.arange(10) < 6
    scaled = restandardise(X, is_train)
    assert scaled[is_train, 0].mean() == pytest.approx(0) and scaled[is_train, 0].std() == pytest.approx(1)
    assert scaled[9, 0] == pytest.approx((9 - 2.5) / np.arange(6.0).std())
    assert (np.abs(scaled[:, 1]) < 1e-9).all()
