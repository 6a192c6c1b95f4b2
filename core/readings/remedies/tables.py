"""The Remedies study's tables as texts for the page: every remedy in numbers, and what tuning has tried."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from core.measures import numbers
from core.measures.numbers import Write, gap_text, loss_text
from core.measures.own_unit import OwnUnit
from core.measures.spread import Spread, spread_of
from core.readings.remedies.words import memorise_sentence, noise_change, room_for, row_sentence, share_text
from core.studies.remedies.remedy import SHARES, Remedy, strengths_text
from core.studies.remedies.run import RemedyRow, label_noise_arrays
from core.studies.remedies.tuning import candidates, tunable, tuned
from core.words import say

HEADS = (
    say("Remedy"),
    say("Strength"),
    say("Validation loss"),
    say("Test loss"),
    say("Gap"),
    say("Weights not zero"),
    say("Training steps"),
    say("Products per answer"),
)
TUNING_HEADS = (say("Remedy"), *(say("Strength {i}", i=i) for i in range(1, 6)))
JOINED = "\u2060–\u2060"  # a dash at which no line breaks


def remedy_table(
    rows: Sequence[RemedyRow],
    test: Sequence[np.ndarray] | None,
    has_begun: bool,
    is_classification: bool,
    unit: OwnUnit | None = None,
) -> dict[str, Any]:
    """Return the table of all remedies: heads, and for each its cells and a note beneath. test: None before the look."""
    lines = [
        {
            "cells": cells(row, rows[0], None if test is None else test[i], has_begun, unit),
            "note": row_sentence(row, rows[0], is_classification) if has_begun else row.cell.remedy.why,
            "room": room_for(row, rows[0], is_classification),
        }
        for i, row in enumerate(rows)
    ]
    return {"heads": list(HEADS), "rows": lines}


def cells(
    row: RemedyRow, nothing: RemedyRow, test: np.ndarray | None, has_begun: bool, unit: OwnUnit | None = None
) -> list[str]:
    """Return the numbers of one remedy as texts: medians over the starts, losses with their range."""
    n_nonzero, steps = spread_of(row.n_nonzero).median, spread_of(row.train_steps).median
    times = steps / max(spread_of(nothing.train_steps).median, 1)
    remedy = row.cell.remedy
    return [
        remedy.label,
        strengths_text(remedy),
        range_text(spread_of(row.val_loss), unit),
        say("not looked at") if test is None else range_text(spread_of(test), unit),
        number_text(spread_of(row.gap).median, gap_text),
        say("{n_nonzero:,.0f} of {n_weights:,}", n_nonzero=n_nonzero, n_weights=row.n_weights),
        f"{steps:,.0f} (× {times:.2g})" if has_begun else "0",
        f"{row.n_weights:,} (× {remedy.n_networks})",
    ]


def tuning_table(
    remedies: Sequence[Remedy], rows: Sequence[RemedyRow], is_done: bool, write: Write = loss_text
) -> dict[str, Any]:
    """Return every strength that tuning tries with its median validation loss; once it is done, the one kept is marked.

    remedies: as they were before tuning. rows: of the tuning's run, empty before it has begun.
    """
    loss = {row.cell.remedy.key: spread_of(row.val_loss).median for row in rows}
    kept = {remedy.key: strengths_text(remedy) for remedy in tuned(remedies, rows)} if is_done else {}
    lines = []
    for remedy in tunable(remedies):
        tried = candidates(remedy)
        texts = [strengths_text(candidate) for candidate in tried]
        losses = [loss.get(candidate.key, np.nan) for candidate in tried]
        places = [
            say("{strengths}: {loss}", strengths=text, loss=number_text(value, write))
            for text, value in zip(texts, losses, strict=True)
        ]
        best = [1 + texts.index(kept[remedy.key])] if is_done else []
        lines.append({"cells": [remedy.label, *places], "best": best, "note": edge_note(losses) if is_done else ""})
    return {"heads": list(TUNING_HEADS), "rows": lines}


def noise_table(remedies: Sequence[Remedy], rows: Sequence[RemedyRow]) -> dict[str, Any]:
    """Return what the largest share of wrong labels does to each remedy, and whether the network has memorised them.

    rows: of the label noise, remedy by remedy, shares ascending; empty before its turn.
    """
    heads = [
        say("Remedy"),
        *(
            say("Validation loss, {share_text} wrong", share_text=share_text(share))
            for share in (SHARES[0], SHARES[-1])
        ),
        say("Change"),
    ]
    if not rows:
        blank: list[dict[str, Any]] = [{"cells": [remedy.label, "–", "–", "–"]} for remedy in remedies]
        blank[0]["room"] = memorise_sentence(np.array(SHARES), np.full(len(SHARES), 0.996))
        return {"heads": heads, "rows": blank}
    ends = [(rows[i], rows[i + len(SHARES) - 1]) for i in range(0, len(rows), len(SHARES))]
    lines: list[dict[str, Any]] = [
        {"cells": [a.cell.remedy.label, *(range_text(spread_of(r.val_loss)) for r in (a, b)), noise_change(a, b)]}
        for a, b in ends
    ]
    arrays = label_noise_arrays(rows)
    lines[0]["note"] = memorise_sentence(arrays["noise_share"], arrays["noise_train_score"][0])
    return {"heads": heads, "rows": lines}


def edge_note(losses: Sequence[float]) -> str:
    """Return a warning where the lowest of the losses, in the order of the strengths, is the first or the last alone, or
    where there is none.
    """
    if not np.isfinite(losses).any():
        return say("None stayed finite: lower the learning rate.")
    ends = ((losses[0], losses[1]), (losses[-1], losses[-2]))
    if any(end == np.nanmin(losses) and end < beside for end, beside in ends):
        return say("The best lies at the end of what was tried: one beyond it may do better still.")
    return ""


def number_text(value: float, write: Callable[[float], str] = loss_text) -> str:
    """Return a number as text, "–" for one that is none."""
    return write(value) if np.isfinite(value) else "–"


def end_text(loss: float) -> str:
    """Return an end of a range with two decimals: it stands in brackets behind the median."""
    return numbers.number_text(loss, 2)


def range_text(spread: Spread, unit: OwnUnit | None = None) -> str:
    """Return median and range over the starts, and the median in the target's own unit where it has one."""
    own = unit.beside(spread.median) if unit is not None and np.isfinite(spread.median) else ""
    if spread.n < 2:
        return say("{median}{own}", median=number_text(spread.median), own=own)
    ends = f"{number_text(spread.low, end_text)}{JOINED}{number_text(spread.high, end_text)}"
    return say("{median} ({ends}){own}", median=number_text(spread.median), ends=ends, own=own)
