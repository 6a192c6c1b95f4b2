"""The card of a step: what is asked or told, what was answered, and the ways on."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from core.lessons.catalog import LESSONS
from core.lessons.lesson import (
    N_HEIGHTS,
    Explain,
    Lesson,
    Observe,
    Predict,
    Question,
    Run,
    Step,
    Try,
    Worked,
    feedback,
    is_right,
    meant,
    mixed,
    questions,
)
from core.lessons.record import Record
from core.words import joined, say
from pages.parts.lessons import place
from pages.parts.lessons.drawing import drawing, drawn
from pages.parts.lessons.place import Place
from pages.shared.language import tr, worded
from pages.shared.say import grade

KINDS: Mapping[type[Step], str] = {
    Worked: say("Worked example"),
    Predict: say("Predict"),
    Run: say("Run"),
    Observe: say("Observe"),
    Explain: say("Explain"),
    Try: say("Try"),
}
NOT_RUN = say("The answer is measured, not stored: it comes when the run has ended.")
KEPT = say("Made before the run, and kept.")
NEXT_NEEDS = {
    "answer": say("Choose an answer to go on."),
    "order": say("Choose all {n}, in your order, to go on."),
    "sketch": say("Give all {n} places a height to go on."),
    "run": say("Go on when the run has ended."),
    "move": say("Move the slider, and let it train on."),
}


def show_step(lesson: Lesson, at: Place, record: Record | None) -> None:
    """Show the card of a step. record: of the run so far, None before there is one."""
    step, n_steps = lesson.steps[at.step], len(lesson.steps)
    st.caption(tr("Step {step} of {n_steps} · {kinds}", step=at.step + 1, n_steps=n_steps, kinds=KINDS[type(step)]))
    st.progress((at.step + 1) / n_steps)
    is_measured = lesson.is_measured(lesson.run_after(at.step), record)
    match step:
        case Predict() | Observe():
            show_question(lesson, at, step.question, record if is_measured else None, isinstance(step, Predict))
        case Run():
            st.markdown(worded(step.text))
            show_predictions(lesson, at)
        case Explain():
            show_results(lesson, record)
            st.markdown(worded(step.text))
            st.latex(step.formula)
        case Worked():
            st.markdown(worded(step.text))
        case Try():
            show_goal(lesson, at, step, record, is_measured)
    show_ways(lesson, at, missing(lesson, at, record))


def show_question(lesson: Lesson, at: Place, question: Question, record: Record | None, is_prediction: bool) -> None:
    """Show a question with its options; after the run a prediction is kept as it was."""
    given = place.said(lesson.key).get(at.step)
    keys = mixed(lesson, at.step)
    key = f"lessons.{lesson.key}.{at.step}"
    is_over = is_prediction and record is not None
    words: dict[str, Any] = {
        "key": key, "on_change": take_answer, "args": (lesson.key, at.step, key, len(keys)), "disabled": is_over,
        "format_func": lambda one: worded(question.option(one).text),
    }  # fmt: skip
    if question.kind == "sketch":
        st.markdown(worded(question.text))
        drawing(
            key, question.text, N_HEIGHTS, given, question.axes, question.ticks, is_over,
            partial(take_sketch, lesson.key, at.step, key),
        )  # fmt: skip
    elif question.kind == "order":
        st.multiselect(
            worded(question.text), keys, default=given.split("-") if given else None, placeholder=tr("Choose all, in "
                                                                                                     "your order"),
            select_all=False, **words,
        )  # fmt: skip
    else:
        st.radio(worded(question.text), keys, index=keys.index(given) if given in keys else None, **words)
    if is_over:
        st.caption(worded(KEPT))
    elif not is_prediction and given is not None:
        show_feedback(question, given, record)


def take_answer(lesson: str, step: int, key: str, n_options: int) -> None:
    """Keep an answer; an order counts when all options stand in it."""
    given = st.session_state[key]
    if isinstance(given, list):
        given = "-".join(given) if len(given) == n_options else None
    if given is None:
        place.said(lesson).pop(step, None)
    else:
        place.said(lesson)[step] = given


def take_sketch(lesson: str, step: int, key: str) -> None:
    """Keep a curve that was drawn."""
    given = drawn(key)
    if given is not None and len(given) == N_HEIGHTS:
        place.said(lesson)[step] = given


def show_feedback(question: Question, given: str | None, record: Record | None) -> None:
    """Say what was measured, and what that says to the answer."""
    if record is None:
        grade(NOT_RUN, "open")
        return
    outcome = question.rule(record)
    sentences = feedback(question, given, outcome)
    text = joined(sentences)
    if outcome.answer is None:
        grade(text, "unclear", ":material/help:")
    elif given is not None and is_right(question, given, outcome):
        grade(text, "met", ":material/check:")
    else:
        grade(text, "open", ":material/search:")


def show_predictions(lesson: Lesson, at: Place) -> None:
    """Remind of what was predicted."""
    for i, question in questions(lesson).items():
        if isinstance(lesson.steps[i], Predict) and i < at.step and (given := place.said(lesson.key).get(i)):
            st.markdown(tr("You predicted: *{in_words}*.", in_words=in_words(question, given)))


def in_words(question: Question, given: str) -> str:
    """Return an answer in words; an order with its numbers, the first one first."""
    texts = [question.option(key).text for key in meant(question, given).split("-")]
    if question.kind != "order":
        return texts[0]
    return joined([say("{rank}. {text}", rank=i, text=text) for i, text in enumerate(texts, 1)], " ")


def show_results(lesson: Lesson, record: Record | None) -> None:
    """Answer the predictions with what was measured."""
    for i, question in questions(lesson).items():
        if isinstance(lesson.steps[i], Predict):
            given = place.said(lesson.key).get(i)
            if given is not None:
                st.markdown(tr("You predicted: *{in_words}*.", in_words=in_words(question, given)))
            show_feedback(question, given, record if lesson.is_measured(lesson.run_after(i), record) else None)


def show_goal(lesson: Lesson, at: Place, step: Try, record: Record | None, is_measured: bool) -> None:
    """Show a goal, and whether it is met; while a moved run goes on, the goal stays and its answer is waited for."""
    if record is None or not (is_measured or (step.sliders and lesson.has_run(record))):
        grade(NOT_RUN, "open")
        return
    st.markdown(worded(step.text.format(**step.goal(record, "").numbers)))
    if not is_measured:
        st.caption(worded(step.hint))
        grade(NOT_RUN, "open")
        return
    picked = pick(lesson, at, step.picks) if step.picks else ""
    outcome = step.goal(record, picked)
    if step.picks and not picked:
        return
    if outcome.answer == "met":
        grade(step.met.format(**outcome.numbers), "met", ":material/flag:")
    else:
        grade(step.unmet.format(**outcome.numbers), "open", ":material/flag:")
        if step.hint:
            st.caption(worded(step.hint))


def pick(lesson: Lesson, at: Place, picks: Mapping[str, str]) -> str:
    """Show what can be read off the charts; return the key of what was picked, "" for nothing yet."""
    key, said = f"lessons.{lesson.key}.{at.step}", place.said(lesson.key)
    keys, given = list(picks), said.get(at.step)
    picked = st.radio(
        tr("Your pick"), keys, index=keys.index(given) if given in keys else None, horizontal=True, key=key,
        format_func=lambda one: worded(picks[one]),
    )  # fmt: skip
    if picked not in keys:  # nothing yet, or words that have changed on the way (see `among`)
        return ""
    said[at.step] = picked
    return picked


def missing(lesson: Lesson, at: Place, record: Record | None) -> str:
    """Return why one cannot go on yet, "" where one can."""
    step = lesson.steps[at.step]
    if isinstance(step, Predict | Observe):
        n = N_HEIGHTS if step.question.kind == "sketch" else len(step.question.options)
        needs = NEXT_NEEDS.get(step.question.kind, NEXT_NEEDS["answer"])
        return "" if at.step in place.said(lesson.key) else needs.format(n=n)
    if isinstance(step, Run) and not lesson.is_measured(at.step, record):
        is_move = step.moves and record is not None and record.is_over
        return NEXT_NEEDS["move" if is_move else "run"]
    return ""


def show_ways(lesson: Lesson, at: Place, why_not: str) -> None:
    """Show the ways back and on."""
    is_last = at.step == len(lesson.steps) - 1
    with st.container(horizontal=True, vertical_alignment="center", key="lessons-ways"):
        if at.step:
            st.button(tr("Back"), key="lessons.back", on_click=place.go, args=(Place(at.lesson, at.step - 1, at.draw),))
        if not is_last:
            st.button(
                tr("Next"), key="lessons.next", type="primary", disabled=bool(why_not), on_click=place.go,
                args=(Place(at.lesson, at.step + 1, at.draw),),
            )  # fmt: skip
        elif (following := after(lesson)) is not None:
            st.button(
                tr("Next lesson: {title}", title=following.title), key="lessons.next", type="primary", on_click=place.go,
                args=(Place(following.key),),
            )  # fmt: skip
        else:
            st.button(tr("All lessons"), key="lessons.next", type="primary", on_click=place.go, args=(None,))
    if why_not and not is_last:
        st.caption(worded(why_not))
    if at.step > lesson.first_run:
        st.button(
            tr("Another draw"), key="lessons.draw", icon=":material/casino:", on_click=place.go,
            args=(Place(at.lesson, lesson.first_run, (at.draw + 1) % (place.MAX_DRAW + 1)),),
            help=tr("The same lesson from another random start: does it come out again? What you predicted stays."),
        )  # fmt: skip


def after(lesson: Lesson) -> Lesson | None:
    """Return the lesson that follows, None after the last."""
    keys = list(LESSONS)
    place_of = keys.index(lesson.key) + 1
    return LESSONS[keys[place_of]] if place_of < len(keys) else None
