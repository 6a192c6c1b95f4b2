"""Text of a changing length in a place of a steady height: what stands below it does not move under the hand.

The place also holds, unseen, the longest text that may come there. Both lie in one cell of a grid, so the browser itself
finds the height, at every width.
"""

from collections.abc import Callable

import streamlit as st

from pages.shared.language import worded

# One cell for all texts of a place; only the first is seen.
STYLE = """<style>
[class*="st-key-steady"] {display: grid; grid-template-columns: minmax(0, 1fr)}
[class*="st-key-steady"] > * {grid-area: 1 / 1; min-width: 0}
[class*="st-key-steady"] > * + *, [class*="st-key-steady"] > * + * * {visibility: hidden !important; pointer-events: none}
</style>"""


def steady(
    key: str, text: str, longest: str, help: str | None = None, show: Callable[..., object] = st.markdown,
    hold: Callable[..., object] | None = None,
) -> None:  # fmt: skip
    """Show a text with the height of the longest one that its place may hold.

    key: of the place, in the page. show: how, as Streamlit shows Markdown; hold: how the longest would be shown.
    """
    with st.container(key=f"steady-{key}"):
        show(worded(text), help=worded(help))
        (hold or show)(worded(longest), help=worded(help))
