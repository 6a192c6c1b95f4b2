"""Remedies: everything that helps against overfitting, side by side on one task at equal cost."""

import plotly.graph_objects as go
import streamlit as st

from core.config import Experiment
from core.figures.remedies import plot_ablation, plot_label_noise
from core.runtime.commands import Look
from core.runtime.job import Job
from core.runtime.remedies import RemediesRun, check_study, count_networks, estimate_study_s, has_labels, remedies_of
from core.studies.remedies import DIGITS, POINTS, single_remedies
from pages.shared import experiment as shared
from pages.shared import jobs, tasks
from pages.shared.controls import show_controls
from pages.shared.stage import readout, sheet, stage
from pages.shared.widgets import setting

TASKS = {"Noisy points (two moons)": POINTS, "Digits, some labelled wrong": DIGITS}
READOUTS = [
    readout("part", "Part", "The study's parts follow one another."),
    readout("progress", "Done", "Share of all steps of all networks."),
    readout("left", "Time left", "At the pace so far."),
    readout("networks", "Networks", "Trained at once in this part."),
    readout("steps", "Steps of each network", "The budget: the same for every network."),
]
STAGE, FIGURES, LOOKS = "remedies.stage", "remedies.figures", "remedies.looks"


def job_key(experiment: Experiment) -> str:
    """Return a text that is equal for experiments of the same study."""
    used = {"n_remedy_starts", "first_combination", "second_combination", "tune_remedies"}
    study, default = experiment.study.model_dump(include=used), Experiment()
    same = experiment.replace(**{name: default.get(name) for name in ("l1", "l2", "dropout_rate")})  # each remedy's own
    return f"remedies {same.model_dump_json(exclude={'study'})} {study}"


def plot_figures(job: Job, experiment: Experiment) -> list[go.Figure] | None:
    """Return the charts, built once from the first snapshot; None when there is none yet."""
    key, built = job_key(experiment), st.session_state.get(FIGURES, ("", []))
    if built[0] == key:
        return list(built[1])
    snapshot = jobs.first_snapshot(job)
    if snapshot is None or not snapshot.arrays:
        return None
    pairs = [(remedy.key, remedy.label) for remedy in remedies_of(experiment)]
    singles = pairs[: len(single_remedies(experiment))]
    figures = [
        plot_ablation(snapshot.arrays, pairs),
        sheet(
            "remedies", "Every remedy in numbers",
            "Medians over the starts, losses with lowest and highest. Cost: steps in all and × those of nothing; an answer "
            "takes one multiplication for each weight. An ensemble is equal per network and k times in total.",
        ),
    ]  # fmt: skip
    if has_labels(experiment):
        names = ("noise_val_loss", "noise_train_score")
        figures += [plot_label_noise(snapshot.arrays, singles, name) for name in names]
    st.session_state[FIGURES] = (key, figures)
    return figures


def show_more() -> None:
    """Show what only this page has: starts, combinations, tuning."""
    setting("remedies", "n_remedy_starts")
    setting("remedies", "first_combination")
    setting("remedies", "second_combination")
    setting("remedies", "tune_remedies")


def take_job() -> None:
    """The stage found the study that this browser tab had before a reload."""
    jobs.adopt("study", st.session_state[STAGE].get("job"), job_key(shared.current()))


def look_key(experiment: Experiment) -> str:
    """Return what a look at the test rows counts for: the data."""
    return experiment.data.model_dump_json()


def look_at_test(job: Job, data: str) -> None:
    """Ask the study for its test losses, and count the look."""
    latest = job.latest
    if latest is None or not latest.meta.get("is_table_done"):
        st.session_state["remedies.problem"] = "The test set opens once all remedies are trained to the end."
    elif not latest.meta["has_looked"]:
        job.send(Look())
        looks = st.session_state.setdefault(LOOKS, {})
        looks[data] = looks.get(data, 0) + 1


def show_actions(job: Job) -> None:
    """Offer the one look at the test set and the results as a file."""
    data = look_key(shared.current())
    n_looks = st.session_state.get(LOOKS, {}).get(data, 0)
    left, right, words = st.columns([1, 1, 3], vertical_alignment="center")
    left.button(
        "Reveal the test loss", on_click=look_at_test, args=(job, data), width="stretch", key="remedies.look",
        help="Once, after training: whoever looks, changes something and looks again is choosing by the test set.",
    )  # fmt: skip
    right.download_button(
        "Download CSV", job.result, "remedies.csv", "text/csv", on_click="ignore", width="stretch", key="remedies.csv",
        help="A line for each start of each remedy, as far as the study is.",
    )  # fmt: skip
    if problem := st.session_state.pop("remedies.problem", None):
        words.warning(problem)
    elif n_looks > 1:
        words.warning(f"These data's test set was looked at {n_looks} times: it is no longer untouched.")
    else:
        words.caption("The test set was looked at once." if n_looks else "The test set is untouched.")


@st.fragment
def show_study() -> None:
    """Show the stage and what can be done with the results."""
    shared.show_address()
    experiment = shared.current()
    try:
        check_study(experiment)
    except ValueError as error:
        jobs.drop("study")
        st.error(str(error))
        return
    n_networks = sum(count_networks(experiment).values())
    st.caption(
        f"{n_networks:,} networks, each for as many steps as {experiment.training.n_epochs:,} epochs of the "
        f"{experiment.data.n_train} training rows take; about {max(1, estimate_study_s(experiment)):,.0f} s. Press **Run** once."
    )
    job = jobs.find("study", job_key(experiment), lambda: RemediesRun(experiment))
    figures = plot_figures(job, experiment)
    if figures is None:
        st.error(job.error or "The server is busy: the study has not begun yet. Reload the page in a moment.")
        return
    show_actions(job)
    key = job_key(experiment)
    stage(
        STAGE, jobs.stream_path(job), key, figures, [], {}, key, READOUTS,
        on_job=take_job, buttons=("run", "reset"), can_rewind=False,
    )  # fmt: skip
    if not has_labels(experiment):
        st.caption("This task has values, not classes: there are no labels that could be wrong.")


shared.open_address(POINTS)
with st.sidebar:
    tasks.show_tasks("remedies", TASKS)
    show_more()
    show_controls("remedies")
shared.show_problems()
show_study()
