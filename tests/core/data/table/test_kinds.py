"""What a column is, and why: every way of writing numbers and dates, and what is left out."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core import Split, load_table
from core.data.table.choices import Choices
from core.data.table.dates import parts_of
from core.data.table.kinds import Column
from core.data.table.numbers import is_number
from core.data.table.record import Table


def table_of(cells: list[str], **how: Any) -> Table:
    """Return a table of these cells, again and again, beside a target that has nothing to do with them."""
    lines = [f'"{cells[i % len(cells)]}";{i * i % 101 + 0.5}' for i in range(100)]
    return load_table("x;y\n" + "\n".join(lines), **how)


def column_of(cells: list[str], **how: Any) -> Column:
    """Return the column of these cells; a second one keeps the table whole where it is left out."""
    lines = [f'"{cells[i % len(cells)]}";{i * 7 % 31};{i * i % 101 + 0.5}' for i in range(100)]
    return load_table("x;z;y\n" + "\n".join(lines), **how).columns[0]


@pytest.mark.parametrize(
    ("cells", "form", "values"),
    [
        (["1234.5", "-2", ".5", "+3", "1e3", "0.25"], "1234.5", [1234.5, -2, 0.5, 3, 1000, 0.25]),
        (["1,234.5", "12", "1,234,567", "-1,000.25"], "1,234.5", [1234.5, 12, 1234567, -1000.25]),
        (["1.234,5", "12", "1.234.567", "-1.000,25", "7,5"], "1.234,5", [1234.5, 12, 1234567, -1000.25, 7.5]),
        (["1 234,5", "12", "1\u00a0234\u202f567", "7,5"], "1 234,5", [1234.5, 12, 1234567, 7.5]),
    ],
)
def test_numbers_by_hand(cells: list[str], form: str, values: list[float]) -> None:
    column = column_of(cells)
    assert column.kind == "number" and column.form == form
    assert np.allclose(column.values[: len(values)], values)


@pytest.mark.parametrize(
    "text",
    ["01234", "1,23,4", "1.2.3", "12a", "", ".", "1e", "--1", "10%", "$5", "１２", "0x10", "1_000", "inf", "nan"],
)
def test_what_is_no_number(text: str) -> None:
    assert not is_number(text)


def test_an_ambiguous_comma_follows_the_other_columns_or_is_pointed_out() -> None:
    alone = load_table("x;y\n" + "\n".join(f"{i % 9 + 1},{100 + i * 7 % 31};{i * i % 101}.5" for i in range(60)))
    assert alone.columns[0].form == "1,234.5"
    assert "could also be written like 1.234,5" in alone.warnings[0]
    beside = load_table("x;y\n" + "\n".join(f"{i % 9 + 1},{100 + i * 7 % 31};{i * i % 101},5" for i in range(60)))
    assert beside.columns[0].form == "1.234,5" and not beside.warnings


def test_odd_cells_among_numbers_are_named_with_row_and_text() -> None:
    lines = [
        f"{['1e308', '1e400', 'inf', 'nan', 'n/a'][i] if i < 5 else i * 3 % 17 + 0.5},{i * i % 97}" for i in range(200)
    ]
    table = load_table("x,y\n" + "\n".join(lines))
    assert table.columns[0].n_missing == 5
    assert table.warnings == (
        "x: 3 cells are no numbers and count as missing: row 2 '1e308' (a number beyond 1e18), row 3 '1e400' (a number beyond "
        "1e18), row 4 'inf' (a number beyond 1e18).",
    )


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda i: f"{i}%", "a percent sign"), (lambda i: f"${i}", "a dollar sign"), (lambda i: f"{i} €", "a euro sign"),
        (lambda i: chr(0xFF10 + i % 10) + chr(0xFF10 + i // 10 % 10), "full-width or other digits than 0 to 9"),
    ],
)  # fmt: skip
def test_what_keeps_a_column_from_being_numbers_is_said(make: Any, why: str) -> None:
    table = load_table("x,z,y\n" + "\n".join(f"{make(i)},{i % 7},{i * i % 97}" for i in range(60)))
    assert table.columns[0].kind == "text" and f"are no numbers ({why})" in table.warnings[0]


@pytest.mark.parametrize(
    ("cells", "form"),
    [
        (["2024-02-29", "1999-12-31"], "year-month-day"), (["29.2.2024", "31.12.1999"], "day.month.year"),
        (["29/02/2024", "31/12/1999"], "day/month/year"), (["02/29/2024", "12/31/1999"], "month/day/year"),
        (["2024/2/29", "1999/12/31"], "year/month/day"), (["2024-02-29 00:00", "1999-12-31T00:00:00Z"], "year-month-day"),
    ],
)  # fmt: skip
def test_dates_by_hand(cells: list[str], form: str) -> None:
    column = column_of(cells)
    assert (column.kind, column.form) == ("date", form)
    days = [
        (datetime.date(2024, 2, 29) - datetime.date(1970, 1, 1)).days,
        (datetime.date(1999, 12, 31) - datetime.date(1970, 1, 1)).days,
    ]
    assert column.values[:2].tolist() == days


def test_parts_of_dates_are_those_of_the_calendar() -> None:
    days = np.arange(-30_000.0, 30_000.0, 13.37)
    parts = parts_of(days)
    known = pd.DatetimeIndex(np.floor(days).astype("datetime64[D]").astype("datetime64[s]"))
    assert np.array_equal(parts["year"], known.year) and np.array_equal(parts["month"], known.month)
    assert np.array_equal(parts["weekday"], known.day_of_week + 1)


def test_days_that_do_not_exist_and_two_formats_are_no_dates() -> None:
    assert column_of([f"2023-02-{day}" for day in range(29, 60)]).kind == "text"
    table = load_table(
        "x,z,y\n" + "\n".join(
            f"{f'2024-01-{i % 28 + 1:02d}' if i % 2 else f'{i % 28 + 1:02d}.02.2023'},{i % 5},{i * i % 97}" for i in range(60)
        )
    )  # fmt: skip
    assert table.warnings == (
        "x: Its dates are written in two ways, year-month-day (50%) and day.month.year (50%): write them in one.",
    )


@pytest.mark.parametrize(
    ("cells", "kind", "reason"),
    [
        (["7"], "number", "left out, since every cell is 7"),
        (["one"], "category", "left out, since every cell is 'one'"),
        ([f"text {i}" for i in range(100)], "text", "left out, since all its texts are different"),
        (
            [f"text {i}" for i in range(50)],
            "text",
            "left out, since it has 50 different texts, too many for a category (at most 20)",
        ),
        ([str(i + 1) for i in range(100)], "number", "left out, since it numbers the rows from 1 to 100"),
        ([""], "text", "left out, since it is empty"),
    ],
)
def test_what_is_left_out_says_why(cells: list[str], kind: str, reason: str) -> None:
    column = column_of(cells)
    assert column.kind == kind and not column.is_input and reason in column.reason


def test_each_decision_is_overruled() -> None:
    assert column_of([str(i + 1) for i in range(100)], inputs={"x": True}).is_input
    assert column_of([str(i % 5) for i in range(100)], kinds={"x": "category"}).categories == ("0", "1", "2", "3", "4")
    assert column_of([f"text {i}" for i in range(40)], kinds={"x": "category"}).is_input
    assert column_of(["1", "2", "x"], kinds={"x": "number"}).n_missing == 33
    assert not column_of(["1", "2"], inputs={"x": False}).is_input
    assert column_of(["1", "2"], kinds={"x": "text"}).kind == "text"
    with pytest.raises(
        ValueError, match="inputs: expected columns of numbers, categories or dates, received the text 'x'"
    ):
        column_of([f"text {i}" for i in range(100)], inputs={"x": True})
    with pytest.raises(
        ValueError, match="kinds: expected at most 40 different cells for a category, received 100 in 'x'"
    ):
        column_of([f"text {i}" for i in range(100)], kinds={"x": "category"})


def test_the_target_is_classes_or_values_and_says_why() -> None:
    def target(cells: list[Any], **how: Any) -> Table:
        return load_table("x,y\n" + "\n".join(f"{i * i % 97},{cells[i % len(cells)]}" for i in range(100)), **how)

    assert "2 classes, since it has two values" in target([1.5, 2.5]).decisions[2]
    assert "10 classes, since it has only 10 different whole numbers" in target(list(range(10))).decisions[2]
    assert target(list(range(11))).task == "regression"
    assert target([i / 2 for i in range(5)]).task == "regression"
    assert target(list(range(5)), task="regression").task == "regression"
    assert target([2, 10, 1]).class_names == ("1", "2", "10")
    assert target(["b", "a"]).class_names == ("a", "b")


def test_numbers_that_are_hardly_classes_may_be_taken_as_values() -> None:
    text = "x,y\n" + "\n".join(f"{i * i % 97},{1 + (i > 3) + i % 2 * (i > 3)}" for i in range(100))
    with pytest.raises(ValueError, match="received 4 of '1' in 'y'; take it as values, join it with another class"):
        load_table(text)
    assert load_table(text, task="regression").task == "regression"


def test_rows_without_a_target_are_dropped_and_counted() -> None:
    table = load_table("x,y\n" + "\n".join(f"{i * 7 % 31},{'' if i % 10 == 0 else i * i}" for i in range(100)))
    assert table.n_rows == 90 and "10 rows without a target were left out." in table.decisions


def test_an_input_that_gives_the_target_away_is_pointed_out() -> None:
    table = load_table("x,c,y\n" + "\n".join(f"{i * i % 97},{'uv'[i % 2]},{'ab'[i % 2]}" for i in range(100)))
    assert any(said.startswith("'c' gives the target away") for said in table.warnings)
    values = load_table("x,c,y\n" + "\n".join(f"{i * 3 % 97},{i % 7},{i * 3 % 97 * 2 + 1}" for i in range(100)))
    assert any(said.startswith("'x' gives the target away") for said in values.warnings)


def test_equal_rows_are_counted_and_stay_together() -> None:
    lines = [f"{i},{i * i % 97}" for i in range(0, 200, 2)]
    table = load_table("x,y\n" + "\n".join(lines + lines[:10]))
    assert "10 rows repeat another: equal rows stay together." in table.decisions
    split = Split.from_table(table, seed=1)
    sides = [set(map(float, X[:, 0])) for X in (split.X_train, split.X_val, split.X_test)]
    assert not (sides[0] & sides[1] or sides[0] & sides[2] or sides[1] & sides[2])


def test_groups_and_time_decide_who_is_where() -> None:
    lines = [f"p{i % 12},2024-{i // 28 % 12 + 1:02d}-{i % 28 + 1:02d},{i * 7 % 31},{i * i % 97}" for i in range(240)]
    text = "who,when,x,y\n" + "\n".join(lines)
    by_group, by_time = load_table(text, group="who"), load_table(text, time="when")
    assert not by_group.columns[0].is_input and not by_time.columns[1].is_input
    split = Split.from_table(by_group)
    assert split.units is not None and len(split.units) == len(split.y_train) + len(split.y_val)
    assert not set(split.units[: len(split.y_train)]) & set(split.units[len(split.y_train) :])
    forward = Split.from_table(by_time)
    assert (
        forward.days is not None
        and forward.days[: len(forward.y_train)].max() < forward.days[len(forward.y_train) :].min()
    )
    with pytest.raises(ValueError, match="group: expected groups or time to divide by, received both"):
        load_table(text, group="who", time="when")


@pytest.mark.parametrize("n_groups", [1, 4])
def test_groups_are_enough_to_hold_whole_ones_out(n_groups: int) -> None:
    text = "who,x,y\n" + "".join(f"g{i % n_groups},{i * 7 % 31},{i * i % 97}\n" for i in range(60))
    with pytest.raises(ValueError) as error:
        load_table(text, group="who")
    assert str(error.value) == (
        "group: expected at least 5 groups, of which whole ones can be held out, "
        f"received {n_groups} in 'who'; choose another column, or no groups"
    )


@pytest.mark.parametrize(("n_days", "is_enough"), [(1, False), (4, False), (5, True)])
def test_time_needs_a_few_times(n_days: int, is_enough: bool) -> None:
    text = "d,a,y\n" + "".join(f"2020-01-{i % n_days + 1:02d},{i % 7},{i * i % 11 + 0.5}\n" for i in range(60))
    if is_enough:
        split = Split.from_table(load_table(text, time="d"))
        assert min(len(split.y_train), len(split.y_val), len(split.y_test)) >= 12
    else:
        with pytest.raises(ValueError, match=f"time: expected at least 5 different times, received {n_days} in 'd'"):
            load_table(text, time="d")


def test_an_empty_last_column_is_not_the_target() -> None:
    table = load_table("a,b,y,\n" + "".join(f"{i % 5},{i % 7},{i * i % 11 + 0.5},\n" for i in range(60)))
    assert table.target_name == "y" and [column.is_input for column in table.columns] == [True, True, False, False]


def test_choices_survive_a_link() -> None:
    choices = Choices(
        ";", "cp1252", False, 3, "regression", 4, None, 7, True, {0: "category", 2: "number"}, {1: False, 5: True}
    )
    assert Choices.from_text(choices.to_text()) == choices and Choices.from_text("") == Choices()
    assert Choices().to_text() == ""


@pytest.mark.parametrize(
    "text", ["x", "target-0", "target-999", "1-float", "separator-dot", "encoding-hex", "header-maybe", "task-x", "<b>"]
)
def test_an_odd_link_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match="reading: expected parts such as target-3, 4-category or 5-out, received"):
        Choices.from_text(text)


@pytest.mark.parametrize(
    ("make", "sign", "first"),
    [
        (lambda i: f"${i * 1000:,}", "a dollar sign", 1000), (lambda i: f"-$ {i}.5", "a dollar sign", -1.5),
        (lambda i: f"{2 * i}%", "a percent sign", 2), (lambda i: f"{i},5 €", "a euro sign", 1.5),
    ],
)  # fmt: skip
def test_a_sign_at_numbers_is_left_out_where_a_person_says_that_they_are_numbers(
    make: Any, sign: str, first: float
) -> None:
    text = "x;z;y\n" + "\n".join(f"{make(i)};{i % 7};{i * i % 97}" for i in range(1, 61))
    proposed = load_table(text)
    assert proposed.columns[0].kind == "text"
    assert "choose the kind “number” to read them without it" in proposed.warnings[0]
    column = load_table(text, kinds={"x": "number"}).columns[0]
    assert (column.kind, column.is_input, column.n_missing, column.n_odd) == ("number", True, 0, 0)
    assert column.values[0] == first and f"{sign} left out" in column.why_kind


def test_money_is_a_target_of_values_where_that_is_chosen() -> None:
    text = "x,price\n" + "\n".join(f'{i % 7},"${(i * i % 97 + 1) * 1000:,}"' for i in range(60))
    with pytest.raises(ValueError, match="take it as values, choose another column"):
        load_table(text)
    table = load_table(text, task="regression")
    assert table.task == "regression" and table.y[1] == 2000


def test_two_signs_in_a_column_are_no_number() -> None:
    text = "x,z,y\n" + "\n".join(f"{'$€'[i % 2]}{i},{i % 7},{i * i % 97}" for i in range(60))
    with pytest.raises(ValueError, match="kinds: expected numbers in 'x', received texts such as"):
        load_table(text, kinds={"x": "number"})


def test_missing_cells_are_counted_in_the_rows_that_are_used() -> None:
    lines = [
        f"{i % 7 if i > 2 else ''},{'uv'[i % 2] if i > 3 else ''},{i * i % 97 if i > 1 else ''}" for i in range(60)
    ]
    table = load_table("x,c,y\n" + "\n".join(lines))
    assert [column.n_missing for column in table.columns[:2]] == [1, 2]
    assert "'x' has 1 missing cell: the median of the training rows takes its place." in table.decisions


def test_what_stands_for_a_missing_number_is_named() -> None:
    table = load_table(
        "x,y\n" + "\n".join(f"{['?', 'N/A'][i] if i < 2 else i % 7 + 0.5},{i * i % 97}" for i in range(60))
    )
    assert "cells with '?', 'N/A' count as missing" in table.columns[0].why_kind


def test_a_column_that_names_whose_row_it_is_is_pointed_out() -> None:
    lines = [f"{i // 4},{7000 + 3 * i},{i % 5},{i * i % 97}" for i in range(200)] + [
        "0,9999,3,"
    ]  # the last is not used
    said = " ".join(load_table("Patient ID,Listing ID,x,y\n" + "\n".join(lines)).warnings)
    assert "'Patient ID' has 50 different cells in 200 rows" in said and "divide by whole groups" in said
    assert "'Listing ID' is another number in every row: leave it out" in said and "'x'" not in said
    grouped = load_table("Patient ID,Listing ID,x,y\n" + "\n".join(lines), group="Patient ID")
    assert "Patient ID" not in " ".join(grouped.warnings)
