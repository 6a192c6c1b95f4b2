"""Early stopping on hand-made sequences of losses."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.measures.early_stopping import NEVER, EarlyStopping


def watch(losses: list[list[float]], patience: object, min_delta: object = 0.0) -> EarlyStopping:
    """Look at losses[m] of every member at epochs 0, 1, …; the weights of a member at epoch e are all e."""
    n_members = len(losses)
    stopping = EarlyStopping(torch.zeros(n_members, 2), patience, min_delta)  # type: ignore[arg-type]
    for epoch, column in enumerate(zip(*losses, strict=True)):
        stopping.look(epoch, np.array(column), torch.full((n_members, 2), float(epoch)))
    return stopping


def test_stops_once_patience_has_passed_and_keeps_the_best_weights() -> None:
    # Best at epoch 2; epochs 3 and 4 bring nothing: patience 2 is used up at 4. The 0.1 of epoch 5 comes too late.
    stopping = watch([[1.0, 0.8, 0.5, 0.6, 0.5, 0.1]], patience=2)
    assert (stopping.best_epoch[0], stopping.stopped_epoch[0], stopping.best_loss[0]) == (2, 4, 0.5)
    assert stopping.best_parameters[0].tolist() == [2.0, 2.0]


def test_an_improvement_in_time_resets_the_wait() -> None:
    stopping = watch([[1.0, 1.1, 0.9, 1.1, 0.8, 0.9, 0.9, 0.9]], patience=3)
    assert (stopping.best_epoch[0], stopping.stopped_epoch[0]) == (4, 7)


def test_less_than_min_delta_is_no_improvement() -> None:
    losses = [1.0, 0.95, 0.9, 0.85]
    assert watch([losses], patience=10).best_epoch[0] == 3
    strict = watch([losses], patience=10, min_delta=0.1)
    assert (strict.best_epoch[0], strict.best_loss[0]) == (3, 0.85)  # 0.9 is not below 1 - 0.1, 0.85 is
    assert watch([losses], patience=2, min_delta=0.2).stopped_epoch[0] == 2


def test_members_stop_on_their_own() -> None:
    losses = [[1, 2, 2, 2], [4, 3, 2, 1], [1, 2, 2, 2]]
    stopping = watch(losses, patience=[1, 1, NEVER])
    assert stopping.stopped_epoch.tolist() == [1, -1, -1]
    assert stopping.best_epoch.tolist() == [0, 3, 0]
    assert stopping.best_parameters[:, 0].tolist() == [0.0, 3.0, 0.0]
    assert stopping.is_stopped.tolist() == [True, False, False]


def test_nan_is_no_improvement() -> None:
    stopping = watch([[1.0, float("nan"), float("nan"), 0.5]], patience=2)
    assert (stopping.best_epoch[0], stopping.stopped_epoch[0]) == (0, 2)


@pytest.mark.parametrize(("patience", "min_delta", "word"), [(0, 0, "patience"), (5, -0.1, "min_delta")])
def test_bad_settings_are_explained(patience: int, min_delta: float, word: str) -> None:
    with pytest.raises(ValueError, match=f"{word}: expected .* received"):
        watch([[1.0]], patience, min_delta)
