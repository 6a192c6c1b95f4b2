"""The rules of lessons 2 to 6 on numbers by hand."""

import numpy as np
import pytest

from core.lessons import closing, dial, labels, live_l2, zeros
from core.lessons.record import Record


def record(facts: dict | None = None, **arrays: list[float]) -> Record:
    return Record(
        {name: np.array(values, dtype=float) for name, values in arrays.items()}, {"state": "finished", **(facts or {})}
    )


def series(*gaps: float) -> Record:
    return record(series_gap=[*gaps], series_train=[0.1] * 5, series_val=[0.1 + gap for gap in gaps])


@pytest.mark.parametrize(
    ("gaps", "answer"),
    [((1, 0.05, 0.1, 1, 0.2), "data"), ((1, 0.1, 0.05, 1, 0.2), "units"), ((1, 0.1, 0.09, 1, 0.2), None),
     ((1, 1, 1, 0.1, 1), "longer"),
     ((1, 1, 1, 1, 0.1), "rate"), ((1, -0.3, 0.1, 1, 0.2), "units")],
)  # fmt: skip
def test_the_smallest_gap_is_that_of_clearly_the_smallest_size(gaps: tuple[float, ...], answer: str | None) -> None:
    assert closing.smallest_gap(series(*gaps)).answer == answer


@pytest.mark.parametrize(("longer", "answer"), [(0.5, "less"), (0.9, "same"), (1.1, "same"), (2.0, "more")])
def test_what_longer_training_does(longer: float, answer: str) -> None:
    assert closing.what_longer_does(series(1, 0.1, 0.1, longer, 0.1)).answer == answer


def learned(
    right: list[float], wrong: list[float], val: list[float] | None = None, loss: list[float] | None = None
) -> Record:
    n = len(right)
    return record(
        label_epoch=[10.0 * i for i in range(n)], label_right=right, label_wrong=wrong, label_val=val or [0.5] * n,
        val_loss=loss or [1.0] * n,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("right", "wrong", "answer"),
    [
        ([0, 0.9, 1, 1], [0, 0, 0.5, 1], "first"),
        ([0, 0.5, 1, 1], [0, 0.5, 0.8, 1], "together"),
        ([0, 0.9, 1, 1], [0, 0, 0.1, 0.2], "never"),
        ([0, 0.5, 0.5, 1], [0, 0.9, 1, 1], "wrongs"),
        ([0, 0.5, 0.5, 0.5], [0, 0.1, 0.1, 0.1], None),
    ],
)
def test_which_labels_come_first(right: list[float], wrong: list[float], answer: str | None) -> None:
    assert labels.order(learned(right, wrong)).answer == answer


@pytest.mark.parametrize(
    ("val", "loss", "answer"),
    [([0.5, 0.8, 0.75], [2, 1, 1.5], "loss"), ([0.5, 0.8, 0.5], [2, 1, 1.5], "both"), ([0.5, 0.8, 0.8], [2, 1, 1.05], "neither")],
)  # fmt: skip
def test_loss_and_score_of_the_validation_rows(val: list[float], loss: list[float], answer: str) -> None:
    assert labels.loss_or_score(learned([0, 1, 1], [0, 0, 1], val, loss)).answer == answer


def test_points_are_the_difference_of_the_shares_that_are_shown() -> None:
    numbers = labels.loss_or_score(learned([0, 1, 1], [0, 0, 1], [0.5, 0.806, 0.734], [2, 1, 1.5])).numbers
    assert (numbers["val_best"], numbers["val_last"], numbers["points"]) == ("81%", "73%", "8")


def test_what_was_learned_by_heart_is_told_with_the_first_epoch_of_its_largest_share() -> None:
    found = labels.order(learned([0, 0.9, 1, 1, 1, 1], [0, 0, 0.9, 1.0, 0.9, 1.0]))
    assert (found.numbers["wrong_epoch"], found.numbers["wrong_most"], found.numbers["wrong_most_epoch"]) == (
        "20",
        "100%",
        "30",
    )


def moved(train: list[float], val: list[float], n_zero: float = 0) -> Record:
    facts = {"changes": [{"epoch": 1, "name": "l2", "value": 0.003}]}
    n = [0.0, 0.0, n_zero]
    return record(facts, epoch=[0, 1, 2], train_loss=train, val_loss=val, weight_norm=[1, 9, 3], n_zero_total=n)


@pytest.mark.parametrize(
    ("train", "val", "answer"),
    [([1, 0.1, 0.2], [1, 1, 0.5], "swap"), ([1, 0.1, 0.2], [1, 1, 2], "both"), ([1, 0.1, 0.05], [1, 1, 0.5], "better"),
     ([1, 0.1, 0.05], [1, 1, 2], "worse"), ([1, 0.1, 0.11], [1, 1, 0.5], None)],
)  # fmt: skip
def test_what_a_penalty_moves_is_read_at_its_mark(train: list[float], val: list[float], answer: str | None) -> None:
    found = live_l2.what_moves(moved(train, val))
    assert found.answer == answer
    assert (found.numbers["train_before"], found.numbers["norm_before"]) == ("0.100", "9")


@pytest.mark.parametrize(("n_zero", "answer"), [(0, "none"), (400, "some"), (4000, "most")])
def test_how_many_zeros(n_zero: int, answer: str) -> None:
    assert live_l2.how_many_zeros(moved([1, 1, 1], [1, 1, 1], n_zero)).answer == answer


def test_the_network_has_as_many_weights_as_the_lesson_says() -> None:
    assert zeros.N_WEIGHTS == 1 * 64 + 64 * 64 + 64 * 1


def pruned(proximal: float, subgradient: float, losses: tuple[float, float] = (0.2, 0.2)) -> Record:
    zero = [[0, 0], [0, proximal * zeros.N_WEIGHTS], [0, subgradient * zeros.N_WEIGHTS]]
    return record(n_zero=zero, val_loss=[[1, 0.7], [1, losses[0]], [1, losses[1]]])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("proximal", "subgradient", "answer"),
    [(0.95, 0, "proximal"), (0.95, 0.95, "both"), (0, 0, "neither"), (0, 0.95, "subgradient"), (0.5, 0, None)],
)
def test_who_gives_zeros(proximal: float, subgradient: float, answer: str | None) -> None:
    assert zeros.who_gives_zeros(pruned(proximal, subgradient)).answer == answer


@pytest.mark.parametrize(("losses", "answer"), [((0.2, 0.21), "alike"), ((0.2, 0.3), "zeros"), ((0.3, 0.2), "small")])
def test_whose_loss_is_lower(losses: tuple[float, float], answer: str) -> None:
    assert zeros.who_generalises(pruned(1, 0, losses)).answer == answer


@pytest.mark.parametrize(
    ("heights", "bars", "shape"),
    [
        ([2, 1, 2], 0.1, "u"), ([2, 1.5, 1], 0.1, "falls"), ([1, 1.5, 2], 0.1, "rises"), ([1, 1.01, 1], 0.1, "flat"),
        ([2, 1, 2], 0.8, None), ([1.1, 1, 2], 0.01, None),
    ],
)  # fmt: skip
def test_the_shape_of_a_curve_over_lambda(heights: list[float], bars: float, shape: str | None) -> None:
    assert dial.shape_of(np.array(heights, dtype=float), bars) == shape


@pytest.mark.parametrize(("places", "answer"), [((3, 5), "larger"), ((4, 4), "same")])
def test_where_the_one_standard_error_rule_lies(places: tuple[int, int], answer: str) -> None:
    n = len(dial.VALUES)
    facts = {"answers": {"lambda": list(places)}}
    assert dial.one_se_rule(record(facts, cv_mean=[1.0] * n, cv_se=[0.1] * n)).answer == answer
