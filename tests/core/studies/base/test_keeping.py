"""A training that was put away and taken out again goes on bit for bit, whatever it is made of."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from core.data import load_split
from core.settings.experiment import Experiment
from core.stream.snapshot import decode, encode
from core.studies.base.keeping import keep, restore
from core.studies.base.training import Training
from core.studies.compare.variants import TASK, plan_compare
from core.studies.path.sweep import plan_path
from core.studies.playground.fit import make_training

BASE = Experiment(
    data={"name": "moons", "n_train": 50}, network={"hidden_sizes": (6, 5)}, training={"n_epochs": 40, "batch_size": 16}
)


def single(**settings: object) -> Callable[[], Training]:
    experiment = BASE.replace(**settings)
    return lambda: make_training(experiment, load_split(experiment.data))


def compared() -> Training:
    experiment = TASK.replace(variants=("none", "l1_proximal", "dropout"), n_starts=2, n_epochs=40)
    return Training(plan_compare(experiment, load_split(experiment.data)))


def path() -> Training:
    return Training(plan_path(BASE, "l2", [0.0, 1e-3, 1e-1], load_split(BASE.data)))


CASES = {
    "adam": single(l1=1e-3), "sgd": single(optimizer="sgd", momentum=0.9, learning_rate=0.01),
    "dropout": single(dropout_rate=0.3, l2=1e-3), "cosine": single(learning_rate_schedule="cosine"),
    "full batch": single(batch_size=None), "decay": single(weight_decay=0.1), "groups": single(group_l1=0.01),
    "compared": compared, "path": path,
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_was_put_away_goes_on_bit_for_bit(case: str) -> None:
    whole, first, second = (CASES[case]() for _ in range(3))
    whole.run()
    for _ in range(17 * first.trainer.order.n_batches + 2):  # in the middle of an epoch, where it has a middle
        first.step()
    if case == "adam":
        first.set("l2", 3e-3), first.set("weight_decay", 0.1), first.set("group_l1", 3e-3)
    message = encode("kept", 0, {}, keep(first))  # as it lies on a disk
    restore(second, decode(message).arrays)
    first.run(), second.run()
    for training in (second,) if case == "adam" else (second, whole):
        assert torch.equal(training.trainer.stack.parameters, first.trainer.stack.parameters)
        arrays, expected = training.arrays(), first.arrays()
        assert arrays.keys() == expected.keys()
        for name in expected:
            np.testing.assert_array_equal(arrays[name], expected[name])
        for found, wanted in zip(training.best(), first.best(), strict=True):
            np.testing.assert_array_equal(found, wanted)


def test_a_member_that_diverged_stays_held() -> None:
    make = single(
        optimizer="sgd", learning_rate=1.0, batch_size=None, n_epochs=400, loss="mse", activation="relu", l2=3.0
    )
    first, second = make(), make()
    while not first.is_diverged.any():
        first.run_epoch()
    restore(second, keep(first))
    assert second.is_diverged.all() and second.is_done
    assert torch.isfinite(second.trainer.stack.parameters).all()
