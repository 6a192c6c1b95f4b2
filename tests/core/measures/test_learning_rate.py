"""A learning rate is blamed for what only it can do."""

import pytest

from core.measures.learning_rate import rate_fault


@pytest.mark.parametrize(
    "peak, start, constant, moved, is_done, fault",
    [
        (7.0, 1.1, 1.0, 3.0, True, "too large"),
        (1.2, 1.1, 1.0, 3.0, True, ""),
        (1.0, 0.6, 1.0, 3.0, True, ""),  # a penalty that ends at the constant answer, from a better start
        (1.2, 0.6, 1.0, 3.0, False, "too large"),
        (1.1, 1.1, 1.0, 0.01, True, "too small"),
        (1.1, 1.1, 1.0, 0.01, False, ""),  # it may still arrive
        (1.1, 1.1, 1.0, None, True, ""),  # began at trained weights
        (1.1, 1.1, 1.0, 0.3, True, ""),
        (float("inf"), 1.1, 1.0, 0.3, True, "too large"),
    ],
)
def test_cases(peak, start, constant, moved, is_done, fault):
    assert rate_fault(peak, start, constant, moved, is_done) == fault
