"""Weights read from a flat copy are the stack's weights."""

import numpy as np

from core.engine import Stack
from core.studies.base.state import weights_of


def test_flat_weights_are_the_stacks():
    stack = Stack(3, (5, 2), 4, "tanh", [0, 1])
    for flat, view in zip(weights_of(stack.parameters.numpy(), stack.shapes), stack.weights, strict=True):
        assert np.array_equal(flat, view.numpy())
