"""Counts of zero, small and other weights by hand."""

import torch

from core.measures import count_weights


def test_zero_and_small_are_counted_apart_per_layer_and_member():
    first = torch.tensor([[[0.0, 5e-4, -5e-4, 1e-3, -2.0]], [[0.0, 0.0, 0.0, float("nan"), 1.0]]])
    counts = count_weights([first, torch.zeros(2, 1, 1)])
    assert counts.n_zero.tolist() == [[1, 1], [3, 1]]
    assert counts.n_small.tolist() == [[2, 0], [0, 0]]
    assert counts.n_rest.tolist() == [[2, 0], [2, 0]]
