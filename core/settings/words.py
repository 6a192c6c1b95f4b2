"""Values inside our sentences: never longer than a sentence bears, and never cut without saying so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import partial

from core.words import say, shaped

MAX_CHARS = 80


def shortened(text: str, limit: int = MAX_CHARS) -> str:
    """Return a text, or a message in each language, of at most `limit` characters; what is left out is an "…", after a whole
    word where there is one.

    >>> shortened("none,l1_proximal,elastic_net", 24)
    'none,l1_proximal,…'
    """
    return shaped(text, partial(cut_off, limit=limit)) if len(text) > limit else text


def cut_off(text: str, limit: int) -> str:
    """Return the beginning of a text that is too long, in `limit` characters."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    end = max(head.rfind(mark) for mark in (",", " ", "-")) + 1
    return (head[:end] if end > limit // 2 else head) + "…"


def written(value: object, limit: int = MAX_CHARS) -> str:
    """Return a value as Python writes it, in one line cut to `limit` characters; a text keeps both its quotes.

    >>> written("abcdefgh", 6)
    "'abcde…'"
    """
    return repr(shortened(value, limit)) if isinstance(value, str) else shortened(" ".join(repr(value).split()), limit)


def received(value: object) -> str:
    """Return in a few words what was given: `'l2'`, `0.1`, `an array of shape (3, 2)`, `a dict`, `a Fit`."""
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple) and len(shape):
        return say("an array of shape {shape}", shape=tuple(int(n) for n in shape))
    if isinstance(shape, tuple) and hasattr(value, "item"):  # a number of NumPy's or torch's
        return written(value.item())
    if value is None or isinstance(value, (str, bytes, bool, int, float, list, tuple)):
        return written(value)
    if isinstance(value, type):
        return say("the class {name}", name=value.__name__)
    name = type(value).__name__
    return say("an {kind}", kind=name) if name[0] in "AEIOUaeiou" else say("a {kind}", kind=name)


def did_you_mean(name: str, known: Iterable[str], other_names: Mapping[str, str] | None = None) -> str:
    """Return "; did you mean '…'?" where a known name is near, or one that other programs give the same thing; else ""."""
    meant = (other_names or {}).get(name) or next(iter(get_close_matches(name, list(known), 1)), "")
    return say("; did you mean '{meant}'?", meant=meant) if meant else ""
