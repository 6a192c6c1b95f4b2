"""What a plan of remedies says: a sentence for each remedy, one on memorising, the numbers as a table. All read off the rows.

No sentence claims more than the numbers show: how a remedy works is said apart from how it fares here.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.measures.numbers import Write, loss_text
from core.measures.spread import difference_words, is_clear, is_within_spread, spread_of
from core.studies.remedies.remedy import Remedy, strengths_text
from core.studies.remedies.run import RemedyRow
from core.words import joined, raised, say

BY_HEART = 0.995  # share of the training rows answered as given from which on they count as known by heart
COLUMNS = (
    "study", "remedy", "strengths", "label_noise", "start", "train_loss", "val_loss", "gap", "test_loss", "train_score",
    "val_score", "n_nonzero", "n_weights", "train_steps",
)  # fmt: skip


def row_sentence(row: RemedyRow, nothing: RemedyRow, is_classification: bool) -> str:
    """Return how a remedy works, and what its numbers in the table do not say themselves: how sure they are, above all."""
    remedy = row.cell.remedy
    parts = [remedy.why, *observations(row, is_classification)]
    if remedy.patience is not None:
        parts.append(patience_sentence(row, nothing))
    if remedy.key != nothing.cell.remedy.key:
        parts.append(raised(difference_words(row.val_loss, nothing.val_loss)) + ".")
    return joined(parts)


def room_for(row: RemedyRow, nothing: RemedyRow, is_classification: bool) -> str:
    """Return a sentence as long as the usual `row_sentence`, so that room is kept for it from the start."""
    n = row.val_loss.size
    same, known = np.ones(n), np.full(n, 0.996)
    return row_sentence(
        replace(row, val_loss=same, train_score=known, train_steps=np.zeros(n)),
        replace(nothing, val_loss=same, train_steps=np.ones(n)),
        is_classification,
    )


def observations(row: RemedyRow, is_classification: bool) -> list[str]:
    """Return what was seen of a remedy beside its numbers, in sentences."""
    remedy, said = row.cell.remedy, []
    n_lost = int((~np.isfinite(row.val_loss)).sum())
    if n_lost:
        said.append(say("{n_lost} of {size} starts diverged and are left out.", n_lost=n_lost, size=row.val_loss.size))
    score = spread_of(row.train_score).median
    if remedy.key == "nothing" and is_classification and np.isfinite(score):
        end = say(": it knows them by heart.") if score >= BY_HEART else "."
        said.append(
            say("It answers {share_text} of the training rows as labelled{end}", share_text=share_text(score), end=end)
        )
    if remedy.patience is not None:
        said.append(say("It chose its weights by the validation rows, so only the test look is fair."))
    return said


def patience_sentence(row: RemedyRow, nothing: RemedyRow) -> str:
    """Return in how many starts the patience has run out: those with fewer steps than nothing's (of any network)."""
    n_stopped = int((row.train_steps < row.cell.remedy.n_networks * nothing.train_steps).sum())
    if n_stopped == 0:
        return say("Its patience has not run out in any start.")
    return say(
        "Its patience has run out in {n_stopped} of {size} starts.", n_stopped=n_stopped, size=row.train_steps.size
    )


def share_text(share: float) -> str:
    """Return a share as per cent; less than all is never rounded to 100 %, more than none never to 0 %."""
    if share < 1 and round(100 * share) == 100:
        return f"{100 * np.floor(1000 * share) / 1000:.1f} %"
    return f"{100 * share:.0f} %" if share == 0 or share >= 0.01 else f"{100 * share:.1g} %"


def best_sentence(rows: Sequence[RemedyRow], is_done: bool, write: Write = loss_text) -> str:
    """Return which remedy has the lowest median validation loss, and whether that is more than chance."""
    medians = [spread_of(row.val_loss).median for row in rows]
    if not np.isfinite(medians).any():
        return say("No run stayed finite: lower the learning rate.")
    best, so_far = rows[int(np.nanargmin(medians))], "" if is_done else say(" so far")
    if best is rows[0]:
        return say(
            "Nothing has the lowest validation loss{so_far}: no remedy helps on this task at these strengths.",
            so_far=so_far,
        )
    nothing = write(medians[0]) if np.isfinite(medians[0]) else say("diverged")
    losses = say(
        "median validation loss {nanmin}, nothing {nothing}", nanmin=write(float(np.nanmin(medians))), nothing=nothing
    )
    return say(
        "{label} is best{so_far}: {losses} ({sureness}).",
        label=best.cell.remedy.label,
        so_far=so_far,
        losses=losses,
        sureness=sureness(best.val_loss, rows[0].val_loss),
    )


def sureness(values: np.ndarray, others: np.ndarray) -> str:
    """Return in a few words what `difference_words` says in full, in the table."""
    n = min(spread_of(values).n, spread_of(others).n)
    if n < 2:
        return say("no known spread")
    if is_clear(values, others):
        return say("more than the spread over {n} starts", n=n)
    return say("not clear of the spread over {n} starts", n=n)


def reveal_sentence(rows: Sequence[RemedyRow], test: Sequence[np.ndarray], write: Write = loss_text) -> str:
    """Return which remedy the one look at the test rows puts first, and whether validation had put it first, too."""
    by_test, by_val = ([spread_of(v).median for v in values] for values in (test, [row.val_loss for row in rows]))
    if not np.isfinite(by_test).any():
        return ""
    best, expected = int(np.nanargmin(by_test)), int(np.nanargmin(by_val))
    end = say("as on") if best == expected else say("not {label}, the best on", label=rows[expected].cell.remedy.label)
    losses = say("loss {loss}, nothing {loss_of_none}", loss=write(by_test[best]), loss_of_none=write(by_test[0]))
    return say(
        "{label} is best on the test rows ({losses}), {end} the validation rows.",
        label=rows[best].cell.remedy.label,
        losses=losses,
        end=end,
    )


def diverged_sentence(rows: Sequence[RemedyRow]) -> str:
    """Return how many of all starts of all remedies have diverged, and what to do; "" where none has."""
    n_lost = sum(int((~np.isfinite(row.val_loss)).sum()) for row in rows)
    if not n_lost:
        return ""
    total = sum(row.val_loss.size for row in rows)
    return say(
        "{n_lost} of {total} starts diverged: lower the learning rate or the strengths.", n_lost=n_lost, total=total
    )


def fares_worse(rows: Sequence[RemedyRow]) -> list[str]:
    """Return the labels of the remedies whose median validation loss is above that of the first row, nothing."""
    nothing = spread_of(rows[0].val_loss).median
    return [row.cell.remedy.label for row in rows[1:] if spread_of(row.val_loss).median > nothing]


def memorise_sentence(shares: np.ndarray, train_score: np.ndarray) -> str:
    """Return whether the network without a remedy knows all labels, wrong ones included, at each share of wrong ones.

    shares, train_score: (n_shares,), the accuracy on the training rows as they are labelled.
    """
    known = train_score >= BY_HEART
    if not np.isfinite(train_score).all():
        return ""
    if known.all():
        lowest = share_text(float(train_score.min()))
        part = say("all") if lowest == "100 %" else say("{lowest} of the", lowest=lowest)
        return say(
            "Without a remedy the network memorises {part} training labels, even with {share_text} of them wrong.",
            part=part,
            share_text=share_text(shares[-1]),
        )
    worst = int(np.nanargmin(train_score))
    right, wrong = share_text(float(train_score[worst])), share_text(shares[worst])
    return say(
        "Without a remedy the network has not memorised all labels: {right} of them, with {wrong} wrong.",
        right=right,
        wrong=wrong,
    )


def noise_change(clean: RemedyRow, noisy: RemedyRow) -> str:
    """Return what wrong labels do to a remedy's validation loss, read off its rows: a change counts when it is larger than
    the spread over the draws of labels (and starts), see `is_within_spread`.
    """
    before, after = spread_of(clean.val_loss), spread_of(noisy.val_loss)
    if not before.n or not after.n:
        return say("diverged")
    if is_within_spread(clean.val_loss, noisy.val_loss):
        return say("the same, within the spread")
    return say("higher") if after.median > before.median else say("lower")


def to_csv(tables: Sequence[tuple[str, Sequence[RemedyRow], Sequence[np.ndarray] | None]]) -> str:
    """Return CSV, a line for each start of each remedy, of tables (study, rows, test losses or None before the look)."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for study, rows, test in tables:
        for i, row in enumerate(rows):
            for start in range(row.val_loss.size):
                test_loss = "" if test is None else f"{test[i][start]:.6g}"
                writer.writerow(
                    [study, *head(row.cell.remedy), row.cell.label_noise, start, *numbers(row, start, test_loss)]
                )
    return text.getvalue()


def head(remedy: Remedy) -> tuple[str, str]:
    """Return label and strengths of a remedy."""
    return remedy.label, strengths_text(remedy)


def numbers(row: RemedyRow, start: int, test_loss: str) -> list[str]:
    """Return the numbers of one start in the order of `COLUMNS`."""
    losses = [f"{values[start]:.6g}" for values in (row.train_loss, row.val_loss, row.gap)]
    scores = [f"{values[start]:.6g}" for values in (row.train_score, row.val_score)]
    return [
        *losses,
        test_loss,
        *scores,
        str(int(row.n_nonzero[start])),
        str(row.n_weights),
        str(int(row.train_steps[start])),
    ]
