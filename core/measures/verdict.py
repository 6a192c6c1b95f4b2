"""The verdict: one graded sentence on a run, with its reason.

Losses are judged against the room there was to learn, room = starting validation loss - noise floor (0 when unknown):
both losses still above floor + 0.5·room → underfitting; gap above 0.1·room → overfitting (slight to 0.25, clear to 0.5,
strong beyond); otherwise a good fit. All weights exactly zero, or a norm below 1e-3, is a collapse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

UNDERFIT_SHARE = 0.5
GAP_GRADES = ((0.5, "strongly"), (0.25, "clearly"), (0.1, "slightly"))
COLLAPSED_NORM = 1e-3

Kind = Literal["not started", "underfits", "overfits", "fits", "collapsed"]


@dataclass(frozen=True)
class Verdict:
    """`kind` for programs, `text` for people."""

    kind: Kind
    text: str


def judge(
    train_loss: float, val_loss: float, start_loss: float, floor: float | None, weight_norm: float, epoch: int
) -> Verdict:
    """Return the verdict on data losses (no penalty in them), the weights' norm and the epoch."""
    if epoch == 0:
        return Verdict("not started", "Not trained yet: press Run.")
    if weight_norm < COLLAPSED_NORM:
        return Verdict("collapsed", "Collapsed: the penalty has pulled all weights to zero; lower λ and reset.")
    base = floor or 0.0
    room = max(start_loss - base, 1e-12)
    gap = val_loss - train_loss
    if min(train_loss, val_loss) > base + UNDERFIT_SHARE * room:
        return Verdict("underfits", f"Underfits: even the training loss, {train_loss:.3f}, is still high.")
    for share, grade in GAP_GRADES:
        if gap > share * room:
            reason = f"validation loss {val_loss:.3f} is {gap:.3f} above training loss {train_loss:.3f}"
            return Verdict("overfits", f"Overfits {grade}: {reason}.")
    return Verdict("fits", f"A good fit: validation loss {val_loss:.3f} is close to training loss {train_loss:.3f}.")
