"""The cells of a table as texts, and the names of its columns: `Cells`, of a file or a pandas table. Read next: `kinds.py`."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.data.table.choices import MAX_COLUMNS, Choices
from core.data.table.numbers import is_number
from core.settings.words import shortened
from core.words import say, say_n

MIN_ROWS, MAX_ROWS = 20, 20_000
MAX_NAME = 60
HASH_DIGITS = 16


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells of a file as texts, without spaces around them: columns, each of n. names: distinct, none empty.

    digest: of the bytes; row_numbers (n,) as a spreadsheet counts them, from 1, lines of names and blank ones included. notes:
    what was decided.
    """

    name: str
    digest: str
    names: tuple[str, ...]
    columns: tuple[Any, ...]  # pyarrow string arrays
    row_numbers: np.ndarray
    separator: str
    encoding: str
    has_header: bool
    notes: tuple[str, ...]

    @property
    def n_rows(self) -> int:
        """Return n."""
        return len(self.row_numbers)


def finish(
    columns: list[Any], names: tuple[str, ...], name: str, digest: str, how: tuple[str, str, bool], notes: list[str],
    seed: int, lines: np.ndarray,
) -> Cells:  # fmt: skip
    """Return cells without empty rows, of at most MAX_ROWS rows, their spaces trimmed; the list of columns is used up.

    lines: (n,) the row numbers.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    for i, column in enumerate(columns):  # one after another: a file must not be twice in memory
        columns[i] = pc.utf8_trim_whitespace(column)
        del column
    is_empty = pc.equal(columns[0], "")
    for column in columns[1:]:
        is_empty = pc.and_(is_empty, pc.equal(column, ""))
    rows = np.flatnonzero(~is_empty.to_numpy(zero_copy_only=False))
    if n_empty := len(is_empty) - len(rows):
        notes.append(say_n("{n} empty row was left out.", "{n} empty rows were left out.", n_empty))
    if len(rows) < MIN_ROWS:
        raise ValueError(
            say(
                "file: expected at least {min_rows} rows below the names, received {n_rows}",
                min_rows=MIN_ROWS,
                n_rows=len(rows),
            )
        )
    if len(rows) > MAX_ROWS:
        n_all = len(rows)
        rows = np.sort(np.random.default_rng(seed).permutation(n_all)[:MAX_ROWS])
        notes.append(
            say(
                "Of {n_all:,} rows a random sample of {max_rows:,} is used, drawn with seed {seed}.",
                n_all=n_all,
                max_rows=MAX_ROWS,
                seed=seed,
            )
        )
    if len(rows) < len(is_empty):
        columns[:] = [column.take(pa.array(rows)) for column in columns]
    return Cells(name, digest, names, tuple(columns), lines[rows], *how, tuple(notes))


def looks_like_names(columns: Sequence[Any]) -> bool:
    """Return whether the first line holds names: not where most of its cells are numbers, unless they are years."""
    cells = [column[0].as_py().strip() for column in columns]
    numbers = [cell for cell in cells if is_number(cell)]
    are_years = len(set(numbers)) == len(numbers) and all(c.isdigit() and 1900 <= int(c) <= 2100 for c in numbers)
    return len(numbers) <= len(cells) / 2 or are_years


def clean_names(heads: Sequence[str], notes: list[str]) -> tuple[str, ...]:
    """Return names that are distinct, of one line, not empty, at most 60 characters, and no markup anywhere.

    "<" and ">" become "‹" and "›": charts and pages would take them for markup. What was changed is noted.
    """
    names: list[str] = []
    n_changed = 0
    for number, head in enumerate(heads, 1):
        name = clean_text(head)
        name = shortened(name, MAX_NAME) or say("column {number}", number=number)
        copy, base = 2, name
        while name in names:
            name, copy = f"{base} ({copy})", copy + 1
        n_changed += name != head.strip() and head != ""
        names.append(name)
    if n_changed:
        notes.append(
            say_n(
                "{n} name was changed: too long, given twice, or with signs.",
                "{n} names were changed: too long, given twice, or with signs.",
                n_changed,
            )
        )
    n_empty = sum(not head.strip() for head in heads)
    if 0 < n_empty < len(heads):
        notes.append(
            say_n(
                "{n} column has no name and is numbered.",
                "{n} columns have no name and are numbered.",
                n_empty,
            )
        )
    return tuple(names)


def clean_text(text: str) -> str:
    """Return a text of a file in one line, without signs that are not seen and without markup."""
    line = " ".join(text.split()).replace("<", "‹").replace(">", "›")
    return "".join(c if c.isprintable() or c == "\u200d" else "" for c in line)


def cells_of_frame(frame: Any, choices: Choices | None = None) -> Cells:
    """Return the cells of a pandas table as texts; a missing value is an empty one."""
    notes: list[str] = []
    names = [str(name) for name in frame.columns]
    if len(names) < 2:
        raise ValueError(
            say("file: expected at least two columns, an input and a target, received {n_names}", n_names=len(names))
        )
    if len(names) > MAX_COLUMNS:
        raise ValueError(
            say(
                "file: expected at most {max_columns} columns, received {n_names:,}; keep those that matter",
                max_columns=MAX_COLUMNS,
                n_names=len(names),
            )
        )
    columns = [_texts(frame.iloc[:, i]) for i in range(len(names))]
    digest = hashlib.sha256()
    for part in (*names, *(column.to_pylist() for column in columns)):
        digest.update(repr(part).encode())
    return finish(
        columns,
        clean_names(names, notes),
        "table",
        digest.hexdigest()[:HASH_DIGITS],
        (",", "utf-8", True),
        notes,
        choices.seed if choices else 0,
        np.arange(2, len(frame) + 2),
    )


def _texts(series: Any) -> Any:
    """Return one column of a pandas table as texts; numbers are written so that they read back as themselves."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        array = pa.array(series, from_pandas=True)
        texts = array.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        texts = pa.array(["" if value is None or value != value else str(value) for value in series], pa.string())
    texts = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    return pc.fill_null(texts, "")
