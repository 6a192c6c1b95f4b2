"""Lessons: predict, run, see why. A list of them, and one at a time: its step at the left, its run at the right."""

import streamlit as st

from core.lessons.catalog import LESSONS
from core.lessons.lesson import Lesson
from core.lessons.record import Record
from core.stream.commands import Pace, Stop
from core.stream.job import Job
from core.words import say
from pages.parts.lessons import place
from pages.parts.lessons.place import Place
from pages.parts.lessons.sheet import show_sheet
from pages.parts.lessons.stages import OPEN, axes_of, page_of, record_of, sliders_of
from pages.parts.lessons.steps import show_step
from pages.shared.language import tr, worded
from pages.shared.say import warn

# What a verdict says, or what a chart says to look for, would be the answer: in a lesson only what went wrong is said there.
STYLE = """<style>
.st-key-lessons-stage .lab-look {display: none}
.st-key-lessons-card {gap: 0.6rem}
[data-testid=stMultiSelect] :has(> span[title]) {
  background: #00679F !important; border-color: #00679F !important; color: white !important}
.katex-display {overflow: visible !important; padding: 0.2rem 0}
@media (max-width: 640px) {.katex-display {font-size: 0.8em !important}}
@media (max-width: 640px) {.st-key-lessons-card :is(th, td) {padding: 0.2rem 0.25rem !important; font-size: 0.8rem !important}}
.st-key-lessons-card h2 {padding: 0 0 0.2rem; font-size: 1.6rem}
.st-key-lessons-stage .lab-verdict-place {display: none}
.st-key-lessons-stage .lab-verdict-place:has([data-banner]) {display: block}
</style>"""
INTRO = say(
    "Ten short lessons. Each asks what you expect **before** you can see it, and checks what you said against what was just "
    "measured. A wrong guess is worth as much as a right one: what surprises is remembered."
)


def show_list() -> None:
    """Show all lessons."""
    st.title(tr("Lessons"), anchor=False)
    st.markdown(worded(INTRO))
    numbered = list(enumerate(LESSONS.values(), 1))
    for row in range(0, len(numbered), 2):  # rows of two: on a phone they stand in their order
        for column, (number, lesson) in zip(st.columns(2, gap="small"), numbered[row : row + 2], strict=False):
            with column, st.container(border=True, height="stretch", key=f"lessons-of-{lesson.key}"):
                show_entry(number, lesson)


def show_entry(number: int, lesson: Lesson) -> None:
    """Show one line of the list."""
    n_said = len(place.said(lesson.key))
    st.markdown(
        tr(
            "**{number}. {title}** · {minutes} min  \n{aim}",
            number=number,
            title=lesson.title,
            minutes=lesson.minutes,
            aim=lesson.aim,
        )
    )
    with st.container(horizontal=True):
        st.button(
            worded(say("Go on") if n_said else say("Begin")),
            key=f"lessons.begin.{lesson.key}",
            type="secondary" if n_said else "primary",
            on_click=place.go,
            args=(place.furthest(lesson),),
        )
        st.button(
            tr("Sheet"),
            key=f"lessons.sheet.{lesson.key}",
            icon=":material/print:",
            type="tertiary",
            on_click=place.go,
            args=(Place(lesson.key, is_sheet=True),),
            help=tr("For the lecturer, to be printed: the options and what each reveals."),
        )


@st.fragment
def show_lesson() -> None:
    """Show a lesson at a step. The stage reruns this part when training begins, stands still or ends."""
    at = place.here()
    if at is None or at.is_sheet:
        st.rerun()
    lesson = place.lesson_of(at)
    place.show_address()
    card, stage = st.columns([5, 8], gap="medium")
    with stage, st.container(key="lessons-stage"):
        record = show_run(lesson, at)
    with card, st.container(key="lessons-card"):
        st.button(
            tr("All lessons"),
            key="lessons.all",
            icon=":material/arrow_back:",
            type="tertiary",
            on_click=place.go,
            args=(None,),
        )
        st.header(worded(lesson.title), anchor=False)
        show_step(lesson, at, record)
    place.keep_aside()


def show_run(lesson: Lesson, at: Place) -> Record | None:
    """Show the lesson's run, and return what it has measured so far."""
    step = lesson.steps[at.step]
    page = page_of(lesson, step, place.said(lesson.key))
    if not page.may_start() or (shown := page.find()) is None:
        return None
    if lesson.study == "playground":
        shown.job.tell(Pace(pace="story"), 0)
    record = measured(shown.job)
    if at.step >= lesson.first_run or lesson.study in OPEN or (record is not None and record.is_over):
        page.show(shown, sliders_of(lesson, step), axes_of(lesson), address=place.address())
    return record


def measured(job: Job) -> Record | None:
    """Return what a run has measured so far; one that has all that a lesson reads trains no further."""
    record = record_of(job)
    if record is not None and record.is_over and record.facts["state"] == "running":
        job.send(Stop())
    return record


for problem in place.open_address():
    warn(problem)
st.html(STYLE)
if (now := place.here()) is None:
    place.show_address()
    show_list()
else:
    if now.is_sheet:
        place.show_address()
        show_sheet(place.lesson_of(now))
    else:
        show_lesson()
    place.hear_navigation()
