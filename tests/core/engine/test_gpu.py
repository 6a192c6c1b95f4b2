"""The GPU computes what the processor computes. These tests need one, and are skipped where torch finds none."""

import gc
import warnings

import numpy as np
import pytest
import torch
from sklearn.linear_model import Lasso

from core import Experiment, Split, bias_variance, cross_validate, refit, sweep, sweep_learning_rates, train
from core.engine import keeping
from core.engine.device import CPU, device_of
from core.studies.base.training import Training
from core.studies.path.sweep import plan_path

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU that torch can use")

VALUES = [0.0, 0.001, 0.003, 0.01]
DIGITS = {
    "data": {"name": "digits", "n_train": 100, "seed": 0},
    "network": {"hidden_sizes": [64], "activation": "relu"},
}
SINE = {"data": {"name": "sine", "n_train": 30}, "network": {"hidden_sizes": [16, 16], "activation": "tanh"}}
BLOBS = {"data": {"name": "moons", "n_train": 60}, "network": {"hidden_sizes": [8], "activation": "gelu"}}
TRAINING = {"optimizer": "adam", "learning_rate": 0.003, "batch_size": 32, "n_epochs": 50}
CASES = {
    "digits, adam": DIGITS | {"training": TRAINING},
    "digits, sgd": DIGITS | {"training": TRAINING | {"optimizer": "sgd", "momentum": 0.9, "learning_rate": 0.01}},
    "curve, cosine": SINE
    | {"training": TRAINING | {"batch_size": None, "n_epochs": 200, "learning_rate_schedule": "cosine"}},
    "classes, l2": BLOBS | {"training": TRAINING, "regularization": {"l2": 0.003}},
    "activity, decay": BLOBS | {"training": TRAINING, "regularization": {"activity_l2": 0.01, "weight_decay": 0.1}},
    "subgradient": SINE | {"training": TRAINING, "regularization": {"l1": 0.001, "l1_method": "subgradient"}},
    "groups": SINE | {"training": TRAINING | {"n_epochs": 20}, "regularization": {"group_l1": 0.003}},
    "uneven batches": SINE | {"training": TRAINING | {"batch_size": 7, "n_epochs": 14}},
}


def near(ours, theirs, tolerance=1e-4):
    """Assert that two arrays differ by at most a share of the largest number in them."""
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    scale = np.nanmax(np.abs(theirs))
    np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance * scale)


@pytest.mark.parametrize("case", CASES)
def test_about_200_steps_end_where_the_processor_ends(case):
    experiment = Experiment(**CASES[case])
    name = "l2" if "l1" in experiment.regularization.model_fields_set else "l1"
    here, there = (sweep(experiment, name, VALUES, progress=False, device=device) for device in ("cpu", "cuda"))
    near(there.state.parameters, here.state.parameters)
    for series in ("train_loss", "val_loss", "penalty", "weight_norm"):
        near(there.history[series], here.history[series])
    np.testing.assert_array_equal(there.history["epoch"], here.history["epoch"])


def test_float64_agrees_to_its_own_last_digits():
    experiment = Experiment(**CASES["digits, adam"])
    here, there = (
        sweep(experiment, "l1", VALUES, progress=False, dtype="float64", device=device) for device in ("cpu", "cuda")
    )
    near(there.state.parameters, here.state.parameters, 1e-5)  # the learning rate of the fused kernel is a float32


def test_l1_leaves_the_zeros_of_the_lasso():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 12))
    y = X[:, :3] @ [1.0, -2.0, 0.5] + 0.1 * rng.normal(size=80)
    y -= y.mean()
    split = Split.from_arrays(X, y, X[:20], y[:20], task="regression")
    training = {"optimizer": "sgd", "learning_rate": 0.05, "batch_size": None, "n_epochs": 3000}
    linear = Experiment(network={"hidden_sizes": []}, training=training)
    path = sweep(linear, "l1", [0.05, 0.2, 0.8], split, progress=False, device="cuda")
    for i, l1 in enumerate(path.values):
        theirs = Lasso(alpha=l1 / 2, tol=1e-12, max_iter=100_000).fit(X, y).coef_
        ours = path.weights[0][i, :, 0]
        np.testing.assert_array_equal(ours == 0, theirs == 0)
        near(ours, theirs, 1e-3)


def test_every_study_runs_there():
    experiment, curve = (
        Experiment(**CASES["digits, adam"]).replace(n_epochs=10),
        Experiment(**SINE).replace(n_epochs=20),
    )
    values = [0.001, 0.01]
    for study in (
        lambda device: cross_validate(experiment, "l2", values, 3, progress=False, device=device).val_loss,
        lambda device: refit(experiment, "l2", {"a": 0.01}, progress=False, device=device).train_loss,
        lambda device: sweep_learning_rates(experiment, "l2", values, values, progress=False, device=device).val_loss,
        lambda device: train(experiment, progress=False, device=device).history["val_loss"],
        lambda device: sweep(experiment, "l2", values, progress=False, start="warm", device=device).state.val_loss,
        lambda device: bias_variance(curve, "l2", values, 3, 2, progress=False, device=device).risk,
    ):  # fmt: skip
        near(study("cuda"), study("cpu"))


@pytest.mark.parametrize("given", [{"dropout_rate": 0.3}, {}])
def test_a_strength_moved_on_the_way_is_the_same_as_on_the_processor(given):
    experiment = Experiment(**DIGITS, training=TRAINING, regularization=given)
    plan, ends = plan_path(experiment, "l1", VALUES), []
    for device in ("cpu", "cuda"):
        training = Training(plan, device=device)
        for _ in range(10):
            training.run_epoch()
        training.step()
        training.set("l2", 0.01)
        training.step()
        for _ in range(20):
            training.run_epoch()
        ends.append(training.state())
    near(ends[1].parameters, ends[0].parameters, 1e-3 if given else 1e-4)
    np.testing.assert_array_equal(ends[0].epoch, ends[1].epoch)


def test_what_was_put_away_goes_on():
    plan = plan_path(Experiment(**CASES["digits, adam"]), "l1", VALUES)
    whole, first = (Training(plan, device="cuda") for _ in range(2))
    for training in (whole, first):
        for _ in range(9):
            training.step()
    again = Training(plan, device="cuda")
    keeping.restore(again.trainer, keeping.keep(first.trainer))
    for training in (whole, again):
        training.run_epoch()
        training.run_epoch()
    near(again.trainer.stack.parameters.cpu(), whole.trainer.stack.parameters.cpu(), 1e-6)


def test_a_stack_too_large_for_the_memory_is_trained_in_halves_and_says_so():
    experiment = Experiment(**DIGITS, training=TRAINING | {"n_epochs": 2})
    values = np.geomspace(1e-5, 1e-1, 500)
    whole = sweep(experiment, "l1", values, progress=False, device="cuda")
    plan = plan_path(experiment, "l1", values)
    gc.collect()
    torch.cuda.empty_cache()
    total = torch.cuda.mem_get_info()[1]
    torch.cuda.set_per_process_memory_fraction((torch.cuda.memory_reserved() + (150 << 20)) / total)
    try:
        with pytest.warns(RuntimeWarning, match="networks together do not fit into the memory of cuda"):
            training = Training(plan, device="cuda")
            training.run()
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert training.plan.n_stacks > 1
    near(training.state().parameters, whole.state.parameters)


def test_the_server_can_be_told_to_train_its_studies_there(monkeypatch):
    plan = plan_path(Experiment(**CASES["digits, adam"]), "l1", VALUES)
    assert Training(plan).device == CPU
    monkeypatch.setenv("OVERFIT_LAB_DEVICE", "cuda")
    assert Training(plan).device == device_of("cuda")


def test_products_are_not_rounded_to_ten_bits():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert not torch.backends.cuda.matmul.allow_tf32
