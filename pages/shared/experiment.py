"""The one experiment that all pages share: it comes from a link, a preset or the sidebar, and the address bar always shows it.

It lives under keys of its own, not of widgets, because Streamlit drops a widget's value when another page is shown.
"""

from typing import Any

import streamlit as st

from core.config import Experiment
from core.data.limits import settle
from pages.shared.say import warn

NOW, PROBLEMS = "lab.experiment", "lab.problems"
TOUCHED, ADDRESS = "lab.touched", "lab.address"  # changed by a widget in this run; the address as it was last written


def open_address(default: Experiment) -> None:
    """Take the experiment of the address, or `default` on a first visit without one; call it first on every page.

    Later, an address that the page did not write itself comes from the browser's Back button or a link inside the app.
    In a run that a widget caused the address is left alone: it may be older than the widget.
    """
    session, query = st.session_state, st.query_params.to_dict()
    if NOW not in session or (query and not session.get(TOUCHED) and query != session.get(ADDRESS)):
        take_address(query, default)
    if not query:
        session[ADDRESS] = None  # another page was shown in between, which empties the address


def take_address(query: dict[str, str], default: Experiment) -> None:
    """Make the experiment of a link the current one; what cannot be used becomes sentences."""
    experiment, problems = Experiment.from_query(query) if query else (default, [])
    st.session_state[NOW], more = settle(experiment)
    st.session_state[PROBLEMS], st.session_state[ADDRESS] = problems + more, query


def current() -> Experiment:
    """Return the experiment as it is now."""
    experiment: Experiment = st.session_state[NOW]
    return experiment


def put(experiment: Experiment) -> None:
    """Make this the experiment of all pages, brought in line with its data; complaints about a link end here."""
    st.session_state[NOW], st.session_state[PROBLEMS] = settle(experiment)
    st.session_state[TOUCHED] = True


def change(**values: Any) -> None:
    """Change some settings by their flat names; raises ValueError as `Experiment.replace` does."""
    put(current().replace(**values))


def show_problems() -> None:
    """Show what was wrong with the link, or what had to be changed to agree with the data."""
    for problem in st.session_state[PROBLEMS]:
        warn(problem)


def show_address() -> None:
    """Let the address bar hold the whole experiment; call it once the run has its final form."""
    query = current().to_query()
    if query != st.session_state[ADDRESS]:
        st.query_params.from_dict(query)
    st.session_state[ADDRESS], st.session_state[TOUCHED] = query, False
