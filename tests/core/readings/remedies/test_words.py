"""What the Remedies page says, from tables made by hand: each sentence follows the numbers."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from core.readings.remedies.words import (
    best_sentence,
    diverged_sentence,
    fares_worse,
    memorise_sentence,
    noise_change,
    reveal_sentence,
    row_sentence,
    share_text,
    to_csv,
)
from core.studies.remedies.remedy import EARLY_STOPPING, L1, L2, NOTHING, Cell, Remedy
from core.studies.remedies.run import RemedyRow

HIGH, LOW = [1.0, 1.1, 0.9], [0.3, 0.31, 0.29]


def row(remedy: Remedy, val_loss: list[float], train_score: float = 1.0, n_nonzero: int = 50) -> RemedyRow:
    losses, ones = np.array(val_loss), np.ones(len(val_loss))
    return RemedyRow(
        Cell(remedy, 0.0), 0.1 * ones, losses, train_score * ones, 0.5 * ones, n_nonzero * ones, 100, 60 * ones
    )  # fmt: skip


def test_a_remedy_helps_hurts_or_does_neither() -> None:
    nothing = row(NOTHING, HIGH)
    assert row_sentence(row(L2, LOW), nothing, True) == f"{L2.why} Lower by more than the spread over 3 starts."
    assert "Higher by more than the spread" in row_sentence(row(L2, [3.0, 3.1, 2.9]), nothing, True)
    assert "smaller than the spread" in row_sentence(row(L2, [1.02, 1.1, 0.9]), nothing, True)


def test_nothing_is_said_to_know_all_by_heart_only_if_it_does() -> None:
    assert "100 % of the training rows as labelled: it knows them by heart." in row_sentence(
        row(NOTHING, HIGH), row(NOTHING, HIGH), True
    )
    text = row_sentence(row(NOTHING, HIGH, 0.9), row(NOTHING, HIGH), True)
    assert "90 % of the training rows as labelled." in text and "heart" not in text
    assert "training rows" not in row_sentence(row(NOTHING, HIGH), row(NOTHING, HIGH), False)


def test_what_a_remedy_s_numbers_do_not_say() -> None:
    nothing = row(NOTHING, HIGH)
    assert "only the test look is fair" in row_sentence(row(EARLY_STOPPING, LOW), nothing, True)
    assert "1 of 3 starts diverged" in row_sentence(row(L2, [0.3, float("nan"), 0.3]), nothing, True)


def test_the_best_is_named_even_when_it_is_nothing() -> None:
    nothing = row(NOTHING, HIGH)
    assert best_sentence([nothing, row(L2, LOW)], False).startswith("L2 is best so far: median validation loss 0.3")
    assert "no remedy helps" in best_sentence([nothing, row(L2, [3.0, 3.1, 2.9])], True)
    assert "No run stayed finite" in best_sentence([row(NOTHING, [float("nan")] * 2)], True)
    assert fares_worse([nothing, row(L2, LOW), row(L1, [3.0, 3.1, 2.9])]) == ["L1"]


def test_diverged_starts_are_counted_over_all_remedies() -> None:
    nan = float("nan")
    lost = diverged_sentence([row(NOTHING, [nan, 1.0, 2.0]), row(L2, [nan] * 3), row(L1, LOW)])
    assert lost.startswith("4 of 9 starts diverged") and "learning rate" in lost
    assert diverged_sentence([row(NOTHING, HIGH)]) == ""


def test_the_test_look_says_whether_validation_had_it_right() -> None:
    rows = [row(NOTHING, HIGH), row(L2, LOW), row(L1, [0.4, 0.41, 0.39])]
    agree = reveal_sentence(rows, [np.array([2.0]), np.array([0.5]), np.array([0.6])])
    assert agree == "L2 is best on the test rows (loss 0.500, nothing 2.000), as on the validation rows."
    differ = reveal_sentence(rows, [np.array([2.0]), np.array([0.7]), np.array([0.6])])
    assert differ.startswith("L1 is best") and differ.endswith("not L2, the best on the validation rows.")
    assert reveal_sentence(rows, [np.array([float("nan")])] * 3) == ""


def test_memorising_is_claimed_only_where_it_is_seen() -> None:
    shares = np.array([0.0, 0.5])
    text = memorise_sentence(shares, np.array([1.0, 1.0]))
    assert text.endswith("memorises all training labels, even with 50 % of them wrong.")
    assert "memorises 99.6 % of the training labels" in memorise_sentence(shares, np.array([0.996, 1.0]))
    text = memorise_sentence(shares, np.array([1.0, 0.8]))
    assert text.endswith("has not memorised all labels: 80 % of them, with 50 % wrong.")


@pytest.mark.parametrize(
    ("share", "text"), [(1.0, "100 %"), (0.9996, "99.9 %"), (0.98, "98 %"), (0.004, "0.4 %"), (0.0, "0 %")]
)
def test_shares_are_never_rounded_to_all_or_nothing(share: float, text: str) -> None:
    assert share_text(share) == text


def test_the_file_has_a_line_for_each_start() -> None:
    rows = [row(NOTHING, HIGH), row(L2, LOW)]
    read = list(
        csv.DictReader(
            to_csv([("remedies", rows, [np.array([2.0, 2.1, 2.2])] * 2), ("label noise", rows[:1], None)]).splitlines()
        )
    )
    assert len(read) == 9
    assert (read[4]["remedy"], read[4]["strengths"], read[4]["val_loss"], read[4]["test_loss"]) == (
        "L2",
        "λ₂ = 0.01",
        "0.31",
        "2.1",
    )
    assert read[8]["study"] == "label noise" and read[8]["test_loss"] == ""
    assert float(read[0]["gap"]) == pytest.approx(0.9)


def test_what_wrong_labels_do_is_said_as_the_numbers_have_it_up_down_or_unclear() -> None:
    """A table in which dropout's loss falls, as one draw of the labels had it while a caption said that all rise."""
    assert noise_change(row(NOTHING, LOW), row(NOTHING, HIGH)) == "higher"
    assert noise_change(row(L1, HIGH), row(L1, LOW)) == "lower"
    assert noise_change(row(L2, HIGH), row(L2, [1.05, 1.1, 0.95])) == "the same, within the spread"
    assert noise_change(row(L2, HIGH), row(L2, [np.nan] * 3)) == "diverged"
