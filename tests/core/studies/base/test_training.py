"""A plan at work in slices: what can be read at any moment."""

import numpy as np
import pytest
import torch

from core import Experiment, sweep
from core.engine import Trainer
from core.measures import SMALL_WEIGHT
from core.studies.base.plan import cut_into_stacks, make_trainer
from core.studies.base.state import weights_of
from core.studies.base.training import (
    N_MOMENTS,
    Training,
    hand_on,
    sparse_history,
)
from core.studies.path.sweep import plan_path

SMALL = Experiment(
    data={"name": "diabetes", "n_train": 60},
    network={"hidden_sizes": [8, 8]},
    training={"batch_size": 10, "n_epochs": 6, "learning_rate": 0.003},
)


@pytest.mark.parametrize("batch_size", [None, 10])
@pytest.mark.parametrize("n_epochs", [1, 39, 251, 2000, 20_000])
def test_a_study_keeps_enough_moments_and_not_too_many_whatever_its_size(n_epochs, batch_size):
    experiment = SMALL.replace(n_epochs=n_epochs, batch_size=batch_size)
    histories = [
        sparse_history(plan_path(experiment, "l1", values).make_trainer()) for values in ([0.0], [0.0, 1.0, 2.0])
    ]
    due = [[epoch for epoch in range(n_epochs + 1) if history.is_due(epoch)] for history in histories]
    assert due[0] == due[1]
    assert min(n_epochs, 30) <= len(due[0]) <= N_MOMENTS


def test_the_last_epoch_is_always_recorded():
    path = sweep(SMALL.replace(n_epochs=251, hidden_sizes=()), "l2", [0.0], progress=False)
    assert path.history["epoch"][-1] == 251 and len(path.history["epoch"]) < 252


@pytest.mark.parametrize("memory_bytes", [1 << 30, 1])
def test_slices_end_where_a_run_in_one_go_does(memory_bytes):
    values = [0.0, 0.01]
    training = Training(plan_path(SMALL, "l1", values, memory_bytes=memory_bytes))
    n_epochs = 0
    while not training.is_done:
        n_epochs += training.step()
        state = training.state()  # reading changes nothing
        assert state.val_loss.shape == (2,)
    assert n_epochs == 6 * training.plan.n_stacks == training.n_epochs_done
    whole = sweep(SMALL, "l1", values, progress=False)
    assert np.allclose(training.arrays()["val_loss"], whole.history["val_loss"], atol=1e-6)
    assert training.step() and np.array_equal(training.state().parameters, state.parameters)


def test_the_state_is_a_copy():
    training = Training(plan_path(SMALL, "l1", [0.0]))
    before = training.state()
    kept = before.parameters.copy()
    training.step()
    assert np.array_equal(before.parameters, kept)


def test_weights_are_read_off_the_buffer_as_the_stack_has_them():
    trainer = make_trainer(SMALL, plan_path(SMALL, "l1", [0.0]).split)
    views = weights_of(trainer.stack.parameters.numpy(), trainer.stack.shapes)
    for ours, theirs in zip(views, trainer.stack.weights, strict=True):
        assert np.array_equal(ours, theirs.numpy())


@pytest.mark.parametrize("size, is_taken", [(SMALL_WEIGHT / 2, False), (0.1, True)])
def test_a_layer_of_tiny_weights_is_not_handed_on(size, is_taken):
    plan = plan_path(SMALL, "l2", [0.0])
    neighbour, trainer = Training(plan).state(), plan.make_trainer()
    start = trainer.stack.parameters.clone()
    neighbour.parameters[:] = 1.0
    neighbour.weights[1][:] = size
    hand_on(neighbour, trainer)
    assert (trainer.stack.parameters != start).any() == is_taken


def test_cutting_keeps_the_folds_of_a_value_together():
    order = np.array([0, 3, 1, 4, 2, 5])  # two folds of three values, by value
    assert [part.tolist() for part in cut_into_stacks(order, 2, 10, 45)] == [[0, 3, 1, 4], [2, 5]]
    assert [part.tolist() for part in cut_into_stacks(order, 2, 10, 35)] == [[0, 3], [1, 4], [2, 5]]
    assert [part.tolist() for part in cut_into_stacks(order, 2, 10, 5)] == [[0], [3], [1], [4], [2], [5]]
    assert [part.tolist() for part in cut_into_stacks(order, 2, 10, 60)] == [[0, 1, 2, 3, 4, 5]]


def test_curves_can_be_read_while_stacks_wait_and_when_one_was_measured_in_between():
    values = [0.0, 0.01, 0.1]
    training = Training(plan_path(SMALL, "l1", values, memory_bytes=1))
    while training.part == 0:
        training.step()
    training.record()  # an epoch that other stacks do not record, were they thinner
    epoch, curves = training.curves("val_loss")
    whole = sweep(SMALL, "l1", values, progress=False)
    known = np.isfinite(curves[0])
    assert np.allclose(curves[0][known], whole.history["val_loss"][0][: known.sum()], atol=1e-6)
    assert np.isnan(curves[2]).all() and curves.shape == (3, len(epoch))
    training.run()
    arrays = training.arrays()
    assert np.array_equal(training.curves("val_loss")[1], arrays["val_loss"])
    assert np.allclose(arrays["val_loss"], whole.history["val_loss"], atol=1e-6)


def test_a_stack_that_diverges_as_a_whole_has_no_numbers_from_there_on():
    experiment = SMALL.replace(optimizer="sgd", learning_rate=0.05, n_epochs=30)
    training = Training(plan_path(experiment, "l2", [1e-3, 1e4], memory_bytes=1))
    training.run()
    arrays = training.arrays()
    is_lost = np.isnan(arrays["val_loss"][1])
    assert is_lost[-1] and not np.isnan(arrays["val_loss"][0]).any() and arrays["n_zero"][1][-1] == -1


@pytest.mark.parametrize("how", ["run", "epochs", "steps"])
def test_a_stack_that_runs_out_of_memory_on_the_way_is_trained_in_halves_with_the_same_numbers(monkeypatch, how):
    values, most = [0.0, 0.001, 0.01, 0.1], 2
    whole = Training(plan_path(SMALL, "l1", values))
    whole.run()
    for name in ("advance", "run_epochs"):
        fits = getattr(Trainer, name)

        def work(trainer, n, fits=fits):
            if trainer.stack.n_members > most and trainer.n_epochs_done >= 2:
                raise torch.cuda.OutOfMemoryError("CUDA out of memory")
            return fits(trainer, n)

        monkeypatch.setattr(Trainer, name, work)
    training = Training(plan_path(SMALL, "l1", values))
    with pytest.warns(RuntimeWarning, match="4 networks together do not fit into the memory of cpu"):
        if how == "run":
            training.run()
        while not training.is_done:
            training.step() if how == "steps" else training.run_epoch()
    assert training.plan.n_stacks == 2
    np.testing.assert_array_equal(training.state().parameters, whole.state().parameters)
