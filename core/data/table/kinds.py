"""What each column of a table is, and why: a number, a category, a date or a text. Every reason is a sentence.

Read next: `record.py`, which makes a `Table` of the columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.data.arrays import Array
from core.data.table.cells import Cells, clean_text
from core.data.table.choices import ColumnKind
from core.data.table.dates import parse_dates
from core.data.table.numbers import (
    LEADING_ZERO,
    PLAIN,
    SIGNS,
    Parsed,
    parse_numbers,
    sign_of,
    why_no_number,
    without_sign,
)
from core.settings.words import shortened
from core.words import joined, say, say_n

ENOUGH = 0.95  # of the filled cells have to be numbers, or dates of one format
MAX_CATEGORIES, FEW_CATEGORIES = 40, 20
N_NAMED = 3  # odd cells that are named
MAX_SHOWN = 40
AS_CHOSEN = say("as you chose")


@dataclass(frozen=True, eq=False)
class Column:
    """One column. number: its place in the file, from 0. why_kind: why it has this kind, in words; why_out: why it is no input,
    "" where it is one, or is none by its nature.

    kind: what it is read as; is_input: whether the network sees it. values: (n,) numbers or days with nan where missing,
    or int32 numbers of `categories`, -1 where missing; empty for a text. form: how its numbers or dates are written.
    warning: what the file's owner should look at, "" for nothing. n_different: distinct filled cells.
    """

    number: int
    name: str
    kind: ColumnKind
    is_input: bool
    why_kind: str
    values: Array
    categories: tuple[str, ...] = ()
    form: str = ""
    n_missing: int = 0
    n_odd: int = 0
    n_different: int = 0
    warning: str = ""
    why_out: str = ""

    @property
    def reason(self) -> str:
        """Why it has this kind, and why it is no input, in words."""
        return say("{kind}; {out}", kind=self.why_kind, out=self.why_out) if self.why_out else self.why_kind


def read_columns(cells: Cells, kinds: dict[int, ColumnKind]) -> list[Column]:
    """Return every column of the file with its kind; raises ValueError where a chosen kind does not fit.

    Numbers that could be read in two ways, such as 1,234, are read as the other columns of the file are written.
    """
    numbers = {i: parse_numbers(texts) for i, texts in enumerate(cells.columns)}
    votes = [p.form for p in numbers.values() if p.share >= ENOUGH and not p.others and p.form != PLAIN]
    preferred = max(sorted(set(votes)), key=votes.count) if votes else ""
    if preferred:
        numbers = {
            i: p if p.form == preferred else parse_numbers(cells.columns[i], preferred) for i, p in numbers.items()
        }
    return [read_column(cells, i, numbers[i], preferred, kinds.get(i)) for i in range(len(cells.columns))]


def read_column(cells: Cells, number: int, parsed: Parsed, preferred: str, chosen: ColumnKind | None) -> Column:
    """Return one column, of the chosen kind or of the one that its cells show."""
    if chosen == "number" or (chosen is None and parsed.share >= ENOUGH):
        sign = sign_of(cells.columns[number]) if parsed.share < ENOUGH else ""
        if sign:
            parsed = parse_numbers(without_sign(cells.columns[number], sign), preferred)
        return number_column(cells, number, parsed, preferred, chosen is not None, sign)
    if chosen == "date" or chosen is None:
        column = date_column(cells, number, chosen is not None)
        if column is not None:
            return column
    if chosen == "text":
        return text_column(cells, number, say("left out as you chose"), parsed)
    return word_column(cells, number, parsed, chosen is not None)


def number_column(cells: Cells, number: int, parsed: Parsed, preferred: str, is_chosen: bool, sign: str = "") -> Column:
    """Return a column of numbers; counts that run through, and a single value, are no inputs. sign: was left out."""
    name, values = cells.names[number], parsed.values
    known = values[np.isfinite(values)]
    if not len(known):
        raise ValueError(
            say(
                "kinds: expected numbers in '{name}', received texts such as '{example}'",
                name=name,
                example=_example(cells, number),
            )
        )
    different = np.unique(known)
    why_out = ""
    if len(different) == 1:
        why_out = say("left out, since every cell is {different:.6g}", different=different[0])
    elif counts_rows(known, different):
        why_out = say(
            "left out, since it numbers the rows from {first:g} to {last:g}",
            first=different[0],
            last=different[-1],
        )
    reason = say(
        "a number, {share}, written like {form}",
        share=AS_CHOSEN if is_chosen else _share(parsed),
        form=parsed.form,
    )
    if sign:
        reason += say(", {what} left out", what=SIGNS[sign])
    if marks := _marks_in_words(cells, number, parsed.is_missing):
        reason += say("; cells with {marks} count as missing", marks=marks)
    warning = _odd_in_words(cells, number, parsed.is_odd)
    if parsed.others and parsed.form != preferred:
        could_be = say(
            "Numbers such as {example} could also be written like {others}; "
            "write the decimals out in the file if that is meant.",
            example=_example(cells, number, ".", ","),
            others=parsed.others[0],
        )
        warning = joined([warning, could_be])
    elif parsed.others:
        reason += say(", as in the other columns")
    n_odd = int((parsed.is_odd | ~(parsed.is_missing | np.isfinite(values))).sum())
    return Column(
        number, name, "number", not why_out, reason, values, form=parsed.form, why_out=why_out,
        n_missing=int((~np.isfinite(values)).sum()), n_odd=n_odd, n_different=len(different), warning=warning,
    )  # fmt: skip


def counts_rows(known: Array, different: Array) -> bool:
    """Return whether the values are 0…n-1 or 1…n, each once."""
    return bool(
        len(different) == len(known)
        and different[0] in (0, 1)
        and different[-1] - different[0] == len(known) - 1
        and (different == np.round(different)).all()
    )


def date_column(cells: Cells, number: int, is_chosen: bool) -> Column | None:
    """Return a column of dates; None where the cells are none, and were not chosen to be."""
    name, texts = cells.names[number], cells.columns[number]
    is_missing = _is_empty(texts)
    dates = parse_dates(texts, is_missing)
    if dates.share == 0 or (dates.share < ENOUGH and not is_chosen):
        if is_chosen:
            raise ValueError(
                say(
                    "kinds: expected dates such as 2024-01-31 in '{name}', received texts such as '{example}'",
                    name=name,
                    example=_example(cells, number),
                )
            )
        return None
    known = dates.days[np.isfinite(dates.days)]
    n_different = len(np.unique(known))
    why_out = say("left out, since every cell is the same day") if n_different == 1 else ""
    is_odd = ~is_missing & ~np.isfinite(dates.days)
    warning = _odd_in_words(cells, number, is_odd, is_number=False)
    if dates.other:
        fits_other = say("Its dates fit {other} as well: they are read as {form}.", other=dates.other, form=dates.form)
        warning = joined([warning, fits_other])
    return Column(
        number,
        name,
        "date",
        not why_out,
        say("a date, written as {form}: year, month and weekday", form=dates.form),
        dates.days,
        form=dates.form,
        n_missing=int((~np.isfinite(dates.days)).sum()),
        n_odd=int(is_odd.sum()),
        n_different=n_different,
        warning=warning,
        why_out=why_out,
    )


def word_column(cells: Cells, number: int, parsed: Parsed, is_chosen: bool) -> Column:
    """Return a column of words: a category where there are few different ones, else a text."""
    codes, words = coded(cells.columns[number])
    n_filled, n_different, name = int((codes >= 0).sum()), len(words), cells.names[number]
    if n_different == 0:
        return text_column(cells, number, say("left out, since it is empty"), parsed)
    most = min(MAX_CATEGORIES, max(FEW_CATEGORIES, int(np.sqrt(cells.n_rows))))
    if is_chosen and n_different > MAX_CATEGORIES:
        raise ValueError(
            say(
                "kinds: expected at most {max_categories} different cells for a category, received {n_different:,} "
                "in '{name}'",
                max_categories=MAX_CATEGORIES,
                n_different=n_different,
                name=name,
            )
        )
    if n_different == n_filled and not is_chosen:
        return text_column(cells, number, say("left out, since all its texts are different"), parsed)
    if n_different > most and not is_chosen:
        why = say(
            "left out, since it has {n_different:,} different texts, too many for a category (at most {most})",
            n_different=n_different,
            most=most,
        )
        return text_column(cells, number, why, parsed)
    why_out = say("left out, since every cell is '{words}'", words=words[0]) if n_different == 1 else ""
    many = say("since it has {n_different} different texts", n_different=n_different)
    reason = say("a category, {why}", why=AS_CHOSEN if is_chosen else many)
    return Column(
        number, name, "category", not why_out, reason, codes, words, n_missing=int((codes < 0).sum()), why_out=why_out,
        n_different=n_different, warning="" if is_chosen else _nearly_numbers(cells, number, parsed),
    )  # fmt: skip


def text_column(cells: Cells, number: int, why: str, parsed: Parsed) -> Column:
    """Return a column that no network can read as it is."""
    codes, words = coded(cells.columns[number])
    return Column(
        number,
        cells.names[number],
        "text",
        False,
        say("a text, {why}", why=why),
        np.zeros(0),
        n_missing=int((codes < 0).sum()),
        n_different=len(words),
        warning=_nearly_numbers(cells, number, parsed) or _two_formats(cells, number),
    )


def coded(texts: Any) -> tuple[Array, tuple[str, ...]]:
    """Return the number of each cell's word, int32 (n,), -1 where it is empty, and the words in alphabetical order."""
    import pyarrow as pa
    import pyarrow.compute as pc

    filled = pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
    encoded = filled.dictionary_encode()
    found = [clean_text(word) or "·" for word in encoded.dictionary.to_pylist()]
    words = sorted(set(found))
    place = {word: i for i, word in enumerate(words)}
    order = np.array([place[word] for word in found], dtype=np.int32)
    codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    if not len(order):
        return np.full(len(codes), -1, dtype=np.int32), ()
    return np.where(codes < 0, -1, order[codes]).astype(np.int32), tuple(shortened(word, MAX_SHOWN) for word in words)


def n_empty(texts: Any, rows: Array) -> int:
    """Return how many cells of these rows are empty."""
    return int(_is_empty(texts)[rows].sum())


def _is_empty(texts: Any) -> Array:
    import pyarrow.compute as pc

    return np.asarray(pc.equal(texts, "").to_numpy(zero_copy_only=False), dtype=bool)


def _share(parsed: Parsed) -> str:
    return (
        say("since all its cells are")
        if parsed.share == 1
        else say("since {share:.1%} of its cells are", share=parsed.share)
    )


def _marks_in_words(cells: Cells, number: int, is_missing: Array) -> str:
    """Return what is written in cells of numbers that count as missing, such as '?'; "" for nothing."""
    import pyarrow as pa

    found = sorted(set(cells.columns[number].filter(pa.array(is_missing)).unique().to_pylist()) - {""})
    return joined([say("'{mark}'", mark=clean_text(mark)) for mark in found], ", ")


def _example(cells: Cells, number: int, *holding: str) -> str:
    """Return a filled cell of a column, one that holds one of these signs if there is one."""
    texts = [text for text in cells.columns[number].slice(0, 2000).to_pylist() if text]
    fitting = [text for text in texts if any(sign in text for sign in holding)]
    return shortened(clean_text((fitting or texts or [""])[0]), MAX_SHOWN)


def _odd_in_words(
    cells: Cells, number: int, is_odd: Array, is_number: bool = True, is_text: bool = False
) -> str:  # fmt: skip
    """Return which cells are not what the column is, with row and text, "" where all are.

    is_text: they are so many that the column is taken for one of words.
    """
    rows = np.flatnonzero(is_odd)
    if not len(rows):
        return ""
    texts = [shortened(clean_text(cells.columns[number][int(r)].as_py()), MAX_SHOWN) for r in rows[:N_NAMED]]
    named = [
        say("row {row:,} '{text}'", row=cells.row_numbers[r], text=text)
        + (say(" ({why})", why=why) if is_number and (why := why_no_number(text)) else "")
        for r, text in zip(rows, texts, strict=False)
    ]
    more = say(" and {n_rows:,} more", n_rows=len(rows) - N_NAMED) if len(rows) > N_NAMED else ""
    if is_text:
        return say_n(
            "{n:,} cell is no number, too many to count as missing: {named}{more}.",
            "{n:,} cells are no numbers, too many to count as missing: {named}{more}.",
            len(rows),
            named=joined(named, ", "),
            more=more,
        )
    if len(rows) == 1:
        one = say("1 cell is no date and counts as missing: {named}.", named=named[0])
        return say("1 cell is no number and counts as missing: {named}.", named=named[0]) if is_number else one
    values = {"n_rows": len(rows), "named": joined(named, ", "), "more": more}
    if is_number:
        return say("{n_rows:,} cells are no numbers and count as missing: {named}{more}.", **values)
    return say("{n_rows:,} cells are no dates and count as missing: {named}{more}.", **values)


def _nearly_numbers(cells: Cells, number: int, parsed: Parsed) -> str:
    """Return what keeps a column of words from being one of numbers, "" where its words are words."""
    texts = [text for text in cells.columns[number].slice(0, 200).to_pylist() if text]
    found = [(text, why) for text in texts if (why := why_no_number(text)) not in ("", LEADING_ZERO)]
    if found and len(found) >= len(texts) / 2:
        text, why = found[0]
        shown = shortened(clean_text(text), MAX_SHOWN)
        return say(
            "Cells such as '{shown}' are no numbers ({why}): {what_to_do}.",
            shown=shown,
            why=why,
            what_to_do=say("choose the kind “number” to read them without it")
            if sign_of(cells.columns[number])
            else say("change them in the file to use them as numbers"),
        )
    return _odd_in_words(cells, number, parsed.is_odd, is_text=True) if parsed.share >= 0.5 else ""


def _two_formats(cells: Cells, number: int) -> str:
    """Return that a column's dates are written in two ways, "" where they are not."""
    texts = cells.columns[number]
    shares = parse_dates(texts, _is_empty(texts)).shares
    some = sorted(((share, name) for name, share in shares.items() if share > 0), reverse=True)
    if len(some) < 2 or some[0][0] + some[1][0] < ENOUGH:
        return ""
    ways = joined([f"{name} ({share:.0%})" for share, name in some[:2]], " and ")
    return say("Its dates are written in two ways, {ways}: write them in one.", ways=ways)
