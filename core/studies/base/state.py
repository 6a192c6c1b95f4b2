"""What the members of a plan look like at a moment: their losses, weights and records, of all stacks as one.

A stack knows its own members; the functions here put several together in the plan's order. Read `training.py` next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch

from core.engine import Stack, Trainer
from core.engine.device import on_host
from core.measures import History
from core.measures.divergence import hopeless_loss, is_hopeless
from core.settings.experiment import Experiment
from core.studies.base.plan import Plan
from core.studies.base.result import Result


@dataclass(frozen=True, eq=False)
class MemberState(Result):
    """All members at one moment; the leading axis is M, and a member that has not begun is nan (its counts -1).

    epoch: (M,) epochs done. start_loss: validation loss at epoch 0. loss_limit: the training loss beyond which a member is
    lost, see `hopeless_loss`. n_zero_per_layer, n_small_per_layer: (M, n_layers), exactly zero and 0 < |w| < 0.001.
    parameters: (M, n_parameters), see `weights_of`.
    """

    epoch: np.ndarray
    train_loss: np.ndarray
    val_loss: np.ndarray
    train_score: np.ndarray
    val_score: np.ndarray
    start_loss: np.ndarray
    loss_limit: np.ndarray
    penalty: np.ndarray
    weight_norm: np.ndarray
    n_zero_per_layer: np.ndarray
    n_small_per_layer: np.ndarray
    parameters: np.ndarray
    shapes: tuple[tuple[int, int], ...]

    @property
    def is_diverged(self) -> np.ndarray:
        """Return which members have lost themselves, (M,): begun, and a loss that is no number or beyond its limit."""
        return np.asarray((self.epoch >= 0) & is_hopeless(self.train_loss, self.loss_limit))

    @property
    def n_weights(self) -> int:
        """Return the number of weights of a member, biases not counted."""
        return sum(a * b for a, b in self.shapes)

    @property
    def n_nonzero(self) -> np.ndarray:
        """Return how many weights are not exactly zero, (M,) floats; nan where a member has not begun."""
        return np.asarray(self.nonzero_per_layer.sum(0))

    @property
    def nonzero_per_layer(self) -> np.ndarray:
        """Return how many weights of each layer are not exactly zero, (n_layers, M) floats; nan where not begun."""
        sizes = np.array([a * b for a, b in self.shapes])
        return np.asarray(np.where(self.epoch < 0, np.nan, (sizes - self.n_zero_per_layer).T))

    @property
    def large_per_layer(self) -> np.ndarray:
        """Return how many weights of each layer have |w| of 0.001 or more, (n_layers, M) floats; nan where not begun."""
        return np.asarray(self.nonzero_per_layer - self.n_small_per_layer.T)

    @property
    def weights(self) -> list[np.ndarray]:
        """Return the weights per layer, each (M, fan_in, fan_out)."""
        return weights_of(self.parameters, self.shapes)


def weights_of(parameters: np.ndarray, shapes: Sequence[tuple[int, int]]) -> list[np.ndarray]:
    """Return views (M, fan_in, fan_out) per layer of a flat buffer (M, n_parameters): the weights stand first."""
    starts = np.cumsum([0, *(a * b for a, b in shapes)])
    return [
        parameters[:, start : start + a * b].reshape(-1, b, a).swapaxes(1, 2)  # stored as (fan_out, fan_in)
        for start, (a, b) in zip(starts, shapes, strict=False)
    ]


def read_state(trainer: Trainer, history: History) -> MemberState:
    """Return the members of one stack at the last recorded epoch, copied."""
    now, start = history.records[-1], history.records[0]
    names = [field.name for field in fields(MemberState) if field.name in now]
    return MemberState(
        epoch=np.full(len(now["val_loss"]), history.epochs[-1]),
        start_loss=start["val_loss"],
        loss_limit=hopeless_loss(start["train_loss"], trainer.pool.target_square),
        parameters=on_host(trainer.stack.parameters).copy(),
        shapes=tuple(trainer.stack.shapes),
        **{name: now[name] for name in names},
    )


def arrays_of(plan: Plan, histories: Sequence[History]) -> dict[str, np.ndarray]:
    """Return `epoch` (n_records,) and every series (M, n_records[, n_layers]), in the plan's order, from each stack's history.

    A member has nan (counts -1) at epochs at which its stack has no record: it has not come so far, or has ended.
    """
    parts = [history.arrays() for history in histories]
    if plan.n_stacks == 1:
        return parts[0]
    epochs = np.unique(np.concatenate([part["epoch"] for part in parts]))
    names = [name for name in parts[0] if name != "epoch"]
    at_all = {name: [at_epochs(epochs, part, name) for part in parts] for name in names}
    return {"epoch": epochs, **{name: spread(plan.n_members, plan.parts, arrays) for name, arrays in at_all.items()}}


def best_of(plan: Plan, histories: Sequence[History]) -> tuple[np.ndarray, np.ndarray]:
    """Return (best_epoch, best_val_loss), each (M,), in the plan's order."""
    epochs, losses = [h.best_epoch for h in histories], [h.best_val_loss for h in histories]
    return spread(plan.n_members, plan.parts, epochs), spread(plan.n_members, plan.parts, losses)


def merge(n_members: int, parts: Sequence[np.ndarray], states: Sequence[MemberState]) -> MemberState:
    """Return the states of stacks (each with its members' numbers) as one, in the plan's order."""
    whole = {
        field.name: spread(n_members, parts, [getattr(state, field.name) for state in states])
        for field in fields(MemberState)
        if field.name != "shapes"
    }
    return MemberState(**whole, shapes=states[0].shapes)


def spread(n_members: int, parts: Sequence[np.ndarray], arrays: Sequence[np.ndarray]) -> np.ndarray:
    """Return the rows of each stack at its members' places; members that have not begun are nan or -1."""
    first = arrays[0]
    blank = -1 if np.issubdtype(first.dtype, np.integer) else np.nan
    whole = np.full((n_members, *first.shape[1:]), blank, dtype=first.dtype)
    for members, rows in zip(parts, arrays, strict=False):
        whole[members] = rows
    return whole


def network_of(plan: Plan, parameters: np.ndarray) -> Stack:
    """Return a stack of a plan's networks with these parameters (n_members, n_parameters), for predicting."""
    return stack_of(plan.experiment, plan.pool.X.shape[2], plan.pool.targets.shape[-1], parameters)


def stack_of(experiment: Experiment, n_inputs: int, n_outputs: int, parameters: np.ndarray) -> Stack:
    """Return a stack of an experiment's networks with these parameters (M, n_parameters), in their type, for predicting."""
    network, values = experiment.network, torch.as_tensor(parameters)
    stack = Stack(n_inputs, network.hidden_sizes, n_outputs, network.activation, [0] * len(values), values.dtype)
    stack.parameters.copy_(values)
    return stack


def at_epochs(epochs: np.ndarray, part: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    """Return a stack's series (M, n_own[, …]) at all epochs of the plan, (M, n_records[, …]); nan or -1 in between."""
    values = part[name]
    blank = -1 if np.issubdtype(values.dtype, np.integer) else np.nan
    whole = np.full((len(values), len(epochs), *values.shape[2:]), blank, dtype=values.dtype)
    whole[:, np.searchsorted(epochs, part["epoch"])] = values
    return whole


def copy_parameters(stack: Stack) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return copies of weights (M, fan_in, fan_out) and biases (M, fan_out) per layer."""
    return [on_host(w).copy() for w in stack.weights], [on_host(b.squeeze(1)).copy() for b in stack.biases]
