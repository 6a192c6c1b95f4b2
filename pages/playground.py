"""The Playground: one network, trained live, with its penalties under the hand."""

import plotly.graph_objects as go
import streamlit as st

from core.figures.playground.page import plot_playground
from core.live.playground.run import playground_work
from core.presets import START
from core.settings.experiment import Experiment
from core.stream.job import Job
from core.stream.snapshot import Snapshot
from core.words import say
from pages.parts.playground.points import drawing, take_copy
from pages.parts.playground.presets import STAGE, first_screen, origin_of, shown_preset, take_present, take_preset
from pages.shared import example, formulas, hand, jobs, live, pace
from pages.shared import experiment as shared
from pages.shared.charts import drawn
from pages.shared.controls import show_controls
from pages.shared.conventions import show_conventions
from pages.shared.language import tr
from pages.shared.parts import LOSSES, STRENGTHS, ZEROS, is_ready, is_within_budget, say_failure
from pages.shared.say import plain
from pages.shared.splits import split_of
from pages.shared.stage import Offer, Source, readout, stage
from pages.shared.steady import steady

READOUTS = [
    readout("epoch", say("Epoch"), say("Passes over the training points.")),
    readout("speed", say("Epochs per second"), is_minor=True),
    *LOSSES,
    readout(
        "score",
        say("Validation score"),
        say("Share of right answers, or R² (1 is perfect, 0 is as good as the mean)."),
        is_minor=True,
    ),
    ZEROS,
]
# Strengths whose numbers are as wide as any.
ALL_ON = {"l1": 0.0001234, "l2": 0.0001234, "dropout_rate": 0.123, "learning_rate": 0.0001234}
SIDEBAR = ("learning_rate", "seed")  # settings that both the sidebar and the stage show


def show_formulas() -> None:
    """Show what is minimised and how a weight moves, with the present numbers. The stage's button folds it out above the dock.

    The room is that of all strengths switched on: its size does not change under the hand that switches one on.
    """
    now = shared.current()
    st.html(formulas.STYLE)
    steady("playground-formulas", formulas_text(now), formulas_text(now.replace(**ALL_ON)), formulas.legend(now))


def formulas_text(experiment: Experiment) -> str:
    """Return objective and step of an experiment as Markdown."""
    objective, *steps = formulas.shown(experiment)
    return tr(
        "**Objective** {objective} &emsp; **Step** {steps}",
        objective=f"${objective}$",
        steps=" &ensp; ".join(f"${step}$" for step in steps),
    )


def show_ways(job: Job) -> None:
    """Say where the weights of this run come from, unless at random, and lead on to the studies of this experiment.

    The run may not have begun yet, nor have taken the seed that it was just told.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.page_link(
            "lessons.py", label=tr("New here? A lesson"), icon=":material/school:",
            help=tr("Ten short lessons: predict, run, see why."),
        )  # fmt: skip
        st.page_link(
            "path.py", label=tr("λ path of this"), icon=":material/ssid_chart:", help=tr("Trains every λ at once.")
        )
        if first_origin := origin_at_first(job):
            text = say(
                "{first_origin}. Reset returns to those weights, New start takes random ones.",
                first_origin=plain(first_origin),
            )
            steady("playground-origin", text if origin_of(job) else say("From random weights."), text, show=st.caption)


def origin_at_first(job: Job) -> str:
    """Return where the weights of this run came from before any new start, "" where they were random."""
    return str(job.latest.meta.get("origin", "")) if job.latest is not None else ""


def shown() -> tuple[object, ...]:
    """Return what both the sidebar and the stage change."""
    return (live.strengths_of(shared.current(), SIDEBAR), shown_preset(), shared.current().data.name)


def take_strengths() -> None:
    """A slider of the stage was released."""
    live.take_told(hand.told(STAGE, "strengths"))


def take_seed() -> None:
    """The run was given another start."""
    live.take_told(hand.told(STAGE, "seed"))


def take_job() -> None:
    """The stage found the run that this browser tab had before a reload."""
    live.adopt(hand.told(STAGE, "job"))


def draw(snapshot: Snapshot) -> list[go.Figure]:
    """Return the charts of this run."""
    return plot_playground(snapshot.arrays, snapshot.meta["labels"], split_of(shared.current().data))


@st.fragment
def show_run() -> None:
    """Show formulas and stage. A slider that is released on the stage reruns this part only."""
    shared.show_address()
    if not is_within_budget(playground_work(shared.current()), "run"):
        return
    job, key = live.find_job(shared.current()), live.job_key(shared.current())
    charts = drawn(
        "playground", key, job, draw, shared.current().data
    )  # waits for the first snapshot, which knows where the weights come from
    if not is_ready(charts, job, "run"):
        return
    offer = Offer(
        READOUTS, STRENGTHS, live.strengths_of(shared.current()), paces=pace.PACES, first_screen=first_screen(),
        drawing=drawing(),
    )  # fmt: skip
    hears = {
        "strengths": take_strengths, "seed": take_seed, "job": take_job, "preset": take_preset, "present": take_present,
        "copy": take_copy,
    }  # fmt: skip
    stage(STAGE, Source(jobs.stream_path(job), key, "run"), charts, offer, hears)
    show_formulas()
    show_ways(job)
    show_conventions(shared.current(), {say("This run"): live.strengths_of(shared.current())})
    if st.session_state["playground.shown"] != shown():
        st.rerun()  # the stage changed what the sidebar shows too
    say_failure("run")  # last: what a run says that is made anew at once may never be shown


example.open_playground(START)
with st.sidebar:
    show_controls("playground")
st.session_state["playground.shown"] = shown()
shared.show_problems()
show_run()
