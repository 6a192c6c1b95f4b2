"""`train`: one network, trained to the end. Read `core/studies/path/sweep.py` next, the same with many strengths at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.data import Split
from core.engine import Stack
from core.engine.arithmetic import plain_torch
from core.engine.device import on_host
from core.settings.experiment import Experiment
from core.settings.words import received
from core.studies.base.arguments import check_call, check_changes
from core.studies.base.outputs import class_probabilities, predict
from core.studies.base.plan import Plan, load, make_pool, make_trainer
from core.studies.base.result import Result
from core.studies.base.state import copy_parameters, stack_of
from core.studies.base.training import Training, dense_history
from core.studies.base.values import is_count
from core.words import say

__all__ = ["Fit", "class_probabilities", "make_pool", "make_trainer", "make_training", "train"]

MAX_EPOCHS = 10**9  # of a run and all its continuations


@dataclass(frozen=True, eq=False)
class Fit(Result):
    """One trained network. `history` holds arrays (n_records,); weights are (fan_in, fan_out), biases (fan_out,);
    parameters: (n_parameters,) both in a row, the weights first.

    classes: (n_classes,) the labels in the order of `predict`'s columns, empty for values:
    `run.classes[run.predict(X).argmax(1)]` are the predicted labels, as they were given to `Split.from_arrays`.
    """

    experiment: Experiment
    history: dict[str, np.ndarray]
    weights: list[np.ndarray]
    biases: list[np.ndarray]
    best_epoch: int
    best_val_loss: float
    parameters: np.ndarray
    loss: str
    is_classification: bool
    classes: np.ndarray
    feature_names: tuple[str, ...] = ()

    @property
    def network(self) -> Stack:
        """Return the network as a stack of one."""
        return stack_of(self.experiment, len(self.weights[0]), self.weights[-1].shape[1], self.parameters[None])

    @plain_torch()
    def predict(self, X: np.ndarray) -> np.ndarray:
        """Return values (n,), or class probabilities (n, n_classes), for inputs X (n, d) standardised like the split's."""
        return np.asarray(predict(self.network, self.loss, self.is_classification, X, self.feature_names)[0])


def make_training(
    experiment: Experiment, split: Split, dtype: str = "float32", start: np.ndarray | None = None, device: str = "cpu"
) -> Training:
    """Return the training of a single run at epoch 0, on a split that is already loaded.

    start: parameters (n_parameters,) of a network of this shape to continue from, else random ones.
    """
    pool, one = make_pool(experiment, split, dtype), (np.zeros(1, dtype=int),)
    plan = Plan(experiment, split, "", np.zeros(1), pool, {}, (experiment.training.seed,), one, start=start)
    return Training(plan, dense_history, device)


@plain_torch()
def train(
    experiment: Experiment, split: Split | None = None, progress: bool = True, dtype: str = "float32",
    changes: Sequence[Mapping[str, Any]] = (), n_epochs: int | None = None, device: str = "cpu",
) -> Fit:  # fmt: skip
    """Train one network to the end and return it with its history.

    `split` replaces the experiment's own data by arrays used as given. `progress` shows a line in a terminal or notebook.
    `dtype` is "float32" or "float64".
    `changes` are strengths set on the way, each {"step": steps done before it, "name": one of the live settings, "value"}, and
    on drawn points also others of them, {"step", "name": "points", "value": a text, or a list of (x, y, class, is_val)}:
    with those of a live run, and the experiment it started as, its weights are repeated exactly. `n_epochs` repeats a run
    that went on after its end: so many epochs instead of `training.n_epochs`, which stays the period of a cosine schedule.
    `device` is "cpu" or "cuda"; a single small network is faster on the processor.
    """
    check_call(experiment, split, dtype, progress, device=device)
    if n_epochs is not None and not is_count(n_epochs, 1, MAX_EPOCHS):
        raise ValueError(
            say(
                "n_epochs: expected a whole number from 1 to {max_epochs:,}, received {n_epochs}",
                max_epochs=MAX_EPOCHS,
                n_epochs=received(n_epochs),
            )
        )
    checked = check_changes(experiment, changes)
    data = load(experiment, split, dtype, is_study=False)
    training = make_training(experiment, data, dtype, device=device)
    training.n_epochs = int(n_epochs or training.n_epochs)
    training.run(progress, checked)
    history, weights, biases = training.history, *copy_parameters(training.trainer.stack)
    member = {name: values if name == "epoch" else values[0] for name, values in history.arrays().items()}
    return Fit(
        experiment, member, [w[0] for w in weights], [b[0] for b in biases],
        int(history.best_epoch[0]), float(history.best_val_loss[0]),
        on_host(training.trainer.stack.parameters[0]).copy(), training.trainer.pool.loss, training.trainer.pool.is_classification,
        data.classes, data.feature_names,
    )  # fmt: skip
