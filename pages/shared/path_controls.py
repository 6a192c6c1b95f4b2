"""The settings of a λ path in the sidebar: which penalty, which values, cold or warm."""

import streamlit as st

from core.config import LIVE_FIELDS, Experiment, field_of, label_of
from core.studies.values import parse_values, strengths_of
from pages.shared import experiment as shared
from pages.shared import studies
from pages.shared.widgets import follow, is_replaced, setting

VALUES = "path.values"
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
    study = shared.current().study
    setting(page, "path_view")
    setting(page, "param_name")
    if study.param_name == "elastic":
        setting(page, "l1_share")
    show_values()
    if study.path_view == "path":
        setting(page, "path_start")
        with st.expander("Cold or warm?"):
            st.markdown(START_HELP)


def show_values() -> None:
    """Show the list of λ as text, and a sentence under it where it cannot be used."""
    values = shared.current().study.values
    key = follow(VALUES, ", ".join(f"{value:g}" for value in values))
    st.text_input(
        label_of("values"), key=key, on_change=take_values, args=(key,), placeholder="0 and 33 values from 1e-5 to 1",
        help=f"{field_of('values').description} Separate them by commas or blanks.",
    )  # fmt: skip
    if problem := st.session_state.pop(f"{VALUES}.problem", None):
        st.error(problem)


def take_values(key: str) -> None:
    """Put the typed list into the experiment, ascending and each value once, or a sentence under it."""
    if is_replaced(VALUES, key):
        return
    text = str(st.session_state[key])
    try:
        values = tuple(float(value) for value in parse_values(text)) if text.strip() else ()
        shared.change(values=values)
    except ValueError as error:
        st.session_state[f"{VALUES}.problem"] = f"λ {error}."
