"""What is to be predicted, and who trains and who judges."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from core.data.table.record import Table
from core.data.table.splitting import table_rows
from core.figures.theme import COLORS
from core.words import say
from pages.parts.data.ways import choose
from pages.shared import experiment as shared
from pages.shared.language import tr, worded
from pages.shared.tables import FIRST_ROWS, VAL_FRACTION
from pages.shared.widgets import hold, select

AT_RANDOM, BY_GROUP, BY_TIME = say("at random"), say("by whole groups"), say("by time")
TASKS = {"classification": say("classes"), "regression": say("values")}
PARTS = (("train", say("training")), ("val", say("validation")), ("test", say("test")))


def show_roles(table: Table) -> None:
    """Show which column is the target, and whether it is classes or values."""
    names = [column.name for column in table.columns]
    left, right = st.columns([3, 2])
    with left:
        select(
            say("To be predicted"),
            range(len(names)),
            table.target,
            hold("data.target", table.target, choose_target, table),
            format_func=lambda number: names[number],
        )
    with right:
        task = table.choices.task or table.task  # what was chosen stays chosen, also where it cannot be
        select(
            say("It is"), list(TASKS), task, hold("data.task", task, choose_task, table),
            format_func=lambda task: TASKS[task],
        )  # fmt: skip


def choose_target(number: int, table: Table) -> None:
    """Take another target; what the columns were chosen to be stays, and what it is itself is decided anew."""
    choices = table.choices
    roles = {role: None for role in ("group", "time") if getattr(choices, role) == number}
    choose(replace(choices, target=number, task=None, **roles))


def choose_task(task: Any, table: Table) -> None:
    """Take the target as classes or as values."""
    choose(replace(table.choices, task=task))


def show_division(table: Table) -> None:
    """Show how the rows are divided, and the division as a strip."""
    choices = table.choices
    now = BY_GROUP if choices.group is not None else BY_TIME if choices.time is not None else AT_RANDOM
    left, right = st.columns([2, 3])
    with left:
        select(
            say("Rows are divided"),
            [AT_RANDOM, BY_GROUP, BY_TIME],
            now,
            hold("data.division", now, choose_division, table),
        )
    with right:
        if now != AT_RANDOM:
            role = "group" if now == BY_GROUP else "time"
            numbers = columns_for(table, role)
            select(
                say("Groups are told by") if role == "group" else say("Time is told by"),
                numbers,
                getattr(choices, role),
                hold("data.by", getattr(choices, role), choose_by, table, role),
                format_func=lambda number: table.columns[number].name,
            )
    if not table.problem:
        parts = table_rows(table, shared.current().data.seed, VAL_FRACTION)
        st.html(strip([len(part) for part in parts]))
        if len(parts[0]) > FIRST_ROWS:
            st.caption(
                tr(
                    "Training begins with {first_rows:,} of the training rows; the sidebar takes more.",
                    first_rows=FIRST_ROWS,
                )
            )


def columns_for(table: Table, role: str) -> list[int]:
    """Return the columns that may tell groups or time, the likeliest first."""
    others = [column for column in table.columns if column.number != table.target]
    if role == "group":
        return [c.number for c in sorted(others, key=lambda c: (c.kind not in ("text", "category"), -c.n_different))]
    return [c.number for c in sorted(others, key=lambda c: c.kind != "date") if c.kind in ("date", "number")]


def choose_division(division: str, table: Table) -> None:
    """Divide the rows in another way, by the likeliest column."""
    roles: dict[str, int | None] = {"group": None, "time": None}
    if division != AT_RANDOM:
        role = "group" if division == BY_GROUP else "time"
        roles[role] = next(iter(columns_for(table, role)), None)
    choose(replace(table.choices, **roles))


def choose_by(number: int, table: Table, role: str) -> None:
    """Tell groups or time by another column."""
    choose(replace(table.choices, **{role: number}))


def strip(sizes: Sequence[int]) -> str:
    """Return the three parts of the rows as a strip of their sizes, in HTML of numbers alone."""
    pieces = "".join(
        f'<div style="flex:{size} 1 0;min-width:4.5rem;border-top:8px solid {COLORS[name]};padding-top:.25rem">'
        f"<b>{size:,}</b> {worded(word)}</div>"
        for size, (name, word) in zip(sizes, PARTS, strict=True)
    )
    return f'<div style="display:flex;gap:3px;font-size:.85rem;line-height:1.2">{pieces}</div>'
