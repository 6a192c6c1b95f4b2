"""The Remedies page's one look at the test rows, counted over changed settings and reloads, and the results as a file."""

import streamlit as st

from core.runtime.commands import Look
from core.runtime.job import Job
from pages.shared import experiment as shared
from pages.shared.test_set import looks_of

LOOKS, PROBLEM = "remedies.looks", "remedies.problem"
LOOK_S = 5.0  # the study answers a look within a slice or two


def rows_of_test() -> tuple[str, int]:
    """Return what names the present test rows: of one data set and seed they are the same, whatever else changes."""
    data = shared.current().data
    return data.name, data.seed


def count_looks(at_least: int = 0) -> int:
    """Return how often the present test rows were looked at on this page, `at_least` so often."""
    looks = st.session_state.setdefault(LOOKS, {})
    looks[rows_of_test()] = max(looks.get(rows_of_test(), 0), at_least)
    return int(looks[rows_of_test()])


def look_at_test(job: Job) -> None:
    """Ask the study for its test losses, and count the look."""
    snapshot = job.latest
    if snapshot is None or not snapshot.meta.get("is_table_done"):
        st.session_state[PROBLEM] = "The test set opens once all remedies are trained to the end."
        return
    if snapshot.meta["has_looked"]:
        return
    count_looks(snapshot.meta["n_looks"] + 1)
    job.send(Look())
    while snapshot is not None and not snapshot.meta["has_looked"]:
        snapshot = job.wait(snapshot.version, LOOK_S)


def show_actions(job: Job) -> None:
    """Offer the one look at the test set and the results as a file."""
    n_looks, is_open = count_looks(), job.latest is not None and job.latest.meta.get("has_looked")
    left, right, words = st.columns([1, 1, 3], vertical_alignment="center")
    left.button(
        f"Look again (look {n_looks + 1})" if n_looks and not is_open else "Reveal the test loss",
        on_click=look_at_test, args=(job,), width="stretch", key="remedies.look", disabled=bool(is_open),
        help="Once, after training: whoever looks, changes something and looks again is choosing by the test set.",
    )  # fmt: skip
    right.download_button(
        "Download CSV", job.result, "remedies.csv", "text/csv", on_click="ignore", width="stretch", key="remedies.csv",
        help="A line for each start of each remedy, as far as the study is.",
    )  # fmt: skip
    with words:
        say_looks(n_looks + len(looks_of(shared.current())))


def say_looks(n_looks: int) -> None:
    """Say how often the test rows were looked at, on the Cross-validation page too, and what that means."""
    if problem := st.session_state.pop(PROBLEM, None):
        st.warning(problem)
    elif n_looks > 1:
        st.warning(f"These data's test set was looked at {n_looks} times: it is no longer untouched.")
    elif n_looks:
        st.caption("The test set was looked at once. Another look, after a change, would be choosing by the test set.")
    else:
        st.caption("The test set is untouched.")
