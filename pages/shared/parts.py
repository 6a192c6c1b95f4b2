"""Read-outs and sliders in the same words on every page where a network is trained under the hand, and its size checked."""

import streamlit as st

from core.runtime.budget import place_in_words
from core.runtime.job import Job
from core.runtime.scheduler import get_scheduler
from core.studies.cost import Work, refusal
from pages.shared import jobs
from pages.shared.say import call, fail, tell
from pages.shared.stage import readout, slider

LOSSES = [
    readout("train_loss", "Training loss", "Mean loss on the points it learns from, penalty not included."),
    readout("val_loss", "Validation loss", "Mean loss on points it never learns from, penalty not included."),
    readout("gap", "Gap", "Validation loss minus training loss: how much it overfits."),
]
ZEROS = readout("zeros", "Weights exactly zero")
PROGRESS = [
    readout("epoch", "Epochs", "Passes over the training points, of all there will be."),
    readout("left", "Time left", "At the present speed."),
]
STRENGTHS = [
    slider("l1", "L1 strength λ₁", 1e-5, 1, "log0", "Adds λ₁·Σ|w| to the loss: drives weights to exactly zero."),
    slider("l2", "L2 strength λ₂", 1e-5, 1, "log0", "Adds λ₂·Σw² to the loss: shrinks all weights."),
    slider("dropout_rate", "Dropout", 0, 0.9, "linear", "Share of hidden units switched off in each step."),
    slider("learning_rate", "Learning rate", 1e-4, 1, "log", "Size of a step."),
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


def say_not_begun(job: Job, what: str) -> None:
    """Say why there is nothing to show yet, and what to do. what: "run", "path", … as the page calls it."""
    if job.error:
        fail(f"{job.error} Change a setting, or try again.")
    elif get_scheduler().place(job):
        wait_in_line(job, what)
        return
    else:
        fail(
            f"The server is busy: this {what} has not begun yet. Your settings are safe. Wait a moment, then try again."
        )
    st.button("Try again", key=f"lab.{what}.again")  # the rerun is all it takes


@st.fragment(run_every=2.0)
def wait_in_line(job: Job, what: str) -> None:
    """Say at which place a job waits for memory; it is shown as soon as it has begun."""
    place = get_scheduler().place(job)
    if not place:
        st.rerun()
    tell(
        f"This {what} waits for memory: {place_in_words(place)} in line. Others hold what the server has; it begins by itself."
    )


def say_failure(slot: jobs.Slot) -> None:
    """Say on which error the run before this one stopped; a press on the stage has begun another."""
    if error := jobs.failure(slot):
        call(f"{error} A new one stands ready at epoch 0.", once=jobs.own_id(slot))
