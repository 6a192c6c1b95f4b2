"""An ensemble answers with the average of its networks: of their values, or of their class probabilities."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from core.engine.losses import LossKind


def average_outputs(loss: LossKind, outputs: Tensor) -> Tensor:
    """Return the outputs (…, n, C) of ensembles of k networks from their outputs (…, k, n, C).

    Values are averaged. For cross-entropy the probabilities are, and the result is again given as logits, computed in
    logarithms: log p̄ = logsumexp over networks of log p - log k (for two classes log p̄ - log(1 - p̄)).
    By convexity the average's loss is never above the networks' average loss (Krogh and Vedelsby 1995).
    """
    if loss == "mse":
        return outputs.mean(-3)
    if loss == "cross_entropy":
        return log_mean(functional.log_softmax(outputs, -1))
    return log_mean(functional.logsigmoid(outputs)) - log_mean(functional.logsigmoid(-outputs))


def log_mean(log_p: Tensor) -> Tensor:
    """Return the logarithm of the mean over the third axis from the end."""
    return torch.logsumexp(log_p, -3) - math.log(log_p.shape[-3])
