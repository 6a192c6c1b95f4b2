"""Files that are no text, empty or too large."""

from __future__ import annotations

import gzip

import pytest

from tests.core.data.table.files import GOOD, refuses

REFUSED = {
    "Excel": (b"PK\x03\x04" + b"0" * 99, "file: expected a table of text (CSV), received an Excel or zip file; open it in a "
              "spreadsheet and save it as CSV"),
    "gzip": (gzip.compress(GOOD.encode()), "file: expected a table of text (CSV), received a gzip file; unpack it first"),
    "png": (b"\x89PNG\r\n\x1a\n" + b"0" * 99, "file: expected a table of text (CSV), received a picture (PNG); take a table "
            "of text"),
    "pdf": (b"%PDF-1.7\n", "file: expected a table of text (CSV), received a PDF; copy its table into a spreadsheet and save it as "
            "CSV"),
    "parquet": (b"PAR1" + b"0" * 99, "file: expected a table of text (CSV), received a parquet file; write it as CSV first, in "
                "pandas by frame.to_csv('table.csv', index=False)"),
    "0 bytes": (b"", "file: expected a table of text (CSV), received an empty file of 0 bytes"),
    "5.1 MB": (b"1,2\n" * 1_340_000, "file: expected at most 5 MB, received 5.1 MB; keep fewer rows or columns"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_gets_a_sentence(name: str) -> None:
    refuses(*REFUSED[name])
