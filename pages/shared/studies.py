"""The session's study: started for the current experiment, told of changed strengths, found again after a reload."""

from collections.abc import Callable, Sequence

import streamlit as st

from core.config import Experiment
from core.runtime.job import Job
from core.runtime.live import LiveRun
from core.studies.cost import ASK_S, Work, duration, epochs_within
from pages.shared import experiment as shared
from pages.shared import hand, jobs
from pages.shared.parts import is_within_budget
from pages.shared.say import warn

AGREED = "lab.study.agreed"


def study_key(experiment: Experiment, taken: Sequence[str], settings: Sequence[str]) -> str:
    """Return a text that is equal for experiments of which one study can become the other without a new start.

    taken: what the running study takes (strengths, seed); settings: those of `experiment.study` that it depends on.
    """
    default = Experiment()
    same = experiment.replace(**{name: default.get(name) for name in taken})
    study = {name: experiment.get(name) for name in settings}
    return same.model_dump_json(exclude={"study"}) + str(study)


def find_study(
    key: str, make_run: Callable[[], LiveRun], work: Work, experiment: Experiment, taken: Sequence[str],
    message: hand.Message = hand.plain_message,
) -> Job:  # fmt: skip
    """Return the session's study of this key, with the strengths and the start of now; a new one where the key differs.

    message: the command that tells a running study one of `taken`.
    """
    before, job = jobs.own("study"), jobs.find("study", key, make_run, work)
    if job is not before:
        hand.begin(job, jobs.resumed("study") or experiment, taken, message)
    hand.tell(job, experiment, taken, message)
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


def adopt(job_id: str | None, key: str, taken: Sequence[str], message: hand.Message = hand.plain_message) -> None:
    """Take over a study that this browser tab had before a reload, with the strengths it has by now."""
    job = jobs.adopt("study", job_id, key)
    if job is not None:
        hand.take_over(job, taken, message)
