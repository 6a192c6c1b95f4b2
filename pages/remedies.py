"""Remedies: everything that helps against overfitting, side by side on one task at equal cost."""

from functools import partial

import plotly.graph_objects as go
import streamlit as st

from core.figures.remedies.ablation import plot_ablation, plot_label_noise
from core.live.remedies.needs import remedies_needs
from core.live.remedies.run import (
    RemediesRun,
    check_study,
    count_networks,
    estimate_study_s,
    has_labels,
    part_works,
    remedies_of,
    remedies_work,
)
from core.stream.job import Job
from core.stream.snapshot import Snapshot
from core.studies.remedies.choice import left_out, single_remedies
from core.studies.remedies.remedy import DIGITS, POINTS
from core.words import joined, say
from pages.parts.remedies.controls import show_more
from pages.parts.remedies.looks import show_actions
from pages.shared import experiment as shared
from pages.shared import tasks
from pages.shared.controls import show_controls
from pages.shared.language import tr, worded
from pages.shared.runs import RunPage
from pages.shared.stage import readout, sheet

TASKS = {"Noisy points (two moons)": POINTS, "Digits, some labelled wrong": DIGITS}
TABLE_WORDS = say(
    "Medians over the starts, losses with lowest and highest. Cost: steps in all and × those of nothing; an answer "
    "takes one multiplication for each weight. An ensemble is equal per network and k times in total."
)
NOISE_WORDS = say(
    " A gap below 0: some training labels are wrong, no validation label is, so the training loss may lie above."
)
NOISE_TABLE_WORDS = say(
    "Medians over several draws of the wrong labels, with lowest and highest. Within their spread is no change."
)
TUNING_WORDS = say(
    "Median validation loss over three starts; ★ is kept. Equal cost: five strengths of each, 15 networks of as many "
    "steps. Nothing, the ensemble and more data have no strength to tune; combinations take those found for their "
    "parts. The same validation rows compare the remedies, so only the test look is fair."
)
READOUTS = [
    readout("part", say("Part"), say("The study's parts follow one another.")),
    readout("progress", say("Done"), say("Share of all steps of all networks.")),
    readout("left", say("Time left"), say("At the pace so far.")),
    readout("networks", say("Networks"), say("Trained at once in this part.")),
    readout("steps", say("Steps each"), say("Steps each network has made: the budget is the same for all.")),
]


def draw(_: Job, snapshot: Snapshot) -> list[go.Figure]:
    """Return the charts and tables of this study."""
    experiment = shared.current()
    pairs = [(remedy.key, remedy.label) for remedy in remedies_of(experiment)]
    singles = pairs[: len(single_remedies(experiment))]
    words = TABLE_WORDS + (NOISE_WORDS if has_labels(experiment) and experiment.data.label_noise else "")
    figures = [plot_ablation(snapshot.arrays, pairs), sheet("remedies", say("Every remedy in numbers"), words)]
    if experiment.remedies.tune_remedies:
        figures.append(sheet("tuning", say("Tuning: what was tried, and what was kept"), TUNING_WORDS))
    if has_labels(experiment):
        names = ("noise_val_loss", "noise_train_score")
        figures += [plot_label_noise(snapshot.arrays, singles, name) for name in names]
        figures.append(sheet("noise", say("What wrong labels do"), NOISE_TABLE_WORDS))
    return figures


PAGE = RunPage(
    "remedies", "study", remedies_needs, remedies_work, partial(partial, RemediesRun), draw, READOUTS,
    parts=part_works, check=check_study, buttons=("run", "reset"), can_rewind=False, tells_state=True,
)  # fmt: skip


@st.fragment
def show_study() -> None:
    """Show the stage and what can be done with the results."""
    shared.show_address()
    if not PAGE.may_start():
        return
    experiment = shared.current()
    n_networks = sum(count_networks(experiment).values())
    st.markdown(
        tr(
            "**What helps most, at equal cost?** {n_networks:,} networks, each for as many steps as {n_epochs:,} epochs of the "
            "{n_train} training rows take: about {estimate_study_s:,.0f} s in all. Press Run.",
            n_networks=n_networks,
            n_epochs=experiment.training.n_epochs,
            n_train=experiment.data.n_train,
            estimate_study_s=max(1, estimate_study_s(experiment)),
        )
    )
    if missing := left_out(experiment):
        st.caption(worded(joined(missing)))
    if (shown := PAGE.find()) is None:
        return
    PAGE.show(shown)
    show_actions(shown.job)
    if not has_labels(experiment):
        st.caption(tr("This task has values, not classes: there are no labels that could be wrong."))


PAGE.open(POINTS)
with st.sidebar:
    tasks.show_tasks("remedies", TASKS)
    show_more()
    show_controls("remedies")
shared.show_problems()
show_study()
