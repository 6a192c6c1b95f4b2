"""Each lesson's rules at its preset and four other draws: what is intended comes out in four of five, or the lesson says so."""

from functools import cache

import pytest

from core.lessons.catalog import LESSONS
from core.lessons.lesson import Try, feedback, questions
from core.lessons.measuring import measure
from core.lessons.record import Record

N_DRAWS, ENOUGH = 5, 4


@cache
def measured(key: str, draw: int) -> Record:
    return measure(LESSONS[key], draw)


CASES = [(key, place) for key, lesson in LESSONS.items() for place in questions(lesson)]


@pytest.mark.parametrize(("key", "place"), CASES)
def test_the_intended_answer_comes_out_or_the_lesson_says_how_often(key: str, place: int) -> None:
    asked = questions(LESSONS[key])[place]
    answers = [asked.rule(measured(key, draw)).answer for draw in range(N_DRAWS)]
    assert answers.count(asked.intended) >= ENOUGH or f"{answers.count(asked.intended)} of 5" in asked.often, answers


@pytest.mark.parametrize(("key", "place"), CASES)
def test_every_sentence_finds_its_numbers(key: str, place: int) -> None:
    asked = questions(LESSONS[key])[place]
    outcome = asked.rule(measured(key, 0))
    for option in asked.options:
        said = feedback(asked, option.key, outcome) if asked.kind == "choice" else []
        assert all("{" not in text for text in said)
        for text in (option.reply, option.measured):
            assert "{" not in text.format(**outcome.numbers)
    assert "{" not in asked.unclear.format(**outcome.numbers)


@pytest.mark.parametrize("key", [key for key, lesson in LESSONS.items() if isinstance(lesson.steps[-1], Try)])
def test_a_goal_is_open_at_first_and_its_sentences_find_their_numbers(key: str) -> None:
    step = LESSONS[key].steps[-1]
    assert isinstance(step, Try)
    outcome = step.goal(measured(key, 0))
    assert outcome.answer in ("met", "open")
    for text in (step.text, step.met, step.unmet):
        assert "{" not in text.format(**outcome.numbers)
