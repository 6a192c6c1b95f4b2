"""Other rows under a running network: `Trainer.exchange` against torch's own optimizers, and what it leaves alone."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from core import Experiment
from core.data import load_split
from core.engine.batches import BATCH_STREAM
from core.studies.base.plan import make_pool, make_trainer

A = [(-0.8, 0.3), (-0.5, 0.9), (-0.1, -0.2), (0.2, 0.4), (0.4, -0.7), (0.7, 0.1), (0.9, 0.8), (0.0, 0.2, 0, True)]
B = [*A[:4], (0.3, 1.5), (-0.9, -1.0), (0.6, 0.6, 0, True)]  # six for training, one for validation


def experiment(points, **settings):
    return Experiment(
        data={"name": "my_curve", "points": points}, network={"hidden_sizes": [5], "activation": "tanh"},
        training={"optimizer": "adam", "learning_rate": 0.02, "seed": 4},
    ).replace(**settings)  # fmt: skip


def pool_of(one):
    return make_pool(one, load_split(one.data, np.float64), "float64")


def trainer_of(one):
    return make_trainer(one, load_split(one.data, np.float64), "float64")


class ByHand:
    """The same network with autograd, torch's own optimizer and the same random order of rows."""

    def __init__(self, one, optimizer):
        stack = trainer_of(one).stack
        tensors = [*(w[0].T for w in stack.weights), *(b[0, 0] for b in stack.biases)]
        self.weights = [tensor.clone().requires_grad_() for tensor in tensors]
        self.optimizer = optimizer(self.weights)
        self.generator = torch.Generator().manual_seed(one.training.seed + BATCH_STREAM)

    def orders(self, n_rows, size):
        """Yield the batches of epoch after epoch; a full batch is not shuffled."""
        while True:
            order = torch.randperm(n_rows, generator=self.generator) if size < n_rows else torch.arange(n_rows)
            yield from torch.split(order, size)

    def train(self, one, batches, n_steps):
        split = load_split(one.data, np.float64)
        X, y = torch.as_tensor(split.X_train), torch.as_tensor(split.y_train)
        first, last, b1, b2 = self.weights
        for _ in range(n_steps):
            rows = next(batches)
            outputs = torch.tanh(X[rows] @ first.T + b1) @ last.T + b2
            self.optimizer.zero_grad()
            functional.mse_loss(outputs[:, 0], y[rows]).backward()
            self.optimizer.step()

    def numbers(self):
        return torch.cat([tensor.detach().ravel() for tensor in self.weights]).numpy()


OPTIMIZERS = {
    "adam": lambda weights: torch.optim.Adam(weights, lr=0.02),
    "sgd": lambda weights: torch.optim.SGD(weights, lr=0.02, momentum=0.9),
}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("size", [None, 2])
@pytest.mark.parametrize("n_before", [6, 7])  # of 4 batches of two an epoch: in the midst of the second one
def test_it_is_the_same_as_going_on_by_hand_with_other_rows(optimizer, size, n_before):
    momentum = 0.9 if optimizer == "sgd" else 0.0
    before, after = (experiment(p, batch_size=size, optimizer=optimizer, momentum=momentum) for p in (A, B))
    hand, trainer = ByHand(before, OPTIMIZERS[optimizer]), trainer_of(before)
    hand.train(before, hand.orders(7, size or 7), n_before)
    for _ in range(n_before):
        trainer.step()
    trainer.exchange(pool_of(after))  # the epoch that has begun begins anew, in the order that is drawn next
    hand.train(after, hand.orders(6, size or 6), 8)
    for _ in range(8):
        trainer.step()
    np.testing.assert_allclose(trainer.stack.parameters[0].numpy(), hand.numbers(), rtol=1e-9, atol=1e-12)
    n_batches = 3 if size else 1
    assert trainer.n_steps_done == n_before + 8
    assert trainer.n_epochs_done == n_before // (4 if size else 1) + 8 // n_batches


def test_what_is_measured_are_the_new_rows():
    before, after = experiment(A), experiment(B)
    trainer = trainer_of(before)
    trainer.exchange(pool_of(after))
    found, fresh = trainer.measure(), trainer_of(after).measure()  # equal seeds: the same network
    assert float(found.train_loss[0]) == float(fresh.train_loss[0])
    assert float(found.val_loss[0]) == float(fresh.val_loss[0])
    assert torch.equal(found.val_score.isnan(), fresh.val_score.isnan())


def test_there_and_back_is_as_if_nothing_had_been():
    one = experiment(A)
    there, stayed = trainer_of(one), trainer_of(one)
    for trainer in (there, stayed):
        trainer.advance(5)
        for _ in range(5):
            trainer.step()
    there.exchange(pool_of(experiment(B)))
    there.exchange(pool_of(one))
    for _ in range(9):
        there.step()
        stayed.step()
    assert torch.equal(there.stack.parameters, stayed.stack.parameters)


def test_without_training_rows_nothing_is_trained_until_there_are_some_again():
    trainer = trainer_of(experiment(A))
    trainer.step()
    weights = trainer.stack.parameters.clone()
    trainer.exchange(pool_of(experiment([(0.0, 0.2, 0, True)])))
    assert bool(trainer.measure().train_loss.isnan()) and bool(trainer.measure().val_loss.isfinite())
    with pytest.raises(ValueError, match="pool: expected at least one training row, received none"):
        trainer.step()
    trainer.exchange(pool_of(experiment([])))
    assert bool(trainer.measure().val_loss.isnan())
    assert torch.equal(trainer.stack.parameters, weights)
    trainer.exchange(pool_of(experiment(B)))
    trainer.step()
    assert not torch.equal(trainer.stack.parameters, weights) and bool(trainer.stack.parameters.isfinite().all())


def test_a_pool_for_another_network_is_refused():
    trainer = trainer_of(experiment(A))
    plane = Experiment(data={"name": "my_plane", "points": A})
    with pytest.raises(ValueError, match="pool: expected inputs as before, 1, received 2"):
        trainer.exchange(make_pool(plane, load_split(plane.data, np.float64), "float64"))
    pool = pool_of(experiment(B))
    with pytest.raises(ValueError, match="pool: expected members as before, 1, received 2"):
        trainer.exchange(replace(pool, is_train=pool.is_train.expand(2, -1), is_val=pool.is_val.expand(2, -1)))


def test_what_compiled_steps_measure_are_the_new_rows_too():
    before, after = experiment(A), experiment([*B, (0.1, 0.2, 0, True)])
    trainer, fresh = make_trainer(before, load_split(before.data)), make_trainer(after, load_split(after.data))
    trainer.exchange(make_pool(after, load_split(after.data), "float32"))
    found, expected = trainer.measure(), fresh.measure()
    for name in ("train_loss", "val_loss", "train_score", "val_score"):
        assert torch.equal(getattr(found, name), getattr(expected, name)), name
