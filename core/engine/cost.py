"""What a step and a measurement cost, from the shapes alone: a count of work, never the clock, so equal runs agree.

The unit is one multiply-add inside a matrix product. The factors were fitted to timings of stacks from one small network
to 33 digit readers on one core; ratios of costs come out within a factor of 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from core.engine.stack import Stack

CALL = 40_000  # a tensor operation, however small (1.5 µs)
CALLS_PER_STEP, CALLS_PER_MEASUREMENT = 25, 110
CALLS_PER_LAYER = 9
PER_HIDDEN_VALUE = 25  # activation, its slope, sums
PER_PARAMETER = 50  # optimizer and penalties
PER_PARAMETER_LOOKED_AT = 15  # norms and counts
PER_ROW = 100  # losses and scores
COMPILED_STEP = 20_000  # of a compiled step, however small
MOST_PRODUCTS = 8_000_000  # multiply-adds of a step of one network, up to which compiled ones are faster


def step_cost(stack: Stack, n_rows: int, n_blocks: int) -> float:
    """Return the work of one step of all members on a batch of `n_rows`."""
    calls = CALLS_PER_STEP + CALLS_PER_LAYER * len(stack.shapes)
    first = stack.sizes[0] * stack.sizes[1]  # forward, weight gradients, and slopes but for those of the inputs
    products = n_rows * (3 * stack.n_weights - first)
    values = n_rows * (PER_HIDDEN_VALUE * sum(stack.sizes[1:]))
    return CALL * calls * n_blocks + stack.n_members * (products + values + PER_PARAMETER * stack.n_parameters)


def measurement_cost(stack: Stack, n_rows: int, n_blocks: int) -> float:
    """Return the work of one measurement of all members on all `n_rows` rows."""
    calls = CALLS_PER_MEASUREMENT + CALLS_PER_LAYER * len(stack.shapes)
    products = n_rows * (stack.n_weights + PER_HIDDEN_VALUE * sum(stack.sizes[1:]) + PER_ROW)
    return CALL * calls * n_blocks + stack.n_members * (products + PER_PARAMETER_LOOKED_AT * stack.n_parameters)


def compiled_cost(stack: Stack, n_rows: int) -> float:
    """Return the work of one compiled step of one member on a batch of `n_rows`."""
    first = stack.sizes[0] * stack.sizes[1]
    products = n_rows * (3 * stack.n_weights - first)
    return (
        COMPILED_STEP + products + n_rows * PER_HIDDEN_VALUE * sum(stack.sizes[1:]) + PER_PARAMETER * stack.n_parameters
    )


def suits(sizes: Sequence[int], n_rows: int) -> bool:
    """Return whether compiled steps are the faster ones for a network of these layers and batches of `n_rows`.

    Measured on one core, steps of one network and of stacks, against torch's: 64-64-10, batch 32: 5 and 1.4 times as fast;
    64-256-256-10, batch 32: 1.8 and 1.5; from there on torch's products of large matrices win: batch 256: 0.8 and 0.6.
    """
    weights = [a * b for a, b in pairwise(sizes)]
    return n_rows * (3 * sum(weights) - weights[0]) <= MOST_PRODUCTS
