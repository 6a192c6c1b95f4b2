"""Own data: a file of one's own, what was understood of it and why, each decision to be overruled; all pages train on it."""

from dataclasses import replace

import streamlit as st

from core.data.own import is_own
from core.presets import START
from core.words import say
from pages.parts.data.columns import show_columns
from pages.parts.data.decisions import show_decisions, show_reading
from pages.parts.data.roles import show_division, show_roles
from pages.parts.data.ways import PROBLEM, choose, close, offer_to_drop, opened, show_preview, show_ways
from pages.shared import experiment as shared
from pages.shared import tables
from pages.shared.language import tr, worded
from pages.shared.say import fail, plain, tell, warn

PRIVACY = say(
    "Your rows are read on this server and kept in its memory for this session only: they are never written to a "
    "disk, sent on, or part of a link."
)


def show_expected() -> None:
    """Say which file the link asks for that was opened, and whether the one that is open is it."""
    data, here = shared.current().data, opened()
    if not is_own(data) or shared.table_of_session() is not None:
        return
    if here is None:
        tell(
            say(
                "The link that you opened is about a file of hash {hash}: open the same file here.",
                hash=data.table or say("unknown"),
            )
        )
    elif here.table is not None and here.table.digest != data.table:
        warn(
            say(
                "This is another file than that of the link: its hash is {digest}, not {table}.",
                digest=here.table.digest,
                table=data.table,
            )
        )
    else:
        tell(say("This is the file of the link, read with its settings: “Train on this” goes on."))


def show_table(here: tables.Opened) -> None:
    """Show one screen: preview, target and division, columns, and all decisions."""
    table = here.table
    left, right = st.columns([3, 2], gap="medium")
    with left:
        show_preview(here)
    with right:
        show_roles(table)
        show_division(table)
        show_train(table)
    for warning in table.warnings:
        warn(warning)
    show_columns(table)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        show_decisions(table)
    with right:
        show_reading(here)


def show_train(table: tables.Table) -> None:
    """Offer to train on the table, or say why that cannot be."""
    if table.problem:
        fail(table.problem)
    if table.n_odd:
        choices = replace(table.choices, drop_odd=True)
        st.button(tr("Leave the rows out that do not fit"), key="data.drop.rare", on_click=choose, args=(choices,))
    if st.button(tr("Train on this"), type="primary", key="data.train", disabled=bool(table.problem), width="stretch"):
        try:
            tables.train_on(table)
        except ValueError as error:
            fail(str(error))
        else:
            st.switch_page("playground.py")


shared.open_address(START)
shared.show_address(by_stage=False)
shared.say_problems()
if problem := st.session_state.pop(PROBLEM, None):
    fail(problem)
offer_to_drop()
show_expected()
if (here := opened()) is None:
    st.markdown(tr("### Own data\nOpen a table: you see what was understood of it, and train on it on every page."))
    st.caption(f":material/lock: {worded(PRIVACY)}")
    show_ways()
else:
    title, button = st.columns([5, 1], vertical_alignment="center")
    title.markdown(f"### {plain(here.name)}")
    button.button(tr("Another file"), key="data.close", on_click=close, width="stretch")
    show_table(here)
    st.caption(f":material/lock: {worded(PRIVACY)}")
