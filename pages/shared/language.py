"""The language of the session: where a page turns messages into texts, just before it shows them.

It is English, or what a link says, `?lang=…`; the session keeps it on all pages, and the address shows it.
"""

from typing import Any

import streamlit as st

from core.words import ENGLISH, PSEUDO, in_language, is_language, say, say_n

LANG = "lang"  # parameter of a link, and of the line to the browser
LANGUAGE = "lab.language"


def take_language() -> None:
    """Take the language that the address asks for; what is none is passed over."""
    asked = st.query_params.get(LANG, "")
    if is_language(asked):
        st.session_state[LANGUAGE] = asked


def language() -> str:
    """Return the language of the session."""
    return str(st.session_state.get(LANGUAGE, ENGLISH))


def language_in_address() -> dict[str, str]:
    """Return the language as the address holds it: English is not named."""
    return {} if language() == ENGLISH else {LANG: language()}


def locale() -> str:
    """Return the name by which a browser knows how the language writes numbers."""
    return "en-US" if language() in (ENGLISH, PSEUDO) else language()


def tr(template: str, /, **values: Any) -> str:
    """Return the sentence of a template and its values, as `say` makes it, in the session's language."""
    return str(in_language(say(template, **values), language()))


def tr_n(one: str, other: str, n: int, /, **values: Any) -> str:
    """Return a sentence about a number of things, as `say_n` makes it, in the session's language."""
    return str(in_language(say_n(one, other, n, **values), language()))


def worded(value: Any) -> Any:
    """Return a message, or a record with messages in it, in the session's language."""
    return in_language(value, language())
