"""The public face against scikit-learn, and the laws of a stack."""

import threading

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.linear_model import ElasticNet, Lasso, LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler

from core import Experiment, Split, cross_validate, sweep, train
from core.studies.cv.cross_validation import choose
from core.studies.cv.folds import make_folds


def linear_split(name):
    data = load_diabetes() if name == "diabetes" else load_breast_cancer()
    X = StandardScaler().fit_transform(data.data)
    y = (data.target - data.target.mean()) / data.target.std() if name == "diabetes" else data.target
    task = "regression" if name == "diabetes" else "classification"
    return Split.from_arrays(X, y, X[:20], y[:20], task=task)


def converge(split, n_epochs=4000, **regularization):
    experiment = Experiment(
        network={"hidden_sizes": []},
        regularization=regularization,
        training={"optimizer": "adam", "learning_rate": 0.05, "learning_rate_schedule": "cosine", "n_epochs": n_epochs},
    )
    return train(experiment, split=split, progress=False, dtype="float64").weights[0][:, 0]


def assert_close(ours, theirs, tolerance=1e-3):
    assert np.abs(ours - theirs).max() <= tolerance * np.abs(theirs).max()


def test_l2_on_values_is_ridge():
    split = linear_split("diabetes")
    n = len(split.y_train)
    assert_close(converge(split, l2=0.1), Ridge(alpha=0.1 * n).fit(split.X_train, split.y_train).coef_)


@pytest.mark.parametrize("l1", [0.02, 0.1, 0.3])
def test_l1_on_values_is_lasso_with_the_same_zeros(l1):
    split = linear_split("diabetes")
    theirs = Lasso(alpha=l1 / 2, tol=1e-10, max_iter=100_000).fit(split.X_train, split.y_train).coef_
    ours = converge(split, l1=l1)
    assert_close(ours, theirs)
    assert np.array_equal(ours == 0, theirs == 0)


def test_both_on_values_is_the_elastic_net():
    split = linear_split("diabetes")
    l1, l2 = 0.1, 0.05
    alpha = l1 / 2 + l2
    reference = ElasticNet(alpha=alpha, l1_ratio=l1 / 2 / alpha, tol=1e-10, max_iter=100_000)
    theirs = reference.fit(split.X_train, split.y_train).coef_
    ours = converge(split, l1=l1, l2=l2)
    assert_close(ours, theirs)
    assert np.array_equal(ours == 0, theirs == 0)


def test_l2_on_classes_is_logistic_regression():
    split = linear_split("breast_cancer")
    n, l2 = len(split.y_train), 0.01
    theirs = (
        LogisticRegression(C=1 / (2 * n * l2), tol=1e-10, max_iter=10_000).fit(split.X_train, split.y_train).coef_[0]
    )
    assert_close(converge(split, l2=l2), theirs)


def test_l1_on_classes_is_logistic_regression_with_the_same_zeros():
    split = linear_split("breast_cancer")
    n, l1 = len(split.y_train), 0.02
    reference = LogisticRegression(
        l1_ratio=1.0, C=1 / (n * l1), solver="saga", tol=1e-9, max_iter=50_000, random_state=0
    )
    theirs = reference.fit(split.X_train, split.y_train).coef_[0]
    ours = converge(split, l1=l1)
    assert_close(ours, theirs)
    assert np.array_equal(ours == 0, theirs == 0)


def test_sgd_with_momentum_and_l1_reaches_the_lasso():
    split = linear_split("diabetes")
    experiment = Experiment(
        network={"hidden_sizes": []},
        regularization={"l1": 0.1},
        training={"optimizer": "sgd", "learning_rate": 0.02, "momentum": 0.9, "n_epochs": 3000},
    )
    ours = train(experiment, split=split, progress=False, dtype="float64").weights[0][:, 0]
    theirs = Lasso(alpha=0.05, tol=1e-10, max_iter=100_000).fit(split.X_train, split.y_train).coef_
    assert_close(ours, theirs)
    assert np.array_equal(ours == 0, theirs == 0)


def test_subgradient_l1_gives_no_exact_zeros():
    assert (converge(linear_split("diabetes"), 500, l1=0.3, l1_method="subgradient") == 0).sum() == 0


SMALL = Experiment(
    data={"name": "diabetes", "n_train": 60},
    network={"hidden_sizes": [8, 8]},
    training={"batch_size": 10, "n_epochs": 34, "learning_rate": 0.003},
)


def test_a_member_of_a_stack_is_the_same_run_alone():
    values = [0.0, 0.003, 0.03]
    path = sweep(SMALL, "l1", values, progress=False)
    for member, value in enumerate(values):
        alone = train(SMALL.replace(l1=value), progress=False)
        for ours, theirs in zip(path.weights, alone.weights, strict=True):
            assert np.abs(ours[member] - theirs).max() <= 1e-5
        _, mine, other = np.intersect1d(path.history["epoch"], alone.history["epoch"], return_indices=True)
        assert len(mine) > 10  # a study keeps fewer moments than a single run
        assert np.allclose(path.history["val_loss"][member, mine], alone.history["val_loss"][other], atol=1e-5)


@pytest.mark.parametrize("n_splits", [3, 4, 7])
def test_a_fold_member_is_the_same_run_alone_on_that_fold(n_splits):
    generator = np.random.default_rng(0)
    X = generator.normal(size=(53, 4))
    y = X[:, 0] + generator.normal(size=53)
    split = Split.from_arrays(X[:40], y[:40], X[40:], y[40:], task="regression")
    experiment = SMALL.replace(n_epochs=40, l2=0.01)
    result = cross_validate(experiment, "l2", [0.01], n_splits=n_splits, split=split, progress=False, dtype="float64")
    for fold, held_out in enumerate(make_folds(y, "regression", n_splits, experiment.data.seed)):
        alone = Split.from_arrays(X[~held_out], y[~held_out], X[held_out], y[held_out], task="regression")
        run = train(experiment, split=alone, progress=False, dtype="float64")
        assert result.val_loss[0, fold] == pytest.approx(run.history["val_loss"][-1], abs=1e-5)


def test_same_seed_same_history_with_eight_other_runs_in_other_threads():
    dropout = SMALL.replace(dropout_rate=0.2)
    expected = train(dropout, progress=False).history
    others = [
        threading.Thread(target=train, args=(dropout.replace(seed=s),), kwargs={"progress": False}) for s in range(8)
    ]
    for thread in others:
        thread.start()
    history = train(dropout, progress=False).history
    for thread in others:
        thread.join()
    for name, values in expected.items():
        assert np.array_equal(history[name], values), name


def test_larger_l2_never_grows_the_weights_of_a_convex_problem():
    norms = [np.linalg.norm(converge(linear_split("diabetes"), 1500, l2=l2)) for l2 in (0.0, 0.01, 0.1, 1.0)]
    assert norms == sorted(norms, reverse=True)


def test_one_se_by_hand():
    # means 3, 1, 1.5, 4; the best has losses 0.5 and 1.5: SE = 0.7071/√2 = 0.5, so 1.5 is just within.
    losses = np.array([[3.0, 3.0], [0.5, 1.5], [1.5, 1.5], [4.0, 4.0]])
    assert choose(np.array([0.0, 0.01, 0.1, 1.0]), losses) == (0.01, 0.1)
    tied = np.array([[1.0, 1.0], [1.0, 1.0], [2.0, 2.0]])
    assert choose(np.array([0.0, 0.1, 1.0]), tied) == (0.1, 0.1)


def test_predict_gives_probabilities_that_sum_to_one():
    split = linear_split("breast_cancer")
    run = train(Experiment(network={"hidden_sizes": [4]}, training={"n_epochs": 3}), split=split, progress=False)
    probabilities = run.predict(split.X_val)
    assert probabilities.shape == (20, 2)
    assert np.allclose(probabilities.sum(1), 1)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: sweep(SMALL, "alpha", [1.0]), "param_name: expected one of"),
        (lambda: sweep(SMALL, "l1", []), "at least one number"),
        (lambda: sweep(SMALL, "l1", [-1.0]), "values: expected a number from 0 to 1,000,000 for l1, received -1"),
        (lambda: cross_validate(SMALL, "l1", [0.1], n_splits=1), "n_splits: expected"),
        (lambda: train(SMALL, n_epochs=0), "n_epochs: expected a whole number from 1 to 1,000,000,000, received 0"),
    ],
)
def test_bad_input_is_answered_in_words(call, words):
    with pytest.raises(ValueError, match=words):
        call()
