"""Losses and gaps as texts."""

import pytest

from core.measures.numbers import gap_text, loss_text


@pytest.mark.parametrize(
    ("loss", "text"),
    [
        (1, "1.000"), (1234.5, "1,234.500"),
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
