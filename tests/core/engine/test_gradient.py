"""The written-out backward pass against autograd, for every loss, activation and penalty, in float64."""

import pytest
import torch

from core.engine import Members, Rows, Trainer
from core.engine.losses import sample_losses
from core.engine.trainer import Pool
from core.settings.experiment import NetworkConfig, RegularizationConfig, TrainingConfig

ACTIVATIONS = ["tanh", "relu", "sigmoid", "leaky_relu", "gelu", "linear"]
LOSSES = {"mse": 1, "binary_cross_entropy": 1, "cross_entropy": 3}
PENALTIES = [
    {},
    {"l2": 0.3},
    {"l1": 0.2, "l1_method": "subgradient"},
    {"activity_l2": 0.4},
    {"l1": 0.1, "l2": 0.2, "activity_l2": 0.3, "l1_method": "subgradient", "penalize_output": False},
]


def make_trainer(loss, activation, penalty, hidden_sizes=(5, 4), n=7, n_members=2):
    generator = torch.Generator().manual_seed(1)
    X = torch.randn(1, n, 3, generator=generator, dtype=torch.float64)
    classes = torch.randint(0, 3, (n,), generator=generator)
    targets = {
        "mse": torch.randn(n, 1, generator=generator, dtype=torch.float64),
        "binary_cross_entropy": (classes > 0).double()[:, None],
        "cross_entropy": torch.nn.functional.one_hot(classes, 3).double(),
    }[loss]
    is_train = torch.ones(n_members, n, dtype=torch.float64)
    pool = Pool(X, targets, is_train, 1 - is_train, torch.zeros(n_members, dtype=torch.long), loss, loss != "mse")
    regularization, training = RegularizationConfig(**penalty), TrainingConfig()
    members = Members.from_configs(regularization, training, torch.float64, n_members)
    members.seeds = tuple(range(n_members))
    network = NetworkConfig(hidden_sizes=hidden_sizes, activation=activation)
    return Trainer(network, regularization, training, pool, members)


def autograd_gradient(trainer, activation, penalty):
    """The objective written the way a textbook does, differentiated by torch."""
    stack, pool = trainer.stack, trainer.pool
    parameters = stack.parameters.clone().requires_grad_()
    weights, biases = stack._views(parameters)
    signal, n = pool.X, pool.X.shape[1]
    act = (lambda z: z) if activation == "linear" else getattr(torch.nn.functional, activation)
    objective = 0.0
    for w, b in zip(weights[:-1], biases[:-1], strict=True):
        signal = act(signal @ w + b)
        objective = objective + penalty.get("activity_l2", 0) * signal.square().sum() / n
    outputs = signal @ weights[-1] + biases[-1]
    objective = objective + sample_losses(pool.loss, outputs, pool.targets).mean(1).sum()
    for w in weights if penalty.get("penalize_output", True) else weights[:-1]:
        objective = objective + penalty.get("l1", 0) * w.abs().sum() + penalty.get("l2", 0) * w.square().sum()
    return torch.autograd.grad(objective, parameters)[0]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("penalty", PENALTIES, ids=str)
def test_gradient_matches_autograd(loss, activation, penalty):
    trainer = make_trainer(loss, activation, penalty)
    n = trainer.pool.X.shape[1]
    trainer.compute_gradient(Rows(torch.arange(n)[None], None))
    expected = autograd_gradient(trainer, activation, penalty)
    difference = (trainer.stack.gradient - expected).abs().max()
    assert difference <= 1e-9 * expected.abs().max()


@pytest.mark.parametrize("loss", LOSSES)
def test_sample_losses_match_torch(loss):
    generator = torch.Generator().manual_seed(3)
    outputs = torch.randn(2, 6, LOSSES[loss], generator=generator, dtype=torch.float64)
    trainer = make_trainer(loss, "tanh", {}, n=6)
    targets = trainer.pool.targets
    functional = torch.nn.functional
    expected = {
        "mse": lambda z: functional.mse_loss(z, targets),
        "binary_cross_entropy": lambda z: functional.binary_cross_entropy_with_logits(z, targets),
        "cross_entropy": lambda z: functional.cross_entropy(z, targets),
    }[loss]
    for member in range(2):
        ours = sample_losses(loss, outputs, targets)[member].mean()
        assert torch.isclose(ours, expected(outputs[member]), atol=1e-12)


def test_activity_penalty_by_hand():
    # One linear unit with weight 2 and bias 1 on inputs 0 and 3 gives outputs 1 and 7: (1 + 49) / 2 rows × 0.1 = 2.5.
    X = torch.tensor([[[0.0], [3.0]]], dtype=torch.float64)
    is_train = torch.ones(1, 2, dtype=torch.float64)
    pool = Pool(X, torch.zeros(2, 1).double(), is_train, 1 - is_train, torch.zeros(1, dtype=torch.long), "mse", False)
    regularization, training = RegularizationConfig(activity_l2=0.1), TrainingConfig()
    members = Members.from_configs(regularization, training, torch.float64)
    trainer = Trainer(NetworkConfig(hidden_sizes=(1,), activation="linear"), regularization, training, pool, members)
    trainer.stack.weights[0].fill_(2.0)
    trainer.stack.biases[0].fill_(1.0)
    assert trainer.measure().penalty.item() == pytest.approx(2.5)


def test_dropout_keeps_the_expectation():
    trainer = make_trainer("mse", "tanh", {"dropout_rate": 0.3}, hidden_sizes=(200,))
    trainer._read_strengths()
    dropout = trainer.blocks[0].draw_dropout(trainer._draw_dropout(500))
    assert dropout is not None
    masks = dropout.masks
    assert masks[0].mean().item() == pytest.approx(1.0, abs=0.01)
    assert masks[0].unique().tolist() == [0.0, pytest.approx(1 / 0.7)]


def test_dropout_is_off_in_evaluation():
    """Measured with dropout switched on is as measured without, before and after training, where training feels it."""
    trainer, bare = (make_trainer("mse", "tanh", {"dropout_rate": rate}, hidden_sizes=(50, 20)) for rate in (0.5, 0.0))
    for _ in range(2):
        bare.stack.parameters.copy_(trainer.stack.parameters)
        for name in ("train_loss", "train_score", "objective"):
            torch.testing.assert_close(getattr(trainer.measure(), name), getattr(bare.measure(), name), rtol=0, atol=0)
        trainer.run_epoch()
    bare.run_epoch()
    assert not torch.allclose(trainer.stack.parameters, bare.stack.parameters)
