"""Folds against scikit-learn's, and what is said about odd ones."""

import numpy as np
import pytest
from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold, TimeSeriesSplit

from core import Experiment, Split, cross_validate, load_table
from core.studies.cv.folds import fold_notes, forward_folds, group_folds, make_folds


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


# --- groups and time ---


@pytest.mark.parametrize("task", ["regression", "classification"])
@pytest.mark.parametrize("seed", range(4))
def test_no_group_is_on_both_sides_as_in_scikit_learn(task, seed):
    rng = np.random.default_rng(seed)
    units, y = rng.integers(0, 25, 200), rng.integers(0, 3, 200)
    is_val = group_folds(y, task, units, 5, seed)
    assert (is_val.sum(0) == 1).all()
    for held in is_val:
        assert not set(units[held]) & set(units[~held])
    theirs = StratifiedGroupKFold(5) if task == "classification" else GroupKFold(5)
    sizes = [len(rows) for _, rows in theirs.split(np.zeros((200, 1)), y, units)]
    assert np.ptp(is_val.sum(1)) <= np.ptp(sizes) + 12
    if task == "classification":
        ours = np.array([np.bincount(y[held], minlength=3) / held.sum() for held in is_val])
        them = np.array(
            [np.bincount(y[rows], minlength=3) / len(rows) for _, rows in theirs.split(np.zeros((200, 1)), y, units)]
        )
        assert ours.std(0).sum() <= them.std(0).sum() + 0.1


def test_too_few_groups_are_named():
    with pytest.raises(ValueError, match=r"from 2 to 3 \(the groups that stay whole\), received 5"):
        group_folds(np.zeros(9), "regression", np.repeat([0, 1, 2], 3), 5, 0)


def test_forward_folds_are_scikit_learns_where_times_differ():
    rng = np.random.default_rng(0)
    days = rng.permutation(60).astype(float)
    is_train, is_val = forward_folds(days, 5)
    order = np.argsort(days)
    for k, (train, held) in enumerate(TimeSeriesSplit(5).split(order)):
        assert np.array_equal(np.flatnonzero(is_train[k]), np.sort(order[train]))
        assert np.array_equal(np.flatnonzero(is_val[k]), np.sort(order[held]))


@pytest.mark.parametrize("seed", range(4))
def test_forward_folds_never_train_on_what_comes_after(seed):
    days = np.random.default_rng(seed).integers(0, 9, 100).astype(float)
    is_train, is_val = forward_folds(days, 5)
    for train, held in zip(is_train, is_val, strict=True):
        assert train.any() and held.any() and days[train].max() < days[held].min()
    with pytest.raises(ValueError, match="n_splits: expected a whole number from 2 to 8"):
        forward_folds(days, 9)


def test_a_cross_validation_of_a_table_respects_groups_and_time():
    lines = [f"p{i % 12},{i // 4},{i * 7 % 31},{i * i % 97}" for i in range(240)]
    text = "who,when,x,y\n" + "\n".join(lines)
    experiment = Experiment(network={"hidden_sizes": [2]}, training={"n_epochs": 2})
    by_group = Split.from_table(load_table(text, group="who"))
    cv = cross_validate(experiment, "l2", [0.0], 3, by_group, progress=False)
    for held in cv.is_val:
        assert not set(by_group.units[held]) & set(by_group.units[~held])
    by_time = Split.from_table(load_table(text, time="when"))
    forward = cross_validate(experiment, "l2", [0.0], 3, by_time, progress=False)
    for train_rows, held in zip(forward.is_train, forward.is_val, strict=True):
        assert by_time.days[train_rows].max() < by_time.days[held].min()
