"""Separators, quotes, and rows that do not fit the first line."""

from __future__ import annotations

import numpy as np
import pytest

from core import load_table
from tests.core.data.table.files import GOOD, HEAD, refuses, rows, says

REFUSED = {
    "one line of 200,000 columns": (
        ",".join(map(str, range(200_000))), "file: expected a first line of at most 65,536 bytes with the names of the columns, "
        "received a longer one; one row is one line"),
    "20,000 equal names": (
        ",".join(["a"] * 20_000) + "\n" + rows(), "file: expected at most 256 columns, received 20,000; keep those that matter"),
    "257 columns": (
        ",".join(f"c{i}" for i in range(257)) + "\n", "file: expected at most 256 columns, received 257; keep those that matter"),
    "an unclosed quote of 5 MB": (
        'x,y\n"' + "1,2\n" * 1_250_000, "file: expected 2 cells in every row, as in the first, received 1 in row 2; a quotation "
        'mark (") is never closed'),
    "one cell of 1 MB": (
        HEAD + "a" * 1_000_000 + ",1,a\n" + rows(), "file: expected cells of at most 10,000 characters, received one of 1,000,000 "
        'in column 1, row 2; is a quotation mark (") never closed?'),
    "ragged rows": (
        GOOD + "1,2\n1,2,3,4\n", "file: expected 3 cells in every row, as in the first, received 2 in row 62, and 1 more such row; "
        "is the separator right?"),
    "one over-long row": (
        GOOD + "1,2,3,4\n", "file: expected 3 cells in every row, as in the first, received 4 in row 62; is the separator right?"),
    "one column": ("x\n" + "1\n" * 50, "file: expected at least two columns, separated by commas, semicolons, tabs or bars (|), "
                   "received one column"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_gets_a_sentence(name: str) -> None:
    refuses(*REFUSED[name])


READ = {
    "a tab": (GOOD.replace(",", "\t").encode(), "x", "Cells are separated by tabs."),
    "bars": (GOOD.replace(",", "|").encode(), "x", "Cells are separated by bars (|)."),
    "quotes with line ends": (
        ('x,"a\nname",y\n' + rows(lambda i: f'{i * 3 % 17},"a\nb{i % 3}",{"ab"[i % 2]}')).encode(), "x", "'a name'"),
    "256 columns": (
        "\n".join(",".join(str((i * i + k * i) % 97) if i else f"c{k}" for k in range(256)) for i in range(60)).encode(),
        "c0", "and 249 more."),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_what_is_read_says_how(name: str) -> None:
    says(*READ[name])


def test_decimal_commas_are_read_right_where_pandas_is_not() -> None:
    table = load_table("x;y\n" + rows(lambda i: f"1,{i % 9};2,{i * 7 % 50}"))
    assert table.columns[0].form == "1.234,5"
    assert np.allclose(table.columns[0].values[:3], (1.0, 1.1, 1.2)) and np.allclose(table.y[:2], (2.0, 2.7))
