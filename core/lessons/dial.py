"""Lesson 6, λ as a dial: the validation loss over λ is a U, and the one-standard-error rule takes the stronger penalty."""

from __future__ import annotations

from typing import Literal

import numpy as np

from core.lessons.lesson import Explain, Lesson, Observe, Option, Predict, Question, Run, Worked
from core.lessons.record import Numbers, Outcome, Record
from core.measures.numbers import loss_text
from core.presets import CV_START
from core.studies.base.values import grid_of, value_texts
from core.words import say

RISE = 0.15  # of the lowest: an end that lies so much above it has risen
Shape = Literal["u", "falls", "rises", "flat"]
EXPERIMENT = CV_START.replace(values=(0.0, 1e-4, 3e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0))
VALUES = grid_of(EXPERIMENT)
MEAN_GAP = 2.0  # in standard errors: ends that lie closer to the lowest than this are not clear


def shape_of(heights: np.ndarray, bars: np.ndarray | float = 0.0) -> Shape | None:
    """Return the shape of a curve (n,): which of its ends lie above its lowest point by RISE and by the bars, None between."""
    low = heights.min()
    above = np.array([heights[0], heights[-1]]) - low
    need = RISE * abs(low)
    is_up, is_near = above > need, above < need / 2
    clear = above > MEAN_GAP * np.broadcast_to(bars, (2,))
    if not all(is_near | (is_up & clear)):
        return None
    names: dict[tuple[bool, bool], Shape] = {
        (True, True): "u", (True, False): "falls", (False, True): "rises", (False, False): "flat",
    }  # fmt: skip
    return names[bool(is_up[0]), bool(is_up[1])]


def cv_numbers(record: Record) -> Numbers:
    """Return the numbers that sentences on the curve hold."""
    mean, se, texts = record.arrays["cv_mean"], record.arrays["cv_se"], value_texts(VALUES)
    best, one_se = record.facts["answers"]["lambda"] or (0, 0)
    return {
        "first": loss_text(mean[0]), "last": loss_text(mean[-1]), "lowest": loss_text(mean[best]), "se": loss_text(se[best]),
        "best": texts[best], "one_se": texts[one_se], "loss_one_se": loss_text(mean[one_se]), "largest": texts[-1],
        "times": f"{VALUES[one_se] / VALUES[best]:.1f}" if VALUES[best] else "–",
    }  # fmt: skip


def curve(record: Record) -> Outcome:
    """Say which shape the cross-validated loss has over λ."""
    mean, se = record.arrays["cv_mean"], record.arrays["cv_se"]
    return Outcome(shape_of(mean, se[[0, -1]]), cv_numbers(record))


def one_se_rule(record: Record) -> Outcome:
    """Say where λ_1se lies of λ_min."""
    best, one_se = record.facts["answers"]["lambda"] or (0, 0)
    return Outcome("larger" if one_se > best else "same" if one_se == best else "smaller", cv_numbers(record))


LESSON = Lesson(
    key="dial",
    title=say("λ is a dial"),
    minutes=7,
    aim=say("Read λ as a dial between two failures, and choose on it by cross-validation."),
    study="cv",
    experiment=EXPERIMENT,
    charts=("cv",),
    readouts=("epoch", "networks"),
    seed="data_seed",
    steps=(
        Worked(
            say("Worked example"),
            "One weight, by hand. Without a penalty the data wants $w = 1$: loss $(w-1)^2$. With a penalty the "
            "objective is $(w-1)^2 + \\lambda w^2$, and its lowest point is at $w = \\dfrac{1}{1+\\lambda}$.\n\n| λ "
            "| w | |\n|---|---|---|\n| 0 | 1 | the data alone, noise and all |\n| 1 | ½ | a compromise |\n| 9 | 0.1 "
            "| hardly anything left |\n| 1,000 | 0.001 | the data is no longer heard |\n\nTurning the dial goes from "
            "*memorise* to *nothing learned*. Where on the way is the loss on new rows lowest?",
        ),
        Predict(
            say("Predict"),
            Question(
                say(
                    "The data of 283 patients, a network of 64 units, L2 with λ from 0 to 1, five folds. How does "
                    "the loss on the rows held out run along λ? Sketch it."
                ),
                (
                    Option(
                        "u",
                        say("It falls, then rises: a U"),
                        "",
                        say("Here it was otherwise."),
                        say(
                            "{first} at λ = 0, {lowest} at λ = {best}, {last} at λ = {largest}: too weak at the "
                            "left, too strong at the right."
                        ),
                    ),
                    Option(
                        "falls",
                        say("It falls all the way: more regularization, less overfitting"),
                        say("Regularization cannot be too strong."),
                        say(
                            "Beyond λ = {best} it rises: a penalty can keep the signal out, too. That is underfitting."
                        ),
                        say("It fell all the way, from {first} to {last}."),
                    ),
                    Option(
                        "rises",
                        say("It rises all the way: a penalty disturbs the fit"),
                        say("What fits the training rows best is best."),
                        say("At first it falls: what the penalty takes away at first is mostly noise."),
                        say("It rose all the way, from {first} to {last}."),
                    ),
                    Option(
                        "flat",
                        say("It hardly changes"),
                        say("λ is a detail."),
                        say("The difference is larger than the bars."),
                        say("It hardly changed: {first}, {lowest} at best, {last}."),
                    ),
                ),
                curve,
                say(
                    "Not clear in this draw: the bars are as wide as the differences. Another draw of the rows may "
                    "tell."
                ),
                "u",
                kind="sketch",
                drawn_on="cv",
                axes=("λ", say("loss on the rows held out")),
                ticks=("0", "0.001", "0.03", "1"),
            ),
        ),
        Run("Run", say("Press **Run**: every λ trains on every fold, all at once. It takes some seconds.")),
        Observe(
            say("Observe"),
            Question(
                say(
                    "Two λ are marked: $\\lambda_\\text{min}$ has the lowest mean; $\\lambda_\\text{1se}$ is that of the "
                    "simplest network whose mean is within one standard error of it. Where does $\\lambda_\\text{1se}$ lie?"
                ),
                (
                    Option(
                        "larger",
                        say("At a larger λ: the simpler network"),
                        "",
                        say("Look at the two marks once more."),
                        say(
                            "$\\lambda_\\text{{min}}$ = {best} ({lowest} ± {se}), $\\lambda_\\text{{1se}}$ = {one_se} "
                            "({loss_one_se}): the strongest penalty that is within one standard error of the lowest."
                        ),
                    ),
                    Option(
                        "same",
                        say("At the same place"),
                        say("There is one best λ, and nothing to choose."),
                        say("All that lie between lie within the bar: by these folds nobody can say which is best."),
                        say("Both are {best}: no stronger λ lies within one standard error."),
                    ),
                    Option(
                        "smaller",
                        say("At a smaller λ: to be on the safe side"),
                        say("The safe choice is the weaker penalty."),
                        say(
                            "Of those that are as good by the bars the simplest network is taken: that of the strongest "
                            "penalty."
                        ),
                        say("$\\lambda_\\text{{1se}}$ = {one_se} lies below $\\lambda_\\text{{min}}$ = {best}."),
                    ),
                ),
                one_se_rule,
                say("Not clear in this draw."),
                "larger",
            ),
        ),
        Explain(
            say("Explain"),
            say(
                "Small λ: the network follows the noise of its training rows. Large λ: it cannot follow the signal. "
                "In between lies a valley, often a wide one: the means differ by less than their bars. The rule "
                "takes the strongest λ whose mean lies within one standard error of the lowest."
            ),
            r"\lambda_\text{1se} = \max\bigl\{\lambda : \bar L(\lambda) \le \bar L(\lambda_\text{min}) + "
            r"\mathrm{SE}(\lambda_\text{min})\bigr\}",
        ),
    ),
    ask=say("Why do we not simply take the λ with the lowest loss on the test rows?"),
)
