"""A session's jobs: at most one live run, one study, its refit and a lesson's run, found again after a reload."""

from collections.abc import Callable
from functools import partial
from secrets import token_urlsafe
from typing import Any, Literal, get_args

import streamlit as st

from core.live.study import Obedient, live_study
from core.settings.experiment import Experiment
from core.stream.gate import COOKIE, NAME
from core.stream.job import Job
from core.stream.lane import CHILD_BYTES, lane_study
from core.stream.scheduler import get_scheduler
from core.stream.snapshot import Snapshot
from core.studies.base.cost import Work
from pages.shared import away, hand, tables
from pages.shared.language import worded

Slot = Literal["run", "study", "refit", "lesson"]
FIRST_SNAPSHOT_S = 1.0  # a page waits no longer for what stands in line: then it says so, and goes on by itself
BEGINS_S = 10.0  # a run of this process has its turn sooner, also where a whole class opens at once
KEPT = "lab.kept"
# What has longer steps, takes longer to build or to show, or needs more bytes, runs in a process of its own. A process takes
# seconds to start, so that the pages' own examples must not need one.
LANE_STEP_S, LANE_ONCE_S, LANE_BYTES = 0.1, 0.4, 256_000_000


def find(slot: Slot, key: str, make_run: Callable[[], Obedient], work: Work) -> Job:
    """Return the session's job in this slot if it computes what `key` names, else a new one, which ends the old.

    One that has stopped on an error is replaced, too; `failure` then tells the error.

    make_run: makes the live run, in the job's own thread, or in a process of its own where `work`, what it costs, is heavy.
    """
    job = own(slot)
    if job is not None and job.key == key and not job.error:
        return job
    st.session_state[f"lab.{slot}.failure"] = job.error if job is not None and job.key == key else None
    left = left_behind(slot, key) if job is None else None
    st.session_state[f"lab.{slot}.away"] = left
    drop(slot)  # one that was adopted has another owner
    job = submit(slot, make_run, work, left)
    job.key, job.notes = key, notes()
    if not tables.is_current():  # what was learned of a person's own rows is not written to the disk
        job.mailbox.put_away = partial(away.put_away, job)
    note(slot, job)
    return job


def left_behind(slot: Slot, key: str) -> Snapshot | None:
    """Return what was kept of the session's job that is gone; `GONE` where a browser tab asked for it in vain, else None."""
    found = away.take_out(own_id(slot), key, notes())
    was_claimed = st.session_state.pop(f"lab.{slot}.claimed", False)
    return found or (away.GONE if was_claimed else None)


def submit(slot: Slot, make_run: Callable[[], Obedient], work: Work, left: Snapshot | None) -> Job:
    """Start a run where it belongs, as this session's one in the slot, with the bytes that it takes. left: what it goes on from."""
    owner = st.session_state.setdefault(f"lab.{slot}.owner", token_urlsafe(12))
    make_run = tables.with_table(make_run)
    if is_heavy(work):
        study, n_bytes = lane_study(make_run, left, work.n_bytes), work.n_bytes + CHILD_BYTES
    else:
        study, n_bytes = live_study(make_run, left), work.n_bytes
    return get_scheduler().submit(study, owner, user(), n_bytes)


def note(slot: Slot, job: Job) -> None:
    """Note a job as the session's own in this slot."""
    had(slot).append(job.id)
    st.session_state[f"lab.{slot}.job"] = job.id


def is_heavy(work: Work) -> bool:
    """Return whether a study would hold up the others of this process."""
    return work.step_s > LANE_STEP_S or max(work.build_s, work.show_s) > LANE_ONCE_S or work.n_bytes > LANE_BYTES


def claim(slot: Slot, stage: str) -> None:
    """Note that this browser tab had a job that is gone, as its stage says: the next look goes on from what was kept of it.

    Not one that this session had itself: that was ended by a change of settings, and has its successor.
    """
    job_id = hand.told(stage, "lost")
    if job_id and job_id not in had(slot) and get_scheduler().find(job_id) is None:
        drop(slot)
        st.session_state[f"lab.{slot}.job"], st.session_state[f"lab.{slot}.claimed"] = job_id, True


def resumed(slot: Slot) -> Experiment | None:
    """Return the experiment of the session's run as it was put away, None where it began at epoch 0."""
    found = st.session_state.get(f"lab.{slot}.away")
    return Experiment.model_validate_json(found.meta["experiment"]) if found is not None and found.arrays else None


def say_what_is_lost(slot: Slot) -> None:
    """Say that this session's run goes on after a break, or what of it is lost; nothing where there was no break."""
    if (found := st.session_state.get(f"lab.{slot}.away")) is not None:
        st.caption(f":material/history: {worded(away.in_words(found))}")


def user() -> str:
    """Return the name under which all jobs of this browser share the processor, however many tabs it has; without a cookie
    those of this session.
    """
    of_browser = st.context.cookies.get(COOKIE)
    if isinstance(of_browser, str) and NAME.fullmatch(of_browser):
        return of_browser
    return str(st.session_state.setdefault("lab.user", token_urlsafe(12)))


def failure(slot: Slot) -> str | None:
    """Return the error on which the run before this one stopped, None where it did not."""
    found: str | None = st.session_state.get(f"lab.{slot}.failure")
    return found


def notes() -> dict[str, Any]:
    """Return what outlives a reload of the page, to be read and written: it goes with the jobs, and is found with them."""
    here: dict[str, Any] = st.session_state.setdefault(KEPT, {})
    return here


def had(slot: Slot) -> list[str]:
    """Return the ids of the jobs that this session has had in this slot, to be added to."""
    ids: list[str] = st.session_state.setdefault(f"lab.{slot}.had", [])
    return ids


def own(slot: Slot) -> Job | None:
    """Return the session's job in this slot, None when there is none (any more)."""
    return get_scheduler().find(own_id(slot))


def own_id(slot: Slot) -> str:
    """Return the id of the session's latest job in this slot, "" where it never had one."""
    return str(st.session_state.get(f"lab.{slot}.job", ""))


def adopt(slot: Slot, job_id: str | None, key: str) -> Job | None:
    """Take over a job that this browser tab had before a reload, and return it; None when there is nothing to take.

    Nothing is taken that computes anything but `key`: the settings may have changed since the tab asked. The job keeps its
    owner: were two tabs its owner, each new job of one would end that of the other.
    """
    session, job = st.session_state, get_scheduler().find(job_id or "")
    if job is None or job.key != key or job_id in (session.get(f"lab.{slot}.job"), session.get(f"lab.{slot}.adopted")):
        return None
    if job.error:
        session[f"lab.{slot}.failure"] = job.error
        had(slot).append(job.id)  # nobody goes on from where it stopped
        job.mailbox.put_away = None
        get_scheduler().drop(job)  # so that the tab goes on with the session's own
        away.forget(job.id)
        return None
    drop(slot)
    session[KEPT] = job.notes = {**notes(), **job.notes}
    for other in filter(None, map(own, get_args(Slot))):
        other.notes = job.notes
    session[f"lab.{slot}.adopted"] = job.id
    note(slot, job)
    return job


def drop(slot: Slot) -> None:
    """End the session's job in this slot for good, so that the next look starts a new one at epoch 0."""
    if (job := own(slot)) is not None:
        job.mailbox.put_away = None
        get_scheduler().drop(job)
    away.forget(own_id(slot))


def first_snapshot(job: Job) -> Snapshot | None:
    """Return a snapshot of the job to build figures from; None while it waits for memory, a process or its turn."""
    if get_scheduler().place(job):
        return None
    return job.latest or job.wait(-1, FIRST_SNAPSHOT_S if job.place else max(FIRST_SNAPSHOT_S, BEGINS_S))


def has_news(job: Job) -> bool:
    """Return whether a job that had nothing to show has now, or is gone. To be asked again and again: who is not asked after is
    let go."""
    if get_scheduler().find(job.id) is not job:
        return True
    return not get_scheduler().place(job) and (job.latest or job.wait(-1, 0.0)) is not None


def stream_path(job: Job) -> str:
    """Return the address of the job's stream."""
    return f"/lab/jobs/{job.id}/stream"
