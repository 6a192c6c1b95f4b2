"""Values of the activations against torch's own, for arrays on both sides of the size where tanh changes its way."""

import pytest
import torch

from core.engine.activations import ACTIVATIONS, BY_SIGMOID


@pytest.mark.parametrize("n", [7, BY_SIGMOID - 1, BY_SIGMOID, 5000])
@pytest.mark.parametrize("dtype, tolerance", [(torch.float64, 1e-14), (torch.float32, 3e-7)])
def test_tanh_is_tanh(n, dtype, tolerance):
    z = torch.linspace(-40, 40, n, dtype=dtype)[None]
    assert (ACTIVATIONS["tanh"].value(z.clone()) - torch.tanh(z)).abs().max() <= tolerance


@pytest.mark.parametrize("n", [3000, 32 * 100])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_value_and_chain_rule_are_those_of_autograd_aligned_or_not(name, n):
    z = torch.randn(2, 1, n, generator=torch.Generator().manual_seed(0), dtype=torch.float64, requires_grad=True)
    value = z if name == "linear" else getattr(torch.nn.functional, name)(z)
    slopes = torch.linspace(-1, 1, n, dtype=torch.float64).expand(2, 1, n).contiguous()
    expected = torch.autograd.grad(value, z, slopes)[0]
    rule = ACTIVATIONS[name]
    kept = z.detach().clone()
    h = rule.value(kept)
    torch.testing.assert_close(h, value.detach(), rtol=1e-12, atol=1e-14)
    assert torch.allclose(rule.backward(slopes, kept, h), expected, rtol=1e-9, atol=1e-13)
