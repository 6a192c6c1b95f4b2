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
        (0.2, 0.35, 0.2, 5.0, 9, "fits", "good"),
        (0.2, 0.37, 0.2, 5.0, 9, "overfits", "slightly"),
        (0.2, 0.45, 0.2, 5.0, 9, "overfits", "clearly"),
        (0.0, 0.61, 0.2, 5.0, 9, "overfits", "strongly"),
        (0.0, 0.31, None, 5.0, 9, "overfits", "clearly"),
        (0.62, 1.2, 0.2, 5.0, 9, "overfits", "strongly"),  # far from the floor, and farther still from each other
        (float("nan"), 0.2, 0.2, 5.0, 9, "diverged", "learning rate"),
        (1e9, 1e9, 0.2, 5.0, 9, "diverged", "learning rate"),
        (0.1, 0.1, 0.2, float("inf"), 9, "diverged", "learning rate"),
    ],
)
def test_cases(train_loss, val_loss, floor, norm, epoch, kind, words):
    verdict = judge(train_loss, val_loss, start_loss=1.0, floor=floor, weight_norm=norm, epoch=epoch)
    assert verdict.kind == kind
    assert words in verdict.text


def test_a_constant_answer_underfits_however_bad_the_start_was():
    assert judge(1.0, 1.05, start_loss=4.0, floor=0.1, weight_norm=0.01, epoch=9).kind == "fits"
    assert judge(1.0, 1.05, start_loss=4.0, floor=0.1, weight_norm=0.01, epoch=9, constant_loss=1.0).kind == "underfits"


@pytest.mark.parametrize(
    "train_loss, val_loss, floor, constant, kind",
    [  # measured: ends and best of L2 paths (sine with noise 0.3, diabetes, digits with 100 rows) and an L1 path (xor)
        (0.000, 0.487, 0.200, 1.320, "overfits"),
        (0.199, 0.410, 0.200, 1.320, "fits"),
        (0.991, 1.274, 0.200, 1.320, "underfits"),
        (0.129, 0.697, None, 1.106, "overfits"),
        (0.394, 0.537, None, 1.106, "fits"),
        (0.797, 0.908, None, 1.106, "underfits"),
        (0.006, 0.535, None, 2.334, "overfits"),
        (0.032, 0.454, None, 2.334, "fits"),
        (1.846, 1.960, None, 2.334, "underfits"),
        (0.474, 0.761, 0.228, 0.700, "overfits"),
    ],
)
def test_the_two_ends_and_the_best_of_a_path(train_loss, val_loss, floor, constant, kind):
    verdict = judge(train_loss, val_loss, constant * 1.02, floor, weight_norm=3.0, epoch=2000, constant_loss=constant)
    assert verdict.kind == kind


@pytest.mark.parametrize(
    "train_loss, val_loss, floor, words",
    [
        (0.065, 0.465, 0.1, "the gap, +0.400, is 18% of the way from a constant answer down to the noise floor"),
        (0.065, 0.465, None, "the gap, +0.400, is 17% of the way from a constant answer down to no loss at all"),
        (0.4, 0.3, 0.1, "validation loss 0.300 is no higher than training loss 0.400"),
    ],
)
def test_a_good_fit_says_what_its_gap_is_measured_by(train_loss, val_loss, floor, words):
    verdict = judge(train_loss, val_loss, 2.5, floor, weight_norm=3.0, epoch=9, constant_loss=2.3)
    assert verdict.text == f"A good fit: {words}."
