"""Double descent of trained networks, and along the epochs: two views of the page, each with one slider over λ."""

from functools import partial

import plotly.graph_objects as go
import streamlit as st

from core.figures.double_descent.curves import VALUE
from core.figures.double_descent.epochs import plot_epochs_page
from core.figures.double_descent.trained import plot_trained_page
from core.live.double_descent.epochs import epochs_run, epochs_work
from core.live.double_descent.needs import double_descent_needs
from core.live.double_descent.trained import trained_run, trained_work
from core.stream.job import Job
from core.stream.snapshot import Snapshot
from core.studies.double_descent import epochs, trained
from core.words import say
from pages.parts.double_descent.features import strength_slider
from pages.parts.double_descent.words import EPOCHS_INTRO, TRAINED_INTRO, TRAINED_NOTE
from pages.shared.language import worded
from pages.shared.runs import RunPage
from pages.shared.stage import readout


def draw_trained(_: Job, snapshot: Snapshot) -> list[go.Figure]:
    """Return the charts of the trained networks."""
    return plot_trained_page(snapshot.arrays, trained.WIDTHS, TRAINED.picked(VALUE, len(trained.VALUES), 0))


def draw_epochs(_: Job, snapshot: Snapshot) -> list[go.Figure]:
    """Return the charts along the epochs."""
    return plot_epochs_page(snapshot.arrays, epochs.EPOCHS, EPOCHS.picked(VALUE, len(epochs.VALUES), 0))


TRAINED = RunPage(
    "dd_networks", "networks", double_descent_needs, trained_work, partial(partial, trained_run), draw_trained,
    [readout("epoch", say("Epoch"), say("Passes over the training points.")),
     readout("peak", say("Highest loss"), say("On fresh rows, over all widths."))],
    buttons=("run", "step", "reset"),
)  # fmt: skip
EPOCHS = RunPage(
    "dd_epochs", "run", double_descent_needs, epochs_work, partial(partial, epochs_run), draw_epochs,
    [readout("progress", say("Done"), say("Of all draws of the training rows.")),
     readout("end", say("Loss at the end"), say("On fresh rows, after a million epochs."))],
    buttons=("run", "reset"), can_rewind=False,
)  # fmt: skip


def show_networks() -> None:
    """Show the trained networks."""
    _show(TRAINED, trained.VALUES, TRAINED_INTRO, say("L2 on all weights."))
    st.markdown(worded(TRAINED_NOTE))


def show_epochs() -> None:
    """Show the linear model along its epochs."""
    _show(EPOCHS, epochs.VALUES, EPOCHS_INTRO, say("L2 on all weights."))


def _show(page: RunPage, values: tuple[float, ...], intro: str, about: str) -> None:
    if not page.may_start() or (shown := page.find()) is None:
        return
    st.markdown(worded(intro))
    axes = [strength_slider(values, page.picked(VALUE, len(values), 0), about)]
    page.show(shown, scrubs=axes, on_picked=page.take_picked)
