"""A curve to be sketched with the finger: the Python side of `assets/drawing.js`."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from core.words import say
from pages.shared.language import worded
from pages.shared.stage import LOADER, assets_hash

WORDS = {
    "open": say("not drawn yet"),
    "place": say("Height at place {i} of {n}; arrow keys move it"),
    "missing": say("{k} of {n} places have no height yet."),
}
HELP = say("Draw from left to right with the finger or the mouse; or move each point with the arrow keys.")


def drawing(
    key: str, label: str, n: int, heights: str | None, axes: tuple[str, str], ticks: Sequence[str], is_over: bool,
    on_drawn: Callable[[], Any],
) -> None:  # fmt: skip
    """Show a box in which a curve of n heights from 0 to 9 is drawn; `on_drawn` is called when the hand rests.

    heights: what was drawn so far, a digit for each place, or None. axes: their names; ticks: texts along the first, evenly.
    """
    component = st.components.v2.component(
        "overfit_lab_drawing", js=LOADER.replace("stage.js", "drawing.js"), isolate_styles=False
    )
    data = {
        "assets": f"/lab/assets/{assets_hash()}/", "label": label, "n": n, "x": axes[0], "y": axes[1], "ticks": list(ticks),
        "heights": [int(digit) for digit in heights] if heights else None, "disabled": is_over, "words": WORDS,
    }  # fmt: skip
    component(key=key, data=worded(data), on_heights_change=on_drawn)
    st.caption(worded(HELP))


def drawn(key: str) -> str | None:
    """Return what the box has told, a digit for each place, None where it has not. A browser may send anything."""
    told = (st.session_state.get(key) or {}).get("heights")
    return told if isinstance(told, str) and told.isascii() and told.isdigit() else None
