"""Lesson 10, double descent: a peak where there are as many features as rows, then below the first minimum; λ takes it away."""

from __future__ import annotations

import numpy as np

from core.lessons.lesson import Explain, Lesson, Observe, Option, Predict, Question, Run, Try
from core.lessons.record import Numbers, Outcome, Record
from core.live.double_descent.run import N_DRAWS, N_TRAIN, NOISES, VALUES
from core.presets import START
from core.studies.base.values import value_texts
from core.studies.double_descent.random_features import WIDTHS
from core.words import say

NOISY, NO_PENALTY, PENALTY = NOISES.index(0.2), VALUES.index(0.0), VALUES.index(1e-3)
NEAR = 1.25  # times the number of rows, or as little: the peak is there
PEAKED = 1.5  # times the first minimum: it is a peak
BARS = 2.0  # standard errors, over the draws
TEXTS = value_texts(VALUES)
GONE = 0.02  # of the error: a rise this small is none


def draws(record: Record, value: int) -> np.ndarray:
    """Return the error of each draw at each width, (n_draws, n_widths), with wrong labels."""
    each = record.arrays["dd_error_draws"][NOISY, value].reshape(N_DRAWS, -1)
    return np.asarray(each[:, : len(WIDTHS)], dtype=float)


def first_minimum(error: np.ndarray) -> int:
    """Return the place of the lowest error among the widths well below the number of rows."""
    return int(error[: sum(width < N_TRAIN / NEAR for width in WIDTHS)].argmin())


def descent_numbers(record: Record) -> Numbers:
    """Return the numbers that sentences on the curve hold."""
    error, tamed = draws(record, NO_PENALTY).mean(0), draws(record, PENALTY).mean(0)
    first = first_minimum(error)
    peak = first + int(error[first:].argmax())
    return {
        "first": f"{error[first]:.0%}", "first_width": f"{WIDTHS[first]}", "peak": f"{error[peak]:.0%}",
        "peak_width": f"{WIDTHS[peak]}", "last": f"{error[-1]:.0%}", "last_width": f"{WIDTHS[-1]:,}",
        "tamed_last": f"{tamed[-1]:.0%}", "rise": f"{100 * max(0.0, float(np.diff(tamed).max())):.1f}", "n": f"{N_TRAIN}",
        "tamed_at_n": f"{tamed[peak]:.0%}",
    }  # fmt: skip


def along_width(record: Record) -> Outcome:
    """Say what the error does along the width without a penalty."""
    each, numbers = draws(record, NO_PENALTY), descent_numbers(record)
    error = each.mean(0)
    first = first_minimum(error)
    peak = first + int(error[first:].argmax())
    if error[peak] <= PEAKED * error[first]:
        return Outcome("falls" if error[-1] < error[first] else "level", numbers)
    difference = each[:, -1] - each[:, first]
    is_below = difference.mean() < -BARS * difference.std(ddof=1) / np.sqrt(len(difference))
    is_at_n = N_TRAIN / NEAR <= WIDTHS[peak] <= N_TRAIN * NEAR
    if is_at_n and is_below:
        return Outcome("double", numbers)
    return Outcome("u" if peak == len(WIDTHS) - 1 else None, numbers)


def with_penalty(record: Record) -> Outcome:
    """Say what the penalty does to the peak."""
    error = draws(record, PENALTY).mean(0)
    rise, numbers = rise_of(record, PENALTY), descent_numbers(record)
    peak = int(error[first_minimum(error) :].argmax()) + first_minimum(error)
    if rise <= GONE:
        return Outcome("gone", numbers)
    return Outcome("stays" if N_TRAIN / NEAR <= WIDTHS[peak] <= N_TRAIN * NEAR else "moves", numbers)


def rise_of(record: Record, value: int) -> float:
    """Return by how much the mean error rises at most, along the width, above what it had been."""
    error = draws(record, value).mean(0)
    return float((error - np.minimum.accumulate(error)).max())


def is_smallest(record: Record, picked: str = "") -> Outcome:
    """Say whether the pick, a place among the λ, is the smallest λ without a peak."""
    rises = [rise_of(record, value) for value in range(len(VALUES))]
    smallest = next((i for i, rise in enumerate(rises) if rise <= GONE), len(VALUES) - 1)
    mine = int(picked) if picked else 0
    why = (
        say("there is still a peak") if mine < smallest else say("no peak is left, but a smaller λ takes it away, too")
    )
    numbers = {
        "value": TEXTS[mine], "rise": f"{100 * rises[mine]:.1f}", "gone": f"{100 * GONE:.0f}",
        "why": why, "last": f"{draws(record, mine).mean(0)[-1]:.0%}",
    }  # fmt: skip
    return Outcome("met" if mine == smallest and picked else "open", numbers)


LESSON = Lesson(
    key="descent",
    title=say("Double descent"),
    minutes=6,
    aim=say("Know that more weights can be worse and then better again, and that a penalty takes the peak away."),
    study="double_descent",
    experiment=START.replace(data_seed=1),
    charts=("dd_error", "dd_norm"),
    readouts=("progress", "largest_norm"),
    seed="data_seed",
    steps=(
        Predict(
            say("Predict"),
            Question(
                say(
                    "200 images of digits, a fifth of them labelled wrong. Networks of 5 to 1,600 random units; only "
                    "the output weights are fitted, without a penalty. What does the error on fresh images do along "
                    "the width?"
                ),
                (
                    Option(
                        "double",
                        say("It falls, peaks, and falls again"),
                        "",
                        say("Here it was otherwise."),
                        say(
                            "{first} at {first_width} units, {peak} at {peak_width}, {last} at {last_width}: a peak "
                            "where there are as many units as images ({n}), then below the first minimum."
                        ),
                        sketches=("853369532",),
                    ),
                    Option(
                        "u",
                        say("It falls, then rises for good: a U"),
                        say("More weights than rows can only overfit."),
                        say(
                            "It does rise. But beyond the peak many solutions fit all images, and the smallest of them "
                            "is a calm one."
                        ),
                        say("It falls to {first}, then rises to {peak} at {peak_width} units."),
                        sketches=("853346789",),
                    ),
                    Option(
                        "falls",
                        say("It falls all the way: bigger is better"),
                        say("Large networks do not overfit."),
                        say("On the way lies a peak: there a larger network is far worse."),
                        say("It falls all the way, to {last}."),
                        sketches=("976543321",),
                    ),
                    Option(
                        "level",
                        say("It falls, then stays where it is"),
                        say("Further weights are simply not used."),
                        say("They are used: on the way the error rises to a peak, and falls again."),
                        say("It falls to {first} and stays: {last} at the end."),
                        sketches=("964333333",),
                    ),
                ),
                along_width,
                say(
                    "Not clear in this draw: {first} at {first_width} units, a peak of {peak} at {peak_width}, "
                    "{last} at {last_width}; the last is not below the first by more than its bars."
                ),
                "double",
                drawn_on="dd_error",
            ),
        ),
        Run("Run", say("Press **Run**: five draws, 16 widths, eight λ. It takes a few seconds.")),
        Observe(
            say("Observe"),
            Question(
                say("Move **λ** to 0.001. What happens to the peak?"),
                (
                    Option(
                        "gone",
                        say("It is gone"),
                        "",
                        say("With λ at 0.001 look again."),
                        say(
                            "At λ = 0.001 it is gone: {tamed_at_n} at {peak_width} units instead of {peak}, and "
                            "{tamed_last} at {last_width}."
                        ),
                    ),
                    Option(
                        "stays",
                        say("It stays: there are still as many units as images"),
                        say("The peak is a law of counting units and rows."),
                        say(
                            "What explodes there without a penalty is the size of the weights, and just that costs now."
                        ),
                        say("At λ = 0.001 it stays; the largest rise is {rise} points."),
                    ),
                    Option(
                        "moves",
                        say("It moves to the right"),
                        say("A penalty acts as if there were fewer units."),
                        say(
                            "A peak belongs where there are as many units as images: a penalty lowers it, and does "
                            "not move it."
                        ),
                        say("At λ = 0.001 it moves; the largest rise is {rise} points."),
                    ),
                ),
                with_penalty,
                say("Not clear in this draw."),
                "gone",
            ),
        ),
        Explain(
            say("Explain"),
            say(
                "With as many units as images there is just one way to fit them all, wrong labels included, and it "
                "needs huge weights: see the norm. With more units there are many ways, and the smallest needs ever "
                "less. A small λ forbids huge weights at every width, so there is no peak."
            ),
            r"\hat w = \arg\min_w \tfrac1n\lVert \Phi w - y\rVert^2 + \lambda\lVert w\rVert^2",
        ),
        Try(
            "Try",
            say(
                "Move **λ**: which is the **smallest λ** without a peak? (The error may rise by at most {gone} "
                "points along the width.)"
            ),
            is_smallest,
            say("Right: at λ = {value} the largest rise is {rise} points, and the error ends at {last}."),
            say("At λ = {value} the largest rise is {rise} points: {why}."),
            picks={str(i): text for i, text in enumerate(TEXTS)},
        ),
    ),
    ask=say("Your network has about as many weights as you have rows. What are the two ways out?"),
)
