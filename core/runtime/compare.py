"""The comparison's live run: all variants and starts in one stack, and what the page shows of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from core.config import Experiment
from core.data import Split
from core.engine import Stack
from core.figures.fit import split_constants
from core.figures.geometry import describe_geometry
from core.figures.side_by_side import FITTED, HEADS, describe_compare
from core.measures.histograms import overlaid_histograms
from core.measures.spread import is_within_spread, spread_of
from core.runtime.geometry import GeometryPanel
from core.runtime.live import LiveRun
from core.runtime.looks import Arrays, look_at_fit, rank_names, shrink
from core.runtime.playground import MILD, diverged_banner, remedy
from core.studies.compare import ComparePlan, CompareRow, make_training, plan_compare, read_curves, read_table
from core.studies.training import MemberState


def compare_run(experiment: Experiment, split: Split) -> LiveRun:
    """Return the live run of all variants, paused at epoch 0."""
    view = CompareView(experiment, split)
    view.run = run = LiveRun(experiment, partial(make_training, split=split), view)
    return run


class CompareView:
    """Variants side by side: arrays with a leading axis of variants, a table of numbers, sentences on differences.

    Where there are several starts, the fit is that of the first one, the weights are those of all, and curves are means.
    """

    is_single = False
    run: LiveRun  # whose weights the geometry panel follows

    def __init__(self, experiment: Experiment, split: Split) -> None:
        self.split, self.constants = split, split_constants(split)
        self.plan, self.n_starts = plan_compare(experiment, split), experiment.study.n_starts
        self.geometry = GeometryPanel(self.plan, experiment)
        self.names = [(variant.key, variant.label) for variant in self.plan.variants]

    def look(self, stack: Stack) -> Arrays:
        """Return the fit of each variant's first start, and the weights of all starts as histograms: (K·V, …)."""
        self.geometry.follow(self.run)
        shape = (-1, len(self.names), self.n_starts, stack.n_parameters)
        parameters = stack.parameters.reshape(shape)
        firsts = stack.holding(parameters[:, :, 0].flatten(0, 1).contiguous())
        weights = parameters[..., : stack.n_weights].flatten(2).numpy()
        overlay = {name: values.reshape(-1, *values.shape[2:]) for name, values in overlaid_histograms(weights).items()}
        fit = look_at_fit(firsts, self.plan.pool.loss, self.split)
        shown = {name: values for name, values in fit.items() if name in (*FITTED, "reach")}
        return {**overlay, **shown, **self.geometry.shapes(parameters.flatten(1, 2))}

    def history(self, run: LiveRun) -> Arrays:
        """Return the curves of all variants, with bands where there are several starts."""
        curves = read_curves(self.plan, run.training.history.arrays())
        has_bands = self.n_starts > 1
        shown = {name: c for name, c in curves.items() if has_bands or not name.endswith(("_low", "_high"))}
        return shrink({**shown, **self.geometry.contours(run)})

    def facts(self, run: LiveRun, state: MemberState, arrays: Arrays) -> dict[str, Any]:
        """Return epoch, read-outs, the table of numbers, the verdict and text alternatives."""
        rows, labels = read_table(self.plan, state), self.labels(arrays)
        speed, epoch = run.epochs_per_s(), int(state.epoch[0])
        is_live = state is run.shown  # else it is a stored moment, which has no curves
        shown = {**run.curves, **arrays} if is_live else arrays
        return {
            "epoch": epoch,
            "geometry": self.geometry.facts(run.training.trainer),
            "readouts": {
                "epoch": f"{epoch:,}",
                "speed": f"{speed:,.0f}/s" if math.isfinite(speed) and run.state == "running" else "–",
                "networks": f"{self.plan.n_members}",
            },
            "verdict": verdict_of(rows, epoch),
            "labels": labels,
            "tables": {
                "numbers": numbers_table(rows, state.n_weights, epoch > 0, self.split.task == "classification"),
                "update": self.geometry.table(run, is_live),
            },
            "descriptions": {
                **describe_compare(shown, self.names, labels, self.constants, self.split.kind),
                "geometry": describe_geometry(arrays, self.geometry.labels),
            },
        }

    def labels(self, arrays: Arrays) -> dict[str, list[str]]:
        """Return the names of each variant's most used inputs, for data that are tables."""
        if self.split.kind != "table":
            return {}
        return {
            f"rank_name_{v}": rank_names(reach, self.split.feature_names) for v, reach in enumerate(arrays["reach"])
        }

    def banner(self, run: LiveRun, state: MemberState) -> dict[str, Any] | None:
        """Return which variants have diverged and the one click that mends it, or None."""
        if run.state == "diverged":
            return diverged_banner(run)
        lost = self.plan.by_variant(state.is_diverged).all(1)
        return lost_banner(run, self.plan, int(lost.argmax())) if lost.any() else None


def numbers_table(rows: list[CompareRow], n_weights: int, is_trained: bool, is_classification: bool) -> dict[str, Any]:
    """Return the table of numbers: means over the starts ± one standard deviation, the best marked, differences in words."""
    val_loss, score = (np.array([spread_of(getattr(r, name)).mean for r in rows]) for name in ("val_loss", "val_score"))
    is_best = {2: val_loss == extreme(np.nanmin, val_loss), 4: score == extreme(np.nanmax, score)}
    lines = [
        {
            "cells": cells_of(row, n_weights, is_classification),
            "best": [place for place, is_it in is_best.items() if is_trained and is_it[v]],
            "note": note_on(row),
        }
        for v, row in enumerate(rows)
    ]
    return {"heads": HEADS, "rows": lines}


def extreme(find: Callable[[np.ndarray], float], values: np.ndarray) -> float:
    """Return the extreme of the finite values, nan where there are none."""
    return float(find(values)) if np.isfinite(values).any() else math.nan


def cells_of(row: CompareRow, n_weights: int, is_classification: bool) -> list[str]:
    """Return one row of the table of numbers, see `HEADS`."""
    losses = [with_spread(values) for values in (row.train_loss, row.val_loss, row.gap)]
    score = (
        with_spread(row.val_score * 100, 0, " % right") if is_classification else "R² " + with_spread(row.val_score, 2)
    )
    zeros = with_spread(row.n_zero, 0, f" of {n_weights:,}")
    return [row.variant.label, *losses, score, zeros, with_spread(row.weight_norm, 2)]


def note_on(row: CompareRow) -> str:
    """Return how a variant compares with the first where there are several starts, and how many of them diverged."""
    n_starts, n_lost = len(row.val_loss), int((~np.isfinite(row.val_loss)).sum())
    lost = f"{n_lost} of {n_starts} starts diverged and are left out. " if 0 < n_lost < n_starts else ""
    if n_starts == 1 or ": " not in row.sentence:
        return lost
    words = row.sentence.split(": ", 1)[1]
    return lost + words[0].upper() + words[1:]


def with_spread(values: np.ndarray, n_digits: int = 3, unit: str = "") -> str:
    """Return "0.312 ± 0.041", without the ± for a single start; "diverged" where no start stayed finite."""
    spread = spread_of(values)
    if spread.n == 0:
        return "diverged"
    more = f" ± {spread.std:.{n_digits}f}" if len(values) > 1 else ""
    return f"{spread.mean:,.{n_digits}f}{more}{unit}"


def verdict_of(rows: list[CompareRow], epoch: int) -> dict[str, str]:
    """Return the headline: who has the lowest validation loss, and who is within the spread of it."""
    finite = [row for row in rows if np.isfinite(row.val_loss).any()]
    if epoch == 0 or not finite:
        return {
            "kind": "not started",
            "text": "Not trained yet: press Run. All penalties train at once, from the same starts.",
        }
    best = min(finite, key=lambda row: spread_of(row.val_loss).mean)
    text = f"Lowest validation loss: {best.variant.label}, {with_spread(best.val_loss)}"
    others = [row for row in finite if row is not best]
    if min(np.isfinite(row.val_loss).sum() for row in finite) == 1:
        unknown = "; from one start each, so the spread is unknown: raise Starts to see it." if others else "."
        return {"kind": "compared", "text": text + unknown}
    close = [row.variant.label for row in others if is_within_spread(row.val_loss, best.val_loss)]
    said = (
        f"within the spread over starts of it: {', '.join(close)}"
        if close
        else "all others are farther off than the spread over starts"
    )
    return {"kind": "compared", "text": f"{text}; {said}."}


def lost_banner(run: LiveRun, plan: ComparePlan, variant: int) -> dict[str, Any]:
    """Return the message of a variant that diverged while others go on, with a mild strength as its remedy."""
    chosen, dial = plan.variants[variant], plan.dials[variant]
    text = f"{chosen.label} has diverged; the others go on untouched. Its charts keep the last finite state."
    value = run.training.settings().get(dial.key, 0.0)
    if value <= MILD:
        return {
            "kind": "diverged",
            "text": text,
            "remedy": remedy({"learning_rate": run.experiment.training.learning_rate / 10}),
        }
    move = {"type": "set", "name": next(iter(dial.shares)), "value": MILD, "member": variant}
    label = f"Set {chosen.label} to {MILD:g} and start again"
    return {
        "kind": "diverged",
        "text": text,
        "remedy": {"label": label, "commands": [move, {"type": "reset"}, {"type": "run"}]},
    }
