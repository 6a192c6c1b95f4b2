"""The sidebar's settings of a study along λ: which penalty, which values. Path and cross-validation share them."""

import streamlit as st

from core.settings.experiment import field_of, label_of
from core.studies.base.values import edge_of, extended_values, grid_of, parse_values
from core.words import say
from pages.shared import experiment as shared
from pages.shared.language import tr, worded
from pages.shared.say import fail
from pages.shared.widgets import hold, setting


def show_penalty(page: str) -> None:
    """Show which strength the grid is of, the share of L1 in a mix, and the list of values."""
    setting(page, "param_name")
    if shared.current().grid.param_name == "elastic":
        setting(page, "l1_share")
    values_setting(page)


def values_setting(page: str, usual: str = say("0 and 33 values from 1e-5 to 1")) -> None:
    """Show the list of λ values as a text; an empty one stands for the page's `usual` grid."""
    text = values_text(shared.current().grid.values)
    st.text_input(
        worded(label_of("values")), value=text, placeholder=worded(usual), **hold(f"{page}.values", text, take_values, page),
        help=tr("{description} Numbers from 0 up, separated by commas or spaces.", description=field_of('values').description),
    )  # fmt: skip
    if problem := st.session_state.pop(f"{page}.values.problem", None):
        fail(problem)


def values_text(values: tuple[float, ...]) -> str:
    """Return the values as they are typed."""
    return ", ".join(f"{value:.10g}" for value in values)


def take_values(text: str, page: str) -> None:
    """Put a typed list into the experiment, or a sentence under the field where it cannot be used."""
    try:
        shared.change(values=tuple(parse_values(text).tolist()) if text.strip() else ())
    except ValueError as error:
        st.session_state[f"{page}.values.problem"] = say("λ {error}.", error=error)


def offer_longer_grid(page: str, best: float) -> None:
    """Offer to extend the grid where the best λ is at its end; one click puts the longer one into the experiment."""
    experiment = shared.current()
    values, name = grid_of(experiment), experiment.grid.param_name
    edge = edge_of(values, best)
    longer = extended_values(values, edge, name)
    if len(longer) == len(values):
        return
    which, end = ("smaller", longer[longer > 0][0]) if edge == "low" else ("larger", longer[-1])
    if st.button(
        tr("Extend the grid to {which} λ, {end:.3g}", which=which, end=end), key=f"{page}.extend", type="primary"
    ):
        typed = experiment.grid.values  # stay as they are
        shared.change(values=tuple(v if v in typed else float(f"{v:.6g}") for v in longer.tolist()))
        st.rerun()
