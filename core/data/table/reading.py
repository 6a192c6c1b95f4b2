"""From the bytes of a file to its cells, every one of them a text: `read_cells`. What cannot be read is refused in words.

The order is that of the traps: size, what kind of file it is, encoding, separator, first line, and only then the cells, by
`pyarrow.csv`, which holds no lock of Python's. Nothing is made a number here. Read next: `kinds.py`.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.data.table.choices import MAX_COLUMNS, SEPARATORS, Choices
from core.data.table.numbers import is_number
from core.settings.words import shortened, written
from core.words import say, say_n

MAX_BYTES = 5 * 1024 * 1024
MAX_LINE = 65_536  # bytes of the first line, and of what the encoding and the separator are guessed from
MIN_ROWS, MAX_ROWS = 20, 20_000
MAX_CELL = 10_000  # characters
MAX_NAME = 60
HASH_DIGITS = 16
# What a file begins with that is no table, and what to do instead.
MAGIC = {
    b"PK\x03\x04": (say("an Excel or zip file"), say("open it in a spreadsheet and save it as CSV")),
    b"\xd0\xcf\x11\xe0": (say("an old Excel file"), say("open it in a spreadsheet and save it as CSV")),
    b"\x1f\x8b": (say("a gzip file"), say("unpack it first")),
    b"BZh": ("a bzip2 file", say("unpack it first")),
    b"\xfd7zXZ": (say("an xz file"), say("unpack it first")),
    b"\x28\xb5\x2f\xfd": (say("a zstd file"), say("unpack it first")),
    b"\x89PNG": (say("a picture (PNG)"), say("take a table of text")),
    b"\xff\xd8\xff": (say("a picture (JPEG)"), say("take a table of text")),
    b"GIF8": (say("a picture (GIF)"), say("take a table of text")),
    b"%PDF": ("a PDF", say("copy its table into a spreadsheet and save it as CSV")),
    b"PAR1": (say("a parquet file"), say("write it as CSV first, in pandas by frame.to_csv('table.csv', index=False)")),
    b"ARROW1": (say("an Arrow file"), say("write it as CSV first")),
    b"SQLite format 3": ("a database", say("export one table of it as CSV")),
}
# Guessed among these only: the more are allowed, the odder the guesses on little text.
WESTERN, LATIN = "cp1252", ("cp1250", "cp1254")  # the two are taken for it where a text is short
ENCODINGS = (
    "cp1252",
    "cp1250",
    "cp1251",
    "gb18030",
    "big5",
    "shift_jis",
    "euc_kr",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
)


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells of a file as texts, without spaces around them: columns, each of n. names: distinct, none empty.

    digest: of the bytes; row_numbers (n,) as a spreadsheet counts them, from 1, a line of names included. notes: what was decided.
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


def read_cells(data: bytes, name: str = "table", choices: Choices | None = None) -> Cells:
    """Return the cells of a file's bytes; raises ValueError "file: expected …, received …" where it is no table."""
    choices = choices or Choices()
    check_size(len(data))
    check_kind(data)
    digest = hashlib.sha256(data).hexdigest()[:HASH_DIGITS]
    text, encoding, notes = as_utf8(data, choices.encoding)
    text = with_line_feeds(text)
    first = first_line(text)
    separator = choices.separator or find_separator(text)
    if choices.separator is None:
        notes.append(
            say("Cells are separated by {separator_in_words}.", separator_in_words=separator_in_words(separator))
        )
    check_width(first, separator)
    columns = parse(text, separator)
    del text
    has_header = looks_like_names(columns) if choices.header is None else choices.header
    heads = [column[0].as_py() for column in columns] if has_header else [""] * len(columns)
    for i in range(len(columns) if has_header else 0):
        columns[i] = columns[i].slice(1)
    notes.append(
        say("The first line holds the names of the columns.")
        if has_header
        else say("The first line holds numbers, so the columns have no names: they are numbered.")
    )
    return finish(
        columns, clean_names(heads, notes), name, digest, (separator, encoding, has_header), notes, choices.seed
    )


def finish(
    columns: list[Any], names: tuple[str, ...], name: str, digest: str, how: tuple[str, str, bool], notes: list[str],
    seed: int,
) -> Cells:  # fmt: skip
    """Return cells without empty rows, of at most MAX_ROWS rows, their spaces trimmed; the list of columns is used up."""
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
    return Cells(name, digest, names, tuple(columns), rows + 1 + how[2], *how, tuple(notes))


def check_size(n_bytes: int) -> None:
    """Refuse an empty file, and one of more than MAX_BYTES."""
    if n_bytes == 0:
        raise ValueError(say("file: expected a table of text (CSV), received an empty file of 0 bytes"))
    if n_bytes > MAX_BYTES:
        raise ValueError(
            say(
                "file: expected at most {max_bytes} MB, received {n_bytes:,.1f} MB; keep fewer rows or columns",
                max_bytes=MAX_BYTES // 2**20,
                n_bytes=n_bytes / 2**20,
            )
        )


def check_kind(data: bytes) -> None:
    """Refuse files that are known by how they begin."""
    for magic, (what, instead) in MAGIC.items():
        if data.startswith(magic):
            raise ValueError(
                say("file: expected a table of text (CSV), received {what}; {instead}", what=what, instead=instead)
            )


def as_utf8(data: bytes, encoding: str | None) -> tuple[bytes, str, list[str]]:
    """Return the text in UTF-8 without its mark, the encoding that it was in, and what was decided about it."""
    if encoding is not None:
        try:
            return without_nul(data.decode(encoding).lstrip("\ufeff").encode()), encoding, []
        except UnicodeError:
            raise ValueError(
                say(
                    "encoding: expected one that fits the file, received {encoding}, which does not",
                    encoding=written(encoding),
                )
            ) from None
    if found := utf_16(data):
        how = say("as its first bytes say") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else say("as its zero bytes show")
        try:
            text = data.decode(found).lstrip("\ufeff").encode()
        except UnicodeError:
            raise ValueError(
                say("file: expected text, received what begins like UTF-16 and is not; save it as UTF-8")
            ) from None
        return without_nul(text), found, [say("The file is read as UTF-16, {how}.", how=how)]
    data = without_nul(data.removeprefix(b"\xef\xbb\xbf"))
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        guess = guess_encoding(data, error.start)
        note = say(
            "The file is no UTF-8: it is read as {guess}, a guess from its letters. Choose another if names look "
            "wrong.",
            guess=guess,
        )
        return data.decode(guess, errors="replace").encode(), guess, [note]
    return data, "utf-8", []


def utf_16(data: bytes) -> str:
    """Return which UTF-16 the bytes are, "" where they are none: by their mark, or where every other byte is zero."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16-le" if data[:2] == b"\xff\xfe" else "utf-16-be"
    sample = np.frombuffer(data[: MAX_LINE - MAX_LINE % 2], np.uint8)
    if len(sample) < 4:
        return ""
    even, odd = (sample[start::2] == 0 for start in (0, 1))
    if odd.mean() > 0.6 and even.mean() < 0.1:
        return "utf-16-le"
    return "utf-16-be" if even.mean() > 0.6 and odd.mean() < 0.1 else ""


def without_nul(text: bytes) -> bytes:
    """Refuse text that holds zero bytes."""
    if (place := text.find(b"\0")) >= 0:
        raise ValueError(
            say(
                "file: expected text, received a zero byte at byte {place:,}: it is no text, or it is damaged",
                place=place + 1,
            )
        )
    return text


def guess_encoding(data: bytes, place: int) -> str:
    """Return the encoding that fits 64 kB around the first byte that is no UTF-8 best."""
    from charset_normalizer import from_bytes

    start = data.rfind(b"\n", 0, max(0, place - MAX_LINE // 2)) + 1
    sample = data[start : start + MAX_LINE]
    if len(sample) == MAX_LINE:  # whole lines only
        sample = sample[: sample.rfind(b"\n") + 1] or sample
    found = from_bytes(sample, cp_isolation=list(ENCODINGS))
    best = found.best()
    if best is None:
        return WESTERN
    western = next((match for match in found if match.encoding == WESTERN), None)
    is_as_good = western is not None and western.chaos <= best.chaos
    is_same = sample.decode(WESTERN, "replace") == sample.decode(best.encoding, "replace")
    return WESTERN if best.encoding in LATIN and (is_as_good or is_same) else best.encoding


def with_line_feeds(text: bytes) -> bytes:
    """Return text of old line ends (a carriage return alone) with new ones."""
    return text.replace(b"\r", b"\n") if b"\n" not in text[:MAX_LINE] and b"\r" in text[:MAX_LINE] else text


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


def parse(text: bytes, separator: str) -> list[Any]:
    """Return the columns, first line included, each as a pyarrow array of strings; raises ValueError for uneven rows."""
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
    if uneven:
        raise ValueError(_uneven_in_words(uneven, text))
    return columns


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
