"""The settings of bias and variance in the sidebar, and the button that draws all training sets anew."""

import streamlit as st

from core.settings.experiment import bounds_of
from core.studies.base.values import value_texts
from core.studies.bias_variance.decomposition import VALUES, WIDTHS
from core.words import say
from pages.shared import experiment as shared
from pages.shared.grid import values_setting
from pages.shared.language import tr, worded
from pages.shared.widgets import setting

WIDTH_HELP = say(
    "Every hidden layer has {narrowest:.0f} to {widest:.0f} units, in {n_widths} stops; the penalties stay as they are. "
    "A narrow network starts from the weights that it would draw alone.",
    narrowest=WIDTHS[0],
    widest=WIDTHS[-1],
    n_widths=len(WIDTHS),
)
REDRAW_HELP = say("New training sets from the same law (other parts of real rows): press Run again and compare.")


def show_bias_variance_controls(page: str) -> None:
    """Show what varies, and how many training sets and starts there are."""
    setting(page, "vary")
    if shared.current().bias_variance.vary == "width":
        st.caption(worded(WIDTH_HELP))
    else:
        setting(page, "param_name")
        if shared.current().grid.param_name == "elastic":
            setting(page, "l1_share")
        texts = value_texts(VALUES)
        values_setting(
            page,
            say(
                "0 and {n_values} values from {smallest} to {largest}",
                n_values=len(VALUES) - 1,
                smallest=texts[1],
                largest=texts[-1],
            ),
        )
    left, right = st.columns(2, gap="small")
    with left:
        setting(page, "n_sets")
    with right:
        setting(page, "n_set_starts")


def redraw() -> None:
    """Draw all training sets anew: made-up sets have the data seed + 0, 1, …, so the next ones begin after the last."""
    now = shared.current()
    highest = int(bounds_of("data_seed")[1] or 0)
    seed = now.data.seed + now.bias_variance.n_sets
    shared.change(data_seed=seed if seed <= highest else 0)


def show_redraw(page: str) -> None:
    """Show the button."""
    if st.button(tr("Redraw the data"), key=f"{page}.redraw", help=worded(REDRAW_HELP)):
        redraw()
        st.rerun()
