"""The λ path: one network per strength, all trained at once, the whole path under one finger."""

import plotly.graph_objects as go
import streamlit as st

from core.figures.path.page import SCRUB, plot_path_page
from core.live.asking import found_by
from core.live.path.needs import held, path_needs
from core.live.path.run import path_run, path_work
from core.presets import START
from core.readings.strengths import positions
from core.stream.job import Job
from core.stream.snapshot import Snapshot
from core.studies.base.values import grid_of, value_texts
from core.studies.path.sweep import PathMoment
from pages.parts.path.controls import show_path_controls
from pages.parts.path.exits import show_exits
from pages.parts.path.rates import show_rates
from pages.shared import example, hand, jobs, live, studies
from pages.shared import experiment as shared
from pages.shared.charts import drawn
from pages.shared.controls import show_controls
from pages.shared.parts import LOSSES, PROGRESS, STRENGTHS, ZEROS, is_ready, say_failure
from pages.shared.splits import on_split, split_of
from pages.shared.stage import readout, scrub, stage

READOUTS = [*PROGRESS, readout("best", "Best λ", "The one with the lowest validation loss."), *LOSSES, ZEROS]
SIDEBAR = ("learning_rate", "seed")  # settings that both the sidebar and the stage show
STAGE, PICKED, REWOUND = "path.stage", "path.picked", "path.rewound"


def take_strengths() -> None:
    """A slider of the stage was released."""
    hand.take(hand.told(STAGE, "strengths"), held(shared.current()))


def take_seed() -> None:
    """The path was given another start; a warm one begins anew."""
    hand.take(hand.told(STAGE, "seed"), ("seed",))


def take_job() -> None:
    """The stage found the path that this browser tab had before a reload."""
    studies.adopt(hand.told(STAGE, "job"), path_needs(shared.current()))


def take_picked() -> None:
    """The slider over λ or that over the epochs was released, or a λ was clicked."""
    seen = hand.told(STAGE, "picked") or {}
    st.session_state[PICKED] = seen.get(SCRUB)
    job, epoch = jobs.own("study"), seen.get("moment")
    is_back = job is not None and isinstance(epoch, int)
    # Taken at once: the path thins its moments out as it trains on.
    st.session_state[REWOUND] = (job.id, found_by(job, PathMoment, epoch)) if is_back else ("", None)


def picked(n_values: int) -> int:
    """Return which λ the slider stands on; a browser may send anything."""
    index = st.session_state.get(PICKED)
    return min(max(index, 0), n_values - 1) if isinstance(index, int) else n_values // 2


def rewound(job: Job) -> PathMoment | None:
    """Return this path at the past moment that is shown, None for the present, as a stage that is made anew shows."""
    is_back = (hand.told(STAGE, "picked") or {}).get("moment") is not None
    of, found = st.session_state.get(REWOUND, ("", None))
    return found if is_back and of == job.id else None


def draw(snapshot: Snapshot) -> list[go.Figure]:
    """Return the charts of this path."""
    now, labels = shared.current(), snapshot.meta["members"][0]["labels"]
    return plot_path_page(snapshot.arrays, labels, grid_of(now), now.grid.param_name, split_of(now.data))


@st.fragment
def show_path() -> None:
    """Show the stage and what leads on from it. A slider that is released on the stage reruns this part only."""
    shared.show_address()
    now = shared.current()
    needs, names = path_needs(now), held(now)
    key = needs.key
    if not studies.may_start(key, [path_work(now)]):
        return
    job = studies.find_study(needs, on_split(path_run, now), path_work(now))
    charts = drawn("path", key, job, draw)
    if not is_ready(charts, job, "path"):
        return
    say_failure("study")
    values = grid_of(now)
    texts, places = value_texts(values), positions(values, now.grid.param_name)
    index = picked(len(values))
    axis = scrub(SCRUB, "Chosen λ", values.tolist(), texts, index, "Picks the network that is shown.", places.tolist())
    show_exits(job, index, rewound(job))
    stage(
        STAGE, jobs.stream_path(job), key, charts, [c for c in STRENGTHS if c["name"] in names],
        live.strengths_of(now, names), key, READOUTS, on_strengths=take_strengths, on_seed=take_seed,
        on_job=take_job, on_picked=take_picked, scrubs=[axis],
    )  # fmt: skip
    if st.session_state["path.shown"] != live.strengths_of(now, SIDEBAR):
        st.rerun()  # the stage changed what the sidebar shows too


example.open_page(START, lambda mine: [path_work(mine)])
with st.sidebar:
    show_path_controls("path")
    show_controls("path", without=(shared.current().grid.param_name,))
st.session_state["path.shown"] = live.strengths_of(shared.current(), SIDEBAR)
shared.show_problems()
if shared.current().path.path_view == "rates":
    show_rates()
else:
    show_path()
