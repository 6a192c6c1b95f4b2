"""One widget for any setting: label, bounds, choices and help come from the setting's field in `core/config.py`.

The experiment is the truth and widgets follow it. A widget is written to only when it disagrees, so that a second quick
change is never overwritten by the echo of the first.
"""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.config import CHOICE_LABELS, bounds_of, choices_of, field_of, format_value, label_of, read_setting
from pages.shared import experiment as shared

WIDE = 10_000  # a range wider than this gets a number field instead of a slider


def setting(page: str, name: str, offered: Sequence[Any] = (), note: str = "", off: str = "") -> None:
    """Show the widget of one setting, named by its flat name.

    page: prefix of the widget's key, `<page>.<name>`. offered: values to offer beside a field for any other.
    note: a sentence added to the help. off: why the setting does nothing now; the widget is then disabled.
    """
    value, choices = shared.current().get(name), choices_of(name)
    words = {
        "label": label_of(name) + (f" ({off})" if off else ""),
        "help": f"{field_of(name).description} {note}".strip(),
        "disabled": bool(off),
        "key": f"{page}.{name}",
        "on_change": take,
        "args": (page, name),
    }
    if offered:
        offered_setting(name, value, offered, words)
    elif isinstance(value, bool):
        follow(words["key"], value)
        st.toggle(**words)
    elif isinstance(value, tuple):
        follow(words["key"], list(value))
        st.pills(options=choices, selection_mode="multi", format_func=choice_label, **words)
    elif choices:
        follow(words["key"], value)
        st.selectbox(options=choices, format_func=choice_label, **words)
    else:
        number_setting(name, value, words)
    if problem := st.session_state.pop(f"{page}.{name}.problem", None):
        st.error(problem)


def offered_setting(name: str, value: Any, offered: Sequence[Any], words: dict[str, Any]) -> None:
    """Show a list of values that also takes a typed one."""
    texts = list(dict.fromkeys([*map(format_value, offered), format_value(value)]))
    follow(words["key"], format_value(value))
    empty = {"hidden_sizes": "none (linear model)", "batch_size": "all"}.get(name, "none")
    st.selectbox(
        options=texts, accept_new_options=True, format_func=lambda text: empty if text == "none" else text, **words
    )


def number_setting(name: str, value: float, words: dict[str, Any]) -> None:
    """Show a slider, or a number field where the range is wide."""
    low, high = bounds_of(name)
    assert low is not None and high is not None
    kind = type(value)
    follow(words["key"], value)
    if high - low > WIDE:
        st.number_input(min_value=kind(low), max_value=kind(high), step=1 if kind is int else None, **words)
    else:
        st.slider(min_value=kind(low), max_value=kind(high), step=1 if kind is int else 0.01, **words)


def follow(key: str, value: Any) -> None:
    """Give the widget about to be shown this value, unless it has it."""
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def choice_label(choice: str) -> str:
    """Return a choice as the page names it."""
    return CHOICE_LABELS.get(choice, choice)


def take(page: str, name: str) -> None:
    """Put what a widget holds into the experiment, or a sentence under the widget where it cannot be used."""
    value = st.session_state[f"{page}.{name}"]
    value = tuple(value) if isinstance(value, list) else round(value, 9) if isinstance(value, float) else value
    try:
        shared.put(read_setting(shared.current(), name, value))
    except ValueError as error:
        st.session_state[f"{page}.{name}.problem"] = str(error)
