"""The settings of a λ path in the sidebar: which penalty, which values, cold or warm."""

import streamlit as st

from core.words import say
from pages.shared import experiment as shared
from pages.shared.grid import show_penalty
from pages.shared.language import tr, worded
from pages.shared.widgets import setting

START_HELP = say(
    "**Cold**: every λ from the same random weights, all at once. **Warm**: from the largest λ to the smallest, each "
    "from where its neighbour ended: on a linear model both end in the same place, a network with hidden layers ends "
    "in different minima, and the λ must wait for one another."
)


def show_path_controls(page: str) -> None:
    """Show what varies along the path."""
    setting(page, "path_view")
    show_penalty(page)
    if shared.current().path.path_view == "path":
        setting(page, "path_start")
        with st.expander(tr("Cold or warm?")):
            st.markdown(worded(START_HELP))
