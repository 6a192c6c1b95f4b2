"""What was predicted, on the chart of the result: drawn before the run, and kept there after it."""

from collections.abc import Mapping

import plotly.graph_objects as go

from core.figures.peeking.winners import PICKED
from core.figures.sketch import with_ranks, with_row, with_side, with_sketches
from core.lessons.lesson import Lesson, Predict, Question, questions, sketches_of
from core.lessons.ranking import KEYS, short
from core.lessons.record import Record
from core.studies.peeking.simulation import N_REPEATS
from core.words import say

SHAPE = say("your prediction (its shape)")
RANKS = say("rank among the five: as you said, as measured")
TEST_MEAN = f"pk_test_mean{PICKED}"  # where the winner looked to be
HEIGHTS = {short(key): float(len(KEYS) - 1 - i) for i, key in enumerate(KEYS)}  # of the remedies' rows


def predictions(lesson: Lesson, said: Mapping[int, str], at: int) -> dict[int, Question]:
    """Return the questions whose answers are drawn at a step and were given, by the place of their step.

    A prediction on how a run goes on is drawn from the next step on: its chart shows something else until then.
    """
    return {
        i: question
        for i, question in questions(lesson).items()
        if question.drawn_on and i in said and isinstance(lesson.steps[i], Predict) and (at > i or i < lesson.first_run)
    }


def measured_order(question: Question, record: Record | None) -> tuple[str, ...]:
    """Return the measured order of an order's options, the first one first; none before the run has ended."""
    if question.drawn_as != "ranks" or record is None or not record.is_over:
        return ()
    return tuple((question.rule(record).answer or "").split("-"))


def with_prediction(figure: go.Figure, question: Question, said: str, order: tuple[str, ...]) -> go.Figure:
    """Return the chart with what was said to a question drawn on it. order: see `measured_order`."""
    if question.drawn_as == "ranks":
        return with_ranks(
            figure, {HEIGHTS[key]: rank_text(key, said.split("-"), order) for key in said.split("-")}, RANKS
        )
    if question.drawn_as == "curves":
        labels = [named(claim) for claim in question.claims] or [SHAPE]
        return with_sketches(figure, dict(zip(labels, sketches_of(question, said), strict=True)), question.about)
    option = question.option(said)
    if question.drawn_as == "row":
        return with_row(figure, option.place, named(question.claims[0]))
    claim = named(question.claims[question.options.index(option)])
    return with_side(figure, option.place, TEST_MEAN, 0.9 * N_REPEATS, claim)


def named(claim: str) -> str:
    """Return what the legend calls a prediction."""
    return say("your prediction: {claim}", claim=claim)


def rank_text(key: str, said: list[str], order: tuple[str, ...]) -> str:
    """Return the ranks of an option, as said and as measured."""
    mine = said.index(key) + 1
    return (
        say("you: {mine}<br>here: {rank}", mine=mine, rank=order.index(key) + 1)
        if key in order
        else say("you: {mine}", mine=mine)
    )
