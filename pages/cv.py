"""Cross-validation: every λ on every fold at once, the choice of λ, and one look at the test set."""

from functools import partial

import plotly.graph_objects as go
import streamlit as st

from core.figures.cv.fold_curves import plot_fold_curves
from core.figures.cv.losses import plot_cv, plot_folds
from core.live.cv.needs import cross_validation_needs
from core.live.cv.run import cross_validation_run, cross_validation_work, fold_targets, found
from core.presets import CV_START
from core.readings.strengths import positions
from core.stream.job import Job
from core.stream.snapshot import Snapshot
from core.studies.base.values import grid_of, value_texts
from pages.parts.cv.choice import show_choice
from pages.parts.cv.test_set import show_refit
from pages.shared import example, hand, jobs, studies
from pages.shared import experiment as shared
from pages.shared.charts import drawn
from pages.shared.controls import show_controls
from pages.shared.parts import is_ready, say_failure
from pages.shared.splits import on_split, split_of
from pages.shared.stage import readout, scrub, stage
from pages.shared.study import show_penalty
from pages.shared.widgets import setting

READOUTS = [
    readout("epoch", "Epoch", "Passes over the training rows of each fold."),
    readout("left", "Time left", "At the present speed."),
    readout("networks", "Networks", "Values of λ × folds × repeats, all trained at once."),
    readout("mean", "Mean loss", "At the chosen λ: mean of the validation losses of the folds ± standard error."),
    readout("gap", "Gap", "At the chosen λ: mean validation loss minus mean training loss."),
    readout("nonzero", "Not zero", "At the chosen λ: weights that are not exactly zero, mean over the folds."),
]
STAGE = "cv.stage"
INTRO = (
    "**Which λ?** The training and validation rows are dealt into folds. Each λ trains once per fold, on the other folds, and is "
    "judged on the rows held out. The mean over the folds chooses λ; the test rows stay locked."
)


def draw(job: Job, snapshot: Snapshot) -> list[go.Figure] | None:
    """Return the charts of a cross-validation, None before its job has told anything."""
    cv = found(job)
    if cv is None:
        return None
    y, names = fold_targets(split_of(cv.experiment.data))
    return [
        plot_cv(snapshot.arrays, cv.values, cv.param_name, chosen=0),
        plot_fold_curves(snapshot.arrays, chosen=0),
        plot_folds(cv.is_val[: cv.n_splits], y, names),
    ]


@st.fragment
def show_study() -> None:
    """Show stage, choice, refit and test set. The stage reruns this part when training begins, stands still or ends."""
    shared.show_address()
    experiment = shared.current()
    needs = cross_validation_needs(experiment)
    key = needs.key
    if not studies.may_start(key, [cross_validation_work(experiment)]):
        return
    st.markdown(INTRO)
    job = studies.find_study(needs, on_split(cross_validation_run, experiment), cross_validation_work(experiment))
    values = grid_of(experiment)
    charts = drawn("cv", key, job, partial(draw, job))
    if not is_ready(charts, job, "run"):
        return
    say_failure("study")
    places = positions(values, experiment.grid.param_name).tolist()
    axis = scrub(
        "lambda",
        "Chosen λ",
        values.tolist(),
        value_texts(values),
        len(values) // 2,
        "Picks the λ of the lower chart.",
        places,
    )
    stage(
        STAGE, jobs.stream_path(job), key, charts, [], {}, key, READOUTS, scrubs=[axis],
        buttons=("run", "step", "reset"), can_rewind=False, on_state=tell, on_job=take_job,
    )  # fmt: skip
    cv = found(job)
    state = job.latest.meta["state"] if job.latest else ""
    if cv is not None:
        show_choice(job, cv, state)
        if state == "finished" and cv.best == cv.best:
            show_refit(cv, f"{key} {cv.experiment.training.n_epochs}")


def tell() -> None:
    """The run has begun, stands still or has ended: the rerun of the fragment shows what there is to do."""


def take_job() -> None:
    """The stage found the run that this browser tab had before a reload."""
    studies.adopt(hand.told(STAGE, "job"), cross_validation_needs(shared.current()))


example.open_page(CV_START, lambda mine: [cross_validation_work(mine)])
with st.sidebar:
    show_penalty("cv")
    setting("cv", "n_splits")
    setting("cv", "n_repeats")
    show_controls("cv", without=(shared.current().grid.param_name,))
shared.show_problems()
show_study()
