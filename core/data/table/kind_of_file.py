"""What is refused before it is read: too much, nothing, and files known by how they begin. Read next: `letters.py`."""

from __future__ import annotations

from core.words import say

MAX_BYTES = 5 * 1024 * 1024
# What a file begins with that is no table, and what to do instead.
MAGIC = {
    b"PK\x03\x04": (say("an Excel or zip file"), say("open it in a spreadsheet and save it as CSV")),
    b"\xd0\xcf\x11\xe0": (say("an old Excel file"), say("open it in a spreadsheet and save it as CSV")),
    b"\x1f\x8b": (say("a gzip file"), say("unpack it first")),
    b"BZh": (say("a bzip2 file"), say("unpack it first")),
    b"\xfd7zXZ": (say("an xz file"), say("unpack it first")),
    b"\x28\xb5\x2f\xfd": (say("a zstd file"), say("unpack it first")),
    b"\x89PNG": (say("a picture (PNG)"), say("take a table of text")),
    b"\xff\xd8\xff": (say("a picture (JPEG)"), say("take a table of text")),
    b"GIF8": (say("a picture (GIF)"), say("take a table of text")),
    b"%PDF": (say("a PDF"), say("copy its table into a spreadsheet and save it as CSV")),
    b"PAR1": (say("a parquet file"), say("write it as CSV first, in pandas by frame.to_csv('table.csv', index=False)")),
    b"ARROW1": (say("an Arrow file"), say("write it as CSV first")),
    b"SQLite format 3": (say("a database"), say("export one table of it as CSV")),
}


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
