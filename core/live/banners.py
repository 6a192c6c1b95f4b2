"""What stands out from a run: it has diverged or collapsed, or its learning rate is at fault; and the one click that mends it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from core.live.run import LiveRun
from core.measures.learning_rate import rate_fault
from core.measures.numbers import Write, loss_text
from core.presets import PRESETS, preset_of
from core.settings.experiment import label_of
from core.settings.penalties import PENALTIES
from core.studies.base.state import MemberState
from core.words import joined, say

MILD = 1e-3  # a penalty that lets nearly every network learn
CALMING_L2 = 0.003  # calms most networks that memorise, and leaves them what they need to fit
PATIENCE = 300  # epochs in which a changed strength may show what it does, before more of it is advised
USUAL_RATE = 0.01  # with which nearly every network learns


def diverged_banner(run: LiveRun) -> dict[str, Any]:
    """Return the message of a run whose loss grew without bound, with its reason and the settings that mend it.

    SGD under L2 alone multiplies a weight by 1 - 2·lr·λ₂ a step: from lr·λ₂ = 1 on it grows whatever the data say.
    """
    training, l2 = run.experiment.training, run.experiment.regularization.l2
    rate = training.learning_rate
    if training.optimizer == "sgd" and rate * l2 >= 1:
        reason = say(
            "an L2 strength of {l2:g} at a learning rate of {rate:g} overshoots zero further at every step.",
            l2=l2,
            rate=rate,
        )
        lower = {"l2": MILD}
    else:
        reason = say("a learning rate of {rate:g} is too large here.", rate=rate)
        lower = {"learning_rate": calmer(rate)}
    text = say(
        "Diverged: the loss grew without bound by epoch {n_epochs_done:,}, for {reason}",
        n_epochs_done=run.training.n_epochs_done,
        reason=reason,
    )
    short = say("Blown up: the steps are too large.")
    return {
        "kind": "diverged",
        "text": say("{cause} The charts keep the last finite state.", cause=text),
        "short": short,
        "remedy": button(lower),
    }


def collapsed_banner(run: LiveRun) -> dict[str, Any]:
    """Return the message of a network whose weights are all gone, with weaker penalties as its remedy."""
    on = [name for name in PENALTIES if run.experiment.get(name) > 0]
    lower = {name: min(MILD, float(f"{run.experiment.get(name) / 10:.0e}")) for name in on}
    return {
        "kind": "collapsed",
        "text": say(
            "Collapsed: the penalty has pulled all weights to zero or next to it: the same answer to every input."
        ),
        "short": say("Nothing left: the penalty is stronger than the data."),
        "remedy": button(lower) if lower else None,
    }


def rate_banner(
    run: LiveRun, state: MemberState, member: int, constant_loss: float, has_random_start: bool = True,
    head: str = say("Underfits"), write: Write = loss_text,
) -> dict[str, Any] | None:  # fmt: skip
    """Return the message that the learning rate is at fault where a member underfits, or None.

    constant_loss: of the best constant answer on the training rows. has_random_start: whether it began at random weights.
    """
    history, rate = run.training.history, run.experiment.training.learning_rate
    start, peak = float(history.records[0]["train_loss"][member]), own_peak(run, member)
    moved = distance_moved(run, state, member) if has_random_start else None
    fault = rate_fault(peak, start, constant_loss, moved, run.state == "finished")
    n_epochs = run.training.n_epochs_done
    if fault == "too large":
        text = say(
            "{head}: the learning rate is too large. The training loss jumped to {peak} on the way, from "
            "{start} at the start, and by epoch {n_epochs:,} it has not found back.",
            head=head,
            peak=write(peak),
            start=write(start),
            n_epochs=n_epochs,
        )
        short = say("{head}: the learning rate is too large.", head=head)
        remedy = button({"learning_rate": calmer(largest_rate(run))})
        return {"kind": "underfits", "text": text, "short": short, "remedy": remedy}
    if fault == "too small" and moved is not None and rate < USUAL_RATE:
        text = say(
            "{head}: the learning rate is too small for {n_epochs:,} epochs. The weights have moved by no more than "
            "{moved:.1%} of their length.",
            head=head,
            n_epochs=n_epochs,
            moved=moved,
        )
        short = say("{head}: the learning rate is too small.", head=head)
        return {"kind": "underfits", "text": text, "short": short, "remedy": button({"learning_rate": USUAL_RATE})}
    return None


def own_peak(run: LiveRun, member: int) -> float:
    """Return the highest training loss of a member that is the learning rate's own doing: before a penalty was first changed.

    A memorised fit that a penalty pulls down lets the loss jump, whatever the learning rate.
    """
    history = run.training.history
    changed = [
        change["epoch"]
        for change in run.changes
        if change["name"] != "learning_rate" and change.get("member") in (None, member)
    ]
    if not changed:
        return float(history.peak_train_loss[member])
    records = zip(history.epochs, history.records, strict=True)
    before = [float(record["train_loss"][member]) for epoch, record in records if epoch <= min(changed)]
    return max(loss if math.isfinite(loss) else math.inf for loss in before)


def distance_moved(run: LiveRun, state: MemberState, member: int) -> float:
    """Return how far a member's weights are from those at epoch 0, as a share of their length there."""
    now, start = (s.parameters[member, : s.n_weights].astype(float) for s in (state, run.moments[0]))
    return float(np.linalg.norm(now - start) / max(float(np.linalg.norm(start)), 1e-12))


def largest_rate(run: LiveRun) -> float:
    """Return the largest learning rate that the run has had."""
    changed = [change["value"] for change in run.changes if change["name"] == "learning_rate"]
    return float(max([run.started_as.training.learning_rate, *changed]))


def overfit_remedy(run: LiveRun) -> dict[str, Any] | None:
    """Return the one click that lets a run which memorises go on under a stronger L2 penalty; None where it is at its strongest."""
    since = run.training.n_epochs_done - max((change["epoch"] for change in run.changes), default=-PATIENCE)
    if since < PATIENCE:
        return None
    now, told = run.experiment.regularization.l2, preset_of(run.experiment)
    value = dict(PRESETS[told].slides).get("l2", CALMING_L2) if told else CALMING_L2
    value = float(f"{3 * now:.0e}") if now else value
    if value > 1:
        return None
    sets = {"type": "set", "name": "l2", "value": value}
    return {
        "label": say("Try {symbol} = {value:g}", symbol=PENALTIES["l2"].symbol, value=value),
        "commands": [sets, {"type": "run"}],
    }


def calmer(rate: float) -> float:
    """Return a learning rate a tenth of one that is too large, and none above the usual."""
    return min(USUAL_RATE, rate / 10)


def button(settings: dict[str, float]) -> dict[str, Any]:
    """Return the one click that gives some settings new values and starts again."""
    words = joined(
        [say("{name} to {value:g}", name=label_of(name), value=value) for name, value in settings.items()], " and "
    )
    sets = [{"type": "set", "name": name, "value": value} for name, value in settings.items()]
    return {
        "label": say("Set {words} and start again", words=words),
        "commands": [*sets, {"type": "reset"}, {"type": "run"}],
    }
