"""Lesson 9, bias and variance: along λ bias² rises and variance falls; the risk is lowest between."""

from __future__ import annotations

from core.lessons.lesson import Explain, Lesson, Observe, Option, Predict, Question, Run, Worked
from core.lessons.record import Numbers, Outcome, Record
from core.measures.numbers import loss_text
from core.studies.base.values import value_texts
from core.studies.bias_variance.decomposition import TASK, VALUES
from core.words import say

CLEAR = 1.5  # times as much, or as little: it has risen, or fallen
BETWEEN = 0.9  # of the risk at both ends: the lowest lies clearly between


def parts_numbers(record: Record) -> Numbers:
    """Return the numbers that sentences on the parts hold."""
    arrays, texts = record.arrays, value_texts(VALUES)
    bias, variance = arrays["bv_bias2"], arrays["bv_variance_data"] + arrays["bv_variance_start"]
    risk, best = arrays["bv_risk"], int(arrays["bv_risk"].argmin())
    return {
        "bias_first": loss_text(bias[0]), "bias_last": loss_text(bias[-1]), "bias_best": loss_text(bias[best]),
        "variance_first": loss_text(variance[0]), "variance_last": loss_text(variance[-1]),
        "variance_best": loss_text(variance[best]), "risk_first": loss_text(risk[0]), "risk_last": loss_text(risk[-1]),
        "risk_best": loss_text(risk[best]), "best": texts[best], "largest": texts[-1],
    }  # fmt: skip


def trade(record: Record) -> Outcome:
    """Say which of the two parts rises from no penalty to the strongest, and which falls."""
    arrays = record.arrays
    variance = arrays["bv_variance_data"] + arrays["bv_variance_start"]

    def way(first: float, last: float) -> int:
        return int(last > CLEAR * first) - int(first > CLEAR * last)

    bias_way, variance_way = way(*map(float, arrays["bv_bias2"][[0, -1]])), way(*map(float, variance[[0, -1]]))
    names = {(1, -1): "trade", (-1, 1): "reverse", (-1, -1): "both", (0, -1): "free", (-1, 0): "both", (1, 1): "worse"}
    return Outcome(names.get((bias_way, variance_way)), parts_numbers(record))


def lowest_risk(record: Record) -> Outcome:
    """Say where the risk is lowest: where bias is, where variance is, or between."""
    risk = record.arrays["bv_risk"]
    best = int(risk.argmin())
    is_between = risk[best] < BETWEEN * risk[0] and risk[best] < BETWEEN * risk[-1]
    answer = "between" if is_between else "left" if best == 0 else "right" if best == len(risk) - 1 else None
    return Outcome(answer, parts_numbers(record))


LESSON = Lesson(
    key="bias",
    title=say("Bias and variance"),
    minutes=7,
    aim=say("See what a penalty does to many networks at once: they agree more, and are wrong together."),
    study="bias_variance",
    experiment=TASK,
    charts=("parts", "bundle"),
    readouts=("epoch", "bias2", "variance_data", "risk"),
    seed="data_seed",
    steps=(
        Worked(
            say("Worked example"),
            say(
                "The truth at one place is 1. Three people measure it on three samples, with two methods.\n\n| | "
                "answers | mean | bias² | variance | error² = both |\n|---|---|---|---|---|---|\n| nervous | 0.4, "
                "1.0, 1.6 | 1.0 | 0 | 0.24 | 0.24 |\n| lazy | 0.6, 0.7, 0.8 | 0.7 | 0.09 | 0.007 | 0.097 |\n\nThe "
                "lazy method is wrong *together*, the nervous one *each in another way*. Here the lazy one is closer "
                "to the truth. A penalty makes a network lazy."
            ),
        ),
        Predict(
            say("Predict"),
            Question(
                say(
                    "The same network on ten samples of 20 points, at twelve λ from 0 to 1. From left to right, what "
                    "do bias² and variance do?"
                ),
                (
                    Option(
                        "trade",
                        say("Bias² rises, variance falls"),
                        "",
                        say("Here it was otherwise."),
                        say(
                            "Bias² {bias_first} → {bias_last}, variance {variance_first} → {variance_last}; on the "
                            "way the variance need not fall at every single step."
                        ),
                        sketches=("111123579", "864322111"),
                    ),
                    Option(
                        "free",
                        say("Variance falls, bias² stays: a penalty is free"),
                        say("Regularization costs nothing."),
                        say("It has its price, the bias: at λ = {largest} all networks agree, on a flat line."),
                        say("Variance {variance_first} → {variance_last}, bias² {bias_first} → {bias_last}."),
                        sketches=("222222222", "864322111"),
                    ),
                    Option(
                        "both",
                        say("Both fall: the network becomes better"),
                        say("A penalty improves everything."),
                        say("Variance does; bias² goes the other way."),
                        say("Both fell: {bias_first} → {bias_last}, {variance_first} → {variance_last}."),
                        sketches=("664332111", "876543211"),
                    ),
                    Option(
                        "reverse",
                        say("Bias² falls, variance rises"),
                        say("A penalty makes a model more flexible."),
                        say(
                            "The other way round: a strong penalty leaves little to choose from, so all networks are "
                            "alike."
                        ),
                        say("Bias² {bias_first} → {bias_last}, variance {variance_first} → {variance_last}."),
                        sketches=("864322111", "111123579"),
                    ),
                    Option(
                        "worse",
                        say("Both rise"),
                        say("A penalty only disturbs."),
                        say("What changes from sample to sample is what a penalty takes away."),
                        say("Both rose: {bias_first} → {bias_last}, {variance_first} → {variance_last}."),
                        sketches=("111223456", "222334689"),
                    ),
                ),
                trade,
                say(
                    "Not clear in this draw: bias² {bias_first} → {bias_last}, variance {variance_first} → "
                    "{variance_last}."
                ),
                "trade",
                drawn_on="parts",
                claims=(say("bias²"), say("variance")),
                about=("bv_area_bias2", "bv_area_variance_data"),
            ),
        ),
        Run("Run", say("Press **Run**: 240 networks train at once. Then move λ and watch the bundle of fits.")),
        Observe(
            say("Observe"),
            Question(
                say("Where is the whole error, the risk, lowest?"),
                (
                    Option(
                        "between",
                        say("Between: with some bias, and less variance"),
                        "",
                        say("Look at the curve of the risk once more."),
                        say(
                            "At λ = {best}: {risk_best}, with bias² {bias_best} and variance {variance_best}. At λ = "
                            "0 it is {risk_first}, at λ = {largest} {risk_last}."
                        ),
                    ),
                    Option(
                        "left",
                        say("Where there is no bias"),
                        say("A good method is never wrong on average."),
                        say(
                            "At λ = 0 there is hardly any bias ({bias_first}), but each network is wrong in its own way."
                        ),
                        say("At λ = 0: {risk_first}."),
                    ),
                    Option(
                        "right",
                        say("Where all networks agree"),
                        say("Agreement is a sign of truth."),
                        say("At λ = {largest} they agree (variance {variance_last}), and are wrong together."),
                        say("At λ = {largest}: {risk_last}."),
                    ),
                ),
                lowest_risk,
                say("Not clear in this draw: the risk is about as low at one end."),
                "between",
            ),
        ),
        Explain(
            say("Explain"),
            say(
                "A network's answer is the truth, plus what all networks get wrong together, plus what changes with "
                "the sample and the start. The squared error is the sum of the squares. A penalty takes freedom: "
                "less changes from sample to sample, more is wrong together. The best λ balances the two."
            ),
            r"\mathrm{E}\bigl[(\hat f - f)^2\bigr] = (\mathrm{E}\hat f - f)^2 + \mathrm{Var}_\text{data} + "
            r"\mathrm{Var}_\text{start}",
        ),
    ),
    ask=say("All networks of an ensemble give the same answer. Does that make the answer right?"),
)
