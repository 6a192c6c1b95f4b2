"""The session's study: started for the current experiment, told of changed strengths, found again after a reload."""

from collections.abc import Callable, Sequence

import streamlit as st

from core.live.run import LiveRun
from core.settings.experiment import Experiment
from core.stream.job import Job
from core.studies.base.cost import ASK_S, Work, duration, epochs_within
from pages.shared import experiment as shared
from pages.shared import hand, jobs
from pages.shared.parts import is_within_budget
from pages.shared.say import warn


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


def may_start(key: str, works: Sequence[Work], slot: jobs.Slot = "study") -> bool:
    """Return whether a study may start; one that takes long says so and asks first, one that is too large is refused.

    works: what its parts cost, which follow one another.
    """
    if not all(is_within_budget(work, slot) for work in works):
        return False
    if sum(work.seconds for work in works) <= ASK_S or st.session_state.get(agreed(slot)) == key:
        return True
    ask(key, works, slot)
    jobs.drop(slot)
    return False


def ask(key: str, works: Sequence[Work], slot: jobs.Slot) -> None:
    """Say how long a study would take, and offer to train it all the same or for fewer epochs; a refit has those of its study."""
    n_parts, n_members = sum(work.n_stacks for work in works), sum(work.n_members for work in works)
    parts = f", in {n_parts} parts one after another" if n_parts > 1 else ""
    warn(
        f"This {slot} would take about {duration(sum(work.seconds for work in works))} on one core of a small machine: "
        f"{n_members:,} networks for {works[0].n_epochs:,} epochs{parts}. It can be paused at any time, and what is "
        "trained by then stays. Fewer networks (λ values, penalties, starts), epochs, units or training points take less."
    )
    with st.container(horizontal=True):
        st.button("Train it anyway", key=f"lab.{slot}.go", on_click=agree, args=(key, slot))
        if slot == "study" and (fewer := epochs_within(works, ASK_S)):
            text = f"Use {fewer:,} epoch{'s' if fewer > 1 else ''}, at most {duration(ASK_S)}"
            if st.button(text, key="lab.study.fewer", type="primary"):
                shared.change(n_epochs=fewer)
                st.rerun()


def agreed(slot: jobs.Slot) -> str:
    """Return the session's key of the long study that is wanted."""
    return f"lab.{slot}.agreed"


def agree(key: str, slot: jobs.Slot) -> None:
    """Note that a long study is wanted."""
    st.session_state[agreed(slot)] = key


def adopt(job_id: str | None, key: str, taken: Sequence[str], message: hand.Message = hand.plain_message) -> None:
    """Take over a study that this browser tab had before a reload, with the strengths it has by now."""
    job = jobs.adopt("study", job_id, key)
    if job is not None:
        hand.take_over(job, taken, message)
