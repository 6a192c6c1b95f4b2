"""Bias & variance: networks of many training sets and starts, their parts of the risk along λ or width."""

from functools import partial

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
from core.stream.job import Job
from core.stream.snapshot import Snapshot
from core.studies.bias_variance.decomposition import DIGITS, MOONS, TASK
from core.words import raised, say
from pages.parts.bias_variance.controls import show_bias_variance_controls, show_redraw
from pages.shared import experiment as shared
from pages.shared import tasks
from pages.shared.controls import show_controls
from pages.shared.language import worded
from pages.shared.runs import RunPage
from pages.shared.splits import on_split, split_of
from pages.shared.stage import readout, scrub

TASKS = {"Sine: 20 noisy points": TASK, "Moons: two classes": MOONS, "Digits: disjoint sets": DIGITS}
HELPS = {
    "bias2": say("Squared distance of the mean network from the truth. An estimate: it may come out below zero."),
    "variance_data": say("How much the networks change when the training points are drawn anew."),
    "variance_start": say("How much they change when only the initial weights are drawn anew."),
    "risk": say(
        "The sum of the three: the error against the truth without noise, ± two standard errors (jackknife over sets)."
    ),
}
READOUTS = [
    readout("epoch", say("Epoch"), say("Passes over the training points.")),
    *(readout(name, raised(LABELS[name]), text) for name, text in HELPS.items()),
]
INTRO = say(
    "**Why does a penalty help?** What networks of many training sets get wrong together is *bias*; what changes from one "
    "to the next is *variance*. Press Run, then move λ."
)


def draw(_: Job, snapshot: Snapshot) -> list[go.Figure]:
    """Return the charts, the sliders where they stand."""
    now = shared.current()
    values = np.array(values_of(now))
    chosen, chosen_set = PAGE.picked(SCRUB, len(values)), PAGE.picked(SET, now.bias_variance.n_sets, 0)
    return plot_bias_variance_page(
        snapshot.arrays, values, name_of(now), texts_of(now), split_of(now.data), chosen, chosen_set
    )


PAGE = RunPage(
    "bias_variance", "run", bias_variance_needs, bias_variance_work, partial(on_split, bias_variance_run), draw, READOUTS,
    takes=lambda _: LIVE, sidebar=LIVE, check=check_bias_variance, buttons=("run", "step", "reset"), can_rewind=False,
)  # fmt: skip


@st.fragment
def show_run() -> None:
    """Show the stage."""
    shared.show_address()
    if not PAGE.may_start() or (shown := PAGE.find()) is None:
        return
    now = shared.current()
    values, n_sets = values_of(now), now.bias_variance.n_sets
    st.markdown(worded(INTRO))
    label = say("Width") if now.bias_variance.vary == "width" else say("Strength λ")
    axes = [
        scrub(
            SCRUB,
            label,
            values,
            texts_of(now),
            PAGE.picked(SCRUB, len(values)),
            say("The value whose networks are shown."),
            places_of(np.array(values), name_of(now)).tolist(),
        ),
        scrub(
            SET,
            say("Redraw: training set"),
            range(n_sets),
            [say("{r} of {n_sets}", r=r + 1, n_sets=n_sets) for r in range(n_sets)],
            PAGE.picked(SET, n_sets, 0),
            say("Which training set is shown, with its networks: another draw of the data, from memory."),
        ),
    ]
    PAGE.show(shown, scrubs=axes, on_picked=PAGE.take_picked)
    show_redraw("bias_variance")
    PAGE.follow_hand()


PAGE.open(TASK)
with st.sidebar:
    tasks.show_tasks("bias_variance", TASKS)
    show_bias_variance_controls("bias_variance")
    is_along_width = shared.current().bias_variance.vary == "width"
    show_controls("bias_variance", without=() if is_along_width else (shared.current().grid.param_name,))
PAGE.note_sidebar()
shared.show_problems()
show_run()
