"""Data losses: each is a value per sample and a derivative with respect to the outputs.

Conventions: cross-entropy in nats; squared error without ½, summed over outputs. Two classes have one output (a logit);
more classes have one output each. Squared error on classes regresses on -1/+1 (two classes) or on one-hot rows.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from core.engine.activations import is_aligned, sigmoid
from core.words import say

LossKind = Literal["binary_cross_entropy", "cross_entropy", "mse"]


def loss_kind(name: str, task: str, n_classes: int) -> LossKind:
    """Return the loss in use for a configured loss name; raises ValueError for cross-entropy on values."""
    if task == "regression":
        if name == "cross_entropy":
            raise ValueError(say("loss: expected 'auto' or 'mse' for a regression task, received 'cross_entropy'"))
        return "mse"
    if name == "mse":
        return "mse"
    return "binary_cross_entropy" if n_classes == 2 else "cross_entropy"


def n_outputs_for(task: str, n_classes: int) -> int:
    """Return how many outputs the network needs: one for values and for two classes, else one per class."""
    return 1 if task == "regression" or n_classes == 2 else n_classes


def encode_targets(y: np.ndarray, kind: LossKind, n_classes: int, dtype: torch.dtype) -> Tensor:
    """Return targets (n, n_outputs) for the loss: values, 0/1, -1/+1, or one-hot rows."""
    if n_classes == 0:
        return torch.as_tensor(np.asarray(y), dtype=dtype)[:, None]
    labels = torch.as_tensor(np.asarray(y), dtype=torch.long)
    if n_classes == 2:
        zero_one = labels.to(dtype)[:, None]
        return 2 * zero_one - 1 if kind == "mse" else zero_one
    return functional.one_hot(labels, n_classes).to(dtype)


def sample_losses(kind: LossKind, outputs: Tensor, targets: Tensor, class_axis: int = -1) -> Tensor:
    """Return the loss of each sample, (M, n), from outputs (M, n, C) and targets (1 or M, n, C)."""
    if kind == "mse":
        return (outputs - targets).square().sum(class_axis)
    if kind == "binary_cross_entropy":
        softplus = torch.log1p(torch.exp(-outputs.abs())).add_(outputs.clamp(min=0))  # torch's own: see `is_aligned`
        return (softplus - targets * outputs).sum(class_axis)
    return -(targets * functional.log_softmax(outputs, class_axis)).sum(class_axis)


def output_slopes(kind: LossKind, outputs: Tensor, targets: Tensor, class_axis: int = -1) -> Tensor:
    """Return d(sample loss)/d(outputs), shaped like the outputs."""
    if kind == "mse":
        return (outputs - targets).mul_(2)
    if kind == "binary_cross_entropy":
        return (torch.sigmoid(outputs) if is_aligned(outputs) else sigmoid(outputs.clone())).sub_(targets)
    return torch.softmax(outputs, class_axis).sub_(targets)


def is_correct(kind: LossKind, outputs: Tensor, targets: Tensor, class_axis: int = -1) -> Tensor:
    """Return whether each sample's class is right, (M, n), as 0/1 numbers of the outputs' type; a tie is not right."""
    is_own = targets > (0.5 if kind == "binary_cross_entropy" else 0.0)
    if outputs.shape[class_axis] == 1:
        return ((outputs > 0) == is_own).squeeze(class_axis).to(outputs.dtype)
    own = torch.where(is_own, outputs, 0).sum(class_axis)
    others = torch.where(is_own, -torch.inf, outputs).amax(class_axis)  # ten times faster than argmax
    return (own > others).to(outputs.dtype)
