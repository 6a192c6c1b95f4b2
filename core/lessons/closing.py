"""Lesson 2, what closes the gap: ten times the data, fewer units, longer training, or a lower rate."""

from __future__ import annotations

import numpy as np

from core.lessons.lesson import Explain, Lesson, Observe, Option, Predict, Question, Run, Try
from core.lessons.record import Numbers, Outcome, Record
from core.live.series import ARMS
from core.measures.numbers import loss_text
from core.presets import SINE
from core.words import say

CLEAR = 0.8  # of the next smallest gap: the smallest is clearly smaller
KEYS = tuple(arm.key for arm in ARMS)


def gap_numbers(record: Record) -> Numbers:
    """Return the gaps and losses of all networks, by name."""
    names = {"gap": "series_gap", "train": "series_train", "val": "series_val"}
    return {
        f"{what}_{key}": loss_text(value)
        for what, array in names.items()
        for key, value in zip(KEYS, record.arrays[array], strict=True)
    }


def smallest_gap(record: Record) -> Outcome:
    """Say which change leaves the smallest gap."""
    gaps = dict(zip(KEYS[1:], np.abs(record.arrays["series_gap"][1:]), strict=True))
    first, second = sorted(gaps, key=lambda key: float(gaps[key]))[:2]
    return Outcome(first if gaps[first] <= CLEAR * gaps[second] else None, gap_numbers(record))


def what_longer_does(record: Record) -> Outcome:
    """Say what three times the epochs do to the gap: less of it, about the same, or more."""
    base, longer = (float(record.arrays["series_gap"][KEYS.index(key)]) for key in ("base", "longer"))
    answer = "less" if longer < CLEAR * base else "more" if longer * CLEAR > base else "same"
    return Outcome(answer, gap_numbers(record))


def is_best_without_data(record: Record, picked: str = "") -> Outcome:
    """Say whether the pick has the lowest validation loss of the changes that need no further data."""
    losses = dict(zip(KEYS[2:], map(float, record.arrays["series_val"][2:]), strict=True))
    names = {arm.key: arm.label for arm in ARMS}
    mine = picked or KEYS[-1]
    numbers = {**gap_numbers(record), "label": names[mine], "mine": loss_text(losses[mine])}
    return Outcome("met" if picked == min(losses, key=lambda key: losses[key]) else "open", numbers)


LESSON = Lesson(
    key="closing",
    title=say("What closes the gap"),
    minutes=5,
    aim=say("Know what a gap comes from: too much freedom for too little data."),
    study="series",
    experiment=SINE,
    charts=("series",),
    readouts=("network",),
    steps=(
        Predict(
            say("Predict"),
            Question(
                say(
                    "The network of the first lesson: 64 + 64 units, 20 noisy points, 1,000 epochs. One thing is "
                    "changed at a time. Which change leaves the smallest gap?"
                ),
                (
                    Option(
                        "data",
                        say("10 × the data"),
                        "",
                        say("In this run another change left less."),
                        say(
                            "10 × the data left a gap of {gap_data}; 8 units {gap_units}, a tenth of the rate "
                            "{gap_rate}, longer training {gap_longer}. As it is: {gap_base}."
                        ),
                        place=1,
                    ),
                    Option(
                        "units",
                        say("Far fewer units: 8 instead of 64 + 64"),
                        say("The number of weights alone decides about overfitting."),
                        say(
                            "Fewer units help, but 20 noisy points still mislead a small network. With ten times the "
                            "points the large one, every weight of it, did better."
                        ),
                        say("8 units left the smallest gap: {gap_units}; 10 × the data {gap_data}."),
                        place=2,
                    ),
                    Option(
                        "longer",
                        say("3 × as many epochs"),
                        say("A gap is unfinished training: the validation loss will catch up."),
                        say("It does not catch up: each further epoch is spent on the noise."),
                        say("Longer training left the smallest gap: {gap_longer}."),
                        place=3,
                    ),
                    Option(
                        "rate",
                        say("A tenth of the learning rate"),
                        say("Overfitting comes from steps that are too large."),
                        say(
                            "A lower rate is a slower clock: less far in the same epochs. With more epochs it arrives "
                            "at the same place."
                        ),
                        say("The lower rate left the smallest gap: {gap_rate}."),
                        place=4,
                    ),
                ),
                smallest_gap,
                say("Not clear in this run: two changes left about the same gap. Another start may tell."),
                "data",
                drawn_on="series",
                drawn_as="row",
                claims=(say("the smallest gap"),),
            ),
        ),
        Run("Run", say("Press **Run**. Five networks train, one after another; each line's length is a gap.")),
        Observe(
            say("Observe"),
            Question(
                say("What did three times as many epochs do to the gap?"),
                (
                    Option(
                        "less",
                        say("It became clearly smaller"),
                        say("Patience heals overfitting."),
                        say("Compare the two lines once more."),
                        say("It fell from {gap_base} to {gap_longer}."),
                    ),
                    Option(
                        "same",
                        say("About nothing: it stays as large"),
                        "",
                        say("Compare the two lines once more."),
                        say(
                            "{gap_base} as it is, {gap_longer} with 3 × the epochs: what is lost is not won back by "
                            "waiting."
                        ),
                    ),
                    Option(
                        "more",
                        say("It became clearly larger"),
                        say("Overfitting grows without end."),
                        say(
                            "Once the points are known by heart there is little left to be learned, and the curves "
                            "level off."
                        ),
                        say("It rose from {gap_base} to {gap_longer}."),
                    ),
                ),
                what_longer_does,
                say("Not clear in this run."),
                "same",
            ),
        ),
        Explain(
            say("Explain"),
            say(
                "The noise in n points can be fitted only by bending, and each point pulls with weight 1/n. With ten "
                "times the points the noise averages out and nothing but the signal is left to be fitted. Fewer "
                "units bend less; a lower rate bends later. Both trade a smaller gap for a higher training loss."
            ),
            r"L = \frac{1}{n}\sum_{i=1}^{n}\bigl(f(x_i)-y_i\bigr)^2",
        ),
        Try(
            "Try",
            say(
                "No further data can be had. Read it off the chart: which of the other three changes ends with the lowest "
                "**validation loss**, not just with a small gap?"
            ),
            is_best_without_data,
            say(
                "Right: {label} ends at {mine}, as it is at {val_base}. The price is a higher training loss: {train_units} with "
                "8 units, {train_rate} at a tenth of the rate, {train_base} as it is."
            ),
            say("{label} ends at {mine}: another of the three ends lower. Its diamond stands further left."),
            picks={arm.key: arm.label for arm in ARMS[2:]},
        ),
    ),
    ask=say("You cannot get more data. Which of the other three would you take, and what do you pay for it?"),
)
