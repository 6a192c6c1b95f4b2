"""The comparison's live run: all variants and starts in one stack, and what the page shows of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from core.data import Split
from core.engine import Stack
from core.live.banners import MILD, button, calmer
from core.live.compare.geometry import GeometryPanel
from core.live.run import LiveRun
from core.live.side_by_side import live_training
from core.measures.histograms import overlaid_histograms
from core.measures.numbers import gap_text, loss_text, number_text
from core.measures.own_unit import OwnUnit, unit_of, writer_of
from core.measures.spread import compare_sentence, is_within_spread, spread_of
from core.measures.verdict import COLLAPSED_NORM
from core.readings.compare.curves import range_arrays
from core.readings.compare.geometry import describe_geometry
from core.readings.compare.page import FITTED, HEADS, describe_compare
from core.readings.fit import split_constants
from core.readings.looks import Arrays, in_pieces, look_at_fit, n_looked_at, n_to_look_at, rank_names, shrink
from core.settings.experiment import Experiment, label_of
from core.settings.penalties import sets_to_zero
from core.studies.base.cost import Work, work_of
from core.studies.base.state import MemberState
from core.studies.base.values import ELASTIC, value_texts
from core.studies.compare.variants import (
    ComparePlan,
    CompareRow,
    Variant,
    plan_compare,
    read_curves,
    read_table,
)
from core.words import joined, lowered, raised, say, say_n


def compare_work(experiment: Experiment) -> Work:
    """Return what a comparison costs: one stack, for its clock is one. Of several starts one is passed through the fit."""
    n_starts = experiment.compare.n_starts
    n_shown = -(-n_to_look_at(experiment) // n_starts)
    return work_of(experiment, len(experiment.compare.variants) * n_starts, n_shown=n_shown, n_moments=MOMENTS)


def compare_run(experiment: Experiment, split: Split) -> LiveRun:
    """Return the live run of all variants, paused at epoch 0."""
    view = CompareView(experiment, split)
    view.run = run = LiveRun(experiment, lambda now: live_training(plan_compare(now, split)), view)
    run.max_moments = MOMENTS
    return run


MOMENTS = 60  # for rewind: each holds the maps of all variants, and all are sent at once


class CompareView:
    """Variants side by side: arrays with a leading axis of variants, a table of numbers, sentences on differences.

    Where there are several starts, the fit is that of the first one, the weights are those of all, and curves are means.
    """

    is_single = False
    run: LiveRun  # whose weights the geometry panel follows

    def __init__(self, experiment: Experiment, split: Split) -> None:
        self.split, self.constants = split, split_constants(split)
        self.plan, self.n_starts = plan_compare(experiment, split), experiment.compare.n_starts
        self.geometry = GeometryPanel(self.plan, experiment)
        self.names = [(variant.key, variant.label) for variant in self.plan.variants]

    def look(self, stack: Stack) -> Arrays:
        """Return the fit of each variant's first start, and the weights of all starts as histograms: (K·V, …)."""
        self.geometry.follow(self.run)
        shape = (-1, len(self.names), self.n_starts, stack.n_parameters)
        parameters = stack.parameters.reshape(shape)
        firsts = stack.holding(parameters[:, :, 0].flatten(0, 1).contiguous())
        weights = parameters[..., : stack.n_weights].flatten(2).numpy()
        overlaid = overlaid_histograms(weights, is_lost=self.lost(self.run))
        overlay = {name: values.reshape(-1, *values.shape[2:]) for name, values in overlaid.items()}
        fit = in_pieces(
            firsts, n_looked_at(self.split), lambda some: look_at_fit(some, self.plan.pool.loss, self.split)
        )
        shown = {name: values for name, values in fit.items() if name in (*FITTED, "reach")}
        return {**overlay, **shown, **self.geometry.shapes(parameters.flatten(1, 2))}

    def history(self, run: LiveRun) -> Arrays:
        """Return the curves of all variants, with bands where there are several starts."""
        curves = read_curves(self.plan, run.training.history.arrays())
        has_bands = self.n_starts > 1
        shown = {name: c for name, c in curves.items() if has_bands or not name.endswith(("_low", "_high"))}
        return shrink(
            {
                **shown,
                **range_arrays(shown, self.lost(run)),
                **self.change_marks(run, curves),
                **self.geometry.contours(run),
            }
        )

    def lost(self, run: LiveRun) -> np.ndarray:
        """Return which variants have diverged with all their starts, (n_variants,) booleans."""
        return np.asarray(self.plan.by_variant(run.training.is_diverged).all(1))

    def change_marks(self, run: LiveRun, curves: Mapping[str, np.ndarray]) -> Arrays:
        """Return where changed strengths stand on the loss chart: on their variant's curve, those of all on the first."""
        epochs = np.array([change["epoch"] for change in run.marks], dtype=float)
        losses = [
            np.interp(change["epoch"], curves["epoch"], curves["val_loss"][change["member"] or 0])
            for change in run.marks
        ]
        return {"change_epoch": epochs, "change_loss": np.array(losses, dtype=float)}

    def facts(self, run: LiveRun, state: MemberState, arrays: Arrays) -> dict[str, Any]:
        """Return epoch, read-outs, the table of numbers, the verdict and text alternatives."""
        rows, labels = read_table(self.plan, state), self.labels(run, arrays)
        speed, epoch = run.epochs_per_s(), int(state.epoch[0])
        is_live = state is run.shown  # else it is a stored moment, which has no curves
        shown = {**run.curves, **arrays} if is_live else arrays
        return {
            "epoch": epoch,
            "geometry": self.geometry.facts(run.training.trainer),
            "readouts": {
                "epoch": f"{run.epoch_of(state):,}",
                "speed": f"{speed:,.0f}/s" if math.isfinite(speed) and run.state == "running" else "–",
                "networks": f"{self.plan.n_members}",
            },
            "verdict": verdict_of(rows, epoch, unit_of(self.split)),
            "labels": labels,
            "tables": {
                "numbers": numbers_table(
                    rows, state.n_weights, epoch > 0, self.split.task == "classification", unit_of(self.split)
                ),
                "update": self.geometry.table(run, is_live),
            },
            "descriptions": {
                **describe_compare(shown, self.names, labels, self.constants, self.split.kind, writer_of(self.split)),
                "geometry": describe_geometry(arrays, self.geometry.labels),
            },
        }

    def labels(self, run: LiveRun, arrays: Arrays) -> dict[str, list[str]]:
        """Return what was changed on the way, and for tables the names of each variant's most used inputs."""
        labels = {"changes": [self.change_text(change) for change in run.marks]}
        if self.split.kind != "table":
            return labels
        names = (rank_names(reach, self.split.feature_names) for reach in arrays["reach"])
        return {**labels, **{f"rank_name_{v}": ranked for v, ranked in enumerate(names)}}

    def change_text(self, change: dict[str, Any]) -> str:
        """Return a changed strength in words; that of a mix is the sum of its shares."""
        member, name = change["member"], lowered(label_of(change["name"]))
        what = name if member is None else self.plan.variants[member].label
        (value,) = value_texts([change["value"]])
        return say("{what} → {value} from epoch {epoch:,}", what=what, value=value, epoch=change["epoch"])

    def banner(self, run: LiveRun, state: MemberState) -> dict[str, Any] | None:
        """Return which variants have diverged and the one click that mends it, or None."""
        lost = np.flatnonzero(self.plan.by_variant(state.is_diverged).all(1)).tolist()
        if run.state == "diverged":
            lost = list(range(len(self.names)))
        return lost_banner(run, self.plan, lost) if lost else None


def numbers_table(
    rows: list[CompareRow], n_weights: int, is_trained: bool, is_classification: bool, unit: OwnUnit | None = None
) -> dict[str, Any]:
    """Return the table of numbers: means over the starts ± one standard deviation, the best marked, differences in words."""
    val_loss, score = (np.array([spread_of(getattr(r, name)).mean for r in rows]) for name in ("val_loss", "val_score"))
    is_best = {2: val_loss == extreme(np.nanmin, val_loss), 4: score == extreme(np.nanmax, score)}
    lines = [
        {
            "cells": cells_of(row, n_weights, is_classification, unit),
            "best": [place for place, is_it in is_best.items() if is_trained and is_it[v]],
            "note": note_on(row, rows[0]) if is_trained else "",
            "room": room_for(row, rows[0]),
        }
        for v, row in enumerate(rows)
    ]
    return {"heads": HEADS, "rows": lines}


def extreme(find: Callable[[np.ndarray], float], values: np.ndarray) -> float:
    """Return the extreme of the finite values, nan where there are none."""
    return float(find(values)) if np.isfinite(values).any() else math.nan


def cells_of(row: CompareRow, n_weights: int, is_classification: bool, unit: OwnUnit | None = None) -> list[str]:
    """Return one row of the table of numbers, see `HEADS`."""
    losses = [
        *(loss_with_spread(loss, unit) for loss in (row.train_loss, row.val_loss)),
        with_spread(row.gap, gap_text),
    ]
    score = (
        with_spread(row.val_score * 100, "{:.0f}".format, say(" % right"))
        if is_classification
        else with_spread(row.val_score, partial(number_text, n_decimals=2), name="R² ")
    )
    zeros = with_spread(row.n_zero, "{:,.0f}".format, say(" of {n_weights:,}", n_weights=n_weights))
    return [row.variant.label, *losses, score, zeros, with_spread(row.weight_norm, partial(number_text, n_decimals=2))]


def note_on(row: CompareRow, first: CompareRow) -> str:
    """Return what the numbers of a variant do not say themselves, in sentences."""
    notes = []
    n_starts, n_lost = len(row.val_loss), int((~np.isfinite(row.val_loss)).sum())
    if 0 < n_lost < n_starts:
        notes.append(say("{n_lost} of {n_starts} starts diverged and are left out.", n_lost=n_lost, n_starts=n_starts))
    if n_lost < n_starts and spread_of(row.weight_norm).mean < COLLAPSED_NORM:
        notes.append(say("Collapsed: all weights are gone, and the network answers the same to every input."))
    if not has_threshold(row.variant) and spread_of(row.n_zero).mean > 0:
        notes.append(say("Its zeros are rounding: weights below 1e-38, the smallest that the computer tells from 0."))
    if n_starts > 1 and row is not first and np.isfinite(row.val_loss).any() and np.isfinite(first.val_loss).any():
        notes.append(raised(row.sentence))
    return joined(notes)


def room_for(row: CompareRow, first: CompareRow) -> str:
    """Return a text as long as the usual note, so that room is kept for it from the start."""
    if row is first or len(row.val_loss) == 1:
        return ""
    values = np.full(len(row.val_loss), 1.0)
    return compare_sentence(
        "", values, say("'{label}'", label=first.variant.label), values, say("validation loss"), by="mean"
    )


def has_threshold(variant: Variant) -> bool:
    """Return whether a variant has a proximal step, which sets weights to zero."""
    names = ("l1", "l2") if variant.param_name == ELASTIC else (variant.param_name,)
    return any(sets_to_zero(name, variant.is_proximal) for name in names)


def with_spread(values: np.ndarray, write: Callable[[float], str] = loss_text, unit: str = "", name: str = "") -> str:
    """Return "0.312 ± 0.041", without the ± for a single start; "diverged" where no start stayed finite."""
    spread = spread_of(values)
    if spread.n == 0:
        return say("diverged")
    more = f" ± {write(spread.std).lstrip('+')}" if len(values) > 1 else ""
    return say("{name}{write}{more}{unit}", name=name, write=write(spread.mean), more=more, unit=unit)


def loss_with_spread(losses: np.ndarray, unit: OwnUnit | None) -> str:
    """Return a loss with its spread, and in the target's own unit where it has one."""
    text, mean = with_spread(losses), spread_of(losses).mean
    return text if unit is None or not math.isfinite(mean) else say("{text}{own}", text=text, own=unit.beside(mean))


def verdict_of(rows: list[CompareRow], epoch: int, unit: OwnUnit | None = None) -> dict[str, str]:
    """Return the headline: who has the lowest validation loss, and who is within the spread of it."""
    finite = [row for row in rows if np.isfinite(row.val_loss).any()]
    if epoch > 0 and not finite:
        return {"kind": "compared", "text": say("All variants have diverged.")}
    if epoch == 0:
        return {
            "kind": "not started",
            "text": say("Not trained yet: press Run. All penalties train at once."),
        }
    means = [spread_of(row.val_loss).mean for row in finite]
    best = [row for row, mean in zip(finite, means, strict=True) if mean == min(means)]
    others = [row for row in finite if all(row is not each for each in best)]
    alike = say(" alike") if len(best) > 1 else ""
    text = say(
        "Lowest validation loss: {listed}{alike}, {with_spread}",
        listed=listed([row.variant.label for row in best]),
        alike=alike,
        with_spread=loss_with_spread(best[0].val_loss, unit),
    )
    return {"kind": "compared", "text": say("{winner}{others}", winner=text, others=said_of(others, best[0]))}


def said_of(others: list[CompareRow], best: CompareRow) -> str:
    """Return how far the others are from the best: what is within the spread over starts is no difference."""
    if not others:
        return "."
    if len(best.val_loss) == 1:
        return say("; one start each: raise Starts to see the spread.")
    if min(np.isfinite(row.val_loss).sum() for row in (best, *others)) == 1:
        return say("; some have one start left, so no known spread.")
    close = [row.variant.label for row in others if is_within_spread(row.val_loss, best.val_loss)]
    if close:
        return say("; within its spread over starts: {listed}.", listed=listed(close))
    return say("; all others are farther off than the spread over starts.")


def listed(words: list[str]) -> str:
    """Return "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return joined(words)
    return say("{first} and {last}", first=joined(words[:-1], ", "), last=words[-1])


def lost_banner(run: LiveRun, plan: ComparePlan, lost: list[int]) -> dict[str, Any]:
    """Return the message of variants that diverged, and its remedy: mild strengths, or where they were mild a lower rate."""
    names = listed([plan.variants[v].label for v in lost])
    are_all = len(lost) == len(plan.variants)
    rate, values = run.experiment.training.learning_rate, run.training.settings()
    untouched = "" if are_all else say("; the others go on untouched")
    text = say_n(
        "{names} has diverged{untouched}. Its last finite state may lie outside its charts.",
        "{names} have diverged{untouched}. Their last finite state may lie outside their charts.",
        len(lost),
        names=names,
        untouched=untouched,
    )
    strong = [v for v in lost if plan.variants[v].key != "dropout" and values.get(plan.dials[v].key, 0.0) > MILD]
    if len(strong) < len(lost):
        text += say(" A learning rate of {rate:g} is too large here.", rate=rate)
        return {"kind": "diverged", "text": text, "remedy": button({"learning_rate": calmer(rate)})}
    moves = [{"type": "set", "name": next(iter(plan.dials[v].shares)), "value": MILD, "member": v} for v in strong]
    label = say("Set {names} to {mild:g} and start again", names=names, mild=MILD)
    commands = [*moves, {"type": "reset"}, {"type": "run"}]
    return {"kind": "diverged", "text": text, "remedy": {"label": label, "commands": commands}}
