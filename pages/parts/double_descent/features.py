"""Double descent of random features: one view of the page."""

from collections.abc import Sequence
from functools import partial

import plotly.graph_objects as go
import streamlit as st

from core.data import DATASETS
from core.figures.double_descent.curves import NOISE, VALUE, WIDTH, plot_double_descent_page
from core.live.double_descent.needs import double_descent_needs
from core.live.double_descent.run import N_TRAIN, NOISES, VALUES, double_descent_run, double_descent_work
from core.readings.strengths import positions
from core.stream.job import Job
from core.stream.snapshot import Snapshot
from core.studies.base.values import value_texts
from core.studies.double_descent.random_features import WIDTHS
from core.words import say
from pages.parts.double_descent.words import INTRO, PITFALL
from pages.shared.language import worded
from pages.shared.runs import RunPage
from pages.shared.stage import readout, scrub

READOUTS = [
    readout("progress", say("Done"), say("Of all draws and widths.")),
    readout(
        "largest_norm", say("Largest norm"), say("Of the output weights, over all widths and draws, with wrong labels.")
    ),
]
START = {NOISE: 1, VALUE: 0, WIDTH: WIDTHS.index(N_TRAIN)}


def stands(axis: str, stops: Sequence[float]) -> int:
    """Return where the slider over an axis stands."""
    return PAGE.picked(axis, len(stops), START[axis])


def draw(_: Job, snapshot: Snapshot) -> list[go.Figure]:
    """Return the charts, the sliders where they stand."""
    names = [str(c) for c in range(DATASETS["digits"].n_classes)]
    chosen = (
        stands(NOISE, NOISES),
        stands(VALUE, VALUES),
        stands(WIDTH, WIDTHS),
    )
    return plot_double_descent_page(snapshot.arrays, WIDTHS, N_TRAIN, chosen, names)


PAGE = RunPage(
    "double_descent", "run", double_descent_needs, double_descent_work, partial(partial, double_descent_run), draw, READOUTS,
    buttons=("run", "reset"), can_rewind=False,
)  # fmt: skip


def show_features() -> None:
    """Show the stage and what is said around it."""
    if not PAGE.may_start() or (shown := PAGE.find()) is None:
        return
    st.markdown(worded(INTRO))
    axes = [
        strength_slider(VALUES, stands(VALUE, VALUES), say("L2 on the output weights.")),
        scrub(
            NOISE,
            say("Wrong labels"),
            NOISES,
            [f"{share:.0%}" for share in NOISES],
            stands(NOISE, NOISES),
            say("Of the training rows."),
        ),
        scrub(
            WIDTH,
            say("Width"),
            WIDTHS,
            [f"{width:,}" for width in WIDTHS],
            stands(WIDTH, WIDTHS),
            say("Whose answers are shown."),
            [positions([width])[0] for width in WIDTHS],
        ),
    ]
    PAGE.show(shown, scrubs=axes, on_picked=PAGE.take_picked)
    st.markdown(worded(PITFALL))


def strength_slider(values: Sequence[float], index: int, about: str) -> dict[str, object]:
    """Return the slider over λ, which all views have."""
    return scrub(VALUE, say("Strength λ"), values, value_texts(values), index, about, positions(list(values)).tolist())
