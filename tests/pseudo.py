"""What of a text in the pseudo-language stands in no message: what is left outside of ⟦ and ⟧, without names and symbols."""

import re
from collections.abc import Iterator
from typing import Any

WRAPPED = re.compile(r"⟦[^⟦⟧]*(⟧|…$)")  # whole, or cut off at its end
WORD = re.compile(r"[A-Za-z]{3,}|[⟦⟧]")
# Names, symbols and what is code or data: the same in every language.
NAMES = re.compile(
    r"\b(λ_min|λ_1se|scikit-learn|torch|Keras|PyTorch|SGD|AdamW?|ReLU|GELU|tanh|leaky|TensorFlow|CSV|sin|min_delta)\b|"
    r"sign\(|icon\b|\block\b|\bhistory\b"
)
# Where texts stand that a person reads: keys of a stage and of a snapshot's facts, and all below some of them.
READ = {
    "text", "title", "look_for", "label", "head", "caption", "corner", "help", "note", "room", "short", "unit", "group", "told",
    "hovertemplate", "texttemplate", "ticktext", "watch", "expect", "hint",
}  # fmt: skip
ALL_READ = {"descriptions", "labels", "readouts", "tables", "legend"}
NO_TEXT = {"bind", "palette", "key", "name", "symbol", "color", "dash", "kind", "icon", "tone", "scale", "value"}
BINDING = re.compile(r"[a-z_0-9]+(\[@?\w+\])*|(label|ghost|at|span):.*")
TAGS = re.compile(r"%\{[^}]*\}|</?\w+/?>|&\w+;")  # Plotly's


def unwrapped(text: str) -> str:
    """Return what of a text stands in no message, without names."""
    while (less := WRAPPED.sub("", text)) != text:
        text = less
    return NAMES.sub("", text)


def is_plain(text: str) -> bool:
    """Return whether a word of a text stands in no message."""
    return WORD.search(TAGS.sub("", unwrapped(text))) is not None


def plain_texts(
    value: Any, names: frozenset[str] = frozenset(), where: str = "", is_read: bool = False
) -> Iterator[str]:
    """Yield what a person reads of a stage, or of a snapshot's facts, and stands in no message, with its place.

    names: what data give themselves, such as names of columns: no messages.
    """
    if isinstance(value, dict):
        for key, item in value.items():
            is_trace_name = key == "name" and re.search(r"\.data\[\d+\]$", where) is not None
            if key == "bind":
                continue  # names of arrays
            reads = is_trace_name or key in READ or ((is_read or key in ALL_READ) and key not in NO_TEXT)
            yield from plain_texts(item, names, f"{where}.{key}", reads)
    elif isinstance(value, (list, tuple)):
        is_rows = re.search(r"\.(rows|of|cells|heads|answers)$", where) is not None
        for i, item in enumerate(value):
            yield from plain_texts(item, names, f"{where}[{i}]", is_read or is_rows)
    elif isinstance(value, str) and is_read and value not in names and is_plain(value):
        yield f"{where}: {value[:120]}"
