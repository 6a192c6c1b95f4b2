"""Lesson 3, wrong labels: the digits with right labels are learned first, the wrong labels by heart later."""

from __future__ import annotations

import numpy as np

from core.lessons.lesson import Explain, Lesson, Observe, Option, Predict, Question, Run, Try
from core.lessons.record import Numbers, Outcome, Record
from core.presets import DIGITS
from core.words import say

LEARNED = 0.9  # share of labels that are answered as they say: they are learned
GIVEN_UP = 0.8  # share of the wrong labels, at most, that may still be answered as they say
LATER = 2.0  # times the epochs: clearly later


def reached(record: Record, name: str) -> float:
    """Return the first epoch at which a share reaches `LEARNED`, inf where none does."""
    there = np.flatnonzero(record.arrays[name] >= LEARNED)
    return float(record.arrays["label_epoch"][there[0]]) if len(there) else float("inf")


def label_numbers(record: Record) -> Numbers:
    """Return the numbers that sentences on labels hold."""
    arrays = record.arrays
    right, wrong = reached(record, "label_right"), reached(record, "label_wrong")
    then = int(np.argmax(arrays["label_epoch"] >= min(right, float(arrays["label_epoch"][-1]))))
    best, most = int(arrays["label_val"].argmax()), int(arrays["label_wrong"].argmax())
    changes = record.changes_of("l2")
    before = arrays["label_wrong"][arrays["label_epoch"] <= (changes[0][0] if changes else np.inf)]
    return {
        "right_epoch": epoch_text(right), "wrong_epoch": epoch_text(wrong),
        "wrong_then": f"{arrays['label_wrong'][then]:.0%}", "wrong_most": f"{arrays['label_wrong'][most]:.0%}",
        "wrong_most_epoch": f"{arrays['label_epoch'][most]:,.0f}", "known": f"{before[-1]:.0%}",
        "wrong_last": f"{arrays['label_wrong'][-1]:.0%}",
        "right_last": f"{arrays['label_right'][-1]:.0%}", "val_last": f"{arrays['label_val'][-1]:.0%}",
        "val_best": f"{arrays['label_val'][best]:.0%}", "val_best_epoch": f"{arrays['label_epoch'][best]:,.0f}",
    }  # fmt: skip


def epoch_text(epoch: float) -> str:
    """Return an epoch as text; the end of the run has gone by without it where it is infinite."""
    return f"{epoch:,.0f}" if np.isfinite(epoch) else say("none of this run")


def percent(share: float) -> int:
    """Return a share in whole percent, rounded as "{share:.0%}" shows it."""
    return int(f"{share:.0%}".rstrip("%"))


def order(record: Record) -> Outcome:
    """Say which labels are learned first."""
    numbers, right, wrong = label_numbers(record), reached(record, "label_right"), reached(record, "label_wrong")
    if not np.isfinite(right) and not np.isfinite(wrong):
        return Outcome(None, numbers)
    if not np.isfinite(wrong):
        return Outcome("never", numbers)
    if wrong >= LATER * right:
        return Outcome("first", numbers)
    return Outcome("wrongs" if right >= LATER * wrong else "together", numbers)


def loss_or_score(record: Record) -> Outcome:
    """Say what the validation loss does from its lowest to the end: it rises, though the share of right answers hardly moves."""
    val, score = record.arrays["val_loss"], record.arrays["label_val"]
    risen, fallen = float(val[-1] / val.min()), float(score.max() - score[-1])
    points = percent(float(score.max())) - percent(float(score[-1]))  # of the two as they are shown
    numbers = {**label_numbers(record), "times": f"{risen:.1f}", "points": f"{points}"}
    if risen < 1.15:
        return Outcome("neither", numbers)
    return Outcome("loss" if fallen <= 0.1 else "both", numbers)


def has_let_go(record: Record, _: str = "") -> Outcome:
    """Say whether a penalty has made the network give up wrong labels, and keep the right ones."""
    right, wrong = (float(record.arrays[name][-1]) for name in ("label_right", "label_wrong"))
    met = bool(record.changes_of("l2")) and wrong <= GIVEN_UP and right >= LEARNED
    numbers = {**label_numbers(record), "most": f"{GIVEN_UP:.0%}", "least": f"{LEARNED:.0%}"}
    return Outcome("met" if met else "open", numbers)


LESSON = Lesson(
    key="labels",
    title=say("Wrong labels"),
    minutes=5,
    aim=say("See what is learned first and what is learned by heart, and why loss shows it sooner than accuracy."),
    study="playground",
    experiment=DIGITS,
    charts=("labels", "loss"),
    readouts=("epoch", "train_loss", "val_loss", "score"),
    steps=(
        Predict(
            say("Predict"),
            Question(
                say(
                    "100 images of digits; ten of them carry a wrong label. When does the network answer as the "
                    "labels say: on the 90 right ones, and on the ten wrong ones?"
                ),
                (
                    Option(
                        "first",
                        say("The right ones first, the wrong ones much later"),
                        "",
                        say("Here it was otherwise."),
                        say(
                            "Nine in ten right labels were learned by epoch {right_epoch}; then {wrong_then} of the "
                            "wrong ones. Nine in ten of those took until epoch {wrong_epoch}."
                        ),
                        sketches=("799999999", "013689999"),
                    ),
                    Option(
                        "together",
                        say("All at the same time: it cannot tell them apart"),
                        say("Every training row is learned at the same pace."),
                        say(
                            "Right labels agree with one another, and one change of the weights serves many of them. "
                            "A wrong one has to be learned against its neighbours."
                        ),
                        say("Both were learned at about the same time: epochs {right_epoch} and {wrong_epoch}."),
                        sketches=("368999999", "258999999"),
                    ),
                    Option(
                        "never",
                        say("The wrong ones never: they contradict the others"),
                        say("A network cannot learn what makes no sense."),
                        say(
                            "It can: with more weights than images it answered {wrong_most} of the wrong labels as "
                            "they say, for the first time at epoch {wrong_most_epoch}."
                        ),
                        say("The wrong ones were not learned: {wrong_last} at the end."),
                        sketches=("689999999", "011111111"),
                    ),
                    Option(
                        "wrongs",
                        say("The wrong ones first: their loss is largest"),
                        say("The largest losses are always mended first."),
                        say("Each of them pulls hardest, but they pull in ten directions. The many that agree won."),
                        say("The wrong ones came first: epoch {wrong_epoch} against {right_epoch}."),
                        sketches=("123568999", "689999999"),
                    ),
                ),
                order,
                say("Not clear in this run: neither was learned to nine in ten. Another start may show it."),
                "first",
                drawn_on="labels",
                claims=(say("right labels"), say("wrong labels")),
                about=("label_right", "label_wrong"),
            ),
        ),
        Run("Run", say("Press **Run**. Watch the two kinds of training labels, right and wrong, apart.")),
        Observe(
            say("Observe"),
            Question(
                say("While the wrong labels were learned by heart: what happened to the validation rows?"),
                (
                    Option(
                        "loss",
                        say("Their loss rose, but their score hardly fell"),
                        "",
                        say("Look at both charts once more."),
                        say(
                            "The loss rose to {times} times its lowest; the score fell by no more than {points} "
                            "points, from {val_best} to {val_last}."
                        ),
                    ),
                    Option(
                        "both",
                        say("Both became much worse"),
                        say("Overfitting always shows in the accuracy."),
                        say("A network becomes sure of wrong answers long before it gives many more of them."),
                        say("The loss rose to {times} times its lowest, and the score fell by {points} points."),
                    ),
                    Option(
                        "neither",
                        say("Neither changed"),
                        say("What is learned by heart does no harm elsewhere."),
                        say("Wrong labels bend the answers for images like theirs."),
                        say("Loss and score stayed where they were."),
                    ),
                ),
                loss_or_score,
                say("Not clear in this run."),
                "loss",
            ),
        ),
        Explain(
            say("Explain"),
            say(
                "Right labels agree: their gradients add up, and a few steps serve them all. A wrong label stands "
                "alone against its neighbours; it is learned last, by weights that fit this one image. So stopping "
                "early, or a penalty, leaves the wrong labels out. Cross-entropy shows growing certainty in wrong "
                "answers before accuracy does."
            ),
            r"L = -\frac{1}{n}\sum_i \log p_{y_i}(x_i)",
        ),
        Try(
            "Try",
            say(
                "The run had learned {known} of the wrong labels by heart. Without a reset: move **λ₂** until at most {most} "
                "of them are "
                "answered as they say, and still at least {least} of the right ones."
            ),
            has_let_go,
            say(
                "Done: {wrong_last} of the wrong labels, {right_last} of the right ones, and {val_last} right on the validation "
                "rows. What stands alone is given up first."
            ),
            say("Now {wrong_last} of the wrong labels and {right_last} of the right ones are answered as they say."),
            ("l2",),
            say("Try 0.02 to 0.05, and let it train on. Too much takes the right ones, too: then move it back."),
        ),
    ),
    ask=say(
        "Ten per cent of your labels are wrong and you do not know which. How could training itself help to find them?"
    ),
)
