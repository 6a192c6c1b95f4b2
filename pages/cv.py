"""Cross-validation: every λ on every fold at once, the choice of λ, and one look at the test set."""

from functools import partial

import plotly.graph_objects as go
import streamlit as st

from core.data import Split, info_of
from core.data.drawn import info_of_points, is_drawn
from core.figures.cv.fold_curves import plot_fold_curves
from core.figures.cv.losses import plot_cv, plot_folds
from core.live.cv.needs import cross_validation_needs
from core.live.cv.run import cross_validation_run, cross_validation_work, fold_targets, found
from core.presets import CV_START
from core.readings.strengths import positions
from core.settings.experiment import Experiment
from core.settings.points import MAX_POINTS
from core.stream.job import Job
from core.stream.snapshot import Snapshot
from core.studies.base.values import grid_of, value_texts
from core.words import joined, say
from pages.parts.cv.choice import show_choice
from pages.parts.cv.test_set import show_refit
from pages.shared import experiment as shared
from pages.shared.controls import show_controls
from pages.shared.grid import show_penalty
from pages.shared.language import tr, worded
from pages.shared.parts import OFF_BY
from pages.shared.runs import RunPage
from pages.shared.splits import on_split, split_of
from pages.shared.stage import readout, scrub
from pages.shared.widgets import setting

READOUTS = [
    readout("epoch", say("Epoch"), say("Passes over the training rows of each fold.")),
    readout("left", say("Time left"), say("At the present speed.")),
    readout("networks", say("Networks"), say("Values of λ × folds × repeats, all trained at once.")),
    readout(
        "mean",
        say("Mean loss"),
        joined([say("At the chosen λ: mean of the validation losses of the folds ± standard error."), OFF_BY]),
    ),
    readout("gap", say("Gap"), say("At the chosen λ: mean validation loss minus mean training loss.")),
    readout(
        "nonzero", say("Not zero"), say("At the chosen λ: weights that are not exactly zero, mean over the folds.")
    ),
]
INTRO = say(
    "**Which λ?** Each λ trains once per fold, on the other folds, and is judged on the rows held out. Press Run: the mean "
    "over the folds chooses λ."
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
        plot_folds(cv.is_val[: cv.n_splits], y, names, cv.is_train[: cv.n_splits]),
    ]


def check_folds(now: Experiment) -> None:
    """Raise ValueError where drawn points are fewer than folds."""
    n_splits, n_points = now.folds.n_splits, sum(info_of_points(now.data).parts) if is_drawn(now.data) else MAX_POINTS
    if n_splits > n_points:
        raise ValueError(
            say(
                "n_splits: expected at most {n_points} folds of {n_points} drawn points, received {n_splits}; draw more points",
                n_points=n_points,
                n_splits=n_splits,
            )
        )


PAGE = RunPage(
    "cv", "run", cross_validation_needs, cross_validation_work, partial(on_split, cross_validation_run), draw, READOUTS,
    check=check_folds, buttons=("run", "step", "reset"), can_rewind=False, tells_state=True,
)  # fmt: skip


def kept_in_folds(split: Split) -> str:
    """Return what the folds of a table of one's own respect and learn, "" for all other data."""
    if split.is_fixed is None:
        return ""
    fitted = say(
        "Each fold learns medians, words and scales on its own training rows; the target keeps one unit, so that losses "
        "of different folds can be averaged."
    )
    if split.days is not None:
        kept = say("Rows have a time: folds run forward, each trains on what came before those that it is judged on.")
        return joined([kept, fitted])
    if split.units is not None:
        kept = say("Rows that belong together stay in one fold: no group is on both sides.")
        return joined([kept, fitted])
    return fitted


@st.fragment
def show_study() -> None:
    """Show stage, choice, refit and test set. The stage reruns this part when training begins, stands still or ends."""
    shared.show_address()
    if not PAGE.may_start():
        return
    st.markdown(worded(INTRO))
    if (shown := PAGE.find()) is None:
        return
    experiment, job = shared.current(), shown.job
    if kept := kept_in_folds(split_of(experiment.data)):
        st.caption(worded(kept))
    values = grid_of(experiment)
    places = positions(values, experiment.grid.param_name).tolist()
    axis = scrub(
        "lambda",
        say("Chosen λ"),
        values.tolist(),
        value_texts(values),
        len(values) // 2,
        say("Picks the λ of the lower chart."),
        places,
        ("λ_min", "λ_1se"),
    )
    PAGE.show(shown, scrubs=[axis])
    cv = found(job)
    state = job.latest.meta["state"] if job.latest else ""
    if cv is not None:
        show_choice(job, cv, state)
        if not info_of(experiment.data).n_test():
            st.caption(tr("Drawn points have no test rows: what the folds say is all there is to judge λ by."))
        elif state == "finished" and cv.best == cv.best:
            show_refit(cv, f"{shown.key} {cv.experiment.training.n_epochs}")


PAGE.open(CV_START)
with st.sidebar:
    show_penalty("cv")
    setting("cv", "n_splits")
    setting("cv", "n_repeats")
    show_controls("cv", without=(shared.current().grid.param_name,))
shared.show_problems()
show_study()
