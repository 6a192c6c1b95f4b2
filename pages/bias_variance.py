"""Bias & variance: networks of many training sets and starts, their parts of the risk along λ or width."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from core.figures.bias_variance.fits import SET
from core.figures.bias_variance.page import plot_bias_variance_page
from core.figures.bias_variance.parts import SCRUB
from core.live.bias_variance.needs import LIVE, bias_variance_needs
from core.live.bias_variance.run import (
    bias_variance_run,
    bias_variance_work,
    check_bias_variance,
    name_of,
    texts_of,
    values_of,
)
from core.readings.bias_variance.parts import LABELS, places_of
from core.stream.snapshot import Snapshot
from core.studies.bias_variance.decomposition import DIGITS, MOONS, TASK
from pages.parts.bias_variance.controls import show_bias_variance_controls, show_redraw
from pages.shared import example, hand, jobs, studies, tasks
from pages.shared import experiment as shared
from pages.shared.charts import drawn
from pages.shared.controls import show_controls
from pages.shared.parts import is_ready, say_failure
from pages.shared.say import fail
from pages.shared.splits import on_split, split_of
from pages.shared.stage import readout, scrub, stage

TASKS = {"Sine: 20 noisy points": TASK, "Moons: two classes": MOONS, "Digits: disjoint sets": DIGITS}
HELPS = {
    "bias2": "Squared distance of the mean network from the truth. An estimate: it may come out below zero.",
    "variance_data": "How much the networks change when the training points are drawn anew.",
    "variance_start": "How much they change when only the initial weights are drawn anew.",
    "risk": "The sum of the three: the error against the truth without noise, ± two standard errors (jackknife over sets).",
}
READOUTS = [
    readout("epoch", "Epoch", "Passes over the training points."),
    *(readout(name, LABELS[name].capitalize(), text) for name, text in HELPS.items()),
]
INTRO = (
    "**Why does a penalty help?** The same network is trained on many training sets, from several starts each. What all of "
    "them get wrong together is *bias*; what changes from one to the next is *variance*. Move λ, and move “Redraw” to see "
    "the fits of one training set after another."
)
STAGE, PICKED, SHOWN = "bias_variance.stage", "bias_variance.picked", "bias_variance.shown"


def draw(snapshot: Snapshot) -> list[go.Figure]:
    """Return the charts, the sliders where they stand."""
    now = shared.current()
    values = np.array(values_of(now))
    chosen, chosen_set = picked(SCRUB, len(values)), picked(SET, now.bias_variance.n_sets)
    return plot_bias_variance_page(
        snapshot.arrays, values, name_of(now), texts_of(now), split_of(now.data), chosen, chosen_set
    )


def take_job() -> None:
    """The stage found the run that this browser tab had before a reload."""
    studies.adopt(hand.told(STAGE, "job"), bias_variance_needs(shared.current()))


def take_strengths() -> None:
    """The remedy of a run that diverged was taken."""
    hand.take(hand.told(STAGE, "strengths"), LIVE)


def take_picked() -> None:
    """Keep what is picked for a visit to another page."""
    st.session_state[PICKED] = hand.told(STAGE, "picked") or {}


def picked(name: str, n_stops: int) -> int:
    """Return where a slider stands; a browser may send anything."""
    index = (st.session_state.get(PICKED) or {}).get(name)
    default = 0 if name == SET else n_stops // 2
    return min(max(index, 0), n_stops - 1) if isinstance(index, int) else default


@st.fragment
def show_run() -> None:
    """Show the stage."""
    shared.show_address()
    now = shared.current()
    try:
        check_bias_variance(now)
    except ValueError as error:
        jobs.drop("study")
        fail(str(error))
        return
    needs, values, n_sets = bias_variance_needs(now), values_of(now), now.bias_variance.n_sets
    key, work = needs.key, bias_variance_work(now)
    if not studies.may_start(key, [work]):
        return
    job = studies.find_study(needs, on_split(bias_variance_run, now), work)
    charts = drawn("bias_variance", key, job, draw)
    if not is_ready(charts, job, "run"):
        return
    say_failure("study")
    st.markdown(INTRO)
    show_redraw("bias_variance")
    label = "Width" if now.bias_variance.vary == "width" else "Strength λ"
    axes = [
        scrub(
            SCRUB, label, values, texts_of(now), picked(SCRUB, len(values)), "The value whose networks are shown.",
            places_of(np.array(values), name_of(now)).tolist(),
        ),
        scrub(
            SET, "Redraw: training set", range(n_sets), [f"{r + 1} of {n_sets}" for r in range(n_sets)],
            picked(SET, n_sets), "Which training set is shown, with its networks: another draw of the data, from memory.",
        ),
    ]  # fmt: skip
    stage(
        STAGE, jobs.stream_path(job), key, charts, [], {}, key, READOUTS,
        on_job=take_job, on_picked=take_picked, on_strengths=take_strengths, scrubs=axes,
        buttons=("run", "step", "reset"), can_rewind=False,
    )  # fmt: skip
    if st.session_state[SHOWN] != now.get("learning_rate"):
        st.rerun()  # the stage changed what the sidebar shows too


example.open_page(TASK, lambda mine: [bias_variance_work(mine)], example.refused_by(check_bias_variance))
with st.sidebar:
    tasks.show_tasks("bias_variance", TASKS)
    show_bias_variance_controls("bias_variance")
    is_along_width = shared.current().bias_variance.vary == "width"
    show_controls("bias_variance", without=() if is_along_width else (shared.current().grid.param_name,))
st.session_state[SHOWN] = shared.current().get("learning_rate")
shared.show_problems()
show_run()
