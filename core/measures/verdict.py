"""The verdict: one graded sentence on a run, with its reason.

A run is graded by how far its validation loss V lies above the lowest one known to be within reach, R:

    excess = (V - R) / max(R, C/5)        C: the loss of the best constant answer

The constant answer is the mean of the targets or the shares of the classes; a fifth of its loss keeps tiny losses from
being told apart. What is within reach is measured, not assumed: see `core/studies/base/reach.py`. Rules, the first that holds:
- missing: there are no points to judge on; said by whoever knows.
- not started: epoch 0.
- diverged: a loss that is no number or hopeless, see `divergence.py`.
- fits: excess at most 0.15. What gap is left is said: some is left at the best λ of any small data set.
- collapsed: a norm of all weights below 1e-3.
- overfits or underfits: slightly to 0.4, clearly to 1, strongly beyond. It underfits where even the training loss lies
  above what is within reach, or where most of the excess is a higher training loss; else the gap is wider: it overfits.
So of two runs that are held against the same R, the one with the lower validation loss is never called worse.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from core.measures.divergence import HOPELESS_FACTOR, is_hopeless
from core.measures.numbers import Write, gap_text, loss_text
from core.words import say

GRADES = ((1.0, "strongly"), (0.4, "clearly"), (0.15, "slightly"))  # excess above which a grade begins
SMALLEST_SCALE = 0.2  # of the constant answer's loss
WIDE_GAP = 0.25  # of the constant answer's loss
COLLAPSED_NORM = 1e-3

# In everyday words: a fit, one with a wide gap, and (slightly, more) off on either side.
SHORT_FIT = say("Good fit: it does almost as well on new points.")
SHORT_WIDE = say("As good on new points as it gets, though far better on its own.")
SHORT_UNDER = (say("Not quite there: it misses a little of the pattern."), say("Underfits: it misses the pattern."))
SHORT_OVER = (
    say("Starts to memorise: a little worse on new points."),
    say("Memorising its points: far worse on new ones."),
)

Kind = Literal["not started", "underfits", "overfits", "fits", "collapsed", "diverged", "missing"]


@dataclass(frozen=True)
class Verdict:
    """`kind` for programs, `text` for people. level: 0 a fit, 1 slightly, 2 clearly, 3 strongly off; 4 no result at all.

    short: the same in everyday words, without numbers.
    """

    kind: Kind
    text: str
    level: int = 0
    short: str = ""


@dataclass(frozen=True)
class Reach:
    """A validation loss known to be within reach, and in words who has reached it ("the lowest on this path").

    train_loss: what the training loss was there, None where there was no training.
    """

    val_loss: float
    words: str
    train_loss: float | None = None


def nearest(reaches: list[Reach]) -> Reach:
    """Return the lowest of several; the first of equal ones."""
    return min(reaches, key=lambda reach: reach.val_loss if math.isfinite(reach.val_loss) else math.inf)


def judge(
    train_loss: float, val_loss: float, reach: Reach, constant_loss: float, weight_norm: float, epoch: int,
    loss_limit: float = HOPELESS_FACTOR, write: Write = loss_text,
) -> Verdict:  # fmt: skip
    """Return the verdict on data losses (no penalty in them), the weights' norm and the epoch.

    reach: the lowest validation loss known to be within reach; constant_loss: that of the best constant answer;
    loss_limit: the training loss from which on the network is lost, see `hopeless_loss`; write: how a loss is written.
    """
    if epoch == 0:
        return Verdict("not started", say("Not trained yet: press Run."), 4, say("Not trained yet: press Run."))
    if is_hopeless(train_loss, loss_limit) or not math.isfinite(weight_norm):
        text = say("Diverged: the weights grew without bound; lower the learning rate.")
        return Verdict("diverged", text, 4, say("Blown up: the steps are too large."))
    excess = (val_loss - reach.val_loss) / max(reach.val_loss, SMALLEST_SCALE * constant_loss, 1e-12)
    level = sum(excess > start for start, _ in GRADES)
    if level == 0:
        text = fit_text(train_loss, val_loss, reach, constant_loss, write)
        return Verdict("fits", text, 0, SHORT_WIDE if is_wide(train_loss, val_loss, constant_loss) else SHORT_FIT)
    grade = GRADES[-level][1]
    if weight_norm < COLLAPSED_NORM:
        text = say("Collapsed: the penalty has pulled all weights to zero or next to it; lower λ and reset.")
        return Verdict("collapsed", text, level, say("Nothing left: the penalty is stronger than the data."))
    if is_underfit(train_loss, val_loss, reach):
        return Verdict(
            "underfits", underfit_text(grade, train_loss, val_loss, reach, write), level, SHORT_UNDER[int(level > 1)]
        )
    above = say(
        "validation loss {val_loss} against {reachable}, {distance}",
        val_loss=write(val_loss),
        reachable=write(reach.val_loss),
        distance=reach.words,
    )
    text = say(
        "Overfits {grade}: {above}; gap {val_loss}.", grade=grade, above=above, val_loss=gap_text(val_loss - train_loss)
    )
    return Verdict("overfits", text, level, SHORT_OVER[int(level > 1)])


def is_underfit(train_loss: float, val_loss: float, reach: Reach) -> bool:
    """Return whether a run that is off is so for its training loss rather than for its gap."""
    if reach.train_loss is None or train_loss > max(reach.train_loss, reach.val_loss):
        return train_loss > reach.val_loss
    gap, gap_there = val_loss - train_loss, reach.val_loss - reach.train_loss
    return train_loss - reach.train_loss > gap - gap_there


def underfit_text(grade: str, train_loss: float, val_loss: float, reach: Reach, write: Write = loss_text) -> str:
    """Return why a run underfits: both losses are high."""
    there = say("{val_loss}, {words}", val_loss=write(reach.val_loss), words=reach.words)
    if train_loss > reach.val_loss:
        return say(
            "Underfits {grade}: even the training loss, {train_loss}, is above {there}.",
            grade=grade,
            train_loss=write(train_loss),
            there=there,
        )
    losses = say("validation loss {val_loss} against {there}", val_loss=write(val_loss), there=there)
    was = say(", there {train_loss}", train_loss=write(reach.train_loss)) if reach.train_loss is not None else ""
    return say(
        "Underfits {grade}: {losses}; training loss {train_loss}{was}.",
        grade=grade,
        losses=losses,
        train_loss=write(train_loss),
        was=was,
    )


def is_wide(train_loss: float, val_loss: float, constant_loss: float) -> bool:
    """Return whether the gap is wide, measured by the loss of the best constant answer."""
    return val_loss - train_loss > WIDE_GAP * constant_loss


def fit_text(train_loss: float, val_loss: float, reach: Reach, constant_loss: float, write: Write = loss_text) -> str:
    """Return how good a fit is known to be, and what gap is left."""
    gap = val_loss - train_loss
    is_there = loss_text(val_loss) == loss_text(reach.val_loss)
    near = (
        say("is {words}", words=reach.words)
        if is_there
        else say("is close to {val_loss}, {words}", val_loss=write(reach.val_loss), words=reach.words)
    )
    kind = say("A fit with a wide gap") if is_wide(train_loss, val_loss, constant_loss) else say("A good fit")
    head = say("{kind}: validation loss {val_loss} {near}", kind=kind, val_loss=write(val_loss), near=near)
    if gap <= 0:
        return say("{head}; no gap.", head=head)
    return say("{head}; gap {gap}.", head=head, gap=gap_text(gap))
