"""The verdict on cases around each threshold."""

import pytest

from core.measures.verdict import judge


@pytest.mark.parametrize(
    "train_loss, val_loss, floor, norm, epoch, kind, words",
    [
        (1.0, 1.0, 0.2, 5.0, 0, "not started", "press Run"),
        (1.0, 1.0, 0.2, 0.0, 9, "collapsed", "lower λ"),
        (0.7, 0.7, 0.2, 5.0, 9, "underfits", "0.700"),
        (0.6, 0.6, 0.2, 5.0, 9, "fits", "good"),
        (0.2, 0.27, 0.2, 5.0, 9, "fits", "good"),
        (0.2, 0.29, 0.2, 5.0, 9, "overfits", "slightly"),
        (0.2, 0.41, 0.2, 5.0, 9, "overfits", "clearly"),
        (0.0, 0.61, 0.2, 5.0, 9, "overfits", "strongly"),
        (0.0, 0.3, None, 5.0, 9, "overfits", "clearly"),
    ],
)
def test_cases(train_loss, val_loss, floor, norm, epoch, kind, words):
    verdict = judge(train_loss, val_loss, start_loss=1.0, floor=floor, weight_norm=norm, epoch=epoch)
    assert verdict.kind == kind
    assert words in verdict.text
