"""Features: which inputs L1, group L1 and L2 keep along λ, against the truth where it is known."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from core.data import DATASETS
from core.figures.features.page import plot_features_page
from core.live.features.needs import LIVE, features_needs
from core.live.features.run import check_features, features_run, features_work, values_of
from core.readings.strengths import positions
from core.settings.experiment import Experiment
from core.stream.snapshot import Snapshot
from core.studies.base.values import value_texts
from core.studies.features.selection import CLASSES, DIGITS, DUPLICATES, PENALTIES, REVIEWS, TASK, VOWELS
from pages.shared import example, hand, jobs, studies, tasks
from pages.shared import experiment as shared
from pages.shared.charts import drawn
from pages.shared.controls import show_controls
from pages.shared.parts import is_ready, say_failure
from pages.shared.say import fail, tell
from pages.shared.splits import on_split, split_of
from pages.shared.stage import readout, scrub, stage
from pages.shared.study import values_setting
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
    readout("epoch", "Epoch", "Passes over the training rows."),
    readout("in_use_l1", "In use with L1", "Inputs with a link that is not exactly zero, with L1 at the chosen λ."),
    readout(
        "in_use_group_l1",
        "In use with group L1",
        "Inputs with a link that is not exactly zero, with group L1 at that λ.",
    ),
    readout("in_use_l2", "In use with L2", "Inputs with a link that is not exactly zero, with L2 at the chosen λ."),
]
INTRO = (
    "**Which inputs does a penalty keep?** L1, group L1 and L2 train at every λ, on the same rows. A stronger L1 takes more "
    "inputs out as a rule, link by link; group L1 takes out all links of an input at once; L2 only makes weights smaller. "
    "Where the truth is known, what is kept counts as found or as falsely kept."
)
STAGE, PICKED, SHOWN = "features.stage", "features.picked", "features.shown"


def draw(snapshot: Snapshot) -> list[go.Figure]:
    """Return the charts of this selection, the slider where it stands."""
    experiment = shared.current()
    values = np.array(values_of(experiment))
    return plot_features_page(snapshot.arrays, values, split_of(experiment.data), picked(len(values)))


def take_job() -> None:
    """The stage found the run that this browser tab had before a reload."""
    studies.adopt(hand.told(STAGE, "job"), features_needs(shared.current()))


def take_strengths() -> None:
    """The remedy of a run that diverged was taken."""
    hand.take(hand.told(STAGE, "strengths"), LIVE)


def take_picked() -> None:
    """Keep the picked λ for a visit to another page."""
    st.session_state[PICKED] = (hand.told(STAGE, "picked") or {}).get("lambda")


def picked(n_values: int) -> int:
    """Return which λ the slider stands on; a browser may send anything."""
    index = st.session_state.get(PICKED)
    return min(max(index, 0), n_values - 1) if isinstance(index, int) else n_values // 2


def fault(mine: Experiment) -> str:
    """Return why there is nothing to select from, "" where there is."""
    info = DATASETS[mine.data.name]
    if info.kind not in ("images", "table"):
        return f"{info.label} has one or two inputs, nothing to select from"
    return example.refused_by(check_features)(mine)


@st.fragment
def show_run() -> None:
    """Show the stage."""
    shared.show_address()
    experiment = shared.current()
    values = values_of(experiment)
    try:
        check_features(experiment)
    except ValueError as error:
        jobs.drop("study")
        fail(str(error))
        return
    needs, index = features_needs(experiment), picked(len(values))
    key = needs.key
    if not studies.may_start(key, [features_work(experiment)]):
        return
    job = studies.find_study(needs, on_split(features_run, experiment), features_work(experiment))
    charts = drawn("features", key, job, draw)
    if not is_ready(charts, job, "run"):
        return
    say_failure("study")
    st.markdown(INTRO)
    axis = scrub(
        "lambda", "Strength λ", values, value_texts(values), index, "The strength whose networks are shown, for each penalty.",
        positions(np.array(values)).tolist(),
    )  # fmt: skip
    stage(
        STAGE, jobs.stream_path(job), key, charts, [], {}, key, READOUTS,
        on_job=take_job, on_picked=take_picked, on_strengths=take_strengths, scrubs=[axis],
        buttons=("run", "step", "reset"), can_rewind=False,
    )  # fmt: skip
    if st.session_state[SHOWN] != experiment.get("learning_rate"):
        st.rerun()  # the stage changed what the sidebar shows too


def show_unsuited() -> None:
    """Say that the present data have no inputs to select from."""
    jobs.drop("study")
    label = DATASETS[shared.current().data.name].label
    tell(f"{label}: a picture of one or two inputs, nothing to select from. Choose a task in the sidebar.")


example.open_page(TASK, lambda mine: [features_work(mine)], fault)
with st.sidebar:
    tasks.show_tasks("features", TASKS)
    values_setting("features", "0 and 13 values from 1e-4 to 0.5")
    setting("features", "n_splits")
    show_controls("features", without=PENALTIES, dials_first=True)
st.session_state[SHOWN] = shared.current().get("learning_rate")
shared.show_problems()
if DATASETS[shared.current().data.name].kind in ("images", "table"):
    show_run()
else:
    shared.show_address()
    show_unsuited()
