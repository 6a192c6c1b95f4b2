"""Refit and the one look at the test set, against scikit-learn."""

import dataclasses

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from core import Experiment, Split, cross_validate
from core.data import load_split
from core.studies.cv.refit import CHOSEN_MIN, CHOSEN_TRAIN, NO_PENALTY, candidates, evaluate_test, refit

LINEAR = Experiment(
    data={"name": "diabetes", "n_train": 150, "seed": 3},
    network={"hidden_sizes": []},
    training={"optimizer": "adam", "learning_rate": 0.05, "learning_rate_schedule": "cosine", "n_epochs": 1000},
)


def test_refit_and_test_loss_are_those_of_ridge_on_all_rows_but_the_test_rows():
    values = {"small": 0.01, "large": 1.0}
    result = evaluate_test(refit(LINEAR, "l2", values, progress=False, dtype="float64"))
    split = load_split(LINEAR.data, np.float64)
    X, y = np.concatenate([split.X_train, split.X_val]), np.concatenate([split.y_train, split.y_val])
    assert result.n_rows == len(split.y_test)
    for i, value in enumerate(values.values()):
        model = make_pipeline(StandardScaler(), Ridge(alpha=value * len(y), tol=1e-12)).fit(X, y)
        losses = (model.predict(split.X_test) - split.y_test) ** 2
        assert result.test_loss[i] == pytest.approx(losses.mean(), rel=1e-3)
        assert result.standard_error[i] == pytest.approx(losses.std(ddof=1) / np.sqrt(len(losses)), rel=1e-3)
        assert result.train_loss[i] == pytest.approx(np.mean((model.predict(X) - y) ** 2), rel=1e-3)
    frame = result.to_frame()
    assert frame["chosen_by"].tolist() == ["small", "large"] and frame["l2"].tolist() == [0.01, 1.0]


def test_neither_the_choice_nor_the_refit_sees_a_test_row():
    experiment = LINEAR.replace(n_epochs=20, hidden_sizes=(8,))
    split = load_split(experiment.data)
    wild = dataclasses.replace(split, X_test=split.X_test * 1e9, y_test=split.y_test - 1e9)
    ours, other = (cross_validate(experiment, "l2", [0.0, 0.1], 3, s, progress=False) for s in (split, wild))
    assert np.array_equal(ours.val_loss, other.val_loss)
    first, second = (refit(experiment, "l2", {"a": 0.1}, s, progress=False) for s in (split, wild))
    assert np.array_equal(first.network.parameters.numpy(), second.network.parameters.numpy())
    assert evaluate_test(first).test_loss[0] != evaluate_test(second).test_loss[0]


def test_candidates_name_how_each_value_was_chosen():
    cv = cross_validate(LINEAR.replace(n_epochs=2), "l2", [0.1], n_splits=3, progress=False)
    cv = dataclasses.replace(
        cv,
        values=np.array([0.0, 0.1, 1.0]),
        train_loss=np.array([[1.0, 1], [0.5, 0.7], [np.nan, 0]]),
        best=1.0,
        one_se=1.0,
    )
    chosen = candidates(cv)
    assert (chosen[CHOSEN_MIN], chosen[CHOSEN_TRAIN], chosen[NO_PENALTY]) == (1.0, 0.1, 0.0)


def test_own_arrays_have_no_test_set():
    X, y = np.zeros((6, 2)), np.arange(6.0)
    split = Split.from_arrays(X, y, X, y, task="regression")
    with pytest.raises(ValueError, match="no test set"):
        evaluate_test(refit(LINEAR.replace(n_epochs=1), "l2", {"a": 0.1}, split, progress=False))


def test_a_classifier_is_evaluated_in_nats():
    experiment = Experiment(data={"name": "wine", "n_train": 60}, training={"n_epochs": 30})
    refitted = refit(experiment, "l1", {"none": 0.0, "some": 0.01}, progress=False)
    result = evaluate_test(refitted)
    assert result.test_loss.shape == (2,) and (result.test_loss < np.log(3)).all()
