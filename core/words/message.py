"""A message: a sentence in English that knows its template and its values, and so can be shown in any language.

It is a text, the English one: whoever writes a log, a file or a notebook's error takes it as it is. A page, and the line to
a browser, ask it for the language of the one who looks. An f-string or a method such as `.strip()` makes plain English of
it, so what is made of messages is a message too: by `say` with messages among the values, by `joined`, or by `+`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, SupportsIndex

from core.words.language import ENGLISH, filled, template_in


class Message(str):
    """A template with named values: `Message("{n:,} epochs", {"n": 1200})` is "1,200 epochs".

    plural, n: the template for numbers other than one, and the number that decides. Its English text is made at once.
    """

    __slots__ = ("n", "plural", "template", "values")
    template: str
    values: Mapping[str, Any]
    plural: str | None
    n: int

    def __new__(
        cls, template: str, values: Mapping[str, Any] | None = None, plural: str | None = None, n: int = 1
    ) -> Message:
        """Make the English text, which is what the message is as a text."""
        given = dict(values or {})
        self = super().__new__(cls, filled(ENGLISH, template_in(ENGLISH, template, plural, n), given))
        self.template, self.values, self.plural, self.n = template, given, plural, n
        return self

    def text(self, language: str = ENGLISH) -> str:
        """Return the sentence in a language, with the messages among its values in it, too."""
        if language == ENGLISH:
            return "".join((self,))  # a plain text
        template = template_in(language, self.template, self.plural, self.n)
        return filled(language, template, in_language(self.values, language))

    def __str__(self) -> Message:
        """Return the message itself: `str(error)` of an error with a message is that message."""
        return self

    def format(self, *args: object, **values: object) -> str:
        """Return the message with values that come later: its template stood in the code before they were known."""
        return Message(self.template, values, self.plural, self.n)

    def __add__(self, other: str) -> str:
        """Return a message with a text, or another message, behind it."""
        return joined((self, other), "")

    def __radd__(self, other: str) -> str:
        """Return a message with a text before it."""
        return joined((other, self), "")

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        """Let it be copied, and go to another process, as the message that it is."""
        return Message, (self.template, self.values, self.plural, self.n)

    def __deepcopy__(self, memo: object) -> Message:
        """Return itself: it never changes."""
        return self


class Shaped(Message):
    """A message in another shape: with a small first letter, say, or in lines. The shape is given to the text in each language.

    shape: a function of a text, one that has a name of its own (or a `partial` of one), so that it can go to another process.
    """

    __slots__ = ("shape",)
    shape: Callable[[str], str]

    def __new__(cls, message: str, shape: Callable[[str], str]) -> Shaped:
        """Keep the message, and be its English text in that shape."""
        self = str.__new__(cls, shape("".join((message,))))
        self.template, self.values, self.plural, self.n = "{message}", {"message": message}, None, 1
        self.shape = shape
        return self

    def text(self, language: str = ENGLISH) -> str:
        """Return the text in a language and in the shape."""
        return self.shape("".join((in_language(self.values["message"], language),)))

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        """Let it be copied."""
        return Shaped, (self.values["message"], self.shape)


def with_small_first(text: str) -> str:
    """Return a text with a small first letter."""
    return text[:1].lower() + text[1:]


def with_large_first(text: str) -> str:
    """Return a text with a large first letter."""
    return text[:1].upper() + text[1:]


def say(template: str, /, **values: Any) -> str:
    """Return a message: `say("{n:,} of {total:,}", n=12, total=4224)`.

    It counts as a text; `in_language` knows it for a message. The template stands in the code as one literal, so that
    `make words` finds it. Without values it is taken as it stands, with values a brace that is meant is doubled. Values:
    numbers, with their format in the template, texts, and messages.
    """
    return Message(template, values)


def say_n(one: str, other: str, n: int, /, **values: Any) -> str:
    """Return a message about a number of things: `say_n("{n:,} row", "{n:,} rows", n)`. n is one of the values."""
    return Message(one, {"n": n, **values}, other, n)


def joined(parts: Iterable[str], by: str = " ") -> str:
    """Return texts and messages one after another as one message; empty ones are left out."""
    kept = [part for part in parts if part]
    between = by.replace("{", "{{").replace("}", "}}")
    return Message(
        between.join(f"{{part{i}}}" for i in range(len(kept))), {f"part{i}": part for i, part in enumerate(kept)}
    )


def lowered(message: str) -> str:
    """Return a label or a sentence as it stands within another: with a small first letter. What is no message stays none."""
    return shaped(message, with_small_first)


def raised(message: str) -> str:
    """Return a message as it stands at the beginning of a sentence: with a large first letter."""
    return shaped(message, with_large_first)


def shaped(message: str, shape: Callable[[str], str]) -> str:
    """Return a text in a shape; a message takes it on in each language."""
    return Shaped(message, shape) if isinstance(message, Message) else shape(message)


def in_language(value: Any, language: str) -> Any:
    """Return a record of lists, tuples and mappings with every message in it as a text of the language; all else as it is."""
    if isinstance(value, Message):
        return value.text(language)
    if isinstance(value, Mapping):
        return {key: in_language(item, language) for key, item in value.items()}
    if isinstance(value, list):
        return [in_language(item, language) for item in value]
    if type(value) is tuple:
        return tuple(in_language(item, language) for item in value)
    return value
