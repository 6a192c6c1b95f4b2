"""What a lesson has to be: short, with a reply to every answer, and no answer stored."""

import re
from dataclasses import replace

import numpy as np
import pytest

from core.lessons.catalog import LESSONS
from core.lessons.lesson import (
    MAX_STEPS,
    N_HEIGHTS,
    Explain,
    Lesson,
    Observe,
    Option,
    Predict,
    Question,
    Run,
    Try,
    feedback,
    has_moved,
    is_right,
    meant,
    mixed,
    questions,
    shape_of_sketch,
    sketches_of,
)
from core.lessons.record import Outcome, Record

EMPTY = Record({}, {"state": "finished", "changes": []})
GAP = LESSONS["gap"]


def record(state: str = "finished", changes: tuple[tuple[str, float], ...] = ()) -> Record:
    return Record({}, {"state": state, "changes": [{"epoch": 5, "name": n, "value": v} for n, v in changes]})


def question(kind: str = "choice", answer: str | None = "a", pairs: frozenset = frozenset()) -> Question:
    options = tuple(Option(key, key.upper(), "", f"not {key}, {{n}}", f"it is {key}, {{n}}") for key in "abc")
    return Question("?", options, lambda _: Outcome(answer, {"n": "7"}, pairs), "unclear, {n}", "a", kind=kind)


def test_a_lesson_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="steps: expected at most 5, received 6"):
        replace(GAP, steps=(*GAP.steps, Run("Run", "again")))
    with pytest.raises(ValueError, match="minutes: expected at most 8, received 9"):
        replace(GAP, minutes=9)
    with pytest.raises(ValueError, match="text: expected at most 60 words, received 61"):
        replace(GAP, steps=(Explain("Explain", "word " * 61, ""),))


def test_an_answer_gets_what_was_measured_and_the_reply_to_itself() -> None:
    asked = question()
    outcome = asked.rule(EMPTY)
    assert feedback(asked, "a", outcome) == ["it is a, 7"]
    assert feedback(asked, "b", outcome) == ["it is a, 7", "not b, 7"]
    assert feedback(asked, None, outcome) == ["it is a, 7"]


def test_between_the_bars_nobody_is_right_or_wrong() -> None:
    asked = question(answer=None)
    assert feedback(asked, "b", asked.rule(EMPTY)) == ["unclear, 7"]


def test_of_an_order_only_clear_pairs_count() -> None:
    asked = question("order", "a", frozenset({("a", "c")}))
    outcome = asked.rule(EMPTY)
    assert is_right(asked, "a-b-c", outcome) and is_right(asked, "b-a-c", outcome)
    assert not is_right(asked, "c-b-a", outcome)


def test_options_are_shown_in_a_fixed_order_that_tells_nothing() -> None:
    asked = [(lesson, place, question) for lesson in LESSONS.values() for place, question in questions(lesson).items()]
    firsts = [
        mixed(lesson, place)[0] == question.intended for lesson, place, question in asked if question.kind == "choice"
    ]
    assert 1 / 5 < sum(firsts) / len(firsts) < 2 / 5  # three or four options each
    for lesson, place, question in asked:
        assert sorted(mixed(lesson, place)) == sorted(option.key for option in question.options)
    assert mixed(GAP, 0) == ["sudden", "stays", "falls", "rises"]  # the same in every process


PLACES = {"n", "m", "best_epoch", "n_epochs", "best", "largest", "one_se", "n_few", "n_many"}  # where, not how much


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_a_reply_does_not_say_again_what_was_measured(lesson: Lesson) -> None:
    for asked in questions(lesson).values():
        if asked.kind != "choice":
            continue
        told = set(re.findall(r"{([a-z_]+)}", asked.option(asked.intended).measured.template))
        for option in asked.options:
            again = told & set(re.findall(r"{([a-z_]+)}", option.reply.template)) - PLACES
            assert option.key == asked.intended or not again, (option.key, again)


def test_a_run_that_a_hand_lets_go_on_has_run() -> None:
    n = GAP.experiment.training.n_epochs
    begun = [Record({"epoch": np.array([0.0, last])}, {"state": "running", "changes": []}) for last in (n - 1, n + 1)]
    assert [GAP.has_run(one) for one in (None, EMPTY, *begun)] == [False, True, False, True]


def test_a_run_is_done_when_it_has_ended_with_its_moves_made() -> None:
    run = Run("Run", "", moves=(("l2", 0.003),))
    assert run.is_done(record(changes=(("l2", 0.004),)))
    assert not run.is_done(record(changes=(("l2", 0.03),))) and not run.is_done(record(changes=(("l1", 0.003),)))
    assert not run.is_done(record("running", (("l2", 0.003),)))
    assert has_moved(record(changes=(("l2", 0.0),)), "l2", 0.0)


def test_a_prediction_is_answered_by_the_run_after_it_an_observation_by_that_before() -> None:
    steps = (
        Predict("", question()),
        Run("", ""),
        Observe("", question()),
        Run("", "", (("l2", 0.1),)),
        Observe("", question()),
    )
    lesson = replace(GAP, steps=steps)
    assert [lesson.run_after(i) for i in range(5)] == [1, 1, 1, 3, 3]
    assert lesson.is_measured(1, record()) and not lesson.is_measured(3, record()) and not lesson.is_measured(1, None)


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_every_question_has_a_reply_to_each_wrong_answer_and_names_the_misconception(lesson: Lesson) -> None:
    assert questions(lesson)
    for asked in questions(lesson).values():
        assert len({option.key for option in asked.options}) == len(asked.options) >= 2
        assert all(option.key.isalnum() for option in asked.options)  # they travel in links
        if asked.kind == "choice":
            assert asked.option(asked.intended).measured
            assert all(option.reply and option.measured for option in asked.options)
            assert all(option.reveals for option in asked.options if option.key != asked.intended)


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_every_lesson_says_why_and_what_to_ask(lesson: Lesson) -> None:
    assert any(isinstance(step, Explain) and step.formula for step in lesson.steps)
    assert lesson.ask.endswith("?") and lesson.aim.endswith(".")
    assert (
        lesson.start(0) == lesson.experiment
        and lesson.start(3).get(lesson.seed) == lesson.experiment.get(lesson.seed) + 3
    )


def test_an_option_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="key: expected one of a, b, c, received d"):
        question().option("d")


def test_a_record_is_that_of_a_snapshot() -> None:
    from core.stream.snapshot import Snapshot

    kept = Record.of(Snapshot(1, {"state": "running"}, {"x": np.arange(3.0)}))
    assert kept.arrays["x"].tolist() == [0, 1, 2] and not kept.is_over


@pytest.mark.parametrize(
    ("heights", "shape"),
    [("952222259", "u"), ("987654321", "falls"), ("111112349", "rises"), ("555545555", "flat"), ("543333345", "u")],
)
def test_a_sketch_means_the_option_of_its_shape(heights: str, shape: str) -> None:
    assert shape_of_sketch(heights) == shape
    asked = questions(LESSONS["dial"])[1]
    assert is_right(asked, heights, Outcome("u")) == (shape == "u")
    assert sketches_of(asked, heights) == (heights,) and meant(asked, heights) == shape


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_every_prediction_is_drawn_on_a_chart_of_its_lesson_each_option_in_its_own_way(lesson: Lesson) -> None:
    for i, asked in questions(lesson).items():
        if not isinstance(lesson.steps[i], Predict):
            continue
        assert asked.drawn_on in lesson.charts
        curves = [option.sketches for option in asked.options]
        assert all(
            len(heights) == N_HEIGHTS and set(heights) <= set("0123456789-") for one in curves for heights in one
        )
        if asked.kind != "choice":
            continue
        looks = {(option.sketches, option.place) for option in asked.options}
        assert len(looks) == len(asked.options)
        if asked.drawn_as == "curves":
            assert all(len(one) == max(1, len(asked.claims)) for one in curves) and len(asked.about) == len(
                asked.claims
            )


def test_two_lessons_in_three_end_with_a_goal_the_others_have_their_five_steps() -> None:
    goals = [lesson.key for lesson in LESSONS.values() if isinstance(lesson.steps[-1], Try)]
    assert goals == ["gap", "closing", "labels", "zeros", "ranking", "descent"]
    assert all(len(lesson.steps) == MAX_STEPS for lesson in LESSONS.values())
