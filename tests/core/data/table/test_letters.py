"""How the letters of a file are written: encodings, marks, line ends, zero bytes."""

from __future__ import annotations

import pytest

from tests.core.data.table.files import CHINESE, GOOD, WORDS, refuses, says

REFUSED = {
    "zero bytes": (GOOD.replace("1", "1\0"), "file: expected text, received a zero byte at byte 18: it is no text, "
                   "or it is damaged"),
    "half a UTF-16": (
        b"\xff\xfe" + GOOD.encode("utf-16-le") + b"\x00\xd8", "file: expected text, received what begins like UTF-16 and is not; "
        "save it as UTF-8"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_gets_a_sentence(name: str) -> None:
    refuses(*REFUSED[name])


READ = {
    "CR line ends": (GOOD.replace("\n", "\r").encode(), "x", ""),
    "CRLF line ends": (GOOD.replace("\n", "\r\n").encode(), "x", ""),
    "a byte order mark": (b"\xef\xbb\xbf" + GOOD.encode(), "x", ""),
    "UTF-16": (GOOD.encode("utf-16"), "x", "The file is read as UTF-16, as its first bytes say."),
    "UTF-16 without a mark": (GOOD.encode("utf-16-be"), "x", "The file is read as UTF-16, as its zero bytes show."),
    "GB18030": (CHINESE.encode("gb18030"), "身高", "it is read as gb18030, a guess from its letters"),
    "latin-1": (WORDS.encode("latin-1"), "größe", "it is read as cp1252, a guess from its letters"),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_what_is_read_says_how(name: str) -> None:
    says(*READ[name])
