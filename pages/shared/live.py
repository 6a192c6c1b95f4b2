"""The session's one live run: started for the current experiment, told of changed strengths, found again after a reload."""

from collections.abc import Sequence
from functools import partial
from secrets import token_urlsafe

import streamlit as st

from core.config import LIVE_FIELDS, Experiment
from core.data import load_split
from core.runtime.commands import Reseed, Set
from core.runtime.job import Job
from core.runtime.live import live_study
from core.runtime.playground import playground_run
from core.runtime.scheduler import get_scheduler
from core.runtime.snapshot import Snapshot
from pages.shared import experiment as shared

# What a running network takes without being rebuilt.
TAKEN = (*LIVE_FIELDS, "seed")
JOB, KEY, SENT, OWNER, ADOPTED = "lab.job", "lab.job_key", "lab.job_has", "lab.owner", "lab.adopted"
FIRST_SNAPSHOT_S = 20.0


def job_key(experiment: Experiment) -> str:
    """Return a text that is equal for experiments of which one run can become the other without a new start."""
    default = Experiment()
    return experiment.replace(**{name: default.get(name) for name in TAKEN}).model_dump_json()


def find_job(experiment: Experiment) -> Job:
    """Return the session's run of this experiment, with its strengths and start; a new one where the set-up differs."""
    session, job = st.session_state, own_job()
    if job is None or session[KEY] != job_key(experiment):
        owner = session.setdefault(OWNER, token_urlsafe(12))
        job = get_scheduler().submit(
            live_study(partial(playground_run, experiment, load_split(experiment.data))), owner
        )
        session[JOB], session[KEY], session[SENT] = job.id, job_key(experiment), strengths_of(experiment)
    tell(job, experiment)
    return job


def own_job() -> Job | None:
    """Return the session's run, None when there is none (any more)."""
    return get_scheduler().find(st.session_state.get(JOB, ""))


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


def take_strengths(strengths: dict[str, float]) -> None:
    """Put strengths that the run already has (its stage sent them) into the experiment."""
    known = {name: value for name, value in strengths.items() if name in TAKEN}
    try:
        shared.change(**known)
    except ValueError:  # a browser may send anything; what cannot be used is left alone
        return
    if SENT in st.session_state:
        st.session_state[SENT] = {**st.session_state[SENT], **known}


def adopt(job_id: str | None) -> None:
    """Take over a run that this browser tab had before a reload, with the strengths it has by now."""
    session, job = st.session_state, get_scheduler().find(job_id or "")
    if job is None or job_id in (session.get(JOB), session.get(ADOPTED)):
        return
    drop_job()
    session[ADOPTED] = session[JOB] = job.id
    session[OWNER], session[KEY] = job.owner, job_key(shared.current())
    if job.latest is not None:
        take_strengths({**job.latest.meta.get("strengths", {}), "seed": job.latest.meta.get("seed", 0)})


def drop_job() -> None:
    """End the session's run, so that the next look starts a new one at epoch 0."""
    if (job := own_job()) is not None:
        get_scheduler().drop(job)


def first_snapshot(job: Job) -> Snapshot | None:
    """Return a snapshot of the run to build figures from; None when the server is too busy to give one."""
    return job.latest or job.wait(-1, FIRST_SNAPSHOT_S)
