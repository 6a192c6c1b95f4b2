"""Around a cross-validation: what its choice of λ leads on to."""

from functools import partial

import streamlit as st

from core.live.cv.run import csv_of
from core.stream.job import Job
from core.studies.base.values import strengths_of
from core.studies.cv.cross_validation import CrossValidation
from core.words import say
from pages.shared import experiment as shared
from pages.shared.grid import offer_longer_grid
from pages.shared.language import tr, worded
from pages.shared.parts import has_begun
from pages.shared.say import warn


def show_choice(job: Job, cv: CrossValidation, state: str) -> None:
    """Show what is odd about the folds, the longer grid, the ways on, and the numbers as a file."""
    for note in cv.notes:
        warn(note)
    if state == "finished":
        offer_longer_grid("cv", cv.best)
    columns = st.columns(4)
    columns[0].download_button(
        tr("Download as CSV"), partial(csv_of, job), "cross_validation.csv", "text/csv", key="cv.download",
        disabled=not has_begun(job), on_click="ignore", width="stretch",
        help=tr("One row per λ, repeat and fold: the losses at the moment of the click. Press Run first."),
    )  # fmt: skip
    for column, name, value in zip(columns[1:], ("λ_min", "λ_1se"), (cv.best, cv.one_se), strict=False):
        label = say("{name} in the Playground", name=name)
        if column.button(worded(label), key=f"cv.open.{name}", disabled=value != value, width="stretch"):
            strengths = strengths_of(cv.param_name, [value], cv.experiment.grid.l1_share)
            shared.change(**{strength: values[0] for strength, values in strengths.items()})
            shared.send_to("playground.py")
    if columns[3].button(tr("Grid on the λ path"), key="cv.path", width="stretch"):
        shared.send_to("path.py")
    n_rows, n_fold_rows = cv.experiment.data.n_train, int(cv.is_train[0].sum())
    if n_rows != n_fold_rows:
        need = say("fewer rows may need a stronger") if n_rows < n_fold_rows else say("more rows may need a weaker")
        st.caption(
            tr(
                "The Playground trains on {n_rows:,} rows, each fold on {n_fold_rows:,}: {need} penalty.",
                n_rows=n_rows,
                n_fold_rows=n_fold_rows,
                need=need,
            )
        )
