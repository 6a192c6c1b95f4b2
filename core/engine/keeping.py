"""The whole state of a trainer as named arrays, and back: what was put away goes on bit for bit.

Weights, optimizer, strengths, the generators of batch order and augmentation, and the counts. (The masks of dropout are
drawn from the number of the step, and need no state.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import torch

from core.engine.device import on_host
from core.engine.optimizers import Column
from core.engine.trainer import Trainer
from core.settings.experiment import LIVE_FIELDS
from core.words import say

Arrays = dict[str, np.ndarray]


def keep(trainer: Trainer) -> Arrays:
    """Return copies of everything that a trainer changes as it trains; of an epoch that has begun, how its order was drawn."""
    counts = np.array([trainer.n_epochs_done, trainer.n_steps_done, trainer.n_batches_done], dtype=np.float64)
    kept = {name: on_host(tensor).copy() for name, tensor in _tensors(trainer)}
    states = trainer.epoch_states if trainer.n_batches_done else trainer.order.states()
    orders = {f"order.{i}": state.numpy().copy() for i, state in enumerate(states)}
    augmentation = trainer.augment_generator.get_state().numpy().copy()
    return {"counts": counts, "augmentation": augmentation, **_columns(trainer), **kept, **orders}


def restore(trainer: Trainer, kept: Mapping[str, np.ndarray]) -> None:
    """Give a trainer of the same plan at epoch 0 the state that `keep` returned.

    Raises ValueError where an array is missing or has another shape: it was kept from another plan.
    """
    for name, tensor in _tensors(trainer):
        if name not in kept or kept[name].shape != tuple(tensor.shape):
            received = f"{kept[name].shape}" if name in kept else "none"
            raise ValueError(
                say(
                    "kept: expected '{name}' of shape {shape}, received {received}",
                    name=name,
                    shape=tuple(tensor.shape),
                    received=received,
                )
            )
        tensor.copy_(torch.as_tensor(np.array(kept[name])))
    for i, generator in enumerate(trainer.order.generators):
        generator.set_state(torch.as_tensor(np.array(kept[f"order.{i}"])))
    trainer.augment_generator.set_state(torch.as_tensor(np.array(kept["augmentation"])))
    for b, block in enumerate(trainer.blocks):
        if isinstance(block.optimizer.n_steps, torch.Tensor):
            block.optimizer.n_steps.copy_(torch.as_tensor(np.array(kept[f"optimizer.{b}.n_steps"])))
        else:
            block.optimizer.n_steps = int(kept[f"optimizer.{b}.n_steps"])
        block.optimizer.learning_rate = _column(kept[f"optimizer.{b}.learning_rate"])
    trainer.n_epochs_done, trainer.n_steps_done, n_batches_done = (int(count) for count in kept["counts"])
    if n_batches_done:
        trainer.begin_epoch(n_batches_done)


def keep_members(trainer: Trainer) -> Arrays:
    """Return copies of what a trainer between two epochs knows of each member, (M, …): any of them, in a trainer of their own, go
    on bit for bit from it, see `restore_members`.
    """
    blocks = trainer.blocks
    states = [[tensor for tensor in block.optimizer.state() if tensor.shape[1] > 1] for block in blocks]
    kept = {f"optimizer.{i}": np.concatenate([own[i].numpy() for own in states]) for i in range(len(states[0]))}
    for name in ("n_steps", "learning_rate"):
        columns = [np.broadcast_to(getattr(b.optimizer, name), (b.stack.n_members, 1)) for b in blocks]
        kept[name] = np.concatenate(columns).astype(np.float64)
    strengths = {name: trainer.members[name].numpy().copy() for name in LIVE_FIELDS}
    return {"parameters": trainer.stack.parameters.numpy().copy(), **strengths, **kept}


def restore_members(trainer: Trainer, kept: Mapping[str, np.ndarray], n_epochs: int) -> None:
    """Give a trainer, that stands between two epochs and not beyond this one, its members' state after so many epochs."""
    trainer.stack.parameters.copy_(torch.as_tensor(kept["parameters"]))
    for name in LIVE_FIELDS:
        trainer.members[name].copy_(torch.as_tensor(kept[name]))
    for block in trainer.blocks:
        own, optimizer = block.part, block.optimizer
        for i, tensor in enumerate(tensor for tensor in optimizer.state() if tensor.shape[1] > 1):
            tensor.copy_(torch.as_tensor(kept[f"optimizer.{i}"][own]))
        n_steps, rates = (np.asarray(kept[name][own]) for name in ("n_steps", "learning_rate"))
        if isinstance(optimizer.n_steps, torch.Tensor):
            optimizer.n_steps.copy_(torch.as_tensor(n_steps))
        else:
            optimizer.n_steps = int(n_steps[0, 0])
        optimizer.learning_rate = torch.as_tensor(rates.copy()) if (rates != rates[0]).any() else float(rates[0, 0])
    for _ in range(trainer.n_epochs_done, n_epochs):
        trainer.order.shuffle()
    trainer.n_epochs_done, trainer.n_steps_done = n_epochs, n_epochs * trainer.order.n_batches


def _tensors(trainer: Trainer) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield what is kept of the weights, the strengths and the optimizer, each with its name."""
    yield "parameters", trainer.stack.parameters
    for name in LIVE_FIELDS:
        yield name, trainer.members[name]
    for b, block in enumerate(trainer.blocks):
        for i, tensor in enumerate(block.optimizer.state()):
            yield f"optimizer.{b}.{i}", tensor


def _columns(trainer: Trainer) -> Arrays:
    """Return what the optimizers hold as a number, or as a column (m, 1) where members differ: steps and last rate."""
    return {
        f"optimizer.{b}.{name}": np.asarray(on_host(value) if isinstance(value, torch.Tensor) else value, np.float64)
        for b, block in enumerate(trainer.blocks)
        for name, value in (("n_steps", block.optimizer.n_steps), ("learning_rate", block.optimizer.learning_rate))
    }


def _column(values: np.ndarray) -> Column:
    """Return a kept number as a number, a kept column (m, 1) as a tensor."""
    return torch.as_tensor(np.array(values)) if values.ndim else float(values)
