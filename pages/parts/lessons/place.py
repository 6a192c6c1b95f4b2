"""Where a person is in the lessons, and what they have said: kept in the session, and in the address, so that a link opens a
lesson at a step and a reload loses nothing.

A link: `?lesson=gap&step=3&draw=1&said=1.rises_3.early`. draw: which draw of the run, 0 for the lesson's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from urllib.parse import urlencode

import streamlit as st

from core.lessons.catalog import LESSONS
from core.lessons.lesson import N_HEIGHTS, Lesson, Question, questions
from core.presets import START
from core.words import joined, say
from pages.shared import example
from pages.shared import experiment as shared
from pages.shared.example import ASIDE, Aside

PLACE, SAID = "lessons.place", "lessons.said"
MAX_DRAW = 99
LEAVE = """
export default function ({ setTriggerValue }) {
  const leave = (event) => {
    const link = event.target.closest("a[href]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || link.hash) return;
    if (link.origin + link.pathname !== location.origin + location.pathname) return;
    setTriggerValue("left", true);
    if (innerWidth < 768) document.querySelector("[data-testid=stSidebarCollapseButton] button")?.click();
  };
  document.addEventListener("click", leave, true);
  return () => document.removeEventListener("click", leave, true);
}
"""


@dataclass(frozen=True)
class Place:
    """lesson: its key; step: counted from 0; draw: which draw of the run; is_sheet: its sheet for the lecturer is shown."""

    lesson: str
    step: int = 0
    draw: int = 0
    is_sheet: bool = False


def here() -> Place | None:
    """Return where the person is, None for the list."""
    found: Place | None = st.session_state.get(PLACE)
    return found


def lesson_of(place: Place) -> Lesson:
    """Return the lesson of a place."""
    return LESSONS[place.lesson]


def said(lesson: str) -> dict[int, str]:
    """Return what was answered in a lesson, by the place of its step; to be added to."""
    answers: dict[str, dict[int, str]] = st.session_state.setdefault(SAID, {})
    return answers.setdefault(lesson, {})


def furthest(lesson: Lesson) -> Place:
    """Return the first step of a lesson whose question is still open, or the one after the last answer."""
    answered = said(lesson.key)
    step = next((i for i in questions(lesson) if i not in answered), len(lesson.steps) - 1) if answered else 0
    return Place(lesson.key, step)


def go(place: Place | None) -> None:
    """Go to a place; a lesson, or a draw, that was not open has its experiment put on."""
    before = here()
    st.session_state[PLACE] = place
    if place is None or place.is_sheet:
        example.give_back()
    elif before is None or before.is_sheet or (before.lesson, before.draw) != (place.lesson, place.draw):
        put_on(place)


def put_on(place: Place) -> None:
    """Make the lesson's experiment that of now; the person's own is given back on the next page."""
    aside = st.session_state.pop(ASIDE, None)
    mine = aside.mine if aside is not None else shared.current() if not shared.is_new() else START
    shared.put(lesson_of(place).start(place.draw))
    st.session_state[ASIDE] = Aside(mine, shared.current(), "", can_be_used=False)


def keep_aside() -> None:
    """What the hand has changed in a lesson is the lesson's, too: it is left with it."""
    if (aside := st.session_state.get(ASIDE)) is not None:
        st.session_state[ASIDE] = replace(aside, example=shared.current())


# --- the address ---


@dataclass(frozen=True)
class Asked:
    """What a link asks for, and what of it cannot be used."""

    place: Place | None
    answers: dict[int, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def read(query: Mapping[str, str]) -> Asked:
    """Return what a link asks for."""
    if "lesson" not in query:
        return Asked(None)
    key = query["lesson"]
    if key not in LESSONS:
        return Asked(
            None,
            problems=(
                say(
                    "The link names a lesson that is not here: expected one of {lessons}.",
                    lessons=joined(LESSONS, ", "),
                ),
            ),
        )
    lesson = LESSONS[key]
    if query.get("sheet") == "1":
        return Asked(Place(key, is_sheet=True))
    step, draw = number(query.get("step"), 1, len(lesson.steps)), number(query.get("draw"), 0, MAX_DRAW)
    answers = read_answers(query.get("said", ""), questions(lesson))
    problems = [
        say(
            "The link has '{name}' that cannot be used: expected a whole number from {low} to {high}.",
            name=name,
            low=low,
            high=high,
        )
        for name, got, low, high in (("step", step, 1, len(lesson.steps)), ("draw", draw, 0, MAX_DRAW))
        if got is None and name in query
    ]
    return Asked(Place(key, (step or 1) - 1, draw or 0), answers, tuple(problems))


def number(text: str | None, low: int, high: int) -> int | None:
    """Return the whole number that a text writes, None where there is none within the bounds."""
    is_number = text is not None and text.isascii() and text.isdigit() and len(text) < 4
    return int(text) if text is not None and is_number and low <= int(text) <= high else None


def read_answers(text: str, asked: Mapping[int, Question]) -> dict[int, str]:
    """Return the answers of a link, `1.rises_3.early`, by the place of their step; what is no answer is left out."""
    answers = {}
    for part in text[:2000].split("_"):
        step, _, given = part.partition(".")
        place = number(step, 1, 9)
        if place is not None and place - 1 in asked and is_answer(asked[place - 1], given):
            answers[place - 1] = given
    return answers


def is_answer(question: Question, given: str) -> bool:
    """Return whether a text answers a question."""
    if question.kind == "sketch":
        return len(given) == N_HEIGHTS and given.isascii() and given.isdigit()
    keys = [option.key for option in question.options]
    return sorted(given.split("-")) == sorted(keys) if question.kind == "order" else given in keys


def query_of(place: Place | None) -> dict[str, str]:
    """Return the parameters of a place's link: what was said on the steps before, so that each step is one address."""
    if place is None:
        return {}
    if place.is_sheet:
        return {"lesson": place.lesson, "sheet": "1"}
    before = {step: given for step, given in sorted(said(place.lesson).items()) if step < place.step}
    answers = "_".join(f"{step + 1}.{given}" for step, given in before.items())
    query = {"lesson": place.lesson, "step": str(place.step + 1), "draw": str(place.draw or ""), "said": answers}
    return {name: text for name, text in query.items() if text}


def address() -> str:
    """Return the address of now, from the "?" on."""
    return "?" + urlencode(query_of(here()))


def open_address() -> tuple[str, ...]:
    """Go where the address asks; call it first on the page. Returns what of it could not be used, as sentences.

    Later, it counts only where the browser went Back or Forward: it may be older than what was pressed since.
    """
    is_entry = shared.enter_page()
    if not (is_entry or shared.went_back()):
        return ()
    asked = read(st.query_params.to_dict())
    if is_entry:
        st.session_state.pop(PLACE, None)
        example.give_back()
    if asked.place is not None:
        said(asked.place.lesson).update(asked.answers)
    go(asked.place)
    return asked.problems


def hear_navigation() -> None:
    """Let a press on the page's own name lead to the list.

    To Streamlit that is a rerun like any other, the address as it was; so the browser tells it.
    """
    hear = st.components.v2.component("overfit_lab_lesson_left", js=LEAVE, isolate_styles=False)
    hear(key="lessons.left", on_left_change=partial(go, None))


def show_address() -> None:
    """Let the address bar say where the person is."""
    query = query_of(here())
    if query != st.query_params.to_dict():
        st.query_params.from_dict(query)
