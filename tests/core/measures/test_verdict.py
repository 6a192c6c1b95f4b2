"""The verdict on cases around each threshold."""

import math

import pytest

from core.measures.verdict import Reach, judge, nearest

NAN, INF = float("nan"), float("inf")
PATH = Reach(0.4, "the lowest on this path", train_loss=0.2)
OTHERS = Reach(0.4, "what others reach")


@pytest.mark.parametrize(
    "train_loss, val_loss, norm, epoch, kind, words",
    [
        (1.0, 1.0, 5.0, 0, "not started", "press Run"),
        (1.0, 1.0, 0.0, 9, "collapsed", "lower λ"),
        (0.2, 0.4, 5.0, 9, "fits", "A good fit: validation loss 0.400 is the lowest on this path; gap"),
        (0.22, 0.45, 5.0, 9, "fits", "A good fit: validation loss 0.450 is close to 0.400, the lowest on this path;"),
        (0.1, 0.45, 5.0, 9, "fits", "A fit with a wide gap: "),
        (0.1, 0.47, 5.0, 9, "overfits", "slightly: validation loss 0.470 against 0.400, the lowest on this path; gap"),
        (0.1, 0.57, 5.0, 9, "overfits", "clearly: "),
        (0.0, 0.81, 5.0, 9, "overfits", "strongly: "),
        (0.3, 0.47, 5.0, 9, "underfits", "slightly: validation loss 0.470 against 0.400, the lowest on this path; training"),
        (0.41, 0.57, 5.0, 9, "underfits", "clearly: even the training loss, 0.410, is above 0.400"),
        (0.9, 0.95, 5.0, 9, "underfits", "strongly: "),
        (NAN, 0.2, 5.0, 9, "diverged", "learning rate"),
        (1e9, 1e9, 5.0, 9, "diverged", "learning rate"),
        (0.1, 0.1, INF, 9, "diverged", "learning rate"),
    ],
)  # fmt: skip
def test_cases(train_loss, val_loss, norm, epoch, kind, words):
    verdict = judge(train_loss, val_loss, PATH, constant_loss=1.0, weight_norm=norm, epoch=epoch)
    assert verdict.kind == kind
    assert words in verdict.text


@pytest.mark.parametrize("train_loss, kind", [(0.41, "underfits"), (0.39, "overfits")])
def test_against_others_that_were_not_trained_the_training_loss_alone_decides(train_loss, kind):
    assert judge(train_loss, 0.7, OTHERS, 1.0, 3.0, 9).kind == kind


def test_among_runs_held_against_the_same_loss_the_lower_one_is_never_called_worse():
    losses = [0.4 + 0.01 * step for step in range(80)]
    for train_loss in (0.0, 0.2, 0.35, 0.6):
        levels = [judge(train_loss, val_loss, PATH, 1.0, 3.0, 9).level for val_loss in losses]
        assert levels == sorted(levels) and set(levels) == {0, 1, 2, 3}
    assert (
        judge(0.2, 0.6, PATH, 1.0, 0.0, 9).level == judge(0.2, 0.6, PATH, 1.0, 3.0, 9).level
    )  # a collapse is no worse


def test_tiny_losses_are_not_told_apart():
    lowest = Reach(0.001, "the lowest", 0.001)
    assert judge(0.0, 0.02, lowest, 1.0, 3.0, 9).kind == "fits"  # twenty times as high, and both are next to nothing
    assert judge(0.0, 0.2, lowest, 1.0, 3.0, 9).kind == "overfits"


def test_no_weight_is_needed_where_nothing_can_be_learned():
    verdict = judge(0.69, 0.7, Reach(0.69, "the lowest on this path", 0.5), 0.7, weight_norm=0.0, epoch=9)
    assert verdict.kind == "fits"


@pytest.mark.parametrize(
    "train_loss, val_loss, best, constant, kind",
    [  # measured: ends and best of L2 paths (sine with noise 0.3, diabetes, digits with 100 rows) and an L1 path (xor)
        (0.000, 0.487, (0.199, 0.410), 1.320, "overfits"),
        (0.199, 0.410, (0.199, 0.410), 1.320, "fits"),
        (0.991, 1.274, (0.199, 0.410), 1.320, "underfits"),
        (0.129, 0.697, (0.394, 0.537), 1.106, "overfits"),
        (0.394, 0.537, (0.394, 0.537), 1.106, "fits"),
        (0.797, 0.908, (0.394, 0.537), 1.106, "underfits"),
        (0.006, 0.535, (0.032, 0.454), 2.334, "overfits"),
        (0.032, 0.454, (0.032, 0.454), 2.334, "fits"),
        (1.846, 1.960, (0.032, 0.454), 2.334, "underfits"),
        (0.474, 0.761, (0.162, 0.394), 0.700, "underfits"),
    ],
)
def test_the_two_ends_and_the_best_of_a_path(train_loss, val_loss, best, constant, kind):
    reach = Reach(best[1], "the lowest on this path", best[0])
    assert judge(train_loss, val_loss, reach, constant, weight_norm=3.0, epoch=2000).kind == kind


def test_the_nearest_reach_is_the_lowest_and_one_that_is_no_number_is_none():
    low, high, none = Reach(0.1, "low"), Reach(0.2, "high"), Reach(math.nan, "none")
    assert nearest([none, high, low]) is low and nearest([none, high]) is high


def test_a_fit_says_where_its_validation_loss_is_no_higher():
    text = judge(0.5, 0.4, PATH, 1.0, 3.0, 9).text
    assert text == "A good fit: validation loss 0.400 is the lowest on this path; no gap."
