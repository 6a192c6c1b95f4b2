"""The tasks a study page offers: complete experiments that suit it, beside the one that all pages share."""

from collections.abc import Mapping

import streamlit as st

from core.config import Experiment
from pages.shared import experiment as shared
from pages.shared.widgets import follow, is_replaced


def show_tasks(page: str, tasks: Mapping[str, Experiment]) -> None:
    """Offer tasks by their labels; none is chosen while the experiment is another."""
    chosen = next((label for label, task in tasks.items() if is_task(task)), None)
    key = follow(f"{page}.task", chosen)
    st.selectbox(
        "Task", list(tasks), index=None, key=key, on_change=choose_task, args=(page, key, tasks),
        placeholder="Your own settings",
        help="A task made for this page. Without one, the page takes the settings you had on the other pages.",
    )  # fmt: skip


def is_task(task: Experiment) -> bool:
    """Return whether the experiment is this task, however it is studied."""
    return shared.current().model_dump(exclude={"study"}) == task.model_dump(exclude={"study"})


def choose_task(page: str, key: str, tasks: Mapping[str, Experiment]) -> None:
    """Replace the experiment by the chosen task; the settings of the studies stay."""
    label = None if is_replaced(f"{page}.task", key) else st.session_state[key]
    if label is not None:
        shared.put(tasks[label].model_copy(update={"study": shared.current().study}))
