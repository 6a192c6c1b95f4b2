"""Lesson 5, L1: exact zeros come from the proximal step, not from the subgradient of |w|."""

from __future__ import annotations

from core.lessons.lesson import Explain, Lesson, Observe, Option, Predict, Question, Run, Try
from core.lessons.record import Numbers, Outcome, Record
from core.measures.numbers import loss_text
from core.presets import SINE
from core.settings.experiment import Experiment
from core.studies.base.cost import work_of
from core.words import say

STRENGTH = 0.003
EXPERIMENT = SINE.replace(
    learning_rate=0.005,
    variants=("none", "l1_proximal", "l1_subgradient"),
    compare_l1=STRENGTH,
    compare_subgradient=STRENGTH,
)
NONE, PROXIMAL, SUBGRADIENT = range(3)  # the variants' places


def weights_of(experiment: Experiment) -> int:
    """Return how many weights a network has that ends in one number; biases are free."""
    return work_of(experiment).n_parameters - sum(experiment.network.hidden_sizes) - 1


N_WEIGHTS = weights_of(EXPERIMENT)
MOST, FEW = 0.9, 0.01  # shares of the weights
ALIKE = 1.15  # times as much loss


def zero_numbers(record: Record) -> Numbers:
    """Return the numbers that sentences on zeros hold."""
    zero, val = record.arrays["n_zero"][:, -1], record.arrays["val_loss"][:, -1]
    return {
        "proximal": f"{zero[PROXIMAL]:,.0f}", "subgradient": f"{zero[SUBGRADIENT]:,.0f}", "n_all": f"{N_WEIGHTS:,}",
        "share": f"{zero[PROXIMAL] / N_WEIGHTS:.0%}", "val_none": loss_text(val[NONE]),
        "val_proximal": loss_text(val[PROXIMAL]), "val_subgradient": loss_text(val[SUBGRADIENT]),
    }  # fmt: skip


def who_gives_zeros(record: Record) -> Outcome:
    """Say which of the two steps has set most weights to exactly zero."""
    zero = record.arrays["n_zero"][:, -1] / N_WEIGHTS
    has = (zero[PROXIMAL] > MOST, zero[SUBGRADIENT] > MOST)
    lacks = (zero[PROXIMAL] < FEW, zero[SUBGRADIENT] < FEW)
    for answer, is_so in {
        "proximal": has[0] and lacks[1], "both": all(has), "neither": all(lacks), "subgradient": lacks[0] and has[1],
    }.items():  # fmt: skip
        if is_so:
            return Outcome(answer, zero_numbers(record))
    return Outcome(None, zero_numbers(record))


def who_generalises(record: Record) -> Outcome:
    """Say whose validation loss is lower: that of the zeros, that of the small weights, or neither's."""
    val = record.arrays["val_loss"][:, -1]
    proximal, subgradient = float(val[PROXIMAL]), float(val[SUBGRADIENT])
    if max(proximal, subgradient) <= ALIKE * min(proximal, subgradient):
        return Outcome("alike", zero_numbers(record))
    return Outcome("zeros" if proximal < subgradient else "small", zero_numbers(record))


def are_back(record: Record, _: str = "") -> Outcome:
    """Say whether the weights that the proximal step had set to zero have come back."""
    epoch, zero, val = (record.arrays[name] for name in ("epoch", "n_zero", "val_loss"))
    changes = record.changes_of("l1")
    before = zero[PROXIMAL] if not changes else zero[PROXIMAL][epoch <= changes[0][0]]
    met = bool(changes) and zero[PROXIMAL, -1] < FEW * N_WEIGHTS <= before[-1]
    numbers = {
        "before": f"{before[-1]:,.0f}", "now": f"{zero[PROXIMAL, -1]:,.0f}", "n_all": f"{N_WEIGHTS:,}",
        "val": loss_text(val[PROXIMAL, -1]), "most": f"{FEW:.0%}",
    }  # fmt: skip
    return Outcome("met" if met else "open", numbers)


LESSON = Lesson(
    key="zeros",
    title=say("L1 and exact zeros"),
    minutes=6,
    aim=say("Know when L1 gives exact zeros, and why a program may show none."),
    study="compare",
    experiment=EXPERIMENT,
    charts=("compare_n_zero", "compare_val_loss"),
    readouts=("epoch",),
    steps=(
        Predict(
            say("Predict"),
            Question(
                say(
                    "The same network, the same λ₁ = 0.003, twice. One follows the slope of λ₁·|w| (the subgradient, "
                    "as Keras and torch do); the other pulls each weight by a fixed amount and stops at zero (the "
                    "proximal step). Which has exact zeros at the end?"
                ),
                (
                    Option(
                        "proximal",
                        say("The proximal step only"),
                        "",
                        say("Here it was otherwise."),
                        say("Proximal: {proximal} of {n_all} weights, {share}. Subgradient: {subgradient}."),
                        sketches=("046899999", "000000000"),
                    ),
                    Option(
                        "both",
                        say("Both: L1 makes weights zero"),
                        say("It is the penalty that gives the zeros, however it is minimised."),
                        say(
                            "The minimum has zeros, but the subgradient step jumps over zero and back. A step that may "
                            "stop there is needed."
                        ),
                        say("Both: {proximal} and {subgradient} of {n_all}."),
                        sketches=("046899999", "035788888"),
                    ),
                    Option(
                        "subgradient",
                        say("The subgradient only"),
                        say("Following the slope leads exactly to the minimum."),
                        say("At zero |w| has no slope to follow: the step goes past it."),
                        say("The subgradient only: {subgradient} of {n_all}."),
                        sketches=("000000000", "046899999"),
                    ),
                    Option(
                        "neither",
                        say("Neither: they only become small"),
                        say("Exact zeros exist only on paper."),
                        say("With the proximal step they are real: weights of 0.0, to be left out of the network."),
                        say("Neither: {proximal} and {subgradient} of {n_all}."),
                        sketches=("000000000", "111111111"),
                    ),
                ),
                who_gives_zeros,
                say("Not clear in this run: {proximal} and {subgradient} of {n_all} weights."),
                "proximal",
                drawn_on="compare_n_zero",
                claims=(say("proximal"), say("subgradient")),
                about=("n_zero[1]", "n_zero[2]"),
            ),
        ),
        Run("Run", say("Press **Run**. Watch the number of exact zeros, and the validation losses.")),
        Observe(
            say("Observe"),
            Question(
                say("And the validation losses of the two?"),
                (
                    Option(
                        "alike",
                        say("About alike"),
                        "",
                        say("Compare the two curves once more."),
                        say(
                            "{val_proximal} with zeros, {val_subgradient} without them, and {val_none} without a "
                            "penalty: nearly all of the weights were not needed."
                        ),
                    ),
                    Option(
                        "zeros",
                        say("That with zeros is clearly lower"),
                        say("Fewer weights always generalise better."),
                        say("The pull is the same, so is the fit."),
                        say("{val_proximal} with zeros, {val_subgradient} without."),
                    ),
                    Option(
                        "small",
                        say("That with zeros is clearly higher"),
                        say("Without its weights a network cannot fit."),
                        say("The weights that are left can carry the fit."),
                        say("{val_proximal} with zeros, {val_subgradient} without."),
                    ),
                ),
                who_generalises,
                say("Not clear in this run."),
                "alike",
            ),
        ),
        Explain(
            say("Explain"),
            say(
                "The slope of |w| has the same size however small w is, so a plain step overshoots zero and comes "
                "back, for ever. The proximal step takes the data's step first, then moves w towards zero by ηλ₁, "
                "and stops there if that is further than w. Only a data pull above λ₁ brings it back."
            ),
            r"w \leftarrow \operatorname{sign}(v)\,\max\bigl(|v| - \eta\lambda_1,\; 0\bigr), \qquad v = w - \eta\,\nabla L",
        ),
        Try(
            "Try",
            say(
                "Is a weight that was set to zero lost for ever? Without a reset: move the λ₁ of **L1 proximal** until less "
                "than {most} of the {n_all} weights are zero."
            ),
            are_back,
            say(
                "Done: {before} were zero, {now} are now. No zero is final: as soon as the data pulls harder than λ₁, a weight "
                "moves again. The validation loss is {val}: what had been left out was not missing."
            ),
            say("Now {now} of {n_all} weights are zero."),
            ("compare_l1",),
            say("All the way to the left is 0."),
        ),
    ),
    ask=say(
        "Your framework's L1 shows weights of 0.0004, none of 0. Would you cut them off at 0.001? What would you check?"
    ),
)
