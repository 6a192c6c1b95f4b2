"""Small trainers whose steps are compiled, and the same with torch, for the tests beside this file."""

import torch

from core.engine import Members, Trainer
from core.engine import trainer as trainers
from core.engine.trainer import Pool
from core.settings.experiment import NetworkConfig, RegularizationConfig, TrainingConfig

F32 = torch.float32


def make_pool(n_members=1, n=40, n_train=30, loss="cross_entropy", n_inputs=3, counts=None, versions=1):
    generator = torch.Generator().manual_seed(1)
    X = torch.randn(versions, n, n_inputs, generator=generator)
    classes = torch.randint(0, 3, (n,), generator=generator)
    targets = {
        "mse": X[0, :, :1].sin(), "binary_cross_entropy": (X[0, :, :1] + 0.5 * X[0, :, 1:2] > 0).float(),
        "cross_entropy": torch.nn.functional.one_hot(classes, 3).float(),
    }[loss]  # fmt: skip
    is_train = (torch.arange(n) < n_train).float().expand(n_members, -1) if counts is None else counts
    is_val = (torch.arange(n) >= n_train).float().expand(n_members, -1)
    version = torch.arange(n_members) % versions
    return Pool(X, targets, is_train, is_val, version, loss, loss != "mse")


def make_trainer(
    monkeypatch, pool, is_compiled=True, hidden_sizes=(5, 4), activation="tanh", regularization=None, training=None,
    seeds=None, **strengths,
):  # fmt: skip
    monkeypatch.setattr(trainers, "is_on", lambda: is_compiled)
    regularization = RegularizationConfig(**(regularization or {}))
    training = TrainingConfig(**{"batch_size": 7, "n_epochs": 50, "learning_rate": 0.02, **(training or {})})
    members = Members.from_configs(regularization, training, F32, len(pool.is_train), **strengths)
    members.seeds = tuple(seeds or members.seeds)
    network = NetworkConfig(hidden_sizes=hidden_sizes, activation=activation)
    trainer = Trainer(network, regularization, training, pool, members)
    assert (trainer._kernel is not None) == is_compiled
    return trainer


def alone(pool, member):
    """Return the pool of one of the members."""
    one = slice(member, member + 1)
    return Pool(pool.X, pool.targets, pool.is_train[one], pool.is_val[one], pool.version_of_member[one], pool.loss,
                pool.is_classification)  # fmt: skip
