"""Whether the learning rate is at fault where a network underfits: read off the record of its run.

too large   the training loss has jumped well above both its start and a constant answer's loss. No descent with steps that
            are small enough does so: a penalty, however strong, ends at the constant answer, and a small network below it.
too small   at the end of the run the weights have hardly moved from their random start. A penalty would have moved them.
Measured on nine tasks with both optimizers (300 epochs): under usual rates, whatever the penalty, dropout or size, the
training loss peaks at 1.02 times its start or at the constant answer's; under rates that spoil the fit at 1.1 to 500,000
times the larger of the two.
"""

from __future__ import annotations

from typing import Literal

JUMP = 1.1  # times the larger of the starting loss and the constant answer's
MOVED = 0.05  # of the length of the weights at the start

Fault = Literal["", "too large", "too small"]


def rate_fault(
    peak_loss: float, start_loss: float, constant_loss: float, moved: float | None = None, is_done: bool = False
) -> Fault:
    """Return what is wrong with the learning rate of a network that underfits, "" where the record shows nothing.

    peak_loss: the highest training loss on record; start_loss: the one at the random start; constant_loss: that of the
    best constant answer, all on the training rows. moved: ‖w - w₀‖/‖w₀‖, None where the start is unknown or was trained.
    is_done: whether the run is at its end: before, slow steps may still arrive.
    """
    if peak_loss > JUMP * max(start_loss, constant_loss):
        return "too large"
    return "too small" if is_done and moved is not None and moved < MOVED else ""
