"""A page's own example, for those who come from another page with a set-up on which this one has nothing to show, or would
take long. Their set-up is put aside, offered here, and given back on the next page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from core.settings.experiment import Experiment
from core.studies.base.cost import ASK_S, Work, duration
from core.words import say
from pages.shared import experiment as shared
from pages.shared.language import LANG, tr

ASIDE, NEW = "lab.aside", "lab.new"  # NEW: whether the session began on the Playground, without a link


@dataclass(frozen=True)
class Aside:
    """What was put aside: the person's own set-up, the example shown instead, and why; can_be_used: on this page, too."""

    mine: Experiment
    example: Experiment
    why: str
    can_be_used: bool


def open_page(
    example: Experiment,
    works: Callable[[Experiment], Sequence[Work]],
    fault: Callable[[Experiment], str] = lambda _: "",
) -> None:
    """Take the experiment of the address, or of the session, or the page's own example; call it first on a page.

    works: what its study costs; fault: why it cannot show anything on an experiment, "" where it can.
    """
    shared.open_address(example)
    if shared.came_by_itself():
        give_back()
        put_aside(example, works, fault)
    with st.container(key="lab-example"):
        show()


def open_playground(start: Experiment) -> None:
    """As `open_page`, for the page on which every set-up can be shown."""
    st.session_state.setdefault(NEW, shared.is_new() and not set(st.query_params) - {LANG, shared.PRESENT})
    shared.open_address(start)
    if shared.came_by_itself():
        give_back()


def refused_by(check: Callable[[Experiment], object]) -> Callable[[Experiment], str]:
    """Return the `fault` of a page whose study says by a ValueError that it cannot be run."""

    def fault(mine: Experiment) -> str:
        try:
            check(mine)
        except ValueError:
            return say("the study cannot be run on yours")
        return ""

    return fault


def give_back() -> None:
    """Leave the example of the page before, unless something was changed in it since."""
    aside = st.session_state.pop(ASIDE, None)
    if aside is not None and shared.current() == aside.example:
        shared.put(aside.mine)


def put_aside(
    example: Experiment, works: Callable[[Experiment], Sequence[Work]], fault: Callable[[Experiment], str]
) -> None:
    """Show the example where the session's experiment has a fault here, or its study would take minutes."""
    mine = shared.current()
    why = fault(mine)
    if not why:
        seconds = sum(work.seconds for work in works(mine))
        if seconds <= ASK_S:
            return
        why = say("yours would take about {seconds} here", seconds=duration(seconds))
    shared.put(example)
    st.session_state[ASIDE] = Aside(mine, shared.current(), why, can_be_used=not fault(mine))


def show() -> None:
    """Say that this is an example, why, and offer one's own set-up where it can be used."""
    aside = st.session_state.get(ASIDE)
    if aside is None or shared.current() != aside.example:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(tr("An example of this page's own: {why}.", why=aside.why), width="content")
        if aside.can_be_used:
            st.button(tr("Use my Playground set-up instead"), key="lab.mine", on_click=use_mine)


def use_mine() -> None:
    """Go on with one's own set-up on this page."""
    shared.put(st.session_state.pop(ASIDE).mine)
