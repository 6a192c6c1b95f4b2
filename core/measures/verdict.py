"""The verdict: one graded sentence on a run, with its reason.

Losses are judged against the room there was to learn:

    room = min(starting validation loss, loss of the best constant answer) - noise floor   (floor 0 when unknown)

The constant answer is the mean of the targets or the shares of the classes: a network that has learned nothing gets there.
Rules, the first that holds:
- not started: epoch 0.
- diverged: a loss that is no number or hopeless, see `divergence.py`.
- collapsed: a norm of all weights below 1e-3.
- underfits: both losses above floor + 0.5·room, and the training loss is farther from the floor than the gap is wide.
- overfits: gap above 0.2·room: slightly to 0.3, clearly to 0.5, strongly beyond.
- fits: otherwise. (Some gap is left at the best λ of any small data set: 0.13 to 0.19 of the room on ours.)
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from core.measures.divergence import hopeless_loss, is_hopeless
from core.measures.numbers import gap_text, loss_text

UNDERFIT_SHARE = 0.5
GAP_GRADES = ((0.5, "strongly"), (0.3, "clearly"), (0.2, "slightly"))
COLLAPSED_NORM = 1e-3

Kind = Literal["not started", "underfits", "overfits", "fits", "collapsed", "diverged"]


@dataclass(frozen=True)
class Verdict:
    """`kind` for programs, `text` for people."""

    kind: Kind
    text: str


def judge(
    train_loss: float, val_loss: float, start_loss: float, floor: float | None, weight_norm: float, epoch: int,
    constant_loss: float | None = None,
) -> Verdict:  # fmt: skip
    """Return the verdict on data losses (no penalty in them), the weights' norm and the epoch.

    constant_loss: validation loss of the best constant answer, None when unknown.
    """
    if epoch == 0:
        return Verdict("not started", "Not trained yet: press Run.")
    if is_hopeless(train_loss, hopeless_loss(start_loss, constant_loss or 0.0)) or not math.isfinite(weight_norm):
        return Verdict("diverged", "Diverged: the weights grew without bound; lower the learning rate.")
    if weight_norm < COLLAPSED_NORM:
        return Verdict("collapsed", "Collapsed: the penalty has pulled all weights to zero; lower λ and reset.")
    base = floor or 0.0
    ceiling = start_loss if constant_loss is None else min(start_loss, constant_loss)
    room = max(ceiling - base, 1e-12)
    gap = val_loss - train_loss
    is_far = min(train_loss, val_loss) > base + UNDERFIT_SHARE * room
    if is_far and train_loss - base > gap:
        return Verdict("underfits", f"Underfits: even the training loss, {loss_text(train_loss)}, is still high.")
    for share, grade in GAP_GRADES:
        if gap > share * room:
            reason = (
                f"validation loss {loss_text(val_loss)} is {loss_text(gap)} above training loss {loss_text(train_loss)}"
            )
            return Verdict("overfits", f"Overfits {grade}: {reason}.")
    if gap <= 0:
        return Verdict(
            "fits",
            f"A good fit: validation loss {loss_text(val_loss)} is no higher than training loss {loss_text(train_loss)}.",
        )
    end = "no loss at all" if floor is None else "the noise floor"
    words = f"the gap, {gap_text(gap)}, is {gap / room:.0%} of the way from a constant answer down to {end}"
    return Verdict("fits", f"A good fit: {words}.")
