"""From the bytes of a file to its cells, every one of them a text: `read_cells`. What cannot be read is refused in words.

The order is that of the traps: size and what kind of file it is (`kind_of_file.py`), encoding (`letters.py`), first line,
separator, and only then the cells (`parsing.py`).
"""

from __future__ import annotations

import hashlib

from core.data.table.cells import HASH_DIGITS, Cells, clean_names, finish, looks_like_names
from core.data.table.choices import Choices
from core.data.table.kind_of_file import check_kind, check_size
from core.data.table.letters import as_utf8, with_line_feeds
from core.data.table.parsing import check_width, find_separator, first_line, parse, separator_in_words
from core.words import say


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
    columns, lines, dropped = parse(text, separator, choices.drop_odd)
    notes += dropped
    del text
    has_header = looks_like_names(columns) if choices.header is None else choices.header
    heads = [column[0].as_py() for column in columns] if has_header else [""] * len(columns)
    for i in range(len(columns) if has_header else 0):
        columns[i] = columns[i].slice(1)
    lines = lines[1:] if has_header else lines
    notes.append(
        say("The first line holds the names of the columns.")
        if has_header
        else say("The first line holds numbers, so the columns have no names: they are numbered.")
    )
    return finish(
        columns, clean_names(heads, notes), name, digest, (separator, encoding, has_header), notes, choices.seed,
        lines,
    )  # fmt: skip
