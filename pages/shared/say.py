"""What a page says in words that may come from outside: from a link, a field, an error. None of it is ever markup.

Streamlit reads what it shows as Markdown. Whatever holds a text that somebody else has written is said from here.
"""

import re
from typing import Literal

import streamlit as st

from pages.shared.language import worded

JOINER = "\u2060"  # is not seen, and parts what it stands in
# Marks of Markdown, and of what Streamlit adds: formulas ($), colours, icons and emoji (:).
MARK = re.compile(r"([\\`*\[\]<~$:&]|(?<![^\W_])_|_(?![^\W_]))")  # an _ within a word, as in n_train, is none
# Looked for in the text as it reads, escaped or not: addresses, colours and emoji, arrows and long dashes.
PARTED = re.compile(r"(:|@|www(?=\.)|-(?=[->])|<(?=[-=])|[>~](?==))", re.IGNORECASE)
BLOCK = re.compile(r"[-+#>|=]|\d+[.)]")  # what a list, a heading, a quotation or a table begins with


def plain(text: str) -> str:
    """Return Markdown that shows a text as it is written, in one line; no image, link, formula, colour or list comes of it.

    A message is shown in the session's language.
    """
    line = "".join(c if c.isprintable() else "\ufffd" for c in " ".join(worded(text).split()))
    marked = PARTED.sub(rf"\1{JOINER}", MARK.sub(r"\\\1", line))
    return JOINER + marked if BLOCK.match(line) else marked


def warn(text: str, icon: str | None = None) -> None:
    """Show a sentence as a warning."""
    st.warning(plain(text), icon=icon)


CALLED = "lab.called"


def call(text: str, once: str = "") -> None:
    """Show a sentence over the page, in answer to a press: nothing moves away under the hand.

    once: names what is said, which later runs of the page do not say again; it stays until it is closed.
    """
    called: set[str] = st.session_state.setdefault(CALLED, set())
    if once not in called:
        st.toast(plain(text), icon=":material/warning:", duration="infinite" if once else "long")
    called.update({once} - {""})


def tell(text: str) -> None:
    """Show a sentence that informs."""
    st.info(plain(text))


def grade(text: str, kind: Literal["met", "open", "unclear"], icon: str | None = None) -> None:
    """Show what a lesson says to an answer: a sentence of our own, with its emphasis; never with a text from outside."""
    {"met": st.success, "open": st.info, "unclear": st.warning}[kind](worded(text), icon=icon)


def fail(text: str) -> None:
    """Show what went wrong, or cannot be done, and what to do about it."""
    st.error(plain(text))
