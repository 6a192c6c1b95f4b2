"""The settings of a λ path in the sidebar: which penalty, which values, cold or warm."""

import streamlit as st

from core.settings.experiment import LIVE_FIELDS, Experiment
from core.studies.base.values import strengths_of
from pages.shared import experiment as shared
from pages.shared import studies
from pages.shared.study import show_penalty
from pages.shared.widgets import setting

STUDY = (
    "param_name",
    "l1_share",
    "values",
    "path_start",
    "path_view",
)  # the settings of a study that a path depends on
START_HELP = (
    "**Cold**: every λ from the same random weights, all at once. **Warm**: from the largest λ to the smallest, each from "
    "where its neighbour ended: on a linear model both end in the same place, a network with hidden layers ends in "
    "different minima, and the λ must wait for one another."
)


def held(experiment: Experiment) -> tuple[str, ...]:
    """Return the strengths that are the same for every λ: they may change while the path trains."""
    varied = strengths_of(experiment.study.param_name, [])
    return tuple(name for name in LIVE_FIELDS if name not in varied)


def taken(experiment: Experiment) -> tuple[str, ...]:
    """Return what the running path takes without a new start; in a warm one the λ that are done would not follow."""
    return () if experiment.study.path_start == "warm" else (*held(experiment), "seed")


def key_of(experiment: Experiment) -> str:
    """Return a text that is equal for experiments of the same path."""
    varied = [name for name in LIVE_FIELDS if name not in held(experiment)]
    return studies.study_key(experiment, [*taken(experiment), *varied], STUDY)


def show_path_controls(page: str) -> None:
    """Show what varies along the path."""
    setting(page, "path_view")
    show_penalty(page)
    if shared.current().study.path_view == "path":
        setting(page, "path_start")
        with st.expander("Cold or warm?"):
            st.markdown(START_HELP)
