"""The tables of one's own that this session has open, in memory only: they go with it.

An experiment names its table by a hash; the rows are looked for here, and nobody else's session has them.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from core.data.own import OWN, info_of_table
from core.data.table.choices import Choices
from core.data.table.record import Table
from core.data.table.shelf import the_shelf
from core.live.making import WithTable
from core.telling import with_data
from pages.shared import experiment as shared

MAX_KEPT = 3  # tables of a session, the latest ones
FIRST_ROWS, VAL_FRACTION = 1000, 0.2  # training rows to begin with; share of validation rows


@dataclass(frozen=True, eq=False)
class Opened:
    """A file that was opened: its bytes, its cells as texts and the table that was made of them, None where none could be."""

    name: str
    data: bytes
    cells: Any
    table: Table | None


def kept() -> dict[str, Table]:
    """Return the session's tables that were trained on, by their keys, the latest last."""
    tables: dict[str, Table] = st.session_state.setdefault(shared.TABLES, {})
    return tables


def keep(table: Table) -> Table:
    """Keep a table for this session, and let go of the oldest beyond a few; raises ValueError where there is no room."""
    table = the_shelf().put(table)
    kept().pop(table.key, None)
    kept()[table.key] = table
    while len(kept()) > MAX_KEPT:
        del kept()[next(iter(kept()))]
    return table


def is_current() -> bool:
    """Return whether the experiment of now is on a table of one's own."""
    return shared.NOW in st.session_state and shared.current().data.name == OWN


def with_table(make_run: Callable[[], Any]) -> Callable[[], Any]:
    """Return what makes a run, with the table that it trains on."""
    table = shared.table_of_session() if is_current() else None
    return make_run if table is None else WithTable(make_run, table)


def train_on(table: Table) -> None:
    """Make this table the data of all pages, 60 : 20 : 20, with settings that suit a table and no noise but its own."""
    found = keep(table)
    data = {"table": found.digest, "reading": found.choices.to_text(), "val_fraction": VAL_FRACTION}
    chosen = with_data(shared.current(), OWN).replace(**data, n_train=5, noise_std=0.0, label_noise=0.0, loss="auto")
    shared.put(chosen.replace(n_train=min(FIRST_ROWS, info_of_table(chosen.data).max_train(VAL_FRACTION))))


def take_latest() -> None:
    """Go back to the table that was trained on last; without one the experiment stays as it is."""
    if kept():
        train_on(list(kept().values())[-1])


def of_choices(opened: Opened, choices: Choices) -> Opened:
    """Return an opened file whose columns are read as chosen; raises ValueError where they cannot be."""
    from core.data.table.record import make_table

    return replace(opened, table=make_table(opened.cells, choices))
