"""The numbers that lessons tell before anything is measured are those of their experiments; worked examples are computed again."""

from itertools import product
from math import comb, sqrt

import numpy as np
import pytest

from core.data import wrong_labels
from core.lessons import dial
from core.lessons.catalog import LESSONS
from core.lessons.lesson import Explain, Lesson, Observe, Predict, Run, Try, Worked
from core.lessons.zeros import N_WEIGHTS, STRENGTH, weights_of
from core.live.bias_variance.run import values_of
from core.live.double_descent.run import N_DRAWS, N_TRAIN, NOISES, VALUES
from core.live.making import split_of
from core.studies.double_descent.random_features import WIDTHS
from core.studies.peeking.simulation import N_REPEATS, N_ROWS, N_SETTINGS
from core.studies.remedies.remedy import SINGLE


def text_of(lesson: Lesson) -> str:
    """Return all that a lesson tells, as one text."""
    told = []
    for step in lesson.steps:
        match step:
            case Predict() | Observe():
                told += [step.question.text, *(option.text for option in step.question.options)]
            case Worked() | Run() | Explain() | Try():
                told.append(step.text)
    return "\n".join(told)


def rows_of(lesson: Lesson) -> int:
    return len(split_of(lesson.experiment.data).y_train)


def n_each(lesson: Lesson) -> int:
    """Return how many networks bias and variance train at each value."""
    study = lesson.experiment.bias_variance
    return study.n_sets * study.n_set_starts


FACTS = {
    "gap": lambda one: [
        f"{rows_of(one)} noisy points", f"{weights_of(one.experiment):,} weights", f"{one.experiment.training.n_epochs:,} epochs",
    ],
    "closing": lambda one: [
        f"{rows_of(one)} noisy points", "{} + {} units".format(*one.experiment.network.hidden_sizes),
        f"{one.experiment.training.n_epochs:,} epochs",
    ],
    "labels": lambda one: [f"{rows_of(one)} images of digits"],
    "l2": lambda one: [f"{rows_of(one)} noisy points"],
    "zeros": lambda one: [f"λ₁ = {STRENGTH}", "{n_all} weights"],
    "dial": lambda one: [
        f"data of {rows_of(one) + len(split_of(one.experiment.data).y_val)} patients",
        "network of {} units".format(*one.experiment.network.hidden_sizes),
        f"λ from {dial.VALUES[0]:g} to {dial.VALUES[-1]:g}", {5: "five folds"}[one.experiment.folds.n_splits],
    ],
    "winner": lambda one: [
        f"{N_SETTINGS[-1]} real networks", f"{N_SETTINGS[-1]} networks train", f"chosen {N_REPEATS} times",
        f"{N_ROWS[-1]} test rows instead of {N_ROWS[0]}", "100 test rows",
    ],
    "ranking": lambda one: [
        f"{rows_of(one)} noisy points", "{} + {} units".format(*one.experiment.network.hidden_sizes),
        {4: "four times the points"}[next(remedy.data_factor for remedy in SINGLE if remedy.key == "more_data")],
    ],
    "bias": lambda one: [
        {10: "ten samples"}[one.experiment.bias_variance.n_sets], f"of {one.experiment.data.n_train} points",
        {12: "twelve λ from 0 to 1"}[len(values_of(one.experiment))],
        f"{len(values_of(one.experiment)) * n_each(one)} networks",
    ],
    "descent": lambda one: [
        f"{N_TRAIN} images of digits", {0.2: "a fifth of them labelled wrong"}[NOISES[-1]],
        f"{WIDTHS[0]} to {WIDTHS[-1]:,} random units", {5: "five draws"}[N_DRAWS], f"{len(WIDTHS)} widths",
        {8: "eight λ"}[len(VALUES)],
    ],
}  # fmt: skip


@pytest.mark.parametrize("key", LESSONS)
def test_a_lesson_tells_the_numbers_of_its_experiment(key: str) -> None:
    told = text_of(LESSONS[key])
    assert [fact for fact in FACTS[key](LESSONS[key]) if fact not in told] == []


def test_a_network_has_as_many_weights_as_its_matrices() -> None:
    assert N_WEIGHTS == 64 + 64 * 64 + 64


@pytest.mark.parametrize("draw", range(5))
def test_ten_of_the_hundred_digits_are_labelled_wrong(draw: int) -> None:
    assert wrong_labels(LESSONS["labels"].start(draw).data).sum() == 10


def test_the_best_of_ten_coins_has_seven_heads_in_most_rounds() -> None:
    luck = sum(comb(10, k) for k in (7, 8, 9, 10)) / 2**10
    assert 0.8 < 1 - (1 - luck) ** 10 < 0.9
    assert sum(sum(tosses) >= 7 for tosses in product((0, 1), repeat=10)) / 2**10 == luck
    spread = 2 * sqrt(0.3 * 0.7 / 100)
    assert (round(100 * (0.3 - spread)), round(100 * (0.3 + spread))) == (21, 39)


def test_the_nervous_and_the_lazy_method_are_measured_as_told() -> None:
    told = text_of(LESSONS["bias"])
    for answers, row in (((0.4, 1.0, 1.6), "1.0 | 0 | 0.24 | 0.24"), ((0.6, 0.7, 0.8), "0.7 | 0.09 | 0.007 | 0.097")):
        mean, bias2, variance, error = map(float, row.split(" | "))
        assert row in told
        assert np.allclose(
            [np.mean(answers), (np.mean(answers) - 1) ** 2, np.var(answers)], [mean, bias2, variance], atol=5e-4
        )
        assert np.isclose(np.mean((np.array(answers) - 1) ** 2), error, atol=5e-4)


def test_one_weight_is_lowest_where_the_dial_says() -> None:
    grid = np.linspace(-1, 2, 300_001)
    for value, w in ((0, 1), (1, 0.5), (9, 0.1), (1000, 0.001)):
        lowest = grid[((grid - 1) ** 2 + value * grid**2).argmin()]
        assert abs(lowest - w) < 1e-5
