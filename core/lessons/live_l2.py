"""Lesson 4, L2 moved live: training loss rises while validation loss falls, and no weight becomes exactly zero."""

from __future__ import annotations

import numpy as np

from core.lessons.gap import losses
from core.lessons.lesson import Explain, Lesson, Observe, Option, Predict, Question, Run
from core.lessons.record import Numbers, Outcome, Record
from core.lessons.zeros import weights_of
from core.measures.numbers import loss_text
from core.presets import PRESETS
from core.words import say

N_WEIGHTS = weights_of(PRESETS["memorise"].experiment)
CLEAR = 1.2  # times as much, or as little: it has risen, or fallen


def around_change(record: Record) -> tuple[np.ndarray, np.ndarray]:
    """Return training and validation loss just before λ₂ was moved first, and at the end, (2,) each."""
    epoch, train, val = losses(record)
    changes = record.changes_of("l2")
    before = int(np.searchsorted(epoch, changes[0][0], side="right")) - 1 if changes else 0
    return train[[before, -1]], val[[before, -1]]


def l2_numbers(record: Record) -> Numbers:
    """Return the numbers that sentences on the change hold."""
    (train0, train1), (val0, val1) = around_change(record)
    norm = record.arrays["weight_norm"]
    epoch, *_ = losses(record)
    changes = record.changes_of("l2")
    before = int(np.searchsorted(epoch, changes[0][0], side="right")) - 1 if changes else 0
    return {
        "train_before": loss_text(train0), "train_after": loss_text(train1), "val_before": loss_text(val0),
        "val_after": loss_text(val1), "norm_before": f"{norm[before]:.0f}", "norm_after": f"{norm[-1]:.1f}",
        "n_zero": f"{record.arrays['n_zero_total'][-1]:,.0f}",
    }  # fmt: skip


def direction(pair: np.ndarray) -> int:
    """Return 1 where a loss has clearly risen, -1 where it has fallen, 0 between."""
    return int(pair[1] > CLEAR * pair[0]) - int(pair[0] > CLEAR * pair[1])


def what_moves(record: Record) -> Outcome:
    """Say how training and validation loss have moved since the penalty came."""
    train, val = map(direction, around_change(record))
    names = {(1, -1): "swap", (1, 1): "both", (-1, -1): "better", (-1, 1): "worse"}
    return Outcome(names.get((train, val)), l2_numbers(record))


def how_many_zeros(record: Record) -> Outcome:
    """Say how many weights are exactly zero."""
    n, n_all = float(record.arrays["n_zero_total"][-1]), N_WEIGHTS
    share = n / n_all
    return Outcome(
        "none" if share < 0.001 else "most" if share > 0.5 else "some", {**l2_numbers(record), "n_all": f"{n_all:,}"}
    )


LESSON = Lesson(
    key="l2",
    title=say("λ₂, moved live"),
    minutes=6,
    aim=say(
        "See what an L2 penalty trades: training loss for validation loss; and that it makes weights small, not zero."
    ),
    study="playground",
    experiment=PRESETS["memorise"].experiment,
    charts=("fit", "loss"),
    readouts=("epoch", "train_loss", "val_loss", "zeros"),
    steps=(
        Run(
            say("Memorise first"),
            say("Press **Run** and let the network learn 20 noisy points by heart, without any penalty."),
        ),
        Predict(
            say("Predict"),
            Question(
                say(
                    "It stands at the end. You will move **λ₂** from 0 to 0.003 and let it train on, without a "
                    "reset. What will the losses do? (Both are shown without the penalty.)"
                ),
                (
                    Option(
                        "swap",
                        say("Training loss rises, validation loss falls"),
                        "",
                        say("Here it was otherwise."),
                        say(
                            "Training loss {train_before} → {train_after}, validation loss {val_before} → "
                            "{val_after}; the weights' length {norm_before} → {norm_after}."
                        ),
                        sketches=("----12344", "----86543"),
                    ),
                    Option(
                        "both",
                        say("Both rise: something is added to the loss"),
                        say("The reported loss contains the penalty, as Keras reports it."),
                        say(
                            "The penalty is part of what is minimised, not of the loss that is shown. Where a program "
                            "adds it to both, both seem to rise."
                        ),
                        say(
                            "Both rose: training {train_before} → {train_after}, validation {val_before} → {val_after}."
                        ),
                        sketches=("----12344", "----56788"),
                    ),
                    Option(
                        "better",
                        say("Both fall: the network becomes better"),
                        say("Regularization improves everything at once."),
                        say(
                            "It has a price: on its own training points the network became worse. It gave up the noise."
                        ),
                        say(
                            "Both fell: training {train_before} → {train_after}, validation {val_before} → {val_after}."
                        ),
                        sketches=("----21100", "----86543"),
                    ),
                    Option(
                        "worse",
                        say("Training loss falls, validation loss rises"),
                        say("A penalty pushes the network to fit harder."),
                        say("The other way round: a penalty holds the weights back, so the fit becomes looser."),
                        say("Training loss fell and validation loss rose."),
                        sketches=("----21100", "----56788"),
                    ),
                ),
                what_moves,
                say(
                    "Not clear in this run: training {train_before} → {train_after}, validation {val_before} → "
                    "{val_after}. Was λ₂ moved to about 0.003?"
                ),
                "swap",
                drawn_on="loss",
                claims=(say("training loss"), say("validation loss")),
                about=("train_loss", "val_loss"),
            ),
        ),
        Run(
            say("Move λ₂"), say("Move **λ₂** to about **0.003**. The run goes on by itself."), (("l2", 0.003),), ("l2",)
        ),
        Observe(
            say("Observe"),
            Question(
                say("How many of the weights are now exactly zero?"),
                (
                    Option(
                        "none",
                        say("None"),
                        "",
                        say("Read the number at the charts once more."),
                        say("{n_zero} of {n_all}: they are small, and none of them is zero."),
                    ),
                    Option(
                        "some",
                        say("Some"),
                        say("A penalty switches off the weights that are not needed."),
                        say("L2 pulls a weight less the smaller it is; it never quite arrives. L1 does that."),
                        say("{n_zero} of {n_all}."),
                    ),
                    Option(
                        "most",
                        say("Most of them"),
                        say("Small weights are zero weights."),
                        say("The network still uses all of them, with less weight each."),
                        say("{n_zero} of {n_all}."),
                    ),
                ),
                how_many_zeros,
                say("Not clear in this run."),
                "none",
            ),
        ),
        Explain(
            say("Explain"),
            say(
                "Each step first shrinks every weight by the same factor, then follows the data. Noise is one "
                "point's pull and loses against the shrinking; the signal is many points' pull and stays. A factor "
                "below 1 makes a weight small, never zero. The training loss rises because the noise is given back."
            ),
            r"w \leftarrow (1 - 2\,\eta\,\lambda_2)\,w - \eta\,\nabla L(w)",
        ),
    ),
    ask=say(
        "A colleague's program shows a higher validation loss as soon as he adds L2. What would you ask about his "
        "program?"
    ),
)
