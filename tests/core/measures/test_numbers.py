"""Losses and gaps as texts."""

import pytest

from core.measures.numbers import gap_text, loss_text, number_text, score_text


@pytest.mark.parametrize(
    ("loss", "text"),
    [
        (1, "1.000"), (1234.5, "1,234"), (999.4, "999.400"), (12345.6, "12,346"), (32949260.0, "3.29e7"), (4e12, "4.00e12"),
        (999_999.7, "1.00e6"), (-5000, "-5,000"), (float("inf"), "inf"),
        (0.6, "0.600"), (0.0262, "0.026"), (0.00152, "0.002"), (0.00017291, "0.00017"), (0, "0.000"),
        (0.00008, "8e-5"), (1.3e-10, "1.3e-10"),
        (float("nan"), "nan"),
    ],
)  # fmt: skip
def test_losses_have_three_decimals_unless_nothing_would_be_left(loss, text):
    assert loss_text(loss) == text


@pytest.mark.parametrize(("gap", "text"), [(0.126, "+0.126"), (-0.0015, "-0.002"), (0, "+0.000"), (-0.00004, "-4e-5")])
def test_gaps_have_a_sign(gap, text):
    assert gap_text(gap) == text


def test_scores_are_shares_or_short_numbers():
    assert score_text(0.914, True) == "91% right"
    assert score_text(0.926, False) == "R² 0.93"
    assert score_text(-28961368.0, False) == "R² -2.90e7"


def test_no_number_is_longer_than_a_hand():
    for power in range(-12, 39):
        for digits in (1.0, 9.999999, -3.3333333):
            assert len(number_text(digits * 10.0**power, 2)) <= 8 and len(loss_text(digits * 10.0**power)) <= 8
