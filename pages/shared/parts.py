"""Read-outs and sliders in the same words on every page where a network is trained under the hand, and its size checked."""

import streamlit as st

from core.settings.penalties import PENALTIES
from core.stream.budget import place_in_words
from core.stream.job import Job
from core.stream.scheduler import get_scheduler
from core.studies.base.cost import Work, refusal
from pages.shared import jobs
from pages.shared.say import call, fail, tell
from pages.shared.stage import readout, slider

LOSSES = [
    readout("train_loss", "Training loss", "Mean loss on the points it learns from, penalty not included."),
    readout("val_loss", "Validation loss", "Mean loss on points it never learns from, penalty not included."),
    readout("gap", "Gap", "Validation loss minus training loss: how much it overfits."),
]
ZEROS = readout("zeros", "Weights exactly zero", is_minor=True)
PROGRESS = [
    readout("epoch", "Epochs", "Passes over the training points, of all there will be."),
    readout("left", "Time left", "At the present speed."),
]
STRENGTHS = [
    *(slider(name, PENALTIES[name].label, 1e-5, 1, "log0", PENALTIES[name].description) for name in ("l1", "l2")),
    slider(
        "dropout_rate", "Dropout", 0, 0.9, "linear", "Share of hidden units switched off in each step.", is_minor=True
    ),
    slider("learning_rate", "Learning rate", 1e-4, 1, "log", "Size of a step.", is_minor=True),
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
    fail(f"{job.error} Change a setting, or try again.")
    if st.button("Try again", key=f"lab.{what}.again"):
        st.rerun()


@st.fragment(run_every=1.0)
def wait_in_line(job: Job, what: str) -> None:
    """Say what a job waits for, and at which place in line; the page is shown as soon as it has begun."""
    if job.error:
        say_error(job, what)
    elif jobs.has_news(job):
        st.rerun()
    else:
        tell(f"{waits_for(job, what)} It begins by itself: nothing to press, and your settings are safe.")


def waits_for(job: Job, what: str) -> str:
    """Return what a job waits for, in a sentence."""
    if place := get_scheduler().place(job):
        return f"This {what} waits for memory: {place_in_words(place)} in line. Others hold what the server has."
    if job.place > 1:
        return f"This {what} is a large one, made in a process of its own, one after another: {place_in_words(job.place)} in line."
    return f"This {what} is being made ready."


def say_failure(slot: jobs.Slot) -> None:
    """Say on which error the run before this one stopped; a press on the stage has begun another."""
    if error := jobs.failure(slot):
        call(f"{error} A new one stands ready at epoch 0.", once=jobs.own_id(slot))
