"""The Playground: one network, trained live, with its penalties under the hand."""

from functools import partial
from secrets import token_urlsafe

import streamlit as st

from core.config import LIVE_FIELDS, Experiment, label_of
from core.data import DATASETS, load_split
from core.figures.playground import plot_playground
from core.runtime.job import Job
from core.runtime.live import live_study
from core.runtime.playground import playground_run
from core.runtime.scheduler import get_scheduler
from pages.shared.stage import readout, slider, stage

READOUTS = [
    readout("epoch", "Epoch", "Passes over the training points."),
    readout("speed", "Epochs per second"),
    readout("train_loss", "Training loss", "Mean loss on the points it learns from, penalty not included."),
    readout("val_loss", "Validation loss", "Mean loss on points it never learns from, penalty not included."),
    readout("gap", "Gap", "Validation loss minus training loss: how much it overfits."),
    readout("score", "Validation score", "Share of right answers, or R² (1 is perfect, 0 is as good as the mean)."),
    readout("zeros", "Weights exactly zero"),
]
CONTROLS = [
    slider("l1", "L1 strength λ₁", 1e-5, 1, "log0", "Adds λ₁·Σ|w| to the loss: drives weights to exactly zero."),
    slider("l2", "L2 strength λ₂", 1e-5, 1, "log0", "Adds λ₂·Σw² to the loss: shrinks all weights."),
    slider("dropout_rate", "Dropout", 0, 0.9, "linear", "Share of hidden units switched off in each step."),
    slider("learning_rate", "Learning rate", 1e-4, 1, "log", "Size of a step."),
]
START = Experiment(data={"name": "sine", "n_train": 20, "noise_std": 0.3}, training={"n_epochs": 20_000})
HIDDEN = {"none (linear model)": (), "8": (8,), "8-8": (8, 8), "64": (64,), "64-64": (64, 64)}


def read_controls() -> Experiment:
    """Show the sidebar and return the experiment it describes, without the live strengths."""
    if "playground.experiment" not in st.session_state:
        experiment, problems = Experiment.from_query(st.query_params.to_dict()) if st.query_params else (START, [])
        st.session_state["playground.experiment"], st.session_state["playground.problems"] = experiment, problems
    now: Experiment = st.session_state["playground.experiment"]
    with st.sidebar:
        names = list(DATASETS)
        name = st.selectbox(
            label_of("data"), names, index=names.index(now.data.name), format_func=lambda n: DATASETS[n].label
        )
        largest = DATASETS[name].max_train(now.data.val_fraction)
        n_train = st.slider(label_of("n_train"), 5, largest, min(now.data.n_train, largest))
        noise_std = st.slider(label_of("noise_std"), 0.0, 3.0, now.data.noise_std, 0.05)
        sizes = {
            **HIDDEN,
            "-".join(map(str, now.network.hidden_sizes)) or "none (linear model)": now.network.hidden_sizes,
        }
        shape = st.selectbox(
            label_of("hidden_sizes"), list(sizes), index=list(sizes.values()).index(now.network.hidden_sizes)
        )
        sizes_of_batch = list(dict.fromkeys([None, 1, 10, 32, 128, now.training.batch_size]))
        batch = st.selectbox(
            label_of("batch_size"), sizes_of_batch, index=sizes_of_batch.index(now.training.batch_size),
            format_func=lambda b: "all rows" if b is None else str(b),
        )  # fmt: skip
    return now.replace(data=name, n_train=n_train, noise_std=noise_std, hidden_sizes=sizes[shape], batch_size=batch)


def find_job(experiment: Experiment, key: str, shown: str | None) -> Job:
    """Return the session's job of this experiment; a new one supersedes the old when the set-up changed.

    `shown` is the id of a job that this browser tab found again after a reload: the session takes it over.
    """
    scheduler, session = get_scheduler(), st.session_state
    found = scheduler.find(shown) if shown and shown != session.get("playground.adopted") else None
    own = scheduler.find(session.get("playground.job", ""))
    if found is not None and found is not own:
        session["playground.adopted"] = session["playground.job"] = found.id
        session["playground.owner"] = found.owner
        if own is not None:
            scheduler.drop(own)
        return found
    if own is None or session.get("playground.key") != key:
        owner = session.setdefault("playground.owner", token_urlsafe(12))
        own = scheduler.submit(live_study(partial(playground_run, experiment, load_split(experiment.data))), owner)
        session["playground.job"], session["playground.key"] = own.id, key
    return own


experiment = read_controls()
for problem in st.session_state["playground.problems"]:
    st.warning(problem)
committed = st.session_state.get("playground.stage") or {}
strengths = {name: experiment.get(name) for name in LIVE_FIELDS} | dict(committed.get("strengths") or {})
experiment = experiment.replace(**strengths)
st.session_state["playground.experiment"] = experiment
st.query_params.from_dict(experiment.to_query())
key = experiment.replace(**{name: START.get(name) for name in LIVE_FIELDS}).model_dump_json()
job = find_job(experiment, key, committed.get("job"))
split = load_split(experiment.data)
first = job.wait(-1, timeout_s=10) or playground_run(experiment, split).snapshot()
figures = plot_playground(first.arrays, first.meta["labels"], split)
stage("playground.stage", f"/lab/jobs/{job.id}/stream", key, figures, CONTROLS, strengths, key, READOUTS)
