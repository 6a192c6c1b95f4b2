"""The λ path: one network per strength, all trained at once, the whole path under one finger."""

from functools import partial

import plotly.graph_objects as go
import streamlit as st

from core.figures.path.page import SCRUB, plot_path_page
from core.live.asking import found_by
from core.live.path.needs import held, path_needs
from core.live.path.run import path_run, path_work
from core.presets import START
from core.readings.strengths import positions
from core.settings.sections import GridConfig
from core.stream.job import Job
from core.stream.snapshot import Snapshot
from core.studies.base.values import grid_of, value_texts
from core.studies.path.sweep import PathMoment
from core.words import say
from pages.parts.path.controls import show_path_controls
from pages.parts.path.exits import show_exits
from pages.parts.path.rates import show_rates
from pages.shared import experiment as shared
from pages.shared import jobs
from pages.shared.controls import show_controls
from pages.shared.language import worded
from pages.shared.parts import LOSSES, PROGRESS, STRENGTHS, ZEROS
from pages.shared.runs import RunPage
from pages.shared.splits import on_split, split_of
from pages.shared.stage import readout, scrub

READOUTS = [*PROGRESS, readout("best", say("Best λ"), say("The one with the lowest validation loss.")), *LOSSES, ZEROS]
QUESTION = say("**How strong should the penalty be?** One network per λ. Press Run, then move λ.")
REWOUND = "path.rewound"


def take_picked() -> None:
    """The slider over λ or that over the epochs was released, or a λ was clicked."""
    PAGE.take_picked()
    job, epoch = jobs.own("study"), (PAGE.told("picked") or {}).get("moment")
    is_back = job is not None and isinstance(epoch, int)
    # Taken at once: the path thins its moments out as it trains on.
    st.session_state[REWOUND] = (job.id, found_by(job, PathMoment, epoch)) if is_back else ("", None)


def rewound(job: Job) -> PathMoment | None:
    """Return this path at the past moment that is shown, None for the present, as a stage that is made anew shows."""
    is_back = (PAGE.told("picked") or {}).get("moment") is not None
    of, found = st.session_state.get(REWOUND, ("", None))
    return found if is_back and of == job.id else None


def draw(_: Job, snapshot: Snapshot) -> list[go.Figure]:
    """Return the charts of this path."""
    now, labels = shared.current(), snapshot.meta["members"][0]["labels"]
    return plot_path_page(snapshot.arrays, labels, grid_of(now), now.grid.param_name, split_of(now.data))


PAGE = RunPage(
    "path", "path", path_needs, path_work, partial(on_split, path_run), draw, READOUTS,
    takes=lambda now: (*held(now), "seed"), sidebar=("learning_rate", "seed"),
)  # fmt: skip


@st.fragment
def show_path() -> None:
    """Show the stage and what leads on from it. A slider that is released on the stage reruns this part only."""
    shared.show_address()
    if not PAGE.may_start() or (shown := PAGE.find()) is None:
        return
    now, values = shared.current(), grid_of(shared.current())
    texts, places, index = value_texts(values), positions(values, now.grid.param_name), PAGE.picked(SCRUB, len(values))
    axis = scrub(
        SCRUB,
        say("Chosen λ"),
        values.tolist(),
        texts,
        index,
        say("Picks the network that is shown."),
        places.tolist(),
        (say("best λ"),),
    )
    st.markdown(worded(QUESTION))
    sliders = [one for one in STRENGTHS if one["name"] in held(now)]
    PAGE.show(shown, sliders, [axis], on_picked=take_picked)
    show_exits(shown.job, index, rewound(shown.job))
    PAGE.follow_hand()


def begin_with_l1() -> None:
    """Vary L1 at the first visit, where nobody has asked for a penalty: its path ends with weights that are exactly zero."""
    is_first = st.session_state.setdefault("path.is_first", True)
    if (
        is_first
        and shared.came_by_itself()
        and not shared.was_sent_to("path.py")
        and shared.current().grid == GridConfig()
    ):
        shared.change(param_name="l1")
    st.session_state["path.is_first"] = False


PAGE.open(START.replace(param_name="l1"))
begin_with_l1()
with st.sidebar:
    show_path_controls("path")
    show_controls("path", without=(shared.current().grid.param_name,))
PAGE.note_sidebar()
shared.show_problems()
if shared.current().path.path_view == "rates":
    show_rates()
else:
    show_path()
