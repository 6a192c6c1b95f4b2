"""Cross-validation: every λ on every fold at once, the choice of λ, and one look at the test set."""

from functools import partial

import plotly.graph_objects as go
import streamlit as st

from core.config import Experiment
from core.data import load_split
from core.data.limits import check_budget
from core.figures import plot_cv, plot_fold_curves, plot_folds, positions
from core.presets import CV_START
from core.runtime.cross_validation import cross_validation_run, epochs_within, estimate, fold_targets, found
from core.runtime.job import Job
from core.studies.cost import duration_in_words
from core.studies.cross_validation import CrossValidation
from core.studies.values import grid_of, strengths_of, value_texts
from pages.shared import experiment as shared
from pages.shared import jobs
from pages.shared.controls import show_controls
from pages.shared.stage import readout, scrub, stage
from pages.shared.study import offer_longer_grid, show_penalty
from pages.shared.test_set import show_refit
from pages.shared.widgets import setting

READOUTS = [
    readout("epoch", "Epoch", "Passes over the training rows of each fold."),
    readout("speed", "Epochs per second", "Of all networks together."),
    readout("networks", "Networks", "Values of λ × folds × repeats, all trained at once."),
    readout("mean", "Mean loss at this λ", "Mean over the folds ± standard error."),
    readout("gap", "Gap at this λ", "Mean validation loss minus mean training loss."),
    readout("nonzero", "Non-zero weights", "Mean over the folds at this λ."),
]
STAGE, FIGURES, ALLOWED = "cv.stage", "cv.figures", "cv.allowed"
INTRO = (
    "**Which λ?** The training and validation rows are dealt into folds. Each λ trains once per fold, on the other folds, and is "
    "judged on the rows held out. The mean over the folds chooses λ; the test rows stay locked."
)
BUDGET_S = 60.0  # a longer study is asked about first


def job_key(experiment: Experiment) -> str:
    """Return a text that is equal for experiments whose cross-validations are the same."""
    study = experiment.study
    own = dict.fromkeys(strengths_of(study.param_name, [0.0]), 0.0)
    same = experiment.replace(**own, path_start="cold", n_starts=1)
    return "cv" + same.model_dump_json()


def is_allowed(experiment: Experiment) -> bool:
    """Say what a long study takes, and ask; return whether it may begin."""
    cost, key = estimate(experiment, load_split(experiment.data)), job_key(experiment)
    n_epochs = experiment.training.n_epochs
    if cost.seconds <= BUDGET_S or st.session_state.get(ALLOWED) == key:
        return True
    parts = f", in {cost.n_stacks} parts one after another" if cost.n_stacks > 1 else ""
    st.warning(
        f"This would take about {duration_in_words(cost.seconds)}: {cost.n_networks:,} networks for {n_epochs:,} epochs{parts}. "
        "It can be stopped at any time; what it has found by then stays."
    )
    fewer = epochs_within(experiment, load_split(experiment.data), BUDGET_S)
    left, right = st.columns(2)
    left.button("Train it anyway", key="cv.anyway", on_click=allow, args=(key,))
    if fewer >= 10 and right.button(f"Use {fewer:,} epochs, at most a minute", key="cv.fewer", type="primary"):
        shared.change(n_epochs=fewer)
        st.rerun()
    return False


def allow(key: str) -> None:
    """The user wants this study whatever it takes."""
    st.session_state[ALLOWED] = key


def get_figures(job: Job, key: str, values: list[float]) -> list[go.Figure] | None:
    """Return the charts of this run, built once from its first snapshot; None when there is none yet."""
    built = st.session_state.get(FIGURES, ("", []))
    if built[0] == key:
        return list(built[1])
    snapshot, cv = jobs.first_snapshot(job), found(job)
    if snapshot is None or cv is None:
        return None
    y, names = fold_targets(load_split(cv.experiment.data))
    figures = [
        plot_cv(snapshot.arrays, cv.values, cv.param_name, chosen=0),
        plot_fold_curves(snapshot.arrays, chosen=0),
        plot_folds(cv.is_val[: cv.n_splits], y, names),
    ]
    st.session_state[FIGURES] = (key, figures)
    return figures


def csv_of(job: Job) -> str:
    """Return the losses of every λ on every fold, as they are now."""
    cv = found(job)
    return "" if cv is None else str(cv.to_frame().to_csv(index=False))


def show_choice(job: Job, cv: CrossValidation, state: str) -> None:
    """Show what is odd about the folds, the longer grid, the ways on, and the numbers as a file."""
    for note in cv.notes:
        st.warning(note)
    if state == "finished":
        offer_longer_grid("cv", cv.best)
    columns = st.columns(4)
    columns[0].download_button(
        "Download as CSV", partial(csv_of, job), "cross_validation.csv", "text/csv", key="cv.download",
        help="One row per λ, repeat and fold: the losses at the moment of the click.", on_click="ignore", width="stretch",
    )  # fmt: skip
    for column, name, value in zip(columns[1:], ("λ_min", "λ_1se"), (cv.best, cv.one_se), strict=False):
        if column.button(f"{name} in the Playground", key=f"cv.open.{name}", disabled=value != value, width="stretch"):
            strengths = strengths_of(cv.param_name, [value], cv.experiment.study.l1_share)
            shared.change(**{strength: values[0] for strength, values in strengths.items()})
            st.switch_page("playground.py")
    if columns[3].button("Grid on the λ path", key="cv.path", width="stretch"):
        st.switch_page("path.py")


@st.fragment
def show_study() -> None:
    """Show stage, choice, refit and test set. The stage reruns this part when training begins, stands still or ends."""
    shared.show_address()
    experiment = shared.current()
    try:
        check_budget(experiment)
        may_begin = is_allowed(experiment)
    except ValueError as error:
        st.error(str(error))
        return
    if not may_begin:
        return
    st.markdown(INTRO)
    key = job_key(experiment)
    job = jobs.find("study", key, partial(cross_validation_run, experiment, load_split(experiment.data)))
    values = grid_of(experiment)
    figures = get_figures(job, key, values.tolist())
    if figures is None:
        st.error(job.error or "The server is busy: the run has not begun yet. Reload the page in a moment.")
        return
    places = positions(values, experiment.study.param_name).tolist()
    axis = scrub("lambda", "λ", values.tolist(), value_texts(values), 0, "Picks the λ of the lower chart.", places)
    stage(
        STAGE, jobs.stream_path(job), key, figures, [], {}, key, READOUTS, scrubs=[axis],
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
    jobs.adopt("study", st.session_state[STAGE].get("job"), job_key(shared.current()))


shared.open_address(CV_START)
with st.sidebar:
    show_penalty("cv")
    setting("cv", "n_splits")
    setting("cv", "n_repeats")
    show_controls("cv")
shared.show_problems()
show_study()
