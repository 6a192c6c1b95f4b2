"""Values inside our sentences: never longer than a sentence bears, and never cut without saying so."""

from __future__ import annotations

MAX_CHARS = 80


def shortened(text: str, limit: int = MAX_CHARS) -> str:
    """Return a text of at most `limit` characters; what is left out is an "…", after a whole word where there is one.

    >>> shortened("none,l1_proximal,elastic_net", 24)
    'none,l1_proximal,…'
    """
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    end = max(head.rfind(mark) for mark in (",", " ", "-")) + 1
    return (head[:end] if end > limit // 2 else head) + "…"


def written(value: object, limit: int = MAX_CHARS) -> str:
    """Return a value as Python writes it, cut to `limit` characters; a text keeps both its quotes.

    >>> written("abcdefgh", 6)
    "'abcde…'"
    """
    return repr(shortened(value, limit)) if isinstance(value, str) else shortened(repr(value), limit)
