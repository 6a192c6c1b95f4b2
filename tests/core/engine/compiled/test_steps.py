"""Compiled steps against autograd, torch's optimizers, scikit-learn and the engine's own steps by torch; alone as in a stack."""

import threading
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from sklearn.linear_model import Lasso, LogisticRegression

from core import Experiment, train
from core.data import load_split
from core.engine import keeping
from core.engine import trainer as trainers
from core.engine.activations import ACTIVATIONS
from core.engine.losses import sample_losses
from core.measures.history import record_of
from tests.core.engine.compiled.networks import alone, make_pool, make_trainer

LOSSES = ["mse", "binary_cross_entropy", "cross_entropy"]
PENALTIES = [
    {},
    {"l2": 0.3},
    {"l1": 0.2, "l1_method": "subgradient"},
    {"activity_l2": 0.4},
    {"l1": 0.1, "l2": 0.2, "activity_l2": 0.3, "l1_method": "subgradient", "penalize_output": False},
]
MIXED = {"l1": [0.0, 0.01, 0.001, 0.0, 0.003], "l2": [0.0, 0.0, 0.02, 0.1, 0.0], "activity_l2": [0, 0, 0, 0.01, 0]}


def objective_of(trainer, parameters, rows, penalty):
    """The objective as a textbook writes it, of the parameters (1, P) of a trainer with one member, in their type."""
    stack, pool = trainer.stack, trainer.pool
    weights, biases = stack._views(parameters)
    name = next(name for name, rule in ACTIVATIONS.items() if rule is stack.rule)
    act = (lambda z: z) if name == "linear" else getattr(torch.nn.functional, name)
    signal, objective = pool.X[:, rows].to(parameters.dtype), 0.0
    for w, b in zip(weights[:-1], biases[:-1], strict=True):
        signal = act(signal @ w + b)
        objective = objective + penalty.get("activity_l2", 0) * signal.square().sum() / len(rows)
    outputs = signal @ weights[-1] + biases[-1]
    objective = objective + sample_losses(pool.loss, outputs, pool.targets[rows].to(parameters.dtype)).mean()
    for w in weights if penalty.get("penalize_output", True) else weights[:-1]:
        objective = objective + penalty.get("l1", 0) * w.abs().sum() + penalty.get("l2", 0) * w.square().sum()
    return objective


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("penalty", PENALTIES, ids=str)
def test_one_plain_step_of_length_one_is_the_gradient_of_autograd(monkeypatch, loss, activation, penalty):
    training = {"optimizer": "sgd", "momentum": 0.0, "learning_rate": 1.0, "batch_size": None}
    trainer = make_trainer(
        monkeypatch, make_pool(loss=loss), activation=activation, regularization=penalty, training=training
    )
    before = trainer.stack.parameters.double().requires_grad_()
    objective = objective_of(trainer, before, torch.arange(30), penalty)
    (gradient,) = torch.autograd.grad(objective, before)
    trainer.step()
    torch.testing.assert_close(before - trainer.stack.parameters, gradient, rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize("name", ["sgd", "adam", "adamw"])
def test_steps_are_those_of_torchs_optimizers(monkeypatch, name):
    penalty, decay = {"l2": 0.01}, 0.1 if name == "adamw" else 0.0
    training = {"optimizer": "sgd" if name == "sgd" else "adam", "momentum": 0.9, "learning_rate": 0.05}
    trainer = make_trainer(
        monkeypatch, make_pool(), regularization={**penalty, "weight_decay": decay}, training=training
    )
    n, theirs = trainer.n_penalized, trainer.stack.parameters.double()
    weights, biases = theirs[:, :n].clone().requires_grad_(), theirs[:, n:].clone().requires_grad_()
    groups = [{"params": [weights], "weight_decay": decay}, {"params": [biases], "weight_decay": 0.0}]
    optimizer = {
        "sgd": lambda: torch.optim.SGD(groups, lr=0.05, momentum=0.9),
        "adam": lambda: torch.optim.Adam(groups, lr=0.05), "adamw": lambda: torch.optim.AdamW(groups, lr=0.05),
    }[name]()  # fmt: skip
    for _ in range(20):
        trainer.step()
        done = trainer.n_batches_done or trainer.order.n_batches
        rows = trainer._rows.index[0, (done - 1) * 7 : min(done * 7, 30)]  # the rest is padding
        optimizer.zero_grad()
        objective_of(trainer, torch.cat([weights, biases], 1), rows, penalty).backward()
        optimizer.step()
    ours = trainer.stack.parameters
    torch.testing.assert_close(ours.double(), torch.cat([weights, biases], 1).detach(), rtol=1e-4, atol=2e-5)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_lasso_has_the_same_zeros(monkeypatch, optimizer):
    monkeypatch.setattr(trainers, "is_on", lambda: True)
    experiment = Experiment(
        data={"name": "diabetes", "n_train": 200}, network={"hidden_sizes": ()}, regularization={"l1": 0.1},
        training={"optimizer": optimizer, "learning_rate": 0.02, "batch_size": None, "n_epochs": 4000},
    )  # fmt: skip
    split = load_split(experiment.data)
    theirs = (
        Lasso(alpha=0.05, tol=1e-10, max_iter=100_000)
        .fit(split.X_train.astype(float), split.y_train.astype(float))
        .coef_
    )
    ours = train(experiment, progress=False).weights[0][:, 0]
    assert 0 < (theirs == 0).sum() < len(theirs)
    np.testing.assert_array_equal(ours == 0, theirs == 0)
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_logistic_regression_has_the_same_zeros(monkeypatch):
    monkeypatch.setattr(trainers, "is_on", lambda: True)
    experiment = Experiment(
        data={"name": "breast_cancer", "n_train": 200}, network={"hidden_sizes": ()}, regularization={"l1": 0.05},
        training={"optimizer": "sgd", "learning_rate": 0.2, "momentum": 0.9, "batch_size": None, "n_epochs": 20_000},
    )  # fmt: skip
    split = load_split(experiment.data)
    reference = LogisticRegression(
        l1_ratio=1.0, C=1 / (0.05 * 200), solver="saga", tol=1e-8, max_iter=100_000
    ).fit(split.X_train.astype(float), split.y_train)  # fmt: skip
    ours = train(experiment, progress=False).weights[0][:, 0]
    np.testing.assert_array_equal(ours == 0, reference.coef_[0] == 0)
    np.testing.assert_allclose(ours, reference.coef_[0], atol=1e-3)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_after_200_steps_it_is_where_torch_is(monkeypatch, loss, activation, optimizer):
    training = {"optimizer": optimizer, "learning_rate": 0.02, "learning_rate_schedule": "cosine"}
    settings = {"regularization": {"l1": 0.003, "l2": 0.001, "activity_l2": 0.001, "weight_decay": 0.01}}
    ours, theirs = (
        make_trainer(monkeypatch, make_pool(loss=loss), is_on, activation=activation, training=training, **settings)
        for is_on in (True, False)
    )
    for trainer in (ours, theirs):
        for _ in range(40):
            trainer.run_epoch()
    size = float(theirs.stack.parameters.abs().max())
    torch.testing.assert_close(ours.stack.parameters, theirs.stack.parameters, rtol=0, atol=1e-4 * size)
    assert torch.equal(ours.stack.parameters == 0, theirs.stack.parameters == 0)
    assert ours.blocks[0].optimizer.n_steps == theirs.blocks[0].optimizer.n_steps == 200
    assert ours.blocks[0].optimizer.learning_rate == pytest.approx(theirs.blocks[0].optimizer.learning_rate)
    one, other = ours.measure(), theirs.measure()
    for name in ("train_loss", "val_loss", "train_score", "val_score", "penalty"):
        torch.testing.assert_close(getattr(one, name), getattr(other, name), rtol=1e-3, atol=1e-4)


def unequal_counts(n=40):
    """Rows of five members: folds of unequal size, one that has no row in the last batches, one with a row that counts thrice."""
    counts = (torch.arange(n) < torch.tensor([30, 30, 22, 13, 30])[:, None]).float()
    counts[1, 0], counts[1, 29] = 3, 0
    return counts


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("rates", [[0.02] * 5, [0.02, 0.01, 0.03, 0.02, 0.05]])
def test_a_member_is_what_it_would_be_alone_to_the_last_bit(monkeypatch, optimizer, rates):
    pool = make_pool(5, counts=unequal_counts(), versions=2)
    seeds, training = [0, 1, 0, 2, 3], {"optimizer": optimizer}
    together = make_trainer(monkeypatch, pool, training=training, seeds=seeds, learning_rate=rates, **MIXED)
    for _ in range(8):
        together.run_epoch()
    measured = together.measure()
    for m in range(5):
        own = {name: [values[m]] for name, values in MIXED.items()}
        one = make_trainer(
            monkeypatch, alone(pool, m), training=training, seeds=[seeds[m]], learning_rate=[rates[m]], **own
        )
        for _ in range(8):
            one.run_epoch()
        assert torch.equal(one.stack.parameters[0], together.stack.parameters[m])
        assert torch.equal(one.measure().val_loss[0], measured.val_loss[m])
        assert torch.equal(one.measure().train_loss[0], measured.train_loss[m])


def test_beside_members_that_torch_computes_a_compiled_one_is_what_it_is_alone(monkeypatch):
    """Dropout and group L1 are torch's; a neighbour without them is compiled as it is alone."""
    pool, strengths = make_pool(3), {"l1": [0.01, 0, 0], "dropout_rate": [0, 0.3, 0], "group_l1": [0, 0, 0.02]}
    together = make_trainer(monkeypatch, pool, **strengths)
    without = make_trainer(monkeypatch, pool, is_compiled=False, **strengths)
    for trainer in (together, without):
        for _ in range(6):
            trainer.run_epoch()
    one = make_trainer(monkeypatch, alone(pool, 0), l1=[0.01])
    for _ in range(6):
        one.run_epoch()
    assert torch.equal(one.stack.parameters[0], together.stack.parameters[0])
    assert torch.equal(without.stack.parameters[1:], together.stack.parameters[1:])
    assert together.blocks[0].optimizer.n_steps == without.blocks[0].optimizer.n_steps


def test_dropout_may_come_and_go_on_the_way(monkeypatch):
    """Steps by torch and compiled ones alternate on the same buffers, also within an epoch."""
    ours, theirs = (make_trainer(monkeypatch, make_pool(), is_on) for is_on in (True, False))
    for trainer in (ours, theirs):
        for rate in (0.0, 0.4, 0.0, 0.4):
            trainer.members["dropout_rate"].fill_(rate)
            for _ in range(12):  # five steps are an epoch
                trainer.step()
    torch.testing.assert_close(ours.stack.parameters, theirs.stack.parameters, rtol=0, atol=1e-4)


@pytest.mark.parametrize("sizes", [(1,), (2, 3, 1), (5, 50)])
def test_in_how_many_calls_steps_are_made_changes_no_bit(monkeypatch, sizes):
    counts = unequal_counts()
    whole, cut, leaps = (
        make_trainer(monkeypatch, make_pool(5, counts=counts), seeds=[0, 1, 0, 2, 3], **MIXED) for _ in range(3)
    )
    for _ in range(12):
        whole.run_epoch()
    leaps.run_epochs(12)
    calls = 0
    while cut.n_epochs_done < 12:
        cut.advance(sizes[calls % len(sizes)])
        calls += 1
    for trainer in (cut, leaps):
        assert torch.equal(whole.stack.parameters, trainer.stack.parameters)
        assert trainer.n_steps_done == whole.n_steps_done and trainer.n_epochs_done == 12
        assert [s.tolist() for s in trainer.order.states()] == [s.tolist() for s in whole.order.states()]


@pytest.mark.parametrize("n_epochs", [1, 2, 7])
@pytest.mark.parametrize("n_train", [1, 2, 3, 30, 39])
def test_orders_are_drawn_as_torch_draws_them(monkeypatch, n_epochs, n_train):
    counts = (torch.arange(40) < torch.tensor([30, n_train, 22])[:, None]).float()
    ours, theirs = (make_trainer(monkeypatch, make_pool(3, counts=counts), seeds=[0, 1, 2]) for _ in range(2))
    for _ in range(3):
        np.testing.assert_array_equal(ours._kernel.draw(n_epochs), theirs.order.draw(n_epochs).numpy())
    assert [s.tolist() for s in ours.order.states()] == [s.tolist() for s in theirs.order.states()]


@pytest.mark.parametrize("n_steps", [3, 10, 13])
def test_what_was_put_away_goes_on_bit_for_bit(monkeypatch, n_steps):
    first, second = (make_trainer(monkeypatch, make_pool(2), l1=[0.0, 0.01]) for _ in range(2))
    for _ in range(n_steps):  # five are an epoch
        first.step()
    kept = keeping.keep(first)
    first.run_epochs(4)
    keeping.restore(second, kept)
    second.run_epochs(4)
    assert torch.equal(first.stack.parameters, second.stack.parameters)


def test_the_same_history_while_other_threads_train(monkeypatch):
    def train_one():
        trainer = make_trainer(
            monkeypatch, make_pool(3, counts=unequal_counts()[:3]), **{k: v[:3] for k, v in MIXED.items()}
        )
        losses = []
        for _ in range(60):
            trainer.run_epoch()
            losses.append(trainer.measure().val_loss)
        return torch.stack(losses)

    expected, found = train_one(), []
    threads = [threading.Thread(target=lambda: found.append(train_one())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and all(torch.equal(expected, losses) for losses in found)


def test_a_wide_batch_and_odd_widths(monkeypatch):
    """Rows and units that fill no group of sixteen, a batch of more than one group, and one of a single row at the end."""
    pool = make_pool(n=90, n_train=71, n_inputs=19, loss="mse")
    for hidden_sizes, batch_size in (((17, 33), 35), ((), 71), ((1, 2, 3), 10)):
        ours, theirs = (
            make_trainer(monkeypatch, pool, is_on, hidden_sizes=hidden_sizes, training={"batch_size": batch_size})
            for is_on in (True, False)
        )
        for trainer in (ours, theirs):
            for _ in range(10):
                trainer.run_epoch()
        torch.testing.assert_close(ours.stack.parameters, theirs.stack.parameters, rtol=0, atol=1e-4)


def test_a_network_that_is_lost_is_no_number_in_either(monkeypatch):
    training = {"optimizer": "sgd", "momentum": 0.0, "learning_rate": 1e3}
    for is_compiled in (True, False):
        trainer = make_trainer(monkeypatch, make_pool(loss="mse"), is_compiled, activation="relu", training=training)
        for _ in range(50):
            trainer.run_epoch()
            record_of(trainer, trainer.measure())  # on the way there, numbers become too large, without a warning
        assert not torch.isfinite(trainer.stack.parameters).all()
        assert torch.isnan(trainer.measure().train_loss).all()


def test_weights_are_counted_and_summed_as_torch_does(monkeypatch):
    settings = {"regularization": {"l1": 0.01, "l2": 0.02, "penalize_output": False}, "activation": "relu"}
    trainer = make_trainer(monkeypatch, make_pool(2), **settings)
    for _ in range(30):
        trainer.run_epoch()
    trainer.stack.parameters[1, 3] = 5e-4  # small, not zero
    trainer.stack.parameters[1, 4] = -1e-3  # just not small
    measured = trainer.measure()
    ours, theirs = record_of(trainer, measured), record_of(trainer, replace(measured, compiled=None))
    assert (theirs["n_zero"] > 0).all() and theirs["n_small"][1] > 0
    for name, values in theirs.items():
        np.testing.assert_allclose(ours[name], values, rtol=1e-6)
        assert ours[name].dtype == values.dtype
    torch.testing.assert_close(measured.penalty, trainer._term("l1") + trainer._term("l2"))


def test_a_split_without_rows_has_no_mean(monkeypatch):
    pool = make_pool(n=30, n_train=30)
    ours, theirs = (make_trainer(monkeypatch, pool, is_on).measure() for is_on in (True, False))
    assert torch.isnan(ours.val_loss).all() and torch.isnan(theirs.val_loss).all()
    torch.testing.assert_close(ours.train_loss, theirs.train_loss)


def test_float64_and_augmentation_are_torchs(monkeypatch):
    monkeypatch.setattr(trainers, "is_on", lambda: True)
    experiment = Experiment(data={"name": "xor", "n_train": 40}, training={"n_epochs": 3})
    runs = [train(experiment, progress=False, dtype="float64") for _ in range(2)]
    monkeypatch.setattr(trainers, "is_on", lambda: False)
    runs.append(train(experiment, progress=False, dtype="float64"))
    assert all(np.array_equal(a.parameters, b.parameters) for a, b in pairwise(runs))
