"""The languages: a catalogue of templates each, and how each writes a number.

A catalogue is `<language>/LC_MESSAGES/lab.mo` beside this file, read by Python's own gettext; English needs none, it is
what stands in the code. `make words` collects the templates and compiles the catalogues. The pseudo-language shows what is
no message yet: each template between ⟦ and ⟧, a third longer.
"""

from __future__ import annotations

import gettext
import re
import string
from collections.abc import Mapping
from functools import cache
from numbers import Number
from pathlib import Path
from typing import Any

ENGLISH, PSEUDO = "en", "pseudo"
DOMAIN = "lab"
FOLDER = Path(__file__).parent
# Decimal mark and mark between thousands, where they are not those of English.
MARKS: Mapping[str, tuple[str, str]] = {"de": (",", "."), "es": (",", "."), "fr": (",", "\u202f"), "it": (",", ".")}
LETTER = re.compile(r"[^\W\d_]")
FIELD = re.compile(r"\{\{|\}\}|\{[^{}]*\}")
FILLER = "·"  # makes a pseudo-text longer


def languages() -> tuple[str, ...]:
    """Return the languages that there are catalogues of, English first."""
    return (ENGLISH, *sorted(path.parents[1].name for path in FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")))


def is_language(name: str) -> bool:
    """Return whether the program can be shown in this language."""
    return name == PSEUDO or name in languages()


def template_in(language: str, template: str, plural: str | None, n: int) -> str:
    """Return a template, in the plural where n asks for it, as the language has it; the English one where it has none."""
    if language in (ENGLISH, PSEUDO):
        english = template if plural is None or n == 1 else plural
        return stretched(english) if language == PSEUDO else english
    catalogue = catalogue_of(language)
    return catalogue.gettext(template) if plural is None else catalogue.ngettext(template, plural, n)


@cache
def catalogue_of(language: str, folder: Path = FOLDER) -> gettext.NullTranslations:
    """Return the catalogue of a language; an empty one, which leaves all as it is, where there is none."""
    return gettext.translation(DOMAIN, folder, [language], fallback=True)


def stretched(template: str) -> str:
    """Return a template in the pseudo-language: between marks and a third longer; one without letters is no sentence.

    >>> stretched("{n:,} epochs")
    '⟦{n:,} epochs···⟧'
    """
    letters = FIELD.sub("", template)
    return f"⟦{template}{FILLER * -(-len(letters) // 3)}⟧" if LETTER.search(letters) else template


class Filler(string.Formatter):
    """Puts values into a template as the language writes numbers."""

    def __init__(self, language: str) -> None:
        self.language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return one value by its format, such as ",.3f"."""
        text = format(value, format_spec)
        return number_in(self.language, text) if isinstance(value, Number) else text


def filled(language: str, template: str, values: Mapping[str, Any]) -> str:
    """Return a template with its values. One without values is a text as it stands, braces and all, as in `logging`."""
    if not values:
        return template
    return (
        template.format(**values) if language in (ENGLISH, PSEUDO) else Filler(language).vformat(template, (), values)
    )


def number_in(language: str, number: str) -> str:
    """Return a number that is written in English as the language writes it.

    >>> number_in("de", "12,345.6")
    '12.345,6'
    """
    decimal, thousands = MARKS.get(language, (".", ","))
    return number.translate({ord("."): decimal, ord(","): thousands})
