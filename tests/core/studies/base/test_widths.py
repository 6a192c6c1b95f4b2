"""Several widths in one stack: a narrow network in a wide one is the narrow network, under every optimizer and penalty."""

import numpy as np
import pytest
import torch

from core import Experiment
from core.data import load_split
from core.engine import Stack
from core.studies.base.outputs import predict
from core.studies.base.plan import Plan, make_pool
from core.studies.base.training import Training
from core.studies.base.widths import check_widths, padded_starts, widened

WIDTHS = (2, 5, 3)
TASK = Experiment(
    data={"name": "moons", "n_train": 20, "noise_std": 0.3}, network={"hidden_sizes": (7, 7)},
    training={"n_epochs": 25, "learning_rate": 0.03},
)  # fmt: skip


def trained(experiment, split):
    """Return the training of one network of each width in one stack, seeds 0, 1, 2, at its end."""
    wide = widened(experiment, WIDTHS)
    pool = make_pool(wide, split, "float64", len(WIDTHS))
    start = padded_starts(experiment, (2, 1), WIDTHS, range(3), torch.float64)
    plan = Plan(wide, split, "", np.zeros(3), pool, {}, (0, 1, 2), (np.arange(3),), start=start)
    training = Training(plan)
    training.run()
    return training


@pytest.mark.parametrize("activation", ["tanh", "relu", "leaky_relu", "gelu"])
@pytest.mark.parametrize(
    "more",
    [
        {}, {"optimizer": "sgd", "momentum": 0.9}, {"l1": 0.003, "l2": 0.01}, {"group_l1": 0.01, "weight_decay": 0.1},
        {"l1": 0.01, "l1_method": "subgradient", "activity_l2": 0.01},
    ],
)  # fmt: skip
def test_a_narrow_network_in_a_wide_stack_is_the_narrow_network(activation, more):
    experiment = TASK.replace(activation=activation, **more)
    split = load_split(experiment.data, np.float64)
    training = trained(experiment, split)
    stack, losses = training.trainer.stack, training.state()
    for member, width in enumerate(WIDTHS):
        narrow = experiment.replace(hidden_sizes=(width, width), seed=member)
        alone = Training(
            Plan(narrow, split, "", np.zeros(1), make_pool(narrow, split, "float64"), {}, (member,), (np.arange(1),))
        )
        alone.run()
        expected = predict(alone.trainer.stack, alone.trainer.pool.loss, False, split.X_val)[0]
        np.testing.assert_allclose(
            predict(stack, training.trainer.pool.loss, False, split.X_val)[member], expected, atol=1e-9
        )
        for name in ("train_loss", "val_loss", "penalty", "weight_norm"):
            np.testing.assert_allclose(getattr(losses, name)[member], getattr(alone.state(), name)[0], atol=1e-9)
        padding = [w[member, width:].abs().sum() + w[member, :, width:].abs().sum() for w in stack.weights[1:2]]
        assert float(sum(padding)) == 0 and float(stack.weights[0][member, :, width:].abs().sum()) == 0


def test_a_start_is_what_the_narrow_network_would_draw_alone():
    start = padded_starts(TASK, (2, 1), (3, 7), (4, 5), torch.float64)
    narrow, wide = Stack(2, (3, 3), 1, "tanh", [4], torch.float64), Stack(2, (7, 7), 1, "tanh", [5], torch.float64)
    assert np.abs(start[0]).sum() == pytest.approx(float(narrow.parameters.abs().sum()))
    assert (start[0] != 0).sum() == narrow.n_parameters
    np.testing.assert_array_equal(start[1], wide.parameters[0].numpy())


@pytest.mark.parametrize(
    ("experiment", "widths", "words"),
    [
        (TASK, (), "widths: expected whole numbers from 1 to 512"),
        (TASK, (2, 2.5), "widths: expected whole numbers"),
        (TASK, (0, 3), "widths: expected whole numbers"),
        (TASK.replace(hidden_sizes=()), (2,), "hidden_sizes: expected at least one hidden layer"),
        (TASK.replace(activation="sigmoid"), (2,), "activation: expected one that is 0 at 0"),
    ],
)
def test_what_cannot_share_a_stack_is_refused_in_words(experiment, widths, words):
    with pytest.raises(ValueError, match=words):
        check_widths(experiment, widths)


def test_whole_numbers_of_any_type_are_widths():
    assert check_widths(TASK, np.array([2.0, 4.0])) == (2, 4)
