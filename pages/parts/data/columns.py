"""One card for each column: what it is, whether it is an input, and what is in it."""

from dataclasses import replace
from html import escape
from typing import Any

import numpy as np
import streamlit as st

from core.data.table.choices import KINDS
from core.data.table.kinds import Column
from core.data.table.record import Table
from core.words import joined, raised, say
from pages.parts.data.ways import choose
from pages.shared.language import tr
from pages.shared.say import plain
from pages.shared.widgets import hold, select

N_CARDS, PER_ROW, N_BINS, N_TOP = 12, 4, 24, 4
LARGEST_WHOLE = 1e9  # whole numbers below it are written out
SHOWN = "data.cards"  # which cards are shown, from 0


def show_columns(table: Table) -> None:
    """Show the cards, a dozen at a time."""
    columns = table.columns
    n_pages = -(-len(columns) // N_CARDS)
    first = min(st.session_state.get(SHOWN, 0), n_pages - 1) * N_CARDS
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            tr(
                "**{n_columns} columns**, {n_inputs} of them inputs", n_columns=len(columns), n_inputs=len(table.inputs)
            ),
            width="stretch",
        )
        if n_pages > 1:
            numbers = list(range(n_pages))
            select(
                say("Shown"),
                numbers,
                first // N_CARDS,
                hold(SHOWN + ".page", first // N_CARDS, turn_to),
                format_func=lambda page: say(
                    "{page} to {n_columns}", page=page * N_CARDS + 1, n_columns=min((page + 1) * N_CARDS, len(columns))
                ),
                label_visibility="collapsed",
                width=160,
            )
    shown = columns[first : first + N_CARDS]
    for start in range(0, len(shown), PER_ROW):
        for place, column in zip(st.columns(PER_ROW, gap="small"), shown[start : start + PER_ROW], strict=False):
            with place, st.container(border=True, gap="small"):
                show_card(table, column)


def turn_to(page: int) -> None:
    """Show another dozen of cards."""
    st.session_state[SHOWN] = page


def show_card(table: Table, column: Column) -> None:
    """Show one column."""
    st.markdown(f"**{plain(column.name)}**")
    if column.number == table.target:
        st.caption(tr("This is to be predicted."))
    left, right = st.columns([3, 2], vertical_alignment="center", gap="small")
    with left:
        select(
            say("Kind of column {number}", number=column.number + 1),
            list(KINDS),
            column.kind,
            hold(f"data.kind.{column.number}", column.kind, choose_kind, table, column.number),
            label_visibility="collapsed",
        )
    with right:
        if column.number != table.target:
            st.checkbox(
                tr("input"), value=column.is_input, disabled=column.kind == "text",
                **hold(f"data.input.{column.number}", column.is_input, choose_input, table, column.number),
            )  # fmt: skip
    st.html(histogram(column) if column.kind in ("number", "date") else top_values(table, column))
    missing = say("{n_missing:,} missing.", n_missing=column.n_missing) if column.n_missing else ""
    st.caption(plain(joined([missing, raised(column.reason) + "."])))


def choose_kind(kind: Any, table: Table, number: int) -> None:
    """Read a column as another kind; whether it is an input is decided anew."""
    choices = table.choices
    inputs = {column: is_in for column, is_in in choices.inputs.items() if column != number}
    choose(replace(choices, kinds={**choices.kinds, number: kind}, inputs=inputs))


def choose_input(is_input: bool, table: Table, number: int) -> None:
    """Make a column an input, or leave it out."""
    choose(replace(table.choices, inputs={**table.choices.inputs, number: is_input}))


def histogram(column: Column) -> str:
    """Return the numbers or days of a column as a small histogram, in HTML of numbers alone."""
    known = column.values[np.isfinite(column.values)]
    if not len(known):
        return "<div></div>"
    is_date = column.kind == "date"
    counts, _ = np.histogram(known, bins_of(known))
    low, high = known.min(), known.max()
    ends = [str(end.astype("datetime64[D]")) if is_date else end_in_words(float(end)) for end in (low, high)]
    bars = "".join(
        f'<div style="flex:1;height:{max(2 * (n > 0), round(40 * n / counts.max()))}px;background:currentColor;opacity:.55"></div>'
        for n in counts
    )
    return (
        f'<div role="img" aria-label="Histogram from {ends[0]} to {ends[1]}" style="display:flex;align-items:flex-end;gap:1px;'
        f'height:42px">{bars}</div><div style="display:flex;justify-content:space-between;font-size:.75rem;opacity:.8">'
        f"<span>{ends[0]}</span><span>{ends[1]}</span></div>"
    )


def bins_of(known: np.ndarray) -> np.ndarray:
    """Return the edges of at most N_BINS bins; whole numbers fall equally many into each, or else some would look empty."""
    low, high = known.min(), known.max()
    if (known != np.round(known)).any() or high - low >= LARGEST_WHOLE:
        return np.histogram_bin_edges(known, N_BINS)
    width = -(-(high - low + 1) // N_BINS)
    return low - 0.5 + width * np.arange((high - low) // width + 2)


def end_in_words(number: float) -> str:
    """Return a number below a histogram, "50,913" or "0.00012"."""
    return f"{number:,.0f}" if number == round(number) and abs(number) < LARGEST_WHOLE else f"{number:,.4g}"


def top_values(table: Table, column: Column) -> str:
    """Return the most frequent words of a column with their shares, in HTML with the words escaped."""
    if column.kind == "text":
        return f'<div style="font-size:.85rem;height:60px">{column.n_different:,} different texts</div>'
    counts = np.bincount(column.values[column.values >= 0], minlength=len(column.categories))
    n_more = len(counts) - N_TOP if len(counts) > N_TOP else 0
    first = np.argsort(-counts, kind="stable")[: N_TOP - bool(n_more)]
    rows = "".join(
        f'<div style="display:flex;justify-content:space-between;gap:.5rem"><span style="overflow:hidden;white-space:nowrap;'
        f'text-overflow:ellipsis">{escape(column.categories[i])}</span><span>{counts[i] / max(1, counts.sum()):.0%}</span></div>'
        for i in first
    )
    if n_more:
        rest = 1 - counts[first].sum() / max(1, counts.sum())
        more = tr("and {n} more", n=len(counts) - len(first))
        rows += f'<div style="display:flex;justify-content:space-between"><span>{escape(more)}</span><span>{rest:.0%}</span></div>'
    return f'<div style="font-size:.8rem;line-height:15px;height:60px;overflow:hidden">{rows}</div>'
