"""The one experiment that all pages share: it comes from a link, a preset or the sidebar, and the address bar always shows it.

It lives under keys of its own, not of widgets, because Streamlit drops a widget's value when another page is shown.
"""

from typing import Any

import streamlit as st

from core.config import Experiment
from core.data.limits import settle

NOW, PROBLEMS = "lab.experiment", "lab.problems"


def open_link(default: Experiment) -> None:
    """On the session's first run, take the experiment of the address, or `default` where the address has none."""
    if NOW in st.session_state:
        return
    experiment, problems = Experiment.from_query(st.query_params.to_dict()) if st.query_params else (default, [])
    st.session_state[NOW], more = settle(experiment)
    st.session_state[PROBLEMS] = problems + more


def current() -> Experiment:
    """Return the experiment as it is now."""
    experiment: Experiment = st.session_state[NOW]
    return experiment


def put(experiment: Experiment) -> None:
    """Make this the experiment of all pages, brought in line with its data; complaints about a link end here."""
    st.session_state[NOW], st.session_state[PROBLEMS] = settle(experiment)


def change(**values: Any) -> None:
    """Change some settings by their flat names; raises ValueError as `Experiment.replace` does."""
    put(current().replace(**values))


def show_problems() -> None:
    """Show what was wrong with the link, or what had to be changed to agree with the data."""
    for problem in st.session_state[PROBLEMS]:
        st.warning(problem)


def show_address() -> None:
    """Let the address bar hold the whole experiment; nothing is sent to the browser when it already does."""
    query = current().to_query()
    if st.query_params.to_dict() != query:
        st.query_params.from_dict(query)
