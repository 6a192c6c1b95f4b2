"""One step, and ten, of our optimizers against torch's own; the soft threshold by hand."""

import pytest
import torch

from core.engine.optimizers import make_optimizer
from core.engine.penalties import soft_threshold


@pytest.mark.parametrize("n_steps", [1, 10])
@pytest.mark.parametrize("name, momentum", [("sgd", 0.0), ("sgd", 0.9), ("adam", 0.0)])
def test_steps_match_torch(name, momentum, n_steps):
    generator = torch.Generator().manual_seed(0)
    start = torch.randn(2, 5, generator=generator, dtype=torch.float64)
    rates = torch.tensor([[0.1], [0.01]], dtype=torch.float64)
    gradients = torch.randn(n_steps, 2, 5, generator=generator, dtype=torch.float64)
    ours = start.clone()
    optimizer = make_optimizer(name, ours, momentum)
    for gradient in gradients:
        optimizer.step(ours, gradient, rates)
    for member in range(2):
        theirs = start[member].clone().requires_grad_()
        rate = rates[member].item()
        reference = (
            torch.optim.Adam([theirs], lr=rate)
            if name == "adam"
            else torch.optim.SGD([theirs], lr=rate, momentum=momentum)
        )
        for gradient in gradients:
            theirs.grad = gradient[member].clone()
            reference.step()
        assert torch.allclose(ours[member], theirs, rtol=1e-10, atol=1e-12)


def test_soft_threshold_by_hand():
    weights = torch.tensor([[0.5, -0.5, 0.2, -0.1, 0.0]])
    soft_threshold(weights, torch.tensor([[0.2]]))
    assert torch.allclose(weights, torch.tensor([[0.3, -0.3, 0.0, 0.0, 0.0]]))
    assert (weights == 0).sum() == 3


def test_a_weight_that_was_set_to_zero_can_come_back():
    weights = torch.tensor([[0.1]])
    optimizer = make_optimizer("sgd", weights, 0.0)
    soft_threshold(weights, torch.tensor([[0.2]]))
    assert weights.item() == 0
    optimizer.step(weights, torch.tensor([[-5.0]]), torch.tensor([[0.1]]))
    soft_threshold(weights, torch.tensor([[0.2]]))
    assert weights.item() == pytest.approx(0.3)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_one_learning_rate_for_all_matches_torch_and_one_for_each(dtype):
    generator = torch.Generator().manual_seed(1)
    start = torch.randn(3, 7, generator=generator, dtype=dtype)
    theirs = start.clone().requires_grad_()
    reference = torch.optim.Adam([theirs], lr=0.02)
    shared, each = start.clone(), start.clone()
    together, apart = make_optimizer("adam", shared, 0.0), make_optimizer("adam", each, 0.0)
    for _ in range(50):
        theirs.grad = torch.randn(3, 7, generator=generator, dtype=dtype)
        together.step(shared, theirs.grad.clone(), 0.02)
        apart.step(each, theirs.grad.clone(), torch.full((3, 1), 0.02, dtype=torch.float64))
        reference.step()
    close = {"rtol": 1e-10, "atol": 1e-12} if dtype == torch.float64 else {"rtol": 1e-4, "atol": 1e-5}
    torch.testing.assert_close(shared, theirs.detach(), **close)
    torch.testing.assert_close(each, theirs.detach(), **close)
    l1 = torch.full((3, 1), 0.1, dtype=dtype)
    torch.testing.assert_close(together.threshold(l1, slice(None), 5), apart.threshold(l1, slice(None), 5), **close)
