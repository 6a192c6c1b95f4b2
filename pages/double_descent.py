"""Double descent: the error falls, peaks and falls again, against width or along the epochs, and what λ does to it."""

import streamlit as st

from core.presets import START
from core.words import say
from pages.parts.double_descent.along import show_epochs, show_networks
from pages.parts.double_descent.features import PAGE, show_features
from pages.shared import experiment as shared
from pages.shared.language import worded
from pages.shared.widgets import setting

VIEWS = {"random_features": show_features, "networks": show_networks, "epochs": show_epochs}
DATA = {
    "random_features": say("Digits, 200 training rows, five draws of rows, wrong labels and hidden weights."),
    "networks": say(
        "Digits, 200 training rows, 20 % of their labels wrong; one hidden layer, tanh, squared error, Adam."
    ),
    "epochs": say("100 training rows, 70 features that are learned fast and 10 that are learned slowly, five draws."),
}


@st.fragment
def show_run() -> None:
    """Show the stage."""
    shared.show_address()
    VIEWS[shared.current().double_descent.descent]()


PAGE.open(START)
with st.sidebar:
    setting("double_descent", "descent")
    st.caption(worded(DATA[shared.current().double_descent.descent]))
    setting("double_descent", "data_seed")
shared.show_problems()
show_run()
