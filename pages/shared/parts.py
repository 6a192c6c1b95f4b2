"""Read-outs and sliders in the same words on every page where a network is trained under the hand, and its size checked."""

import streamlit as st

from core.settings.penalties import PENALTIES
from core.stream.budget import place_in_words
from core.stream.job import Job
from core.stream.scheduler import get_scheduler
from core.studies.base.cost import Work, refusal
from core.words import joined, say
from pages.shared import jobs
from pages.shared.language import tr
from pages.shared.say import call, fail, tell
from pages.shared.stage import readout, slider

OFF_BY = say(
    "For measured values, “off by” is a typical error in their own unit: √loss times their standard deviation."
)
LOSSES = [
    readout(
        "train_loss",
        say("Training loss"),
        joined([say("Mean loss on the points it learns from, penalty not included."), OFF_BY]),
    ),
    readout(
        "val_loss",
        say("Validation loss"),
        joined([say("Mean loss on points it never learns from, penalty not included."), OFF_BY]),
    ),
    readout("gap", say("Gap"), say("Validation loss minus training loss: how much it overfits.")),
]
ZEROS = readout("zeros", say("Weights exactly zero"), is_minor=True)
PROGRESS = [
    readout("epoch", say("Epochs"), say("Passes over the training points, of all there will be.")),
    readout("left", say("Time left"), say("At the present speed.")),
]
STRENGTHS = [
    *(slider(name, PENALTIES[name].label, 1e-5, 1, "log0", PENALTIES[name].description) for name in ("l1", "l2")),
    slider(
        "dropout_rate",
        say("Dropout"),
        0,
        0.9,
        "linear",
        say("Share of hidden units switched off in each step."),
        is_minor=True,
    ),
    slider("learning_rate", say("Learning rate"), 1e-4, 1, "log", say("Size of a step."), is_minor=True),
]


def is_within_budget(work: Work, slot: jobs.Slot) -> bool:
    """Return whether this may be trained; else say what is too large, and end the session's job."""
    if said := refusal(work):
        jobs.drop(slot)
        fail(said)
    return not said


def has_begun(job: Job) -> bool:
    """Return whether anything has been trained yet, as far as the browser has been told."""
    meta = job.latest.meta if job.latest is not None else {}
    return bool(meta.get("epoch")) or meta.get("state", "paused") != "paused"


def is_ready(shown: object, job: Job, what: str) -> bool:
    """Return whether a job has something to show, `shown` not None; else say what it waits for.

    What waits is a part of the page that runs by itself each second, and its last words may come when the page has gone on:
    so its place is a block of its own on every run, never the one that the stage then takes.
    """
    with st.container(key=f"lab-waiting-{what}"):
        if shown is None:
            say_not_begun(job, what)
    return shown is not None


def say_not_begun(job: Job, what: str) -> None:
    """Say why there is nothing to show yet; it is shown as soon as there is. what: "run", "path", … as the page calls it."""
    if job.error:
        say_error(job, what)
    else:
        wait_in_line(job, what)


def say_error(job: Job, what: str) -> None:
    """Say why a job has ended before it had anything to show. It is not begun anew without being asked: it might fail for ever."""
    fail(say("{error} Change a setting, or try again.", error=job.error))
    if st.button(tr("Try again"), key=f"lab.{what}.again"):
        st.rerun()


@st.fragment(run_every=1.0)
def wait_in_line(job: Job, what: str) -> None:
    """Say what a job waits for, and at which place in line; the page is shown as soon as it has begun."""
    if job.error:
        say_error(job, what)
    elif jobs.has_news(job):
        st.rerun()
    else:
        tell(
            say(
                "{waits_for} It begins by itself: nothing to press, and your settings are safe.",
                waits_for=waits_for(job, what),
            )
        )


def waits_for(job: Job, what: str) -> str:
    """Return what a job waits for, in a sentence."""
    if place := get_scheduler().place(job):
        return say(
            "This {what} waits for memory: {place_in_words} in line. Others hold what the server has.",
            what=what,
            place_in_words=place_in_words(place),
        )
    if job.place > 1:
        return say(
            "This {what} is a large one, made in a process of its own, one after another: {place_in_words} in line.",
            what=what,
            place_in_words=place_in_words(job.place),
        )
    return say("This {what} is being made ready.", what=what)


def say_failure(slot: jobs.Slot) -> None:
    """Say on which error the run before this one stopped; a press on the stage has begun another."""
    if error := jobs.failure(slot):
        call(say("{error} A new one stands ready at epoch 0.", error=error), once=jobs.own_id(slot))
