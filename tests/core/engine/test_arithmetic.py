"""Denormal numbers are zero inside, and only inside; nothing is recorded for autograd."""

import pytest
import torch

from core.engine.arithmetic import fast_arithmetic

TINY = torch.tensor([1e-30])


def product() -> float:
    return float((TINY * 1e-10)[0])


def test_denormals_are_zero_inside_and_come_back_after_an_error():
    assert product() > 0
    with pytest.raises(KeyError), fast_arithmetic():
        assert product() == 0.0
        raise KeyError
    assert product() > 0


def test_it_works_as_a_decorator_and_records_nothing():
    weight = torch.ones(1, requires_grad=True)

    @fast_arithmetic()
    def double() -> torch.Tensor:
        return 2 * weight

    assert not double().requires_grad
