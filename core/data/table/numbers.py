"""Texts as numbers: the four ways in which people write them, and which of them a whole column follows.

1234.5 · 1,234.5 · 1.234,5 · 1 234,5. A text with a leading zero such as 01234 is a code, and no number. Read next: `dates.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from core.data.arrays import LARGEST, Array
from core.words import say

if TYPE_CHECKING:
    import pyarrow as pa

_WHOLE, _POWER = r"(?:0|[1-9][0-9]*)", r"(?:[eE][+-]?[0-9]+)?"
_GROUPED = r"[1-9][0-9]{{0,2}}(?:{0}[0-9]{{3}})+"
SPACES = "[ \u00a0\u202f\u2009]"


def _pattern(groups: str, point: str) -> str:
    """Return the numbers with these marks: of thousands, and before the decimals."""
    whole = f"(?:{_WHOLE}|{_GROUPED.format(groups)})" if groups else _WHOLE
    return rf"^[+-]?(?:{whole}(?:{point}[0-9]*)?|{point}[0-9]+){_POWER}$"


# By an example; the first one that reads most cells of a column is taken.
FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "1234.5": _pattern("", r"\."),
        "1,234.5": _pattern(",", r"\."),
        "1.234,5": _pattern(r"\.", ","),
        "1 234,5": _pattern(SPACES, ","),
    }
)
PLAIN = "1234.5"
N_LOOKED_AT = 2000  # cells by which a sign is found
LEADING_ZERO = say("a leading zero")
# What people write where a number is missing; among words, "NA" stays a word.
MISSING = ("", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "?", "-", "--", ".", "–", "—")
# What may stand at a number and is left out where a person says that it is one.
SIGNS: Mapping[str, str] = MappingProxyType(
    {
        "%": say("a percent sign"),
        "$": say("a dollar sign"),
        "€": say("a euro sign"),
        "£": say("a pound sign"),
    }
)
_COMPILED = {name: re.compile(pattern) for name, pattern in FORMATS.items()}


def is_number(text: str) -> bool:
    """Return whether a text is a number in one of the formats."""
    return any(pattern.match(text) for pattern in _COMPILED.values())


@dataclass(frozen=True, eq=False)
class Parsed:
    """A column read as numbers. values (n,): nan where missing or odd; is_missing, is_odd (n,) booleans.

    form: how its numbers are written; others: further formats that read as many cells, but some of them as other numbers.
    """

    values: Array
    is_missing: Array
    is_odd: Array
    form: str
    others: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """Return the share of the cells with something in them that are numbers."""
        n_filled = int((~self.is_missing).sum())
        return float(1 - self.is_odd.sum() / n_filled) if n_filled else 0.0


def parse_numbers(cells: pa.StringArray, preferred: str = "") -> Parsed:
    """Return a column of texts read as numbers, in the format that reads most of them; at a tie in `preferred`."""
    import pyarrow as pa
    import pyarrow.compute as pc

    is_missing = pc.is_in(pc.utf8_lower(cells), value_set=_marks())
    missing = is_missing.to_numpy(zero_copy_only=False)
    filled = pc.if_else(is_missing, pa.scalar(None, pa.string()), cells)
    if preferred in ("", PLAIN) and (values := _plain(filled)) is not None:
        return Parsed(values, missing, np.zeros(len(values), dtype=bool), PLAIN)
    fits = {name: _matches(filled, pattern) for name, pattern in FORMATS.items()}
    most = max(int(fit.sum()) for fit in fits.values())
    best = [name for name, fit in fits.items() if fit.sum() == most]
    form = preferred if preferred in best else best[0]
    values = _converted(filled, fits[form], form)
    others = tuple(n for n in best if n != form and _differ(values, _converted(filled, fits[n], n)))
    return Parsed(values, missing, ~missing & ~np.isfinite(values), form, others)


def _differ(a: Array, b: Array) -> bool:
    return not np.array_equal(a, b, equal_nan=True)


def _marks() -> Any:
    import pyarrow as pa

    return pa.array(MISSING)


def _plain(filled: Any) -> Array | None:
    """Return the values where every cell is a number like 1234.5, else None."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        values = filled.cast(pa.float64())
    except pa.ArrowInvalid:
        return None
    if _has_code(filled):
        return None
    array = np.array(pc.fill_null(values, 0.0).to_numpy(zero_copy_only=False))
    if not (np.abs(array) <= LARGEST).all():
        return None
    array[filled.is_null().to_numpy(zero_copy_only=False)] = np.nan
    return array


def _has_code(filled: Any) -> bool:
    """Return whether some cell has a leading zero that is no number's, as in 01234."""
    import pyarrow.compute as pc

    return bool(pc.any(pc.match_substring_regex(filled, r"^[+-]?0[0-9]")).as_py())


def _matches(filled: Any, pattern: str) -> Array:
    import pyarrow.compute as pc

    found = pc.fill_null(pc.match_substring_regex(filled, pattern), False)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)


def _converted(filled: Any, fits: Array, form: str) -> Array:
    """Return the values (n,) of the cells that fit, nan for all others and for those beyond 1e18."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = pc.replace_substring_regex(pc.if_else(pa.array(fits), filled, pa.scalar(None, pa.string())), r"^\+", "")
    if form == "1,234.5":
        texts = pc.replace_substring(texts, ",", "")
    elif form != PLAIN:
        texts = pc.replace_substring_regex(texts, SPACES if form == "1 234,5" else r"\.", "")
        texts = pc.replace_substring(texts, ",", ".")
    values = np.array(pc.fill_null(texts.cast(pa.float64()), np.nan).to_numpy(zero_copy_only=False))
    with np.errstate(invalid="ignore"):
        values[~(np.abs(values) <= LARGEST)] = np.nan
    return values


def why_no_number(text: str) -> str:
    """Return what keeps a text that holds digits from being a number, "" where it is not one sign."""
    if any(c.isdigit() and not c.isascii() for c in text):
        return say("full-width or other digits than 0 to 9")
    if is_number(text) or text.lower().lstrip("+-") in ("inf", "infinity"):
        return say("a number beyond 1e18")
    if re.fullmatch(r"[+-]?0[0-9]+", text):
        return LEADING_ZERO
    for sign, what in SIGNS.items():
        if sign in text and is_number(text.replace(sign, "").replace(" ", "")):
            return what
    return ""


def sign_of(cells: pa.StringArray) -> str:
    """Return the sign that stands at the numbers of a column, one and the same; "" where none does."""
    texts = [text for text in cells.slice(0, N_LOOKED_AT).to_pylist() if text.lower() not in MISSING]
    found = {sign for text in texts for sign in SIGNS if sign in text}
    sign = found.pop() if len(found) == 1 else ""
    n_fitting = sum(is_number(text.replace(sign, "", 1).replace(" ", "")) for text in texts) if sign else 0
    return sign if texts and n_fitting >= len(texts) / 2 else ""


def without_sign(cells: pa.StringArray, sign: str) -> pa.StringArray:
    """Return the cells without a sign before or behind them, and without the space between."""
    import pyarrow.compute as pc

    mark = re.escape(sign)
    return pc.replace_substring_regex(cells, rf"^([+-]?){SPACES}*{mark}{SPACES}*|{SPACES}*{mark}$", r"\1")
