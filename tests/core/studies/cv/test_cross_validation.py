"""Cross-validation against scikit-learn's folds and estimators, against single runs, and the choice by hand."""

import dataclasses

import numpy as np
import pytest
from sklearn.linear_model import Lasso, LogisticRegression, Ridge
from sklearn.metrics import log_loss
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from core import Experiment, Split, cross_validate, train
from core.data import load_split
from core.data.fitting import fitted_on
from core.studies.base.training import Training
from core.studies.cv.cross_validation import choose, plan_cross_validation, read_cross_validation, standard_error
from core.studies.cv.folds import make_folds

LINEAR = Experiment(
    data={"name": "diabetes", "n_train": 150, "seed": 3},
    network={"hidden_sizes": []},
    training={"optimizer": "adam", "learning_rate": 0.05, "learning_rate_schedule": "cosine", "n_epochs": 1200},
)
SMALL = Experiment(
    data={"name": "diabetes", "n_train": 60},
    network={"hidden_sizes": [8, 8]},
    training={"batch_size": 10, "n_epochs": 34, "learning_rate": 0.003},
)
VALUES = [0.001, 0.03, 0.3]


def rows(split):
    return np.concatenate([split.X_train, split.X_val]), np.concatenate([split.y_train, split.y_val])


@pytest.mark.parametrize(
    "name, make",
    [
        ("l2", lambda v, n: Ridge(alpha=v * n, tol=1e-12)),
        ("l1", lambda v, n: Lasso(alpha=v / 2, tol=1e-9, max_iter=100_000)),
    ],
)
def test_losses_of_a_linear_model_are_scikit_learns_fold_by_fold(name, make):
    ours = cross_validate(LINEAR, name, VALUES, n_splits=5, progress=False, dtype="float64")
    X, y = rows(load_split(LINEAR.data, np.float64))
    for fold, (fit, held_out) in enumerate(KFold(5, shuffle=True, random_state=3).split(X)):
        for i, value in enumerate(VALUES):
            model = make_pipeline(StandardScaler(), make(value, len(fit))).fit(X[fit], y[fit])
            for part, loss in ((fit, ours.train_loss), (held_out, ours.val_loss)):
                theirs = np.mean((model.predict(X[part]) - y[part]) ** 2)
                assert loss[i, fold] == pytest.approx(theirs, rel=1e-3)


def test_losses_of_a_linear_classifier_are_scikit_learns_fold_by_fold():
    experiment = LINEAR.replace(data="breast_cancer", n_train=200)
    ours = cross_validate(experiment, "l2", [0.01, 0.1], n_splits=3, progress=False, dtype="float64")
    X, y = rows(load_split(experiment.data, np.float64))
    for fold, (fit, held_out) in enumerate(StratifiedKFold(3, shuffle=True, random_state=3).split(X, y)):
        for i, value in enumerate([0.01, 0.1]):
            estimator = LogisticRegression(C=1 / (2 * len(fit) * value), tol=1e-10, max_iter=10_000)
            model = make_pipeline(StandardScaler(), estimator).fit(X[fit], y[fit])
            assert ours.val_loss[i, fold] == pytest.approx(
                log_loss(y[held_out], model.predict_proba(X[held_out])), rel=1e-3
            )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("batch_size", "n_epochs"), [(None, 200), (32, 40)])  # 200 steps each
@pytest.mark.parametrize("dropout_rate", [0.0, 0.3])
def test_a_fold_member_is_the_same_run_alone_on_that_fold_after_200_steps(dropout_rate, batch_size, n_epochs, dtype):
    experiment = SMALL.replace(n_epochs=n_epochs, batch_size=batch_size, l2=0.01, dropout_rate=dropout_rate)
    result = cross_validate(experiment, "l2", [0.0, 0.01], n_splits=4, progress=False, dtype=dtype)
    split = load_split(experiment.data, np.float64)
    y = rows(split)[1]
    for fold, held_out in enumerate(make_folds(y, "regression", 4, experiment.data.seed)):
        scaled = rows(fitted_on(split, ~held_out))[0]
        alone = Split.from_arrays(scaled[~held_out], y[~held_out], scaled[held_out], y[held_out], task="regression")
        run = train(experiment, split=alone, progress=False, dtype=dtype)
        assert result.val_loss[1, fold] == pytest.approx(run.history["val_loss"][-1], abs=1e-5)
        assert result.train_loss[1, fold] == pytest.approx(run.history["train_loss"][-1], abs=1e-5)


def trained_parameters(split, experiment):
    training = Training(plan_cross_validation(experiment, "l1", [0.0, 0.01], 4, split, "float64", rescale=True))
    training.run()
    return training.state()


def test_no_validation_row_influences_anything_in_its_fold():
    split = load_split(SMALL.data, np.float64)
    y = rows(split)[1]
    fold = int(np.flatnonzero(make_folds(y, "regression", 4, SMALL.data.seed)[:, 5])[0])
    X_wild, y_wild = split.X_train.copy(), split.y_train.copy()
    X_wild[5], y_wild[5] = 1e6, -1e6
    wild = dataclasses.replace(split, X_train=X_wild, y_train=y_wild)
    before, after = (trained_parameters(s, SMALL) for s in (split, wild))
    members = slice(2 * fold, 2 * fold + 2)
    assert np.array_equal(before.parameters[members], after.parameters[members])
    assert np.array_equal(before.train_loss[members], after.train_loss[members])
    assert (np.abs(after.val_loss[members] - before.val_loss[members]) > 1e6).all()
    others = np.delete(np.arange(8), members)
    assert (before.train_loss[others] != after.train_loss[others]).all()


@pytest.mark.parametrize("memory_bytes", [1, 150_000, 250_000])
def test_a_grid_cut_into_stacks_gives_the_same_numbers(memory_bytes):
    values, options = [0.0, 0.01, 0.1], {"n_splits": 4, "progress": False}
    whole = cross_validate(SMALL, "l1", values, **options)
    assert plan_cross_validation(SMALL, "l1", values, 4).n_stacks == 1
    plan = plan_cross_validation(SMALL, "l1", values, 4, memory_bytes=memory_bytes)
    assert plan.n_stacks > 1
    assert sorted(np.concatenate(plan.parts).tolist()) == list(range(12))
    cut = cross_validate(SMALL, "l1", values, **options, memory_bytes=memory_bytes)
    assert np.allclose(cut.val_loss, whole.val_loss, atol=1e-5)
    assert np.allclose(cut.train_loss, whole.train_loss, atol=1e-5)
    assert (cut.best, cut.one_se) == (whole.best, whole.one_se)


def test_repeats_are_runs_with_other_seeds_side_by_side():
    both = cross_validate(SMALL, "l2", [0.0, 0.1], n_splits=3, n_repeats=2, progress=False, dtype="float64")
    assert both.val_loss.shape == (2, 6) and both.is_val.shape == (6, 162 + 31)
    split = load_split(SMALL.data, np.float64)
    training = Training(
        plan_cross_validation(SMALL.replace(data_seed=1, seed=1), "l2", [0.0, 0.1], 3, split, "float64", rescale=True)
    )
    training.run()
    second = read_cross_validation(training.plan, training.state())
    assert np.allclose(both.val_loss[:, 3:], second.val_loss, atol=1e-5)


def test_everything_can_be_read_at_epoch_zero():
    plan = plan_cross_validation(SMALL, "l1", [0.0, 0.1], 3)
    cv = read_cross_validation(plan, Training(plan).state())
    assert np.isfinite(cv.val_loss).all() and np.isfinite(cv.mean).all()
    assert (cv.n_nonzero == 10 * 8 + 8 * 8 + 8).all()
    assert np.isnan([cv.best, cv.one_se]).all()  # all are equal: none is the best


def test_a_diverged_value_is_marked_and_never_chosen():
    sgd = SMALL.replace(optimizer="sgd", learning_rate=0.01, n_epochs=60)
    cv = cross_validate(sgd, "l2", [0.001, 1e6], n_splits=3, progress=False)
    sane = cross_validate(sgd, "l2", [0.001, 0.01], n_splits=3, progress=False)
    assert np.isnan(cv.val_loss[1]).all() and np.isnan(cv.train_loss[1]).all()
    assert np.array_equal(cv.val_loss[0], sane.val_loss[0])
    assert (cv.best, cv.one_se) == (0.001, 0.001)


def test_choose_by_hand_with_ties_and_an_edge():
    values = np.array([0.0, 0.01, 0.1, 1.0])
    # means 3, 1, 1.5, 4; the best has losses 0.5 and 1.5: SE = 0.7071/√2 = 0.5, so 1.5 is just within.
    assert choose(values, np.array([[3.0, 3.0], [0.5, 1.5], [1.5, 1.5], [4.0, 4.0]])) == (0.01, 0.1)
    # 0.01 and 0.1 tie at mean 1 without spread: the more regularised of the two, and no other is within SE = 0.
    assert choose(values, np.array([[2.0, 2.0], [1.0, 1.0], [1.0, 1.0], [2.0, 2.0]])) == (0.1, 0.1)
    # A tie of a steady and an unsteady value: the larger one, 0.1, and its own SE = 1 reaches 1.0.
    assert choose(values, np.array([[9.0, 9.0], [1.0, 1.0], [0.0, 2.0], [2.0, 2.0]])) == (0.1, 1.0)
    # The best stands at the end of the grid.
    assert choose(values, np.array([[4.0, 4.0], [3.0, 3.0], [2.0, 2.0], [1.0, 1.2]])) == (1.0, 1.0)
    # Unsorted values: the larger value counts, not the later place.
    assert choose(values[::-1], np.array([[9.0, 9.0], [1.5, 1.5], [0.5, 1.5], [3.0, 3.0]])) == (0.01, 0.1)


def test_choose_leaves_out_what_is_not_finite():
    losses = np.array([[1.0, 3.0], [0.1, np.nan], [0.1, np.inf], [2.0, 2.0]])
    assert choose(np.array([0.0, 0.01, 0.1, 1.0]), losses) == (1.0, 1.0)
    assert np.isnan(choose(np.array([0.0, 1.0]), np.full((2, 2), np.nan))).all()


def test_standard_errors_by_hand():
    # one repeat: std of (1, 2, 3) is 1, /√3
    assert standard_error(np.array([[1.0, 2.0, 3.0]]))[0] == pytest.approx(1 / np.sqrt(3))
    # two repeats with variances 1 and 4: √((1/3 + 4/3)/2); more repeats do not make it smaller by themselves
    assert standard_error(np.array([[1.0, 2, 3, 0, 2, 4]]), 2)[0] == pytest.approx(np.sqrt(5 / 6))
    assert standard_error(np.array([[1.0, 2, 3, 1, 2, 3]]), 2)[0] == pytest.approx(1 / np.sqrt(3))


def test_the_edge_is_told():
    cv = cross_validate(SMALL.replace(n_epochs=2), "l2", [0.1], n_splits=3, progress=False)
    ends = [dataclasses.replace(cv, values=np.array([0.01, 0.1, 1.0]), best=best) for best in (0.01, 0.1, 1.0)]
    assert [c.edge for c in ends] == ["low", "", "high"]
    assert [c.is_at_edge for c in ends] == [True, False, True]


def test_a_constant_target_is_trained_and_noted():
    X = np.random.default_rng(0).normal(size=(20, 3))
    y = np.zeros(20)
    split = Split.from_arrays(X[:15], y[:15], X[15:], y[15:], task="regression")
    cv = cross_validate(SMALL, "l2", [0.0, 0.1], n_splits=5, split=split, progress=False)
    assert np.isfinite(cv.val_loss).all()
    assert "All targets are equal" in cv.notes[0]


def test_a_class_missing_in_a_fold_is_trained_and_noted():
    X = np.random.default_rng(0).normal(size=(20, 3))
    y = np.array([0] * 9 + [1] * 9 + [2] * 2)
    split = Split.from_arrays(X[:18], y[:18], X[18:], y[18:], task="classification")
    cv = cross_validate(SMALL, "l2", [0.0, 0.1], n_splits=4, split=split, progress=False)
    assert np.isfinite(cv.val_loss).all()
    assert cv.notes == ("Class 'class 2' has only 2 rows: 2 folds validate without it.",)


def test_the_frame_is_one_row_per_value_and_fold():
    cv = cross_validate(SMALL.replace(n_epochs=2), "l2", [0.0, 0.1], n_splits=3, n_repeats=2, progress=False)
    frame = cv.to_frame()
    assert len(frame) == 12
    row = frame.iloc[6 + 4]
    assert (row["l2"], row["repeat"], row["fold"], row["val_loss"]) == (0.1, 1, 1, cv.val_loss[1, 4])


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: cross_validate(SMALL, "l1", [0.1], n_splits=1), "n_splits: expected"),
        (lambda: cross_validate(SMALL, "l1", [0.1], n_splits=1000), "n_splits: expected a whole number from 2 to"),
        (lambda: cross_validate(SMALL, "l1", [0.1], n_splits=2.5), "n_splits: expected a whole number .* received 2.5"),
        (lambda: cross_validate(SMALL, "l1", [0.1], n_splits="3"), "n_splits: expected a whole number .* received '3'"),
        (lambda: cross_validate(SMALL, "l1", [0.1], n_repeats=0), "n_repeats: expected"),
        (lambda: cross_validate(SMALL, "l1", [0.1], n_repeats=1.5), "n_repeats: expected"),
        (lambda: cross_validate(SMALL, "l1", 0.1), "values: expected a list of numbers .* received 0.1"),
        (lambda: cross_validate(SMALL, "l1", [0.1, "a"]), "values: expected numbers, received text such as 'a'"),
        (lambda: cross_validate(SMALL, "l1", [[0.1, 1.0]]), "values: expected a list of numbers"),
        (lambda: cross_validate(SMALL, "gamma", [0.1]), "param_name: expected one of"),
    ],
)
def test_bad_input_is_answered_in_words(call, words):
    with pytest.raises(ValueError, match=words):
        call()
