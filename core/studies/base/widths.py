"""Networks of several widths in one stack: a narrow one is a wide one whose other units are zero, and stay zero.

A unit without weights in and out answers 0 where the activation has f(0) = 0. Then no gradient reaches its weights, and
every penalty and optimizer leaves a zero with a zero gradient where it is: the padding counts nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from core.engine import Stack
from core.settings.experiment import Experiment
from core.settings.words import received
from core.studies.base.values import is_count
from core.words import say

MAX_WIDTH = 512
ZERO_AT_ZERO = ("tanh", "relu", "leaky_relu", "gelu")  # activations with f(0) = 0


def check_widths(experiment: Experiment, widths: Sequence[float] | np.ndarray) -> tuple[int, ...]:
    """Return the widths as whole numbers, as given. Raises ValueError where they cannot share a stack."""
    is_list = isinstance(widths, (Sequence, np.ndarray)) and np.ndim(widths) == 1 and len(widths) > 0
    if not is_list or not all(is_count(w, 1, MAX_WIDTH) or _is_whole(w) for w in widths):
        raise ValueError(
            say(
                "widths: expected whole numbers from 1 to {max_width}, received {widths}",
                max_width=MAX_WIDTH,
                widths=received(widths),
            )
        )
    if not experiment.network.hidden_sizes:
        raise ValueError(say("hidden_sizes: expected at least one hidden layer to make narrow and wide, received none"))
    if (activation := experiment.network.activation) not in ZERO_AT_ZERO:
        raise ValueError(
            say(
                "activation: expected one that is 0 at 0 ({zero_at_zero}), so that a unit can be left out, "
                "received {activation}",
                zero_at_zero=", ".join(ZERO_AT_ZERO),
                activation=activation,
            )
        )
    return tuple(int(w) for w in widths)


def _is_whole(width: object) -> bool:
    return isinstance(width, (float, np.floating)) and float(width).is_integer() and bool(1 <= width <= MAX_WIDTH)


def widened(experiment: Experiment, widths: Sequence[int]) -> Experiment:
    """Return the experiment of the widest network: every hidden layer has as many units."""
    return experiment.replace(hidden_sizes=(max(widths),) * len(experiment.network.hidden_sizes))


def padded_starts(
    experiment: Experiment, sizes: tuple[int, int], widths: Sequence[int], seeds: Sequence[int], dtype: torch.dtype
) -> np.ndarray:
    """Return the parameters (M, n_parameters) at which member m, of `widths[m]` units in every hidden layer, starts.

    sizes: inputs and outputs. The weights of a member are those that it would draw alone, with its own fan-in.
    """
    hidden, activation = widened(experiment, widths).network.hidden_sizes, experiment.network.activation
    stack = Stack(sizes[0], hidden, sizes[1], activation, [0] * len(seeds), dtype)
    stack.parameters.zero_()
    for width in dict.fromkeys(widths):
        members = [m for m, own in enumerate(widths) if own == width]
        own = Stack(sizes[0], (width,) * len(hidden), sizes[1], activation, [seeds[m] for m in members], dtype)
        for wide, narrow in zip([*stack.weights, *stack.biases], [*own.weights, *own.biases], strict=True):
            wide[members, : narrow.shape[1], : narrow.shape[2]] = narrow
    return stack.parameters.numpy().copy()
