"""The geometry panel of a live comparison: loss contours around two weights of one variant, and their next step.

The contours cost more than all other arrays, so they are made anew at most a small share of the time; the point and the
shapes of equal penalty are always of now. A stored moment has no contours: its other weights were different ones.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from core.engine import Stack, Trainer
from core.live.run import LiveRun
from core.readings.looks import Arrays
from core.settings.experiment import Experiment
from core.studies.base.cost import Work
from core.studies.compare.geometry import (
    WeightRef,
    circle,
    current_point,
    diamond,
    geometry_arrays,
    largest_weights,
    place_of,
    read_update,
)
from core.studies.compare.variants import ComparePlan
from core.words import say

SHARE = 0.02  # of the time that the contours may take: the browser has to draw them, too
GRIDS = (21, 13, 9)  # points along each side of the contours: as many as CONTOURS_S allows
CONTOURS_S = 0.04  # opening a page, and every look, stays quick
FEWEST_ROWS = 50  # that say something of the loss: a network too large for so many has no contours
HEADS = (say("Rule"), say("First weight after the step"))


class GeometryPanel:
    """What is shown of two weights. `looked_at` of a run: (variant, layer, unit, first, second), all but the first from 1."""

    def __init__(self, plan: ComparePlan, experiment: Experiment) -> None:
        keys = [variant.key for variant in plan.variants]
        own = experiment.compare
        asked = keys.index(own.geometry_of) if own.geometry_of in keys else 0
        self.plan, self.asked = plan, (asked, *own.geometry_weights)
        self.at, self.variant = self.asked, asked
        self.names = plan.split.feature_names
        self.member = 0
        self.pair = (WeightRef(0, 0, 0), WeightRef(0, 0, 0))
        self._own, self._own_of = self.pair, -1
        self._contours: Arrays = {}
        self.every = 1  # row of the training rows that the contours are of, 0 where there are none
        self._key: tuple[Any, ...] = ()
        self._next_s = 0.0

    def follow(self, run: LiveRun) -> None:
        """Turn to the weights that the run is looked at; without a choice, to two large ones."""
        trainer = run.training.trainer
        self.at = run.looked_at or self.asked
        self.variant, *weights = self.at
        self.variant = min(self.variant, len(self.plan.variants) - 1)
        self.member = self.variant * self.plan.n_starts
        self.pair = chosen_pair(trainer.stack, weights) or self._own_choice(trainer)

    def _own_choice(self, trainer: Trainer) -> tuple[WeightRef, WeightRef]:
        """Return the two largest weights of the start; once both are zero, the two largest of now."""
        is_stale = trainer.n_steps_done == 0 or self._own_of != self.member
        if is_stale or not current_point(trainer, self.member, self._own).any():
            self._own, self._own_of = largest_weights(trainer, self.member), self.member
        return self._own

    def contours(self, run: LiveRun) -> Arrays:
        """Return geometry_x, geometry_y, geometry_loss and the path so far; older contours while it is too soon for new ones."""
        trainer, key = run.training.trainer, (run.training, self.member, self.pair)
        began = time.perf_counter()
        if key != self._key or (began >= self._next_s):
            columns = [place_of(trainer.stack, ref) for ref in self.pair]
            path = np.array([moment.parameters[self.member, columns] for moment in run.moments])
            n_grid, self.every = fineness(self.plan.work)
            arrays = geometry_arrays(trainer, self.member, self.pair, path, n_grid, self.every)
            self._contours = {name: arrays[name] for name in ("geometry_x", "geometry_y", "geometry_loss", "path")}
            self._key, now = key, time.perf_counter()
            self._next_s = now + (now - began) / SHARE
        return self._contours

    def shapes(self, parameters: torch.Tensor) -> Arrays:
        """Return the point and its shapes of equal penalty at K moments, parameters (K, M, n): each (K, …)."""
        columns = [place_of_shape(self.plan, ref) for ref in self.pair]
        points = parameters[:, self.member, columns].double().numpy()
        shown = {
            "geometry_now_x": points[:, :1], "geometry_now_y": points[:, 1:],
            "diamond": np.stack([diamond(*point) for point in points]),
            "circle": np.stack([circle(*point) for point in points]),
        }  # fmt: skip
        return shown

    def table(self, run: LiveRun, is_now: bool) -> dict[str, Any]:
        """Return the next step of the first weight under each rule with its present numbers; of a stored moment only names."""
        of, (first, second) = self.plan.variants[self.variant].label, self.labels
        words = say("First weight, w: {first}. Second weight: {second}. ", first=first, second=second)
        words += self.symbols(run) if is_now else say("The contours are those of now, not of the moment shown.")
        rows = [{"cells": [say("Weights of: {of}", of=of), ""], "note": words + self.about_contours()}]
        if not is_now:
            return {"heads": HEADS, "rows": rows}
        settings, own = run.training.settings(), run.experiment.compare
        update = replace(
            read_update(run.training.trainer, self.member, self.pair[0]),
            l1=settings.get("compare_l1", own.compare_l1), l2=settings.get("compare_l2", own.compare_l2),
        )  # fmt: skip
        after = {
            "data": update.plain, "l2": update.after_l2, "l1_subgradient": update.after_subgradient,
            "l1_proximal": update.after_proximal,
        }  # fmt: skip
        for key, (rule, words) in update.sentences().items():
            rows.append({"cells": [rule, f"{after[key]:.4g}"], "note": words})
        return {"heads": HEADS, "rows": rows}

    def about_contours(self) -> str:
        """Return what the contours leave out for the sake of time, "" for nothing."""
        if self.every == 0:
            return say(" This network is too large for contours: the loss at so many points would take too long.")
        return (
            say(" The contours are the loss on one in {every} training rows.", every=self.every)
            if self.every > 1
            else ""
        )

    def symbols(self, run: LiveRun) -> str:
        """Return what the letters of the rules stand for, and what the rules, which are those of a plain step, leave out."""
        training, variant = run.experiment.training, self.plan.variants[self.variant]
        words = say(
            "g: slope of the data loss on all training rows, of which a step of the run sees a batch. s: length of a "
            "step"
        )
        words += MEMORY["momentum" if training.optimizer == "sgd" and training.momentum else training.optimizer]
        return words + (
            say(" {label} itself acts through g, which is shown without it.", label=variant.label)
            if variant.param_name in THROUGH
            else ""
        )

    def facts(self, trainer: Trainer) -> dict[str, Any]:
        """Return what is looked at, and which two weights are the largest now: layer, unit, first, second, from 1."""
        first, second = largest_weights(trainer, self.member)
        largest = [first.layer + 1, first.target + 1, first.source + 1, second.source + 1]
        return {
            "at": list(self.at),
            "largest": largest if first.source != second.source else [],
        }

    @property
    def labels(self) -> tuple[str, str]:
        """Return the names of the two weights."""
        first, second = (ref.label(self.names) for ref in self.pair)
        return first, second


MEMORY = {
    "sgd": say(", the learning rate."),
    "momentum": say(" by now; momentum, which also carries past slopes on, is left out."),
    "adam": say(", lr/(√v̂+ε); past slopes, which Adam averages with g, are left out."),
}
THROUGH = ("activity_l2", "dropout_rate")  # what changes the slopes themselves


def fineness(work: Work) -> tuple[int, int]:
    """Return the points along each side of the contours, and of which rows: 1 for all, 2 for every second …, 0 for none."""
    row_s = replace(work, n_rows=1).look_s
    for n_grid in GRIDS:
        if n_grid**2 * work.n_train * row_s <= CONTOURS_S:
            return n_grid, 1
    every = math.ceil(n_grid**2 * work.n_train * row_s / CONTOURS_S)
    return n_grid, every if work.n_train // every >= FEWEST_ROWS else 0


def chosen_pair(stack: Stack, weights: list[int]) -> tuple[WeightRef, WeightRef] | None:
    """Return the weights of layer, unit, first and second source, counted from 1; None where there are no such."""
    if len(weights) != 4:
        return None
    layer, unit, *sources = (number - 1 for number in weights)
    first, second = (WeightRef(layer, source, unit) for source in sources)
    try:
        place_of(stack, first), place_of(stack, second)
    except ValueError:
        return None
    return first, second


def place_of_shape(plan: ComparePlan, ref: WeightRef) -> int:
    """Return the weight's column in a row of parameters."""
    sizes = (plan.pool.X.shape[2], *plan.experiment.network.hidden_sizes, plan.pool.targets.shape[1])
    before = sum(sizes[layer] * sizes[layer + 1] for layer in range(ref.layer))
    return int(before + ref.target * sizes[ref.layer] + ref.source)
