"""The record: thinning keeps the shape and the best epoch; counts are exact."""

import numpy as np
import torch

from core import Experiment, train
from core.measures import SMALL_WEIGHT, History, count_weights


def test_counts_by_hand():
    weights = [torch.tensor([[[0.0, SMALL_WEIGHT / 2, -SMALL_WEIGHT, 1.0, -0.0]]])]
    counts = count_weights(weights)
    assert (counts.n_zero.item(), counts.n_small.item(), counts.n_rest.item()) == (2, 1, 2)


def test_a_long_record_is_thinned_and_keeps_its_shape(monkeypatch):
    experiment = Experiment(
        data={"name": "sine", "n_train": 10, "noise_std": 0.3},
        network={"hidden_sizes": [4]},
        training={"n_epochs": 300},
    )
    full = train(experiment, progress=False)
    monkeypatch.setattr("core.studies.fit.dense_history", lambda trainer: History(max_records=40))
    thin = train(experiment, progress=False)
    assert len(thin.history["epoch"]) <= 41
    assert thin.history["epoch"][0] == 0 and thin.history["epoch"][-1] == 300
    filled = np.interp(full.history["epoch"], thin.history["epoch"], thin.history["train_loss"])
    assert np.abs(filled - full.history["train_loss"]).max() < 0.05 * full.history["train_loss"][0]


def test_gap_and_objective_are_what_they_say():
    experiment = Experiment(
        data={"name": "sine", "noise_std": 0.3}, regularization={"l2": 0.1}, training={"n_epochs": 2}
    )
    run = train(experiment, progress=False)
    squares = sum(float((w.astype(float) ** 2).sum()) for w in run.weights)
    assert np.isclose(run.history["penalty"][-1], 0.1 * squares, rtol=1e-5)
    assert np.allclose(run.history["objective"], run.history["train_loss"] + run.history["penalty"])
