"""The ensemble's average by hand, for values and for both kinds of class outputs."""

from __future__ import annotations

import math

import pytest
import torch

from core.engine.losses import sample_losses
from core.measures.ensemble import average_outputs


def logit(p: float) -> float:
    return math.log(p / (1 - p))


def test_values_are_averaged() -> None:
    outputs = torch.tensor([[[1.0], [4.0]], [[3.0], [0.0]]])  # 2 networks, 2 rows
    torch.testing.assert_close(average_outputs("mse", outputs), torch.tensor([[2.0], [2.0]]))


def test_two_class_probabilities_are_averaged_not_logits() -> None:
    outputs = torch.tensor([[[logit(0.9)]], [[logit(0.3)]]])
    assert torch.sigmoid(average_outputs("binary_cross_entropy", outputs)).item() == pytest.approx(0.6)
    assert torch.sigmoid(outputs.mean(0)).item() != pytest.approx(0.6, abs=0.01)


def test_class_probabilities_are_averaged() -> None:
    p = torch.tensor([[[0.7, 0.2, 0.1]], [[0.1, 0.4, 0.5]]])
    averaged = average_outputs("cross_entropy", p.log() + 3.0)  # softmax does not see the 3
    torch.testing.assert_close(torch.softmax(averaged, -1), torch.tensor([[0.4, 0.3, 0.3]]))


@pytest.mark.parametrize("loss", ["mse", "cross_entropy", "binary_cross_entropy"])
def test_one_network_is_itself_and_many_are_never_worse_than_their_average_loss(loss: str) -> None:
    n_classes = 1 if loss != "cross_entropy" else 4
    outputs = 3 * torch.randn(5, 20, n_classes, generator=torch.Generator().manual_seed(0))
    targets = torch.eye(4)[torch.arange(20) % 4] if n_classes == 4 else (torch.arange(20) % 2)[:, None].float()
    alone = sample_losses(loss, outputs, targets)  # type: ignore[arg-type]
    single = average_outputs(loss, outputs[:1])  # type: ignore[arg-type]
    torch.testing.assert_close(sample_losses(loss, single, targets), alone[0])  # type: ignore[arg-type]
    together = sample_losses(loss, average_outputs(loss, outputs), targets)  # type: ignore[arg-type]
    assert (together <= alone.mean(0) + 1e-6).all()


def test_sure_and_wrong_networks_stay_finite() -> None:
    outputs = torch.tensor([[[200.0]], [[-200.0]]])
    assert average_outputs("binary_cross_entropy", outputs).item() == pytest.approx(0.0, abs=1e-4)  # p = ½
