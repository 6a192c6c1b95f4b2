"""Around a cross-validation: whether it may begin, and what its choice of λ leads on to."""

from functools import partial

import streamlit as st

from core.config import Experiment
from core.data import Split
from core.runtime.cross_validation import csv_of, epochs_within, estimate
from core.runtime.job import Job
from core.studies.cost import duration_in_words
from core.studies.cross_validation import CrossValidation
from core.studies.values import strengths_of
from pages.shared import experiment as shared
from pages.shared.studies import MAX_RESULT_BYTES
from pages.shared.study import offer_longer_grid

ALLOWED = "cv.allowed"
BUDGET_S = 60.0  # a longer study is asked about first


def job_key(experiment: Experiment) -> str:
    """Return a text that is equal for experiments whose cross-validations are the same."""
    study = experiment.study
    own = dict.fromkeys(strengths_of(study.param_name, [0.0]), 0.0)
    same = experiment.replace(**own, path_start="cold", n_starts=1)
    return "cv" + same.model_dump_json()


def is_allowed(experiment: Experiment, split: Split) -> bool:
    """Say what a long study takes, and ask; return whether it may begin. Raises ValueError for more than a server can hold."""
    cost, key = estimate(experiment, split), job_key(experiment)
    if cost.n_bytes > MAX_RESULT_BYTES:
        raise ValueError(
            f"This study is too large: its {cost.n_networks:,} networks would hold {cost.n_bytes / 1e6:,.0f} MB, and at most "
            f"{MAX_RESULT_BYTES / 1e6:,.0f} MB are allowed. Choose fewer λ values, folds, repeats or units."
        )
    n_epochs = experiment.training.n_epochs
    if cost.seconds <= BUDGET_S or st.session_state.get(ALLOWED) == key:
        return True
    parts = f", in {cost.n_stacks} parts one after another" if cost.n_stacks > 1 else ""
    st.warning(
        f"This would take about {duration_in_words(cost.seconds)}: {cost.n_networks:,} networks for {n_epochs:,} epochs{parts}. "
        "It can be stopped at any time; what it has found by then stays."
    )
    fewer = epochs_within(experiment, split, BUDGET_S)
    left, right = st.columns(2)
    left.button("Train it anyway", key="cv.anyway", on_click=allow, args=(key,))
    if fewer >= 10 and right.button(f"Use {fewer:,} epochs, at most a minute", key="cv.fewer", type="primary"):
        shared.change(n_epochs=fewer)
        st.rerun()
    return False


def allow(key: str) -> None:
    """The user wants this study whatever it takes."""
    st.session_state[ALLOWED] = key


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
