"""Rows and names: how many, which, and what is made of odd ones."""

from __future__ import annotations

import numpy as np
import pytest

from core import load_table
from tests.core.data.table.files import GOOD, HEAD, refuses, rows, says

REFUSED = {
    "header only": (HEAD, "file: expected at least 20 rows below the names, received 0"),
    "one row": (HEAD + "1,2,a\n", "file: expected at least 20 rows below the names, received 1"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_gets_a_sentence(name: str) -> None:
    refuses(*REFUSED[name])


READ = {
    "no header": (rows().encode(), "column 1", "The first line holds numbers, so the columns have no names"),
    "years as names": (b"2019,2020,y\n" + rows().encode(), "2019", "The first line holds the names of the columns."),
    "empty rows": ((GOOD + ",,\n" * 3).encode(), "x", "3 empty rows were left out."),
    "20,001 rows": (
        (HEAD + rows(lambda i: f"{i * 7 % 1013 + 0.5},{i % 5},{i * 1.5}", 20_001)).encode(), "x",
        "Of 20,001 rows a random sample of 20,000 is used, drawn with seed 0."),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_what_is_read_says_how(name: str) -> None:
    says(*READ[name])


def test_names_are_never_markup_nor_equal_nor_empty_nor_long() -> None:
    odd = ["", "a", "a", "n" * 10_000, "<script>alert(1)</script>", "=cmd|x", "**b**", "שלום\u202eabc", "🙂"]
    head = ",".join([*odd, "y"]) + "\n"
    table = load_table(head + rows(lambda i: ",".join(str(i * k % 13 + 0.5) for k in range(1, 10)) + f",{i * 0.7}"))
    names = [column.name for column in table.columns]
    assert names[:3] == ["column 1", "a", "a (2)"] and len(names[3]) == 60 and names[3].endswith("…")
    assert names[4] == "‹script›alert(1)‹/script›" and names[7] == "שלוםabc" and names[8] == "🙂"
    assert "4 names were changed: too long, given twice, or with signs." in table.decisions
    assert "1 column has no name and is numbered." in table.decisions


def test_the_hash_names_the_bytes() -> None:
    assert load_table(GOOD).digest == load_table(GOOD.encode()).digest != load_table(GOOD + "1,2,a\n").digest


def test_a_sample_of_too_many_rows_is_drawn_by_its_seed() -> None:
    data = (HEAD + rows(lambda i: f"{i},{i % 5},{i * 1.5}", 20_100)).encode()
    a, b, c = (load_table(data, seed=seed).y for seed in (0, 0, 1))
    assert np.array_equal(a, b) and not np.array_equal(a, c) and len(a) == 20_000
