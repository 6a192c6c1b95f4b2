"""The session's run of a kind: started for the current experiment, told of changed strengths, found again after a reload."""

from collections.abc import Callable, Sequence

import streamlit as st

from core.live.needs import Needs
from core.live.study import Obedient
from core.stream.job import Job
from core.studies.base.cost import ASK_S, Work, duration, epochs_within
from core.words import say, say_n
from pages.shared import experiment as shared
from pages.shared import hand, jobs
from pages.shared.language import tr, worded
from pages.shared.parts import is_within_budget
from pages.shared.say import warn


def find(
    slot: jobs.Slot, needs: Needs, make_run: Callable[[], Obedient], work: Work, message: hand.Message = hand.plain_message
) -> Job:  # fmt: skip
    """Return the session's run of these needs, with what is live as it is now; a new one where the key differs.

    message: the command that tells the run one of its live settings.
    """
    before, job = jobs.own(slot), jobs.find(slot, needs.key, make_run, work)
    if job is not before:
        hand.begin(job, jobs.resumed(slot) or needs.experiment, needs.live, message)
    hand.tell(job, needs.experiment, needs.live, message)
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
    parts = say(", in {n_parts} parts one after another", n_parts=n_parts) if n_parts > 1 else ""
    warn(
        say(
            "This {slot} would take about {seconds} on one core of a small machine: {n_members:,} networks for "
            "{n_epochs:,} epochs{parts}. It can be paused at any time, and what is trained by then stays. Fewer "
            "networks (λ values, penalties, starts), epochs, units or training points take less.",
            slot=slot,
            seconds=duration(sum(work.seconds for work in works)),
            n_members=n_members,
            n_epochs=works[0].n_epochs,
            parts=parts,
        )
    )
    with st.container(horizontal=True):
        st.button(tr("Train it anyway"), key=f"lab.{slot}.go", on_click=agree, args=(key, slot))
        if slot == "study" and (fewer := epochs_within(works, ASK_S)):
            text = say_n(
                "Use {n:,} epoch, at most {time}", "Use {n:,} epochs, at most {time}", fewer, time=duration(ASK_S)
            )
            if st.button(worded(text), key="lab.study.fewer", type="primary"):
                shared.change(n_epochs=fewer)
                st.rerun()


def agreed(slot: jobs.Slot) -> str:
    """Return the session's key of the long study that is wanted."""
    return f"lab.{slot}.agreed"


def agree(key: str, slot: jobs.Slot) -> None:
    """Note that a long study is wanted."""
    st.session_state[agreed(slot)] = key


def adopt(
    job_id: str | None, needs: Needs, message: hand.Message = hand.plain_message, slot: jobs.Slot = "study"
) -> None:
    """Take over a run that this browser tab had before a reload, with the strengths it has by now."""
    job = jobs.adopt(slot, job_id, needs.key)
    if job is not None:
        hand.take_over(job, needs.live, message)
