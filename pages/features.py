"""Features: which inputs L1, group L1 and L2 keep along λ, against the truth where it is known."""

from functools import partial

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from core.data import info_of
from core.figures.features.page import plot_features_page
from core.live.features.needs import LIVE, features_needs
from core.live.features.run import check_features, features_run, features_work, values_of
from core.readings.strengths import positions
from core.settings.experiment import Experiment
from core.stream.job import Job
from core.stream.snapshot import Snapshot
from core.studies.base.values import value_texts
from core.studies.features.selection import CLASSES, DIGITS, DUPLICATES, PENALTIES, REVIEWS, TASK, VOWELS
from core.words import say
from pages.shared import example, jobs, tasks
from pages.shared import experiment as shared
from pages.shared.controls import show_controls
from pages.shared.grid import values_setting
from pages.shared.language import worded
from pages.shared.runs import RunPage
from pages.shared.say import tell
from pages.shared.splits import on_split, split_of
from pages.shared.stage import readout, scrub
from pages.shared.widgets import setting

TASKS = {
    "3 signals in noise (values)": TASK,
    "Signals with duplicates": DUPLICATES,
    "Signals in noise (two classes)": CLASSES,
    "Film reviews: words": REVIEWS,
    "Vowels: formants and noise": VOWELS,
    "Digits: 64 pixels": DIGITS,
}
READOUTS = [
    readout("epoch", say("Epoch"), say("Passes over the training rows.")),
    readout(
        "in_use_l1", say("In use with L1"), say("Inputs with a link that is not exactly zero, with L1 at the chosen λ.")
    ),
    readout(
        "in_use_group_l1",
        say("In use with group L1"),
        say("Inputs with a link that is not exactly zero, with group L1 at that λ."),
    ),
    readout(
        "in_use_l2", say("In use with L2"), say("Inputs with a link that is not exactly zero, with L2 at the chosen λ.")
    ),
]
INTRO = say(
    "**Which inputs does a penalty keep?** L1 and group L1 take inputs out, L2 only makes weights smaller. Press Run, then "
    "move λ."
)


def draw(_: Job, snapshot: Snapshot) -> list[go.Figure]:
    """Return the charts of this selection, the slider where it stands."""
    experiment = shared.current()
    values = np.array(values_of(experiment))
    return plot_features_page(snapshot.arrays, values, split_of(experiment.data), PAGE.picked("lambda", len(values)))


PAGE = RunPage(
    "features", "run", features_needs, features_work, partial(on_split, features_run), draw, READOUTS, takes=lambda _: LIVE,
    sidebar=LIVE, check=check_features, buttons=("run", "step", "reset"), can_rewind=False,
)  # fmt: skip


def fault(mine: Experiment) -> str:
    """Return why there is nothing to select from, "" where there is."""
    info = info_of(mine.data)
    if info.kind not in ("images", "table"):
        return say("{label} has one or two inputs, nothing to select from", label=info.label)
    return example.refused_by(check_features)(mine)


@st.fragment
def show_run() -> None:
    """Show the stage."""
    shared.show_address()
    if not PAGE.may_start() or (shown := PAGE.find()) is None:
        return
    values = values_of(shared.current())
    st.markdown(worded(INTRO))
    axis = scrub(
        "lambda", say("Strength λ"), values, value_texts(values), PAGE.picked("lambda", len(values)),
        say("The strength whose networks are shown, for each penalty."), positions(np.array(values)).tolist(),
        ("λ_min", "λ_1se"),
    )  # fmt: skip
    PAGE.show(shown, scrubs=[axis], on_picked=PAGE.take_picked)
    PAGE.follow_hand()


def show_unsuited() -> None:
    """Say that the present data have no inputs to select from."""
    jobs.drop("study")
    label = info_of(shared.current().data).label
    tell(
        say(
            "{label}: a picture of one or two inputs, nothing to select from. Choose a task in the sidebar.",
            label=label,
        )
    )


PAGE.open(TASK, fault)
with st.sidebar:
    tasks.show_tasks("features", TASKS)
    values_setting("features", say("0 and 13 values from 1e-4 to 0.5"))
    setting("features", "n_splits")
    show_controls("features", without=PENALTIES, dials_first=True)
PAGE.note_sidebar()
shared.show_problems()
if info_of(shared.current().data).kind in ("images", "table"):
    show_run()
else:
    shared.show_address(by_stage=False)
    show_unsuited()
