"""From the text of a file to its columns of cells: which sign separates them, and the cells, by `pyarrow.csv`, which holds no
lock of Python's. Nothing is made a number here. Read next: `cells.py`.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import Any

import numpy as np

from core.data.table.choices import MAX_COLUMNS, SEPARATORS, OddRows
from core.settings.words import shortened
from core.words import joined, say, say_n

MAX_LINE = 65_536  # bytes of the first line, and of what the separator is found from
MAX_CELL = 10_000  # characters
MOST_ODD = 0.05  # of the rows may have another number of cells than the first, and be left out
N_NAMED = 5  # lines that are named


def first_line(text: bytes) -> str:
    """Return the first line that is not empty; raises ValueError where it is too long."""
    start = len(text) - len(text.lstrip(b"\r\n"))
    end = text.find(b"\n", start, start + MAX_LINE + 1)
    if end < 0 and len(text) - start > MAX_LINE:
        raise ValueError(
            say(
                "file: expected a first line of at most {max_line:,} bytes with the names of the columns, received a "
                "longer one; one row is one line",
                max_line=MAX_LINE,
            )
        )
    return text[start : end if end >= 0 else len(text)].decode(errors="replace").rstrip("\r")


def find_separator(text: bytes) -> str:
    """Return which of the separators divides the first lines into equally many cells, more than one.

    Raises ValueError where none of them is found.
    """
    sample = text[:MAX_LINE].decode(errors="ignore")
    scores = {mark: _evenness(sample, mark, len(text) > MAX_LINE) for mark in SEPARATORS.values()}
    best = max(scores, key=lambda mark: scores[mark])
    if scores[best] == (0.0, 0):
        raise ValueError(
            say(
                "file: expected at least two columns, separated by commas, semicolons, tabs or bars (|), received "
                "one column"
            )
        )
    return best


def _evenness(sample: str, mark: str, is_cut: bool) -> tuple[float, int]:
    """Return the share of the lines with the most frequent number of cells, and that number; (0, 0) for one cell."""
    try:
        rows = [len(row) for row in csv.reader(io.StringIO(sample, newline=""), delimiter=mark) if row][:200]
    except csv.Error:
        return 0.0, 0
    rows = rows[:-1] if is_cut and len(rows) > 1 else rows
    if not rows:
        return 0.0, 0
    n_cells, n_rows = Counter(rows).most_common(1)[0]
    return (n_rows / len(rows) * (1.0 if rows[0] == n_cells else 0.5), n_cells) if n_cells > 1 else (0.0, 0)


def separator_in_words(separator: str) -> str:
    """Return how a sentence names a separator."""
    return {",": "commas", ";": "semicolons", "\t": "tabs", "|": say("bars (|)")}[separator]


def check_width(first: str, separator: str) -> None:
    """Refuse one column, and more than MAX_COLUMNS."""
    n_columns = len(next(csv.reader([first], delimiter=separator), []))
    if n_columns > MAX_COLUMNS:
        raise ValueError(
            say(
                "file: expected at most {max_columns} columns, received {n_columns:,}; keep those that matter",
                max_columns=MAX_COLUMNS,
                n_columns=n_columns,
            )
        )
    if n_columns < 2:
        raise ValueError(
            say(
                "file: expected at least two columns, an input and a target, received one when divided at "
                "{separator_in_words}",
                separator_in_words=separator_in_words(separator),
            )
        )


def parse(text: bytes, separator: str, drop_odd: bool = False) -> tuple[list[Any], np.ndarray, list[str]]:
    """Return the columns, first line included, each as a pyarrow array of strings; the line of each row, from 1; and notes.

    Raises OddRows where rows have another number of cells than the first, unless `drop_odd` leaves them out.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import csv as arrow_csv

    uneven: list[tuple[int, int, int]] = []

    def note(row: Any) -> str:
        uneven.append((row.number, row.expected_columns, row.actual_columns))
        return "skip"

    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(text),
            read_options=arrow_csv.ReadOptions(
                block_size=len(text) + 1024, use_threads=False, autogenerate_column_names=True
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=separator, newlines_in_values=True, invalid_row_handler=note
            ),
            convert_options=arrow_csv.ConvertOptions(
                check_utf8=False,
                strings_can_be_null=False,
                column_types={f"f{i}": pa.string() for i in range(MAX_COLUMNS)},
            ),
        )
    except pa.ArrowInvalid as error:
        raise ValueError(
            say("file: expected rows of cells, received what cannot be read: {error}", error=shortened(str(error)))
        ) from None
    columns = [column.combine_chunks() for column in table.columns]
    del table
    longest = [pc.max(pc.utf8_length(column)).as_py() or 0 for column in columns]
    if max(longest, default=0) > MAX_CELL:
        which = int(np.argmax(longest))
        row = int(np.argmax(pc.utf8_length(columns[which]).to_numpy(zero_copy_only=False)))
        raise ValueError(
            say(
                "file: expected cells of at most {max_cell:,} characters, received one of {longest:,} in column "
                '{which}, row {row}; is a quotation mark (") never closed?',
                max_cell=MAX_CELL,
                longest=longest[which],
                which=which + 1,
                row=row + 1,
            )
        )
    lines = _lines(text, len(columns[0]) + len(uneven))
    if uneven and (not drop_odd or len(uneven) > MOST_ODD * len(lines)):
        uneven = [(int(lines[row - 1]), expected, received) for row, expected, received in uneven]
        raise (ValueError if len(uneven) > MOST_ODD * len(lines) else OddRows)(_uneven_in_words(uneven, text))
    notes = [_dropped_in_words(lines, uneven)] if uneven else []
    return columns, np.delete(lines, [row - 1 for row, _, _ in uneven]), notes


def _lines(text: bytes, n_rows: int) -> np.ndarray:
    """Return the line of each row that is not blank, from 1; where quotes may hold lines, the number of the row."""
    signs = np.frombuffer(text, dtype=np.uint8)
    ends = np.flatnonzero(signs == ord("\n"))
    ends = ends if len(ends) and ends[-1] == len(text) - 1 else np.append(ends, len(text))
    lengths = np.diff(ends, prepend=-1) - 1
    is_blank = (lengths == 0) | ((lengths == 1) & (signs[np.minimum(ends - lengths, len(text) - 1)] == ord("\r")))
    lines = np.flatnonzero(~is_blank) + 1
    return lines if len(lines) == n_rows else np.arange(1, n_rows + 1)


def _dropped_in_words(lines: np.ndarray, uneven: list[tuple[int, int, int]]) -> str:
    """Return which rows were left out for their number of cells."""
    named = joined([f"{lines[row - 1]:,}" for row, _, _ in uneven[:N_NAMED]], ", ")
    more = say(" and {n:,} more", n=len(uneven) - N_NAMED) if len(uneven) > N_NAMED else ""
    return say_n(
        "{n:,} row was left out as you chose: it has another number of cells than the first line (line {named}).",
        "{n:,} rows were left out as you chose: they have another number of cells than the first line (lines {named}{more}).",
        len(uneven),
        named=named,
        more=more,
    )


def _uneven_in_words(uneven: list[tuple[int, int, int]], text: bytes) -> str:
    """Return which rows have too few or too many cells."""
    row, expected, received = uneven[0]
    more = say_n(", and {n:,} more such row", ", and {n:,} more such rows", len(uneven) - 1) if len(uneven) > 1 else ""
    hint = say('; a quotation mark (") is never closed') if text.count(b'"') % 2 else say("; is the separator right?")
    return say(
        "file: expected {expected} cells in every row, as in the first, received {received} in row {row}{more}{hint}",
        expected=expected,
        received=received,
        row=row,
        more=more,
        hint=hint,
    )
