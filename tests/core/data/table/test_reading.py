"""What people drop onto a page that is no tidy table: each gets its sentence, or is read as what it is."""

from __future__ import annotations

import gc
import gzip
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow
import pytest

from core import Split, load_table

HEAD = "x,z,y\n"


def rows(make: Callable[[int], str] = lambda i: f"{i * 3 % 17},{i % 5}.5,{'ab'[i % 2]}", n: int = 60) -> str:
    return "".join(f"{make(i)}\n" for i in range(n))


GOOD = HEAD + rows()
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
    "header only": (HEAD, "file: expected at least 20 rows below the names, received 0"),
    "one row": (HEAD + "1,2,a\n", "file: expected at least 20 rows below the names, received 1"),
    "one column": ("x\n" + "1\n" * 50, "file: expected at least two columns, separated by commas, semicolons, tabs or bars (|), "
                   "received one column"),
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
    "zero bytes": (GOOD.replace("1", "1\0"), "file: expected text, received a zero byte at byte 18: it is no text, "
                   "or it is damaged"),
    "half a UTF-16": (
        b"\xff\xfe" + GOOD.encode("utf-16-le") + b"\x00\xd8", "file: expected text, received what begins like UTF-16 and is not; "
        "save it as UTF-8"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_gets_a_sentence(name: str) -> None:
    data, sentence = REFUSED[name]
    with pytest.raises(ValueError) as error:
        load_table(data if isinstance(data, bytes) else data.encode())
    assert str(error.value).split("; save it as UTF-8")[0] == sentence.split("; save it as UTF-8")[0]


WORDS = "größe,stadt,klasse\n" + rows(
    lambda i: f"{i * 3 % 17}.5,{['Köln', 'Nürnberg', 'Fürth'][i % 3]},{['schön', 'häßlich'][i % 2]}"
)
CHINESE = "身高,城市,类别\n" + rows(
    lambda i: f"{i * 3 % 17}.5,{['北京', '上海', '广州'][i % 3]},{['好人', '坏人'][i % 2]}"
)
READ = {
    "CR line ends": (GOOD.replace("\n", "\r").encode(), "x", ""),
    "CRLF line ends": (GOOD.replace("\n", "\r\n").encode(), "x", ""),
    "a byte order mark": (b"\xef\xbb\xbf" + GOOD.encode(), "x", ""),
    "UTF-16": (GOOD.encode("utf-16"), "x", "The file is read as UTF-16, as its first bytes say."),
    "UTF-16 without a mark": (GOOD.encode("utf-16-be"), "x", "The file is read as UTF-16, as its zero bytes show."),
    "GB18030": (CHINESE.encode("gb18030"), "身高", "it is read as gb18030, a guess from its letters"),
    "latin-1": (WORDS.encode("latin-1"), "größe", "it is read as cp1252, a guess from its letters"),
    "no header": (rows().encode(), "column 1", "The first line holds numbers, so the columns have no names"),
    "years as names": (b"2019,2020,y\n" + rows().encode(), "2019", "The first line holds the names of the columns."),
    "a tab": (GOOD.replace(",", "\t").encode(), "x", "Cells are separated by tabs."),
    "bars": (GOOD.replace(",", "|").encode(), "x", "Cells are separated by bars (|)."),
    "empty rows": ((GOOD + ",,\n" * 3).encode(), "x", "3 empty rows were left out."),
    "quotes with line ends": (
        ('x,"a\nname",y\n' + rows(lambda i: f'{i * 3 % 17},"a\nb{i % 3}",{"ab"[i % 2]}')).encode(), "x", "'a name'"),
    "20,001 rows": (
        (HEAD + rows(lambda i: f"{i * 7 % 1013 + 0.5},{i % 5},{i * 1.5}", 20_001)).encode(), "x",
        "Of 20,001 rows a random sample of 20,000 is used, drawn with seed 0."),
    "256 columns": (
        "\n".join(",".join(str((i * i + k * i) % 97) if i else f"c{k}" for k in range(256)) for i in range(60)).encode(),
        "c0", "and 249 more."),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_what_is_read_says_how(name: str) -> None:
    data, first, said = READ[name]
    table = load_table(data)
    assert table.columns[0].name == first
    assert said in " ".join(table.decisions)
    assert len(Split.from_table(table).y_train) > 0


def test_decimal_commas_are_read_right_where_pandas_is_not() -> None:
    table = load_table("x;y\n" + rows(lambda i: f"1,{i % 9};2,{i * 7 % 50}"))
    assert table.columns[0].form == "1.234,5"
    assert np.allclose(table.columns[0].values[:3], (1.0, 1.1, 1.2)) and np.allclose(table.y[:2], (2.0, 2.7))


def test_na_among_words_stays_a_word_and_a_code_stays_a_code() -> None:
    words = load_table(
        "x,c,y\n" + rows(lambda i: f"{i * 3 % 17},{['NA', 'EU', 'AS', ''][i % 4]},{'ab'[i % 2]}")
    ).columns[1]
    assert words.kind == "category" and words.categories == ("AS", "EU", "NA") and words.n_missing == 15
    codes = load_table("zip,c,y\n" + rows(lambda i: f"0{1000 + i % 7},{i % 5},{'ab'[i % 2]}")).columns[0]
    assert codes.kind == "category" and codes.categories[0] == "01000"


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
        ({"group": "stadt"}, "group: expected at least 5 groups, of which whole ones can be held out, received 3 in 'stadt'"),
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
