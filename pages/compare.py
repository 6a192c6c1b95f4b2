"""Compare: up to six penalties side by side on one clock, from the same starts."""

from functools import partial

import plotly.graph_objects as go
import streamlit as st

from core.figures.compare.geometry import plot_geometry, plot_update
from core.figures.compare.page import plot_compare
from core.live.compare.needs import LIVE, PUT_ASIDE, compare_needs
from core.live.compare.run import compare_run, compare_work
from core.stream.job import Job
from core.stream.snapshot import Snapshot
from core.studies.compare.variants import TASK, chosen_variants, strengths_in
from core.words import say
from pages.parts.compare.pick_weights import pick_weights
from pages.parts.compare.variants import message, sliders
from pages.shared import experiment as shared
from pages.shared import jobs
from pages.shared.controls import show_controls
from pages.shared.conventions import show_conventions
from pages.shared.language import tr
from pages.shared.runs import RunPage
from pages.shared.splits import on_split, split_of
from pages.shared.stage import readout
from pages.shared.widgets import setting

READOUTS = [
    readout("epoch", say("Epoch"), say("Passes over the training points, the same for all.")),
    readout("speed", say("Epochs per second"), say("Of all networks at once.")),
    readout("networks", say("Networks"), say("Penalties × starts, trained at once.")),
]


def draw(_: Job, snapshot: Snapshot) -> list[go.Figure]:
    """Return the charts of this comparison."""
    experiment = shared.current()
    names = [(variant.key, variant.label) for variant in chosen_variants(experiment)]
    has_bands = experiment.compare.n_starts > 1
    split, arrays, meta = split_of(experiment.data), snapshot.arrays, snapshot.meta
    figures = plot_compare(arrays, names, meta["labels"], split, has_bands)
    return [*figures, plot_geometry(arrays), plot_update()]


PAGE = RunPage(
    "compare", "run", compare_needs, compare_work, partial(on_split, compare_run), draw, READOUTS, takes=lambda _: LIVE,
    message=message, sidebar=("learning_rate", "seed"),
)  # fmt: skip


@st.fragment
def show_run() -> None:
    """Show the stage. A slider that is released on it reruns this part only."""
    shared.show_address()
    st.markdown(
        tr(
            "**What does each penalty make of the same network?** Same start, same rows: a difference is theirs alone. Press "
            "Run, then move a strength."
        )
    )
    if not PAGE.may_start() or (shown := PAGE.find()) is None:
        return
    experiment = shared.current()
    PAGE.show(shown, sliders(experiment))
    chosen = chosen_variants(experiment)
    ways = [{**strengths_in(experiment, v), "l1_is_proximal": float(v.is_proximal)} for v in chosen]
    show_conventions(experiment, {v.label: way for v, way in zip(chosen, ways, strict=True)})
    PAGE.follow_hand()


PAGE.open(TASK)
with st.sidebar:
    setting("compare", "variants")
    if "elastic_net" in shared.current().compare.variants:
        setting("compare", "l1_share")
    setting("compare", "n_starts")
    show_controls("compare", without=PUT_ASIDE)
PAGE.note_sidebar()
shared.show_problems()
show_run()
with st.sidebar, st.expander(tr("Two weights")):  # last, for the run must have begun
    job = jobs.own("study")
    meta = job.latest.meta if job is not None and job.latest is not None else {}
    pick_weights("compare", split_of(shared.current().data), meta.get("geometry", {}).get("largest", ()))
