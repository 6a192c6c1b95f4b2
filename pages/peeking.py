"""Peeking: the best of k settings on the test rows is worse on fresh rows, and by how much."""

from functools import partial

import plotly.graph_objects as go
import streamlit as st

from core.figures.peeking.winners import K, M, plot_optimism, plot_winners
from core.live.peeking.needs import peeking_needs
from core.live.peeking.run import SHOWN_M, peeking_run, peeking_work
from core.presets import START
from core.readings.strengths import positions
from core.stream.job import Job
from core.stream.snapshot import Snapshot
from core.studies.peeking.simulation import N_REPEATS, N_ROWS, N_SETTINGS
from core.words import say
from pages.parts.peeking.words import INTRO, n_real_looks, nearest_k, show_real_looks
from pages.shared import example
from pages.shared import experiment as shared
from pages.shared.language import tr, worded
from pages.shared.runs import RunPage
from pages.shared.stage import readout, scrub
from pages.shared.widgets import setting

READOUTS = [
    readout("epoch", say("Epoch"), say("Passes over the 60 training points.")),
    *(
        readout(
            f"gap_{m}",
            say("Optimism, {m} rows", m=m),
            say("Percentage points by which the winner looks better than it is."),
        )
        for m in N_ROWS
    ),
]
PICKED = "peeking.picked"


def draw(_: Job, snapshot: Snapshot) -> list[go.Figure]:
    """Return the charts, the sliders where they stand."""
    k, m = picked(K, len(N_SETTINGS)), picked(M, len(N_ROWS))
    return [
        plot_winners(snapshot.arrays, N_REPEATS, (k, m)),
        plot_optimism(snapshot.arrays, N_SETTINGS, N_ROWS, k),
    ]


def take_picked() -> None:
    """Keep what is picked for a visit to another page."""
    st.session_state[PICKED] = PAGE.told("picked") or {}


def picked(name: str, n_stops: int) -> int:
    """Return where a slider stands, k at the real looks at first; a browser may send anything."""
    index = (st.session_state.get(PICKED) or {}).get(name)
    first = nearest_k(n_real_looks()) if name == K else SHOWN_M
    return min(max(index, 0), n_stops - 1) if isinstance(index, int) else first


PAGE = RunPage(
    "peeking", "run", peeking_needs, peeking_work, partial(partial, peeking_run), draw, READOUTS,
    buttons=("run", "step", "reset"), can_rewind=False,
)  # fmt: skip


@st.fragment
def show_run() -> None:
    """Show the stage."""
    shared.show_address()
    if not PAGE.may_start() or (shown := PAGE.find()) is None:
        return
    st.markdown(worded(INTRO))
    axes = [
        scrub(
            K,
            say("Settings tried, k"),
            N_SETTINGS,
            None,
            picked(K, len(N_SETTINGS)),
            say("Among how many the test rows choose."),
            positions(N_SETTINGS).tolist(),
        ),
        scrub(
            M, say("Test rows, m"), N_ROWS, None, picked(M, len(N_ROWS)), say("On how many rows each choice is made.")
        ),
    ]
    PAGE.show(shown, scrubs=axes, on_picked=take_picked)
    show_real_looks()


example.open_page(START, lambda mine: [peeking_work(mine)])
with st.sidebar:
    st.caption(tr("Two classes that differ in 5 of 45 inputs, 60 training points, 8 units; 4,800 fresh rows."))
    setting("peeking", "data_seed")
    setting("peeking", "seed")
shared.show_problems()
show_run()
