"""The whole state of a plan in training as named arrays, and back; see `core/engine/keeping.py` for that of a trainer."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from core.engine import keeping
from core.measures import History
from core.studies.base.training import Training
from core.words import say

Arrays = dict[str, np.ndarray]


def keep(training: Training) -> Arrays:
    """Return the whole state of a plan of one stack as arrays, for `restore`; empty for several stacks."""
    if training.plan.n_stacks > 1:
        return {}
    return {
        "n_epochs": np.array([training.n_epochs]), "is_diverged": training.is_diverged.copy(),
        "finite": training.finite.numpy().copy(),
        **{f"trainer.{name}": values for name, values in keeping.keep(training.trainer).items()},
        **{f"history.{name}": values for name, values in training.history.keep().items()},
    }  # fmt: skip


def restore(training: Training, kept: Mapping[str, np.ndarray]) -> None:
    """Give a training of the same plan at epoch 0 the state that `keep` returned, with the strengths of then.

    Raises ValueError where it was kept from another plan.
    """
    keeping.restore(training.trainer, part_of(kept, say("trainer.")))
    training.history = History.restored(part_of(kept, say("history.")))
    training.n_epochs, training.is_diverged = int(kept["n_epochs"][0]), kept["is_diverged"].astype(bool)
    training.is_lost, training.finite = bool(training.is_diverged.all()), torch.as_tensor(kept["finite"].copy())


def part_of(arrays: Mapping[str, np.ndarray], prefix: str) -> Arrays:
    """Return the arrays whose names begin with a prefix, without it."""
    return {name.removeprefix(prefix): values for name, values in arrays.items() if name.startswith(prefix)}
