"""Data sets to choose by their pictures: one look tells a spiral from two clouds, no word does."""

from collections.abc import Callable
from functools import cache

import streamlit as st

from core.data import DATASETS
from core.figures.thumbnails import SIDE
from pages.shared.language import tr, worded
from pages.shared.stage import assets_hash
from pages.shared.widgets import among, hold

PLACE = "lab-pictures"
GAP, ACROSS = 4, 5  # pixels between two pictures; pictures in a row


@cache
def style() -> str:
    """Return how the choices become pictures: each shows its part of one image, and its name while it is pointed at."""
    parts = "\n".join(
        f".st-key-{PLACE} button:nth-of-type({i + 1}) {{background-position-x: {-SIDE * i}px !important}}"
        for i in range(len(DATASETS))
    )
    return f"""<style>
.st-key-{PLACE} [role=radiogroup] {{gap: {GAP}px; width: {ACROSS * (SIDE + GAP) - GAP}px}}
.st-key-{PLACE} button {{
  position: relative; width: {SIDE}px; height: {SIDE}px; min-height: 0; padding: 0; border-radius: 8px; overflow: visible;
  background: #fff url(./lab/assets/{assets_hash()}/datasets.svg) 0 0 / auto {SIDE}px no-repeat border-box !important;
}}
.st-key-{PLACE} button[aria-checked=true] {{outline: 3px solid #0072b2}}
.st-key-{PLACE} button > * {{position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%)}}
.st-key-{PLACE} button:is(:hover, :focus-visible) {{z-index: 2}}
.st-key-{PLACE} button:is(:hover, :focus-visible) > * {{
  top: calc(100% + 4px); left: 50%; width: max-content; height: auto; transform: translateX(-50%); clip-path: none;
  padding: 0.1rem 0.5rem; border-radius: 6px; background: #222; color: #fff; pointer-events: none;
}}
.st-key-{PLACE} button:nth-of-type({ACROSS}n+1) > * {{left: 0 !important; transform: none !important}}
.st-key-{PLACE} button:nth-of-type({ACROSS}n) > * {{left: auto !important; right: 0; transform: none !important}}
{parts}
</style>"""


def choose_by_picture(page: str, chosen: str, on_new: Callable[[str, str], None]) -> None:
    """Show the pictures, with the one that is chosen marked. on_new: called with the name of another one and the page."""
    st.html(style())
    names = list(DATASETS)
    here = chosen if chosen in names else None
    with st.container(key=PLACE):
        st.pills(
            tr("Data in pictures"), names, default=here, required=here is not None, label_visibility="collapsed",
            format_func=lambda name: worded(DATASETS[name].label),
            **among(names, hold(f"{page}.picture", here, on_new, page)),
        )  # fmt: skip
