"""The record: thinning keeps the shape and the best epoch; counts are exact."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from core import Experiment, train
from core.data import load_split
from core.measures import SMALL_WEIGHT, History, count_weights
from core.measures.history import FREE_RECORDS, MIN_START, SHARE, Rows
from core.studies.base.plan import build_trainer, make_pool, make_trainer

SINE = Experiment(data={"name": "sine", "noise_std": 0.3}, network={"hidden_sizes": [8]})


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
    monkeypatch.setattr("core.studies.playground.fit.dense_history", lambda trainer: History(max_records=40))
    thin = train(experiment, progress=False)
    assert len(thin.history["epoch"]) <= 41
    assert thin.history["epoch"][0] == 0 and thin.history["epoch"][-1] == 300
    filled = np.interp(full.history["epoch"], thin.history["epoch"], thin.history["train_loss"])
    assert np.abs(filled - full.history["train_loss"]).max() < 0.05 * full.history["train_loss"][0]


def test_thinning_keeps_every_best_epoch_on_the_drawn_curve():
    rates = [0.3, 0.05, 0.01, 1e-9]
    pool = make_pool(SINE, None, "float32", len(rates))
    trainer, history = build_trainer(SINE, pool, {"learning_rate": rates}, [0, 1, 2, 3]), History(max_records=32)
    for _ in range(700):
        history.add(trainer)
        trainer.run_epoch()
    drawn = history.arrays()
    assert len(drawn["epoch"]) <= 33 and len(set(history.best_epoch)) > 2
    for member, best in enumerate(history.best_epoch):
        (place,) = np.flatnonzero(drawn["epoch"] == best)
        assert drawn["val_loss"][member, place] == history.best_val_loss[member] == drawn["val_loss"][member].min()


def test_gap_and_objective_are_what_they_say():
    experiment = Experiment(
        data={"name": "sine", "noise_std": 0.3}, regularization={"l2": 0.1}, training={"n_epochs": 2}
    )
    run = train(experiment, progress=False)
    squares = sum(float((w.astype(float) ** 2).sum()) for w in run.weights)
    assert np.isclose(run.history["penalty"][-1], 0.1 * squares, rtol=1e-5)
    assert np.allclose(run.history["objective"], run.history["train_loss"] + run.history["penalty"])


@pytest.mark.parametrize("cost", [0.01, 0.3, 1.0, 3.0, 20.0])
@pytest.mark.parametrize("n_epochs", [1, 20, 400, 3000, 50_000])
def test_measuring_is_planned_within_its_share(cost, n_epochs):
    history = History.planned(cost, n_epochs)
    n_due = sum(history.is_due(epoch) for epoch in range(n_epochs + 1))
    assert n_due == history.n_due(n_epochs)
    assert cost * n_due <= SHARE * n_epochs or n_due <= FREE_RECORDS
    assert n_epochs >= FREE_RECORDS or n_due == n_epochs + 1  # a short run is recorded whole
    assert all(history.is_due(epoch) for epoch in range(min(n_epochs, 2 * MIN_START)))  # the start keeps its shape
    due = [epoch for epoch in range(min(n_epochs, 200)) if history.is_due(epoch)]
    assert all(b - a <= max(1, a / MIN_START) for a, b in pairwise(due))


def test_work_is_counted_the_same_each_time_and_in_proportion():
    def cost(**changes):
        return make_trainer(
            SINE.replace(**changes), load_split(SINE.replace(**changes).data)
        ).relative_cost_of_measuring

    assert cost() == cost()
    assert cost(batch_size=5) < cost() / 2  # four steps an epoch instead of one
    assert cost(n_train=500) < cost()


def test_a_change_on_the_way_lets_records_stand_close_again():
    history = History(stride=64)
    assert not history.is_due(2000 + 1)
    history.note_change(2000)
    assert [epoch for epoch in range(2000, 2010) if history.is_due(epoch)] == list(range(2000, 2010))
    assert not history.is_due(4001) and history.is_due(4032)


def test_many_changes_do_not_keep_the_record_from_thinning():
    history = History(max_records=64)
    trainer = make_trainer(SINE, load_split(SINE.data))
    for epoch in range(600):
        history.note_change(epoch)
        if history.is_due(epoch):
            history.add(trainer)
        trainer.run_epoch()
    assert len(history.epochs) <= 65


def test_the_best_epoch_keeps_its_parameters_per_member():
    pool = make_pool(SINE, None, "float32", 3)
    trainer = build_trainer(SINE, pool, {"learning_rate": [0.3, 0.01, 1e-9]}, [0, 0, 0])
    history, seen = History(), []
    for _ in range(60):
        history.add(trainer)
        seen.append((trainer.stack.parameters.clone(), trainer.measure().val_loss.clone()))
        trainer.run_epoch()
    losses = torch.stack([loss for _, loss in seen])
    assert history.best_epoch.tolist() == losses.argmin(0).tolist() and len(set(history.best_epoch)) > 1
    for member, epoch in enumerate(history.best_epoch):
        assert torch.equal(history.best_parameters[member], seen[epoch][0][member])


@pytest.mark.parametrize("n_members", [1, 3, 9])
def test_series_that_are_kept_joined_are_those_of_the_records_whatever_became_of_them(n_members: int) -> None:
    rng, records, rows = np.random.default_rng(0), [], Rows()

    def record() -> dict[str, np.ndarray]:
        return {"val_loss": rng.normal(size=n_members), "layer_nonzero": rng.normal(size=(n_members, 2))}

    for step in range(200):
        records.append(record())
        if step % 23 == 22:
            records.pop()  # taken back
        if step % 31 == 30:
            records[-1] = record()  # exchanged
        if step % 57 == 56:
            records = records[::2]  # thinned
        if step % 5 == 0:
            found = rows.of(records)
            assert set(found) == set(records[0])
            for name, values in found.items():
                assert np.array_equal(values, np.stack([one[name] for one in records]))
