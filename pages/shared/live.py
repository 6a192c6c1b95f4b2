"""The session's one live run: started for the current experiment, told of changed strengths, found again after a reload."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.config import LIVE_FIELDS, Experiment
from core.runtime.commands import Reseed, Set
from core.runtime.job import Job
from core.runtime.playground import Origin, playground_run, playground_work
from pages.shared import experiment as shared
from pages.shared import jobs
from pages.shared.splits import on_split

# What a running network takes without being rebuilt.
TAKEN = (*LIVE_FIELDS, "seed")
SENT = "lab.run.has"


def job_key(experiment: Experiment) -> str:
    """Return a text that is equal for experiments of which one run can become the other without a new start."""
    default = Experiment()
    same = experiment.replace(**{name: default.get(name) for name in TAKEN})
    return same.model_dump_json(exclude={"study"})


def find_job(experiment: Experiment) -> Job:
    """Return the session's run of this experiment, with its strengths and start; a new one where the set-up differs."""
    before, key = jobs.own("run"), job_key(experiment)
    job = jobs.find("run", key, on_split(playground_run, experiment), playground_work(experiment))
    if job is not before:
        st.session_state[SENT] = strengths_of(jobs.resumed("run") or experiment)
    tell(job, experiment)
    return job


def start_from(experiment: Experiment, origin: Origin) -> None:
    """Make this the experiment of all pages, and let the session's run continue from the weights of `origin`."""
    shared.put(experiment)
    now = shared.current()
    jobs.drop("run")
    jobs.find("run", job_key(now), on_split(playground_run, now, origin), playground_work(now))
    st.session_state[SENT] = strengths_of(now)


def strengths_of(experiment: Experiment, names: Sequence[str] = TAKEN) -> dict[str, float]:
    """Return what a run may be told while it goes on, by flat name."""
    return {name: experiment.get(name) for name in names}


def tell(job: Job, experiment: Experiment) -> None:
    """Send the run what it does not have yet: strengths changed in the sidebar, another start."""
    has, wanted = st.session_state[SENT], strengths_of(experiment)
    for name in LIVE_FIELDS:
        if wanted[name] != has[name]:
            job.send(Set(name=name, value=wanted[name]))
    if wanted["seed"] != has["seed"]:
        job.send(Reseed(seed=wanted["seed"]))
    st.session_state[SENT] = wanted


def take_strengths(strengths: Mapping[str, Any]) -> None:
    """Put strengths into the experiment that the run already has, for its stage sent them; unless they went to another `job`."""
    known = {name: value for name, value in strengths.items() if name in TAKEN}
    try:
        shared.change(**known)
    except ValueError:  # a browser may send anything; what cannot be used is left alone
        return
    if SENT in st.session_state and strengths.get("job", jobs.own_id("run")) == jobs.own_id("run"):
        st.session_state[SENT] = {**st.session_state[SENT], **known}


def adopt(job_id: str | None) -> None:
    """Take over a run that this browser tab had before a reload, with the strengths it has by now."""
    job = jobs.adopt("run", job_id, job_key(shared.current()))
    if job is not None and job.latest is not None:
        take_strengths({**job.latest.meta.get("strengths", {}), "seed": job.latest.meta.get("seed", 0)})
