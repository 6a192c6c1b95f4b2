"""Training inside the modes and settings of torch that a caller may have set: the same numbers, and the settings stay."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import numpy as np
import pytest
import torch

import core
from core import Experiment
from core.engine.arithmetic import fast_arithmetic, is_flushing_denormals

SMALL = Experiment(
    data={"name": "diabetes", "n_train": 20},
    network={"hidden_sizes": [4]},
    regularization={"dropout_rate": 0.2},
    training={"n_epochs": 3, "batch_size": 5},
)
CHANGES = [{"step": 2, "name": "l2", "value": 0.5}]


def everything() -> list[np.ndarray]:
    """Return numbers of every public function."""
    run, path = core.train(SMALL, progress=False, changes=CHANGES), core.sweep(SMALL, "l1", [0.0, 0.1], progress=False)
    grid = core.sweep_learning_rates(SMALL, "l2", [0.0, 0.1], [0.01, 0.1], progress=False)
    cv = core.cross_validate(SMALL, "l2", [0.0, 0.1], 3, progress=False)
    test = core.evaluate_test(core.refit(SMALL, "l2", core.candidates(cv), progress=False))
    X = np.zeros((2, 10))
    return [*run.weights, *path.weights, grid.val_loss, cv.val_loss, test.test_loss, run.predict(X), path.predict(X)]


@pytest.mark.parametrize(
    "mode",
    [torch.inference_mode, torch.no_grad, torch.enable_grad, lambda: torch.autocast("cpu")],
    ids=["inference", "no_grad", "grad", "autocast"],
)
def test_every_study_gives_the_same_numbers_in_any_mode(mode: Callable[[], AbstractContextManager[object]]) -> None:
    wanted = everything()
    with mode():
        given = everything()
        was_on = torch.is_inference_mode_enabled()
    assert was_on == (mode is torch.inference_mode)
    assert all(np.array_equal(a, b) for a, b in zip(given, wanted, strict=True))


def test_the_default_type_of_numbers_is_the_callers() -> None:
    wanted = everything()
    torch.set_default_dtype(torch.float64)
    try:
        assert all(np.array_equal(a, b) for a, b in zip(everything(), wanted, strict=True))
        assert torch.get_default_dtype() == torch.float64
    finally:
        torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize("is_on", [True, False])
def test_what_the_caller_does_with_denormals_stays(is_on: bool) -> None:
    def flushes() -> bool:
        return bool(torch.tensor([1e-30]) * 1e-10 == 0)

    torch.set_flush_denormal(is_on)
    try:
        assert flushes() == is_flushing_denormals() == is_on
        core.train(SMALL, progress=False)
        assert flushes() == is_on
        with pytest.raises(KeyError), fast_arithmetic():
            assert flushes()
            raise KeyError
        assert flushes() == is_on
    finally:
        torch.set_flush_denormal(False)
