"""Everything that was decided about a table as plain sentences, and how its file is read."""

from dataclasses import replace
from typing import Any

import streamlit as st

from core.data.table.choices import SEPARATORS
from core.data.table.letters import ENCODINGS
from core.data.table.parsing import separator_in_words
from core.data.table.record import Table
from core.words import say
from pages.parts.data.ways import choose
from pages.shared.language import tr
from pages.shared.say import plain
from pages.shared.tables import Opened
from pages.shared.widgets import hold, select


def show_decisions(table: Table) -> None:
    """Show the sentences."""
    st.markdown(tr("**What was decided**"))
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in table.decisions))


def show_reading(here: Opened) -> None:
    """Show how the file is read: separator, encoding, first line. Another reading begins the choices of columns anew."""
    cells, choices = here.cells, here.table.choices
    st.markdown(tr("**How the file is read**"))
    marks = list(SEPARATORS.values())
    select(
        say("Cells are separated by"),
        marks,
        cells.separator,
        hold("data.separator", cells.separator, take, "separator", choices),
        format_func=separator_in_words,
    )
    encodings = list(dict.fromkeys(["utf-8", *ENCODINGS, "utf-16-le", "utf-16-be", cells.encoding]))
    select(
        say("Its letters are written in"), encodings, cells.encoding,
        hold("data.encoding", cells.encoding, take, "encoding", choices),
    )  # fmt: skip
    st.checkbox(
        tr("The first line holds the names of the columns"), value=cells.has_header,
        **hold("data.header", cells.has_header, take, "header", choices),
    )  # fmt: skip
    st.checkbox(
        tr("Leave the rows out that do not fit"), value=choices.drop_odd,
        help=tr("Rows of another number of cells than the first line, and rows of classes too rare to learn."),
        **hold("data.odd", choices.drop_odd, take, "drop_odd", choices),
    )  # fmt: skip


def take(value: Any, name: str, choices: Any) -> None:
    """Read the file in another way."""
    choose(replace(choices, **{name: value}))
