"""What people drop onto a page that is no tidy table: each gets its sentence, or is read as what it is."""

from __future__ import annotations

import gc
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow
import pytest

from core import load_table
from core.data.table.choices import OddRows
from tests.core.data.table.files import GOOD, HEAD, WORDS, refuses, rows

REFUSED = {
    "one class": (HEAD + rows(lambda i: f"{i},{i * i},a"), "target: expected 2 to 10 classes, received only 'a' in 'y'; choose "
                  "another column"),
    "two rows of a class": (
        HEAD + rows(lambda i: f"{i},{i * i % 7},{'b' if i < 2 else 'a'}"), "target: expected at least 5 rows of each class, "
        "received 2 of 'b' in 'y'; join it with another class in the file, or leave its rows out"),
    "eleven classes": (
        HEAD + rows(lambda i: f"{i},{i * i % 7},c{i % 11}", 110), "target: expected 2 to 10 classes, received 11 different cells "
        "in 'y'; choose another column, or join classes in the file"),
    "all text": (
        HEAD + rows(lambda i: f"note{i},text{i * 7},label{i}"), "target: expected 2 to 10 classes, received 60 different cells in "
        "'y'; choose another column, or join classes in the file"),
    "constant target": (
        HEAD + rows(lambda i: f"{i},{i * i % 7},3.5"), "target: expected at least two different values, received only 3.5 in 'y'; "
        "choose another column"),
    "no input left": (
        HEAD + rows(lambda i: f"note{i},7,{i * i}"), "inputs: expected at least one column as an input, received none; each says "
        "why it is left out"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_gets_a_sentence(name: str) -> None:
    refuses(*REFUSED[name])


def test_na_among_words_stays_a_word_and_a_code_stays_a_code() -> None:
    words = load_table(
        "x,c,y\n" + rows(lambda i: f"{i * 3 % 17},{['NA', 'EU', 'AS', ''][i % 4]},{'ab'[i % 2]}")
    ).columns[1]
    assert words.kind == "category" and words.categories == ("AS", "EU", "NA") and words.n_missing == 15
    codes = load_table("zip,c,y\n" + rows(lambda i: f"0{1000 + i % 7},{i % 5},{'ab'[i % 2]}")).columns[0]
    assert codes.kind == "category" and codes.categories[0] == "01000"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"separator": "."}, "separator: expected one of , ; | or a tab, received '.'"),
        ({"encoding": "klingon"}, "encoding: expected one that Python knows, such as 'utf-8' or 'cp1252', received 'klingon'"),
        ({"encoding": "hex"}, "encoding: expected one that Python knows, such as 'utf-8' or 'cp1252', received 'hex'"),
        ({"encoding": "ascii"}, "encoding: expected one that fits the file, received 'ascii', which does not"),
        ({"header": 1}, "header: expected True, False or None, received 1"),
        ({"target": "no"}, "target: expected one of the columns größe, stadt, klasse, received 'no'"),
        ({"group": 3}, "group: expected one of the columns größe, stadt, klasse, received 3"),
        ({"group": "klasse", "target": "klasse"}, "group: expected another column than the target, received column 3"),
        ({"kinds": {"größe": "float"}}, "kinds: expected one of number, category, date, text for each column, received 'float'"),
        ({"kinds": ["größe"]}, "kinds: expected choices by column, such as {'zip': 'category'}, received ['größe']"),
        ({"kinds": {"stadt": "number"}}, "kinds: expected numbers in 'stadt', received texts such as 'Köln'"),
        ({"kinds": {"stadt": "date"}}, "kinds: expected dates such as 2024-01-31 in 'stadt', received texts such as 'Köln'"),
        ({"inputs": {"stadt": 1}}, "inputs: expected one of True, False for each column, received 1"),
        ({"task": "ranking"}, "task: expected 'regression' or 'classification', received 'ranking'"),
        ({"task": "regression"}, "target: expected numbers for values, received the words of 'klasse'; choose classes, or another "
                                 "column"),
        ({"seed": -1}, "seed: expected a whole number from 0 to 999,999, received -1"),
        (
            {"group": "stadt"},
            "group: expected at least 5 groups, of which whole ones can be held out, received 3 in 'stadt'; choose another "
            "column, or no groups",
        ),
        ({"time": "stadt"}, "time: expected a column of dates or numbers, received 'stadt', a category"),
    ],
)  # fmt: skip
def test_a_wrong_overrule_is_named(change: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError) as error:
        load_table(WORDS, **change)  # type: ignore[arg-type]
    assert str(error.value) == sentence


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        ValueError, match=r"source: expected the path of a CSV file, its bytes, its text or a pandas table"
    ):
        load_table(3)
    with pytest.raises(ValueError, match=r"source: expected a file that can be read, received '.*': No such file"):
        load_table(tmp_path / "none.csv")
    (tmp_path / "big.csv").write_bytes(b"1,2\n" * 2_000_000)
    with pytest.raises(ValueError, match=r"file: expected at most 5 MB, received 7.6 MB"):
        load_table(tmp_path / "big.csv")
    (tmp_path / "own.csv").write_text(GOOD)
    assert load_table(str(tmp_path / "own.csv")).name == "own.csv"


MEASURE = """
import resource, sys
from core import load_table
load_table("x,y\\n" + "1,2\\n3,5\\n" * 50)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
table = load_table(sys.argv[1])
print(table.n_rows, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems count memory in other units")
def test_reading_takes_at_most_six_times_the_file(tmp_path: Path) -> None:
    values = np.random.default_rng(0).standard_normal((20_000, 50))
    np.savetxt(tmp_path / "own.csv", values, "%.1f", ",", header=",".join(f"c{i}" for i in range(50)), comments="")
    program = [sys.executable, "-c", MEASURE, str(tmp_path / "own.csv")]
    done = subprocess.run(program, capture_output=True, text=True, check=True, timeout=60)
    n_rows, n_bytes = map(int, done.stdout.split())
    size = (tmp_path / "own.csv").stat().st_size
    assert n_rows == 20_000 and n_bytes < 6 * size, n_bytes / size


def test_five_files_at_once_are_read_alike_and_their_cells_let_go() -> None:
    data = (HEAD + rows(lambda i: f"{i * 7 % 1013 + 0.5},{i % 5},{i * 1.5}", 20_000)).encode()
    expected = load_table(data)
    with ThreadPoolExecutor(5) as pool:
        tables = list(pool.map(load_table, [data] * 5))
    assert all(np.array_equal(table.y, expected.y) and table.digest == expected.digest for table in tables)
    gc.collect()
    assert pyarrow.default_memory_pool().bytes_allocated() < 100_000


def uneven(n_odd: int) -> str:
    """Return 100 rows, of which some have a cell too many; a blank line stands before them."""
    return "x,y\n\n" + "".join(f"{i % 7},{i * i % 97}{',5' * (10 <= i < 10 + n_odd)}\n" for i in range(100))


def test_rows_that_do_not_fit_are_left_out_where_that_is_chosen() -> None:
    with pytest.raises(OddRows, match="received 3 in row 13, and 1 more such row"):
        load_table(uneven(2))
    table = load_table(uneven(2), drop_odd=True)
    assert table.n_rows == 98 and table.choices.to_text() == "odd-out"
    (dropped,) = [text for text in table.decisions if "left out as you chose" in text]
    assert str(dropped).startswith("2 rows were left out") and "lines 13, 14" in dropped
    with pytest.raises(ValueError, match="expected 2 cells in every row") as refused:  # then it is another kind of file
        load_table(uneven(20), drop_odd=True)
    assert not isinstance(refused.value, OddRows)


def test_classes_too_rare_to_learn_are_left_out_where_that_is_chosen() -> None:
    text = "x,y\n" + "".join(f"{i % 7},{'Yes' if i == 5 else ['yes', 'no'][i % 2]}\n" for i in range(100))
    with pytest.raises(ValueError, match="expected at least 5 rows of each class, received 1 of 'Yes'"):
        load_table(text)
    table = load_table(text, drop_odd=True)
    assert (table.n_rows, table.class_names, table.n_odd) == (99, ("no", "yes"), 0)
    assert np.array_equal(table.y, [int(i % 2 == 0) for i in range(100) if i != 5])
    assert "1 row was left out as you chose: its class is too rare, 'Yes'." in table.decisions


def test_rows_are_numbered_as_the_lines_of_the_file() -> None:
    text = "x,y\n\n\n" + "".join(f"{i % 7 if i != 30 else 'odd'},{i * i % 97}\n" for i in range(40)) + "\r\n\n"
    assert "row 34 'odd'" in load_table(text).warnings[0]  # the first row stands in line 4
