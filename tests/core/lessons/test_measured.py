"""Each lesson's rules at its preset and four other draws: what is intended comes out in four of five, or the lesson says so."""

import re
from functools import cache

import pytest

from core.lessons.catalog import LESSONS
from core.lessons.lesson import Try, feedback, questions
from core.lessons.measuring import MAKERS, is_going_on, measure
from core.lessons.record import Record
from core.stream.commands import Run, Set

N_DRAWS, ENOUGH = 5, 4
pytestmark = pytest.mark.timeout(600)  # the first test of a lesson trains its five draws, up to a minute alone


@cache
def measured(key: str, draw: int) -> Record:
    return measure(LESSONS[key], draw)


def holds_a_name(text: str) -> bool:
    """Return whether a number's name, `{best_epoch}`, has stayed in a text; what a formula holds is none."""
    return re.search(r"\{[a-z_]+\}", re.sub(r"\$[^$]*\$", "", text)) is not None


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
        assert not any(map(holds_a_name, said))
        for text in (option.reply, option.measured):
            assert not holds_a_name(text.format(**outcome.numbers))
    assert not holds_a_name(asked.unclear.format(**outcome.numbers))


GOALS = {key: step for key, lesson in LESSONS.items() for step in lesson.steps if isinstance(step, Try)}
MOVES = [
    ("gap", Set(name="l2", value=0.00221)),  # about the ends of what the hint names
    ("gap", Set(name="l2", value=0.00569)),
    ("labels", Set(name="l2", value=0.03)),
    ("zeros", Set(name="l1", value=0.0, member=1)),
]


@pytest.mark.parametrize("key", GOALS)
def test_a_goal_is_open_at_first_and_its_sentences_find_their_numbers(key: str) -> None:
    step = GOALS[key]
    assert isinstance(step, Try)
    for picked in ("", *step.picks):
        outcome = step.goal(measured(key, 0), picked)
        assert outcome.answer in ("met", "open") and (picked or outcome.answer == "open")
        for text in (step.text, step.met, step.unmet):
            assert "{" not in text.format(**outcome.numbers)


@pytest.mark.parametrize("draw", range(N_DRAWS))
@pytest.mark.parametrize("key", [key for key, step in GOALS.items() if step.picks])
def test_of_the_picks_some_meet_the_goal_and_some_do_not(key: str, draw: int) -> None:
    answers = {picked: GOALS[key].goal(measured(key, draw), picked).answer for picked in GOALS[key].picks}
    assert set(answers.values()) == {"met", "open"}


@pytest.mark.parametrize("draw", [0, 3])
@pytest.mark.parametrize(("key", "move"), MOVES)
def test_a_goal_on_the_stage_is_reached_by_the_move_that_its_hint_names(key: str, move: Set, draw: int) -> None:
    lesson, run = LESSONS[key], MAKERS[LESSONS[key].study](LESSONS[key].start(draw))
    for command in (Run(), move, Run()):
        run.obey(command)
        while is_going_on(run):
            run.train_for(0.05)
    step = lesson.steps[-1]
    assert isinstance(step, Try)
    outcome = step.goal(Record.of(run.snapshot()), "")
    assert outcome.answer == "met"
    assert "{" not in step.met.format(**outcome.numbers)


def test_every_goal_is_tried_here() -> None:
    assert {key for key, step in GOALS.items() if not step.picks} == {key for key, _ in MOVES}
