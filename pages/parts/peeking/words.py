"""What the page of peeking says beside its charts, and what it knows of the real looks of this browser tab."""

import streamlit as st

from core.data import info_of
from core.studies.cv.peeking import peeking_in_words
from core.studies.peeking.simulation import N_SETTINGS
from core.words import say
from pages.shared import experiment as shared
from pages.shared.language import tr
from pages.shared.looks import count_looks
from pages.shared.say import tell

INTRO = say(
    "**What if the test set chooses?** The best of k networks on m test rows is scored again on fresh rows. Press Run, then "
    "move k: what separates the two scores is luck, taken for skill."
)


def n_real_looks() -> int:
    """Return how often the test rows of the experiment of now were looked at, on Cross-validation and Remedies."""
    return count_looks(shared.current())


def nearest_k(n_looks: int) -> int:
    """Return the place of the number of settings nearest to the real looks, of 20 where there were fewer than two."""
    if n_looks < 2:
        return N_SETTINGS.index(20)
    return min(range(len(N_SETTINGS)), key=lambda i: abs(N_SETTINGS[i] - n_looks))


def show_real_looks() -> None:
    """Say how often the test rows were really looked at, and what that does."""
    n_looks, data = n_real_looks(), shared.current().data
    label = info_of(data).label
    if n_looks == 0:
        st.caption(
            tr(
                "Your own looks: none yet at the test rows of {label} (Cross-validation and Remedies count them).",
                label=label,
            )
        )
        return
    tell(
        say(
            "Your own looks, {label}: {peeking_in_words}",
            label=label,
            peeking_in_words=peeking_in_words(n_looks, None, info_of(data).is_synthetic),
        )
    )
