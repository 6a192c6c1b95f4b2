"""What the side-by-side studies share: a stack whose members differ in strengths, starts and training rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from core.config import Experiment
from core.data import Split
from core.engine import Members, Trainer, encode_targets
from core.engine.losses import loss_kind
from core.engine.trainer import Pool


def make_pool(
    experiment: Experiment, split: Split, n_members: int, targets: Sequence[np.ndarray] = (), copy_of: Sequence[int] = ()
) -> Pool:  # fmt: skip
    """Return the rows of a split as a pool: training rows first, validation rows last.

    `targets` are alternative targets (n_train,) of the training rows: the rows then stand in the pool once for each,
    and member m trains on copy `copy_of[m]`.
    """
    copies = list(targets) or [split.y_train]
    X = np.concatenate([split.X_train] * len(copies) + [split.X_val])[None]
    y = np.concatenate([*copies, split.y_val])
    n_train = len(split.y_train)
    copy_of_row = torch.arange(len(y)) // n_train
    copy_of_row[n_train * len(copies) :] = -1
    own = torch.tensor(copy_of or [0] * n_members)
    dtype = torch.as_tensor(X[:0]).dtype
    loss = loss_kind(experiment.training.loss, split.task, split.n_classes)
    return Pool(
        torch.as_tensor(X), encode_targets(y, loss, split.n_classes, dtype),
        (copy_of_row == own[:, None]).to(dtype), (copy_of_row == -1).expand(n_members, -1).to(dtype),
        torch.zeros(n_members, dtype=torch.long), loss, split.task == "classification",
    )  # fmt: skip


def make_members(
    experiment: Experiment, dtype: torch.dtype, seeds: Sequence[int], **values: Sequence[float]
) -> Members:
    """Return members of the given start seeds; `values` are strengths, one for each member, else the experiment's."""
    members = Members.from_configs(experiment.regularization, experiment.training, dtype, len(seeds), **values)
    members.seeds = tuple(seeds)
    return members


@torch.no_grad()
def outputs_of(trainer: Trainer, X: Tensor, parameters: Tensor) -> Tensor:
    """Return the outputs (M, n, C) in evaluation mode for inputs X (n, d), of networks with these parameters (M, n)."""
    return trainer.stack.holding(parameters).forward(X[None]).outputs
