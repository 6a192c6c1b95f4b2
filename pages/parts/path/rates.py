"""The map of learning rate × λ: the other view of the λ path page."""

from functools import partial

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from core.figures.path.grid import plot_grid
from core.figures.path.page import with_facts
from core.live.asking import found_by
from core.live.path.needs import rates_needs
from core.live.path.rates import RATES, best_member, map_values, rates_run, rates_work
from core.stream.job import Job
from core.stream.snapshot import Snapshot
from core.studies.base.values import grid_of
from core.studies.path.sweep import PathMoment
from core.words import say
from pages.parts.path.exits import open_member
from pages.shared import experiment as shared
from pages.shared.language import tr, worded
from pages.shared.parts import PROGRESS, has_begun
from pages.shared.runs import RunPage
from pages.shared.say import call
from pages.shared.splits import on_split
from pages.shared.stage import readout

READOUTS = [
    *PROGRESS,
    readout("rate", say("Best rate"), say("Learning rate of the pair with the lowest validation loss.")),
    readout("best", say("Best λ"), say("λ of the pair with the lowest validation loss.")),
    readout("diverged", say("Diverged"), say("Pairs whose weights grew without bound: empty cells.")),
]
BEST_HELP = say(
    "Continues from the weights of the pair with the lowest validation loss by now, at its learning rate and its λ. "
    "Press Run first."
)


def open_best(job: Job) -> None:
    """Let the Playground continue from the pair that is the best one now."""
    found = found_by(job, PathMoment)
    best = best_member(found) if found is not None else None
    if best is None:
        call(say("No pair has a validation loss yet: press Run first."))
    else:
        open_member(found, best)


def networks_text(n_shown: int, n_listed: int) -> str:
    """Return how many networks the map has, and whether it takes all λ of the list."""
    of_them = (
        f"{n_shown} λ"
        if n_shown == n_listed
        else say("{n_shown} of the {n_listed} λ of the list", n_shown=n_shown, n_listed=n_listed)
    )
    return say(
        "{n_rates} learning rates × {of_them}: {n_networks} networks, alike but for these, trained at once.",
        n_rates=len(RATES),
        of_them=of_them,
        n_networks=len(RATES) * n_shown,
    )


def draw(_: Job, snapshot: Snapshot) -> list[go.Figure]:
    """Return the map."""
    now = shared.current()
    figure = plot_grid(snapshot.arrays, map_values(now), now.grid.param_name, np.array(RATES))
    return [with_facts(figure, size="full", height=430)]


PAGE = RunPage(
    "rates", "map", rates_needs, rates_work, partial(on_split, rates_run), draw, READOUTS, takes=lambda _: ("seed",),
    tells_state=True,
)  # fmt: skip


@st.fragment
def show_rates() -> None:
    """Show the stage with the map."""
    shared.show_address()
    if not PAGE.may_start() or (shown := PAGE.find()) is None:
        return
    now = shared.current()
    values = map_values(now)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(worded(networks_text(len(values), len(grid_of(now)))))
        is_early = not has_begun(shown.job)
        if st.button(tr("Best pair in the Playground"), key="rates.open", help=worded(BEST_HELP), disabled=is_early):
            open_best(shown.job)
    PAGE.show(shown)
