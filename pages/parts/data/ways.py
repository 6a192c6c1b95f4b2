"""The ways in: a file, pasted rows, a sample. What is read stays in this session, the upload itself is dropped at once."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

import core.data
from core.data.own import is_own
from core.data.table.choices import Choices, OddRows
from core.data.table.kind_of_file import MAX_BYTES, check_size
from core.data.table.reading import read_cells
from core.data.table.record import make_table
from core.words import say
from pages.shared import experiment as shared
from pages.shared.language import tr, worded
from pages.shared.say import plain
from pages.shared.tables import Opened

OPENED, PROBLEM, TURN = "data.opened", "data.problem", "data.turn"
REFUSED = "data.refused"  # name and bytes of a file that could be read without the rows that do not fit
SAMPLES = Path(core.data.__file__).parent / "samples"
N_SHOWN, MOST_SHOWN = 8, 60  # rows; characters of a cell
CELL = (
    "padding:.3rem .6rem;text-align:start;white-space:nowrap;max-width:14rem;overflow:hidden;text-overflow:ellipsis;"
    "border:0;border-bottom:1px solid rgba(128,128,128,.35)"
)
# File, what it shows.
OFFERED = {
    "concrete.csv": say("Tidy numbers: the strength of concrete by what is in it."),
    "leaves_decimal_comma.csv": say("Decimal commas and semicolons: three kinds of leaves by their measures."),
    "shelter.csv": say("Missing cells and categories: which animals of a shelter are adopted."),
    "sleep_groups.csv": say("Grouped rows with a date: how people feel by how they slept."),
}


def opened() -> Opened | None:
    """Return the file that this session has open on the page, None for none."""
    found: Opened | None = st.session_state.get(OPENED)
    return found


def close() -> None:
    """Let go of the open file; tables that were trained on stay."""
    st.session_state.pop(OPENED, None)


def show_ways() -> None:
    """Show the ways in, side by side."""
    left, right = st.columns(2, gap="large")
    turn = st.session_state.setdefault(TURN, 0)
    with left:
        file = st.file_uploader(
            tr("A file of yours"), key=f"data.file.{turn}", max_upload_size=MAX_BYTES // 2**20,
            help=tr("A table as text (CSV): one row a line, cells separated by commas, semicolons, tabs or bars."),
        )  # fmt: skip
        if file is not None:
            take(file.name, file.getvalue())
            forget_upload(turn)
            st.rerun()
    with right:
        text = st.text_area(
            tr("Or paste rows"), key=f"data.text.{turn}", height=150, placeholder=tr("x,y\n1.5,a\n2.5,b\n…")
        )
        if st.button(tr("Read them"), key="data.paste") and text:
            take(say("pasted rows"), text.encode())
            st.rerun()
    st.markdown(tr("Or try a sample"), help=tr("Made up for this page; each shows one thing that real files have."))
    for place, (name, what) in zip(st.columns(len(OFFERED)), OFFERED.items(), strict=True):
        with place:
            show_sample(name, what)


def show_sample(name: str, what: str) -> None:
    """Offer a sample, to be opened or downloaded."""
    data = (SAMPLES / name).read_bytes()
    with st.container(border=True, gap="small"):
        st.caption(worded(what))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if st.button(tr("Open"), key=f"data.open.{name}"):
                take(name, data)
                st.rerun()
            st.download_button(
                tr("Download"), data, name, "text/csv", key=f"data.download.{name}", type="tertiary", on_click="ignore"
            )


def take(name: str, data: bytes, choices: Choices | None = None) -> None:
    """Read a file and open it; what is wrong with it is said on the next run."""
    try:
        check_size(len(data))
        st.session_state[OPENED] = read(name, data, choices or expected_choices(data))
    except ValueError as error:
        st.session_state[PROBLEM] = str(error)
        if isinstance(error, OddRows):
            st.session_state[REFUSED] = name, data


def offer_to_drop() -> None:
    """Offer, beside the sentence that refuses a file, to read it without the rows that do not fit; then it is let go."""
    if refused := st.session_state.pop(REFUSED, None):
        name, data = refused
        label = tr("Leave the rows out that do not fit")
        st.button(label, key="data.drop", on_click=take, args=(name, data, Choices(drop_odd=True)))


def read(name: str, data: bytes, choices: Choices) -> Opened:
    """Return a file's cells and its table; raises ValueError where it is no table."""
    cells = read_cells(data, name, choices)
    return Opened(name, data, cells, make_table(cells, choices))


def expected_choices(data: bytes) -> Choices:
    """Return what the link that was opened has chosen for this very file, nothing for another."""
    import hashlib

    asked = shared.current().data
    if is_own(asked) and hashlib.sha256(data).hexdigest().startswith(asked.table or "-"):
        try:
            return Choices.from_text(asked.reading)
        except ValueError as error:
            st.session_state[PROBLEM] = say("{error}. The file is read anew instead.", error=error)
    return Choices()


def forget_upload(turn: int) -> None:
    """Drop the uploaded file from the server's memory: what was read of it is kept by this session."""
    st.session_state[TURN] = turn + 1
    run = get_script_run_ctx()
    if run is not None:
        run.uploaded_file_mgr.remove_session_files(run.session_id)


def choose(choices: Choices) -> None:
    """Take other choices for the open file; what cannot be is said, and nothing changes."""
    here = opened()
    if here is None:
        return
    old = here.table.choices
    try:
        if of_reading(choices) != of_reading(old):
            drop_odd = choices.drop_odd
            plain_choices = Choices(choices.separator, choices.encoding, choices.header, drop_odd=drop_odd)
            kept = choices if drop_odd != old.drop_odd else plain_choices
            st.session_state[OPENED] = read(here.name, here.data, kept)
        else:
            table = make_table(here.cells, choices)
            st.session_state[OPENED] = Opened(here.name, here.data, here.cells, table)
    except ValueError as error:
        st.session_state[PROBLEM] = str(error)


def of_reading(choices: Choices) -> tuple[object, ...]:
    """Return what the cells of a file depend on."""
    return choices.separator, choices.encoding, choices.header, choices.drop_odd


def show_preview(here: Opened) -> None:
    """Show the first rows with a target as they stand in the file, the target's column first."""
    import pyarrow as pa

    table, cells = here.table, here.cells
    rows = pa.array(table.places[:N_SHOWN])
    order = sorted(range(len(cells.names)), key=lambda number: number != table.target)
    st.html(preview([cells.names[i] for i in order], [cells.columns[i].take(rows).to_pylist() for i in order]))
    n_rows, n_columns = table.n_rows, len(table.columns)
    st.caption(
        tr(
            "The first {n_shown} of {n_rows:,} rows with a target, {n_columns} columns; “{name}”, to be predicted, comes first.",
            n_shown=len(rows),
            name=plain(table.target_name),
            n_rows=n_rows,
            n_columns=n_columns,
        )
    )


def preview(names: Sequence[str], columns: Sequence[Sequence[str | None]]) -> str:
    """Return the first cells of columns as a table in HTML, every text escaped; far lighter than a grid that can be edited."""
    head = "".join(f'<th scope="col" dir="auto" style="{CELL};font-weight:600">{shown(name)}</th>' for name in names)
    rows = (
        "".join(f'<td dir="auto" style="{CELL}">{shown(text or "")}</td>' for text in row)
        for row in zip(*columns, strict=True)
    )
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return (
        f'<div role="region" tabindex="0" aria-label="{escape(tr("The first rows"))}" style="overflow-x:auto">'
        f'<table style="border-collapse:collapse;font-size:.85rem"><thead><tr>{head}</tr></thead><tbody>{body}</tbody>'
        "</table></div>"
    )


def shown(text: str) -> str:
    """Return what is shown of a text in HTML: nobody reads on in a cell of a megabyte."""
    return escape(text if len(text) <= MOST_SHOWN else text[:MOST_SHOWN] + "…")
