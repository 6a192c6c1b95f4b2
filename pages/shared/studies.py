"""The session's study: started for the current experiment, told of changed strengths, found again after a reload."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from core.config import LIVE_FIELDS, Experiment
from core.runtime.commands import Command, Reseed, Set
from core.runtime.job import Job
from core.runtime.live import LiveRun
from core.studies.cost import ASK_S, Work, duration, epochs_within
from pages.shared import experiment as shared
from pages.shared import jobs
from pages.shared.live import strengths_of
from pages.shared.parts import is_within_budget
from pages.shared.say import warn

HAS, AGREED = "lab.study.has", "lab.study.agreed"


def study_key(experiment: Experiment, taken: Sequence[str], settings: Sequence[str]) -> str:
    """Return a text that is equal for experiments of which one study can become the other without a new start.

    taken: what the running study takes (strengths, seed); settings: those of `experiment.study` that it depends on.
    """
    default = Experiment()
    same = experiment.replace(**{name: default.get(name) for name in taken})
    study = {name: experiment.get(name) for name in settings}
    return same.model_dump_json(exclude={"study"}) + str(study)


def plain_message(experiment: Experiment, name: str) -> Command:
    """Return the command that gives all members a strength, or the study another start."""
    value = experiment.get(name)
    return Set(name=name, value=value) if name in LIVE_FIELDS else Reseed(seed=value)


def find_study(
    key: str, make_run: Callable[[], LiveRun], work: Work, experiment: Experiment, taken: Sequence[str],
    message: Callable[[Experiment, str], Command] = plain_message,
) -> Job:  # fmt: skip
    """Return the session's study of this key, with the strengths and the start of now; a new one where the key differs.

    message: the command that tells a running study one of `taken`.
    """
    before, job, wanted = jobs.own("study"), jobs.find("study", key, make_run, work), strengths_of(experiment, taken)
    has = st.session_state.get(HAS, {}) if job is before else strengths_of(jobs.resumed("study") or experiment, taken)
    for name in taken:
        if has.get(name, wanted[name]) == wanted[name]:
            continue
        job.send(message(experiment, name))
    st.session_state[HAS] = wanted
    return job


def may_start(work: Work, key: str) -> bool:
    """Return whether a study may start; one that takes long says so and asks first, one that is too large is refused."""
    if not is_within_budget(work, "study"):
        return False
    if work.seconds <= ASK_S or st.session_state.get(AGREED) == key:
        return True
    ask(work, key)
    jobs.drop("study")
    return False


def ask(work: Work, key: str) -> None:
    """Say how long a study would take, and offer to train it all the same or for fewer epochs."""
    parts = f", in {work.n_stacks} parts one after another" if work.n_stacks > 1 else ""
    warn(
        f"This study would take about {duration(work.seconds)} on one core of a small machine: {work.n_members:,} "
        f"networks for {work.n_epochs:,} epochs{parts}. It can be paused at any time, and what is "
        "trained by then stays. Fewer λ values, epochs, units or training points take less."
    )
    with st.container(horizontal=True):
        st.button("Train it anyway", key="lab.study.go", on_click=agree, args=(key,))
        if fewer := epochs_within(work, ASK_S):
            text = f"Use {fewer:,} epoch{'s' if fewer > 1 else ''}, at most {duration(ASK_S)}"
            if st.button(text, key="lab.study.fewer", type="primary"):
                shared.change(n_epochs=fewer)
                st.rerun()


def agree(key: str) -> None:
    """Note that a long study is wanted."""
    st.session_state[AGREED] = key


def take_strengths(strengths: Mapping[str, Any], taken: Sequence[str]) -> None:
    """Put strengths into the experiment that the study already has, for its stage sent them; unless they went to another `job`."""
    known = {name: value for name, value in strengths.items() if name in taken}
    try:
        shared.change(**known)
    except ValueError:  # a browser may send anything; what cannot be used is left alone
        return
    if strengths.get("job", jobs.own_id("study")) == jobs.own_id("study"):
        st.session_state[HAS] = {**st.session_state.get(HAS, {}), **known}


def adopt(job_id: str | None, key: str, taken: Sequence[str]) -> None:
    """Take over a study that this browser tab had before a reload, with the strengths it has by now."""
    job = jobs.adopt("study", job_id, key)
    if job is not None and job.latest is not None:
        take_strengths({**job.latest.meta.get("strengths", {}), "seed": job.latest.meta.get("seed", 0)}, taken)
