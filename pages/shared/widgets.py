"""One widget for any setting: label, bounds, choices and help come from the setting's field in `core/settings/experiment.py`.

The experiment is the truth and widgets follow it. A browser sends the values of all widgets with every message, and for
a moment still the old ones after the program has changed some. So a widget is never written to: one that disagrees is
replaced by a new one, and what the browser still says of the old one reaches nobody. (A list that has taken a typed
number is the exception, see `adopt_typed`: the number that is written to it is the one that was typed.)

Each is given what it holds as its *default* too. Streamlit and the browser forget a widget that was hidden, each in its
own time, and what has forgotten it starts from the default: were that the minimum, a dial that comes back would write it.
"""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from core.settings.experiment import (
    CHOICE_LABELS,
    bounds_of,
    choices_of,
    field_of,
    format_value,
    label_of,
    read_setting,
)
from core.telling import with_data
from core.words import joined, say
from pages.shared import experiment as shared
from pages.shared.language import worded
from pages.shared.say import fail

WIDE = 10_000  # a range wider than this gets a number field instead of a slider
# Stands unseen before each value of a list that takes typed ones. Streamlit holds a text that contains the present value
# for an addition to it and drops that part: typing 205 over 20 would give 5.
UNSEEN = "\u2060"
# What an empty value of a list that takes typed ones is called.
EMPTY = {"hidden_sizes": say("none (linear model)"), "batch_size": say("all")}


def setting(page: str, name: str, offered: Sequence[Any] = (), note: str = "", off: str = "") -> None:
    """Show the widget of one setting, named by its flat name.

    page: prefix of the widget's key, `<page>.<name>`. offered: values to offer beside a field for any other.
    note: a sentence added to the help. off: why the setting does nothing now; the widget is then disabled.
    """
    value, choices = shared.current().get(name), choices_of(name)
    words = {
        "label": worded(say("{label} ({why})", label=label_of(name), why=off) if off else label_of(name)),
        "help": worded(joined([str(field_of(name).description), note])),
        "disabled": bool(off),
        **bind(page, name, as_shown(value, bool(offered))),
    }
    if offered:
        offered_setting(name, value, offered, words)
    elif isinstance(value, bool):
        st.toggle(value=value, **words)
    elif isinstance(value, tuple):
        st.pills(options=choices, default=value, selection_mode="multi", format_func=choice_label, **words)
    elif choices:
        st.selectbox(options=choices, index=choices.index(value), format_func=choice_label, **words)
    else:
        number_setting(name, value, words)
    if problem := st.session_state.pop(f"{page}.{name}.problem", None):
        fail(problem)


def offered_setting(name: str, value: Any, offered: Sequence[Any], words: dict[str, Any]) -> None:
    """Show a list of values that also takes a typed one."""
    texts = list(dict.fromkeys([*map(format_value, offered), format_value(value)]))
    empty = worded(EMPTY.get(name, say("none")))
    st.selectbox(
        options=texts, index=texts.index(format_value(value)), accept_new_options=True,
        format_func=lambda text: UNSEEN + (empty if text == "none" else text), **{**words, "args": (*words["args"], texts)},
    )  # fmt: skip


def number_setting(name: str, value: float, words: dict[str, Any]) -> None:
    """Show a slider, or a number field where the range is wide."""
    low, high = bounds_of(name)
    assert low is not None and high is not None
    kind = type(value)
    if high - low > WIDE:
        st.number_input(
            min_value=kind(low), max_value=kind(high), value=value, step=1 if kind is int else None, **words
        )
    else:
        st.slider(min_value=kind(low), max_value=kind(high), value=value, step=1 if kind is int else 0.01, **words)


def as_shown(value: Any, is_text: bool) -> Any:
    """Return a setting's value as its widget holds it."""
    if is_text:
        return format_value(value)
    return list(value) if isinstance(value, tuple) else value


def select(label: str, options: Sequence[Any], chosen: Any, held: dict[str, Any], **words: Any) -> None:
    """Show a list in which `chosen` is chosen, None for nothing. held: see `hold`; words: what else `st.selectbox` takes."""
    name_of = words.pop("format_func", str)
    index = None if chosen is None else list(options).index(chosen)
    st.selectbox(
        worded(label),
        options,
        index,
        format_func=lambda option: worded(name_of(option)),
        **among(options, held),
        **worded(words),
    )


def bind(page: str, name: str, shown: Any) -> dict[str, Any]:
    """Return the arguments that make a widget of this setting hold what is to be shown and hand on what the user does."""
    return hold(f"{page}.{name}", shown, take, page, name)


def hold(key: str, value: Any, on_new: Callable[..., None], *args: Any) -> dict[str, Any]:
    """Return the key and the callback of a widget that holds `value`; give it the value as its default, too.

    on_new: called with the new value and `args` once the user has changed it.
    """
    numbered_key = follow(key, value)
    return {"key": numbered_key, "on_change": hand_on, "args": (key, numbered_key, on_new, *args)}


def among(options: Sequence[Any], held: dict[str, Any]) -> dict[str, Any]:
    """Return what `hold` has returned, for a widget that chooses one of these options and hears of nothing else.

    A browser names an option by its words. Where they change while a press is on its way, as a λ in them does, Streamlit hands
    on the old words in place of the option; and None where nothing is chosen any more.
    """
    key, numbered_key, on_new, *args = held["args"]

    def hear(value: Any, *args: Any) -> None:
        if value in options:
            on_new(value, *args)

    return {**held, "args": (key, numbered_key, hear, *args)}


def follow(key: str, value: Any) -> str:
    """Return the key of a widget that holds this value: `key`, or from the second one on `key.1`, `key.2`, …"""
    session, turn = st.session_state, st.session_state.get(f"{key}.turn", 0)
    if session.get(numbered(key, turn), value) != value:
        turn = session[f"{key}.turn"] = turn + 1
    return numbered(key, turn)


def hand_on(key: str, numbered_key: str, on_new: Callable[..., None], *args: Any) -> None:
    """Hand on what a widget holds, unless it is an old one, of which the browser may still speak for a moment."""
    if numbered_key == numbered(key, st.session_state.get(f"{key}.turn", 0)):
        on_new(st.session_state[numbered_key], *args)


def numbered(key: str, turn: int) -> str:
    """Return the key of the widget that has replaced `turn` others."""
    return f"{key}.{turn}" if turn else key


def choice_label(choice: str) -> str:
    """Return a choice as the page names it."""
    return str(worded(CHOICE_LABELS.get(choice, choice)))


def take(value: Any, page: str, name: str, offered: Sequence[str] | None = None) -> None:
    """Put what a widget holds into the experiment, or a sentence under the widget where it cannot be used.

    offered: the texts of a list that takes typed ones.
    """
    is_typed = offered is not None and value not in offered
    value = value.replace(UNSEEN, "") if is_typed else value
    value = tuple(value) if isinstance(value, list) else round(value, 9) if isinstance(value, float) else value
    try:
        now = shared.current()
        shared.put(with_data(now, value) if name == "data" else read_setting(now, name, value))
    except ValueError as error:
        st.session_state[f"{page}.{name}.problem"] = str(error)
    if is_typed:
        adopt_typed(f"{page}.{name}", format_value(shared.current().get(name)))


def adopt_typed(key: str, text: str) -> None:
    """Let a list show a typed value as one of its own, or the old one again where that could not be used.

    The one widget that is written to: were it replaced, whoever types the next number into it meanwhile would not be heard.
    """
    st.session_state[numbered(key, st.session_state.get(f"{key}.turn", 0))] = text
