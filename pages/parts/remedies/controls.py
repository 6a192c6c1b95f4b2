"""What only the Remedies page has in its sidebar: starts, combinations, tuning, strengths."""

import streamlit as st

from core.studies.remedies.choice import TUNED, look_every
from pages.shared import experiment as shared
from pages.shared.language import tr
from pages.shared.widgets import setting

STRENGTHS = {
    "remedy_l1": (0.0, 0.001, 0.003, 0.01), "remedy_l2": (0.0, 0.003, 0.01, 0.03), "remedy_dropout": (),
    "patience": (5, 10, 20, 50), "min_delta": (0.0, 0.001, 0.01, 0.1), "remedy_augment": (), "n_ensemble": (),
}  # fmt: skip
CHOICES = ("n_remedy_starts", "first_combination", "second_combination", "tune_remedies")


def show_more() -> None:
    """Show what only this page has: starts, combinations, tuning, strengths."""
    is_tuned = shared.current().remedies.tune_remedies
    for name in CHOICES:
        setting("remedies", name)
    with st.expander(tr("Strengths of the remedies")):
        for name, offered in STRENGTHS.items():
            setting("remedies", name, offered, off="tuned" if is_tuned and name in TUNED else "")
        st.caption(
            tr("The validation rows are looked at every {look_every} epochs.", look_every=look_every(shared.current()))
        )
