"""What trained networks answer: values or class probabilities, and their losses on given rows."""

from __future__ import annotations

import numpy as np
import torch

from core.data.arrays import check_inputs
from core.engine import Stack, encode_targets
from core.engine.losses import LossKind, sample_losses
from core.settings.words import shortened
from core.words import say


def predict(
    stack: Stack, loss: str, is_classification: bool, X: np.ndarray, feature_names: tuple[str, ...] = ()
) -> np.ndarray:  # fmt: skip
    """Return (M, n) values or (M, n, n_classes) class probabilities for inputs X (n, d), in any layout, read-only or not.

    A table with the columns of the training rows in another order raises ValueError.
    """
    names = tuple(map(str, getattr(X, "columns", ())))
    if set(names) & set(feature_names) and names != feature_names:
        raise ValueError(
            say(
                "X: expected the columns of X_train in the same order, {feature_names}, received {names}",
                feature_names=shortened(", ".join(feature_names)),
                names=shortened(", ".join(names)),
            )
        )
    outputs = forward(stack, check_inputs("X", X, may_be_empty=True))
    if not is_classification:
        return np.asarray(outputs.squeeze(-1).numpy())
    return np.asarray(class_probabilities(outputs, loss).numpy())


@torch.no_grad()
def forward(stack: Stack, X: np.ndarray) -> torch.Tensor:
    """Return raw outputs (M, n, C) in evaluation mode; raises ValueError when X does not fit the network."""
    if np.ndim(X) != 2 or np.shape(X)[1] != stack.sizes[0]:
        raise ValueError(
            say("X: expected an array of shape (n, {sizes}), received {shape}", sizes=stack.sizes[0], shape=np.shape(X))
        )
    rows = np.array(
        X, dtype=str(stack.parameters.dtype).removeprefix("torch."), order="C"
    )  # torch knows no other layout
    return stack.forward(torch.from_numpy(rows)[None]).outputs


def mean_losses(stack: Stack, loss: LossKind, n_classes: int, X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the mean data loss of each member on rows X (n, d), y (n,): (M,)."""
    targets = encode_targets(y, loss, n_classes, stack.parameters.dtype)
    return np.asarray(sample_losses(loss, forward(stack, X), targets).mean(1).numpy())


def class_probabilities(outputs: torch.Tensor, loss: str) -> torch.Tensor:
    """Return (M, n, n_classes) from outputs (M, n, C). Under squared error the outputs are clipped and normalised."""
    if outputs.shape[-1] == 1:
        second = ((outputs + 1) / 2).clamp(0, 1) if loss == "mse" else torch.sigmoid(outputs)
        return torch.cat([1 - second, second], -1)
    if loss != "mse":
        return torch.softmax(outputs, -1)
    clipped = outputs.clamp(min=1e-6)
    return clipped / clipped.sum(-1, keepdim=True)
