"""Lesson 1, the gap: while training loss falls, validation loss falls, then rises again."""

from __future__ import annotations

import numpy as np

from core.lessons.lesson import Explain, Lesson, Observe, Option, Predict, Question, Run, Try
from core.lessons.record import Numbers, Outcome, Record
from core.measures.numbers import loss_text
from core.presets import PRESETS
from core.words import say

RISEN, LEVEL = 1.2, 1.05  # times the lowest validation loss: it has risen; it has stayed
LATE = 0.9  # of the epochs: a lowest loss that comes later says that it still falls
SUDDEN_SHARE, SUDDEN_EPOCHS = 0.8, 0.05  # of the gap, within so much of the epochs: it came at once
LEARNED = 0.01  # training loss below which the points are known by heart


def losses(record: Record) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return epochs, training and validation loss, (n_records,) each."""
    return record.arrays["epoch"], record.arrays["train_loss"], record.arrays["val_loss"]


def turn_numbers(record: Record) -> Numbers:
    """Return the numbers that sentences on the curves hold."""
    epoch, train, val = losses(record)
    best, half = int(val.argmin()), int(np.searchsorted(epoch, epoch[-1] / 2))
    return {
        "lowest": loss_text(val[best]), "best_epoch": f"{epoch[best]:,.0f}", "last": loss_text(val[-1]),
        "n_epochs": f"{epoch[-1]:,.0f}", "times": f"{val[-1] / val[best]:.1f}", "train": loss_text(train[-1]),
        "gap_best": loss_text(val[best] - train[best]), "gap_half": loss_text(val[half] - train[half]),
        "half_epoch": f"{epoch[half]:,.0f}", "gap_last": loss_text(val[-1] - train[-1]),
    }  # fmt: skip


def shape(record: Record) -> Outcome:
    """Say what the validation loss does while the training loss falls."""
    epoch, train, val = losses(record)
    numbers, best, gap = turn_numbers(record), int(val.argmin()), val - train
    jumped = epoch[np.argmax(gap >= SUDDEN_SHARE * gap[-1])] - epoch[np.argmax(gap >= (1 - SUDDEN_SHARE) * gap[-1])]
    if val[-1] >= RISEN * val[best] and epoch[best] < LATE * epoch[-1]:
        sudden = gap[-1] > 0 and jumped <= SUDDEN_EPOCHS * epoch[-1]
        return Outcome("sudden" if sudden else "rises", numbers)
    if epoch[best] >= LATE * epoch[-1]:
        return Outcome("falls", numbers)
    return Outcome("stays" if val[-1] <= LEVEL * val[best] else None, numbers)


def when_to_stop(record: Record) -> Outcome:
    """Say at which of three moments the validation loss is lowest: early, when the points are known by heart, at the end."""
    epoch, train, val = losses(record)
    best = int(val.argmin())
    if train.min() > LEARNED:
        return Outcome(None, {**turn_numbers(record), "heart_epoch": "–", "heart": "–"})
    heart = int(np.argmax(train <= LEARNED))
    at = {"early": val[min(best, heart)], "heart": val[heart], "end": val[-1]}
    first, second = sorted(at, key=lambda name: float(at[name]))[:2]
    numbers = {**turn_numbers(record), "heart_epoch": f"{epoch[heart]:,.0f}", "heart": loss_text(val[heart])}
    return Outcome(first if at[second] >= LEVEL * at[first] else None, numbers)


def is_healed(record: Record, _: str = "") -> Outcome:
    """Say whether a penalty has brought the validation loss, at any epoch since, below the lowest that was reached without."""
    epoch, _train, val = losses(record)
    changes = record.changes_of("l2")
    is_before = epoch <= (changes[0][0] if changes else epoch[-1])
    target, since = val[is_before].min(), np.flatnonzero(~is_before)
    best = int(since[val[since].argmin()]) if len(since) else len(val) - 1
    met = bool(len(since)) and val[best] < target
    numbers = {"target": loss_text(target), "reached": loss_text(val[best]), "epoch": f"{epoch[best]:,.0f}"}
    return Outcome("met" if met else "open", numbers)


LESSON = Lesson(
    key="gap",
    title=say("The gap"),
    minutes=5,
    aim=say("Read two loss curves: where the gap opens, and that it grows by degrees."),
    study="playground",
    experiment=PRESETS["memorise"].experiment,
    charts=("fit", "loss"),
    readouts=("epoch", "train_loss", "val_loss", "gap"),
    steps=(
        Predict(
            say("Predict"),
            Question(
                say(
                    "20 noisy points, a network of 4,224 weights. The training loss will fall for 1,000 epochs. What "
                    "will the validation loss do, on points that it never learns from?"
                ),
                (
                    Option(
                        "rises",
                        say("It falls, then rises again"),
                        "",
                        say("Here it was otherwise."),
                        say(
                            "It fell to {lowest} at epoch {best_epoch}, then rose to {last}, {times} times as much, "
                            "while the training loss went on down to {train}."
                        ),
                        ("952234567",),
                    ),
                    Option(
                        "stays",
                        say("It falls, then stays where it is"),
                        say("What was learned once is not lost again: training on can only be useless, never harmful."),
                        say(
                            "Training on is not harmless: to pass through every noisy point the curve has to bend "
                            "away from the signal."
                        ),
                        say("It fell to {lowest} at epoch {best_epoch} and was still {last} at the end."),
                        ("952222222",),
                    ),
                    Option(
                        "falls",
                        say("It falls as well, just more slowly"),
                        say("A lower training loss is a better network."),
                        say(
                            "The training loss alone does not tell: it is lowest just where the validation loss is "
                            "high. It rewards learning the noise by heart, too."
                        ),
                        say("It was still falling at the end: {last}."),
                        ("976543211",),
                    ),
                    Option(
                        "sudden",
                        say("Nothing, until it is suddenly overfit: then it jumps"),
                        say("A network is either fine or overfit."),
                        say(
                            "There was no such moment. The gap was {gap_best} at epoch {best_epoch}, {gap_half} at "
                            "epoch {half_epoch} and {gap_last} at the end: overfitting is a matter of degree."
                        ),
                        say("The gap opened at once: {gap_half} at epoch {half_epoch}, {gap_last} at the end."),
                        ("952222288",),
                    ),
                ),
                shape,
                say(
                    "Not clear in this run: the validation loss ended at {last}, its lowest was {lowest}. Another "
                    "start may show it."
                ),
                "rises",
                drawn_on="loss",
            ),
        ),
        Run("Run", say("Press **Run**. Watch the two curves part, and what the fit does meanwhile.")),
        Observe(
            say("Observe"),
            Question(
                say("When should one have stopped?"),
                (
                    Option(
                        "early",
                        say("Early, where the validation loss is lowest"),
                        "",
                        say("In this run that was not the lowest."),
                        say(
                            "At epoch {best_epoch} the validation loss was {lowest}, at epoch {n_epochs} it was {last}."
                        ),
                    ),
                    Option(
                        "heart",
                        say("When the training points are known by heart"),
                        say("First learn the data completely, then stop."),
                        say(
                            "The points were known by heart at epoch {heart_epoch}; by then the validation loss had "
                            "risen to {heart}."
                        ),
                        say("At epoch {heart_epoch}, when the points were known by heart, it was lowest: {heart}."),
                    ),
                    Option(
                        "end",
                        say("At the end, where the training loss is lowest"),
                        say("Longer training is better training."),
                        say(
                            "At the end the training loss is lowest, {train}, but it is not that loss that counts on new "
                            "points."
                        ),
                        say("At the end it was lowest: {last}."),
                    ),
                ),
                when_to_stop,
                say("Not clear in this run: the losses at these moments are alike."),
                "early",
            ),
        ),
        Explain(
            say("Explain"),
            say(
                "With more weights than points a network can pass through every point, noise included. At first "
                "signal and noise pull alike, and both losses fall. Later only noise is left to be learned: it "
                "differs on new points, so there the loss rises. The gap between both tells how much. It grows by "
                "degrees."
            ),
            r"\text{gap} = L_\text{validation} - L_\text{training}",
        ),
        Try(
            "Try",
            say(
                "Without a reset: move **λ₂** until the validation loss falls below {target}, the lowest that this "
                "run had reached. It counts at any epoch since the move."
            ),
            is_healed,
            say(
                "Done: {reached} at epoch {epoch}, below {target}. A penalty has done what stopping early does, and more."
            ),
            say("The lowest since the move: {reached}, at epoch {epoch}; the goal is less than {target}."),
            ("l2",),
            say("Try 0.002 to 0.006, and let it train on."),
        ),
    ),
    ask=say("The training loss is nearly zero. Would you use this network? What would you look at first?"),
)
