"""The λ path's live run: one network per strength, and what the page shows of them. See `core/studies/path/sweep.py`.

Read next: `core/live/path/export.py`, what leaves the page: a table, or one network to go on with.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from core.data import Split
from core.engine import Stack
from core.engine.losses import loss_kind
from core.live.banners import diverged_banner, rate_banner
from core.live.playground.run import change_text, zeros_text
from core.live.run import LiveRun
from core.live.side_by_side import live_training
from core.measures import History
from core.measures.numbers import Write, gap_text, loss_text
from core.measures.own_unit import own_readouts, writer_of
from core.measures.verdict import Verdict
from core.readings.fit import map_bounds, split_constants
from core.readings.looks import (
    Arrays,
    answers,
    in_pieces,
    look_at_fit,
    look_at_weights,
    n_looked_at,
    n_to_look_at,
    rank_names,
    shrink,
    stack_padded,
)
from core.readings.path.curves import path_arrays
from core.readings.path.page import describe_member, describe_path_page, from_levels, to_levels
from core.readings.path.weights import input_arrays, weight_arrays
from core.settings.experiment import Experiment
from core.studies.base.cost import Work, duration, in_stacks, stack_bytes, work_of
from core.studies.base.plan import Plan, make_pool
from core.studies.base.reach import constant_losses, neighbours_reach, noise_floor, verdicts
from core.studies.base.state import MemberState
from core.studies.base.training import Training
from core.studies.base.values import grid_of, value_texts
from core.studies.path.sweep import (
    PathMoment,
    best_index,
    input_strengths,
    plan_path,
    read_path,
    weight_lines,
    without_diverged,
)
from core.words import say

MAX_MAP = 32  # points along each side of a map: M maps are computed for every snapshot
CURVES = ("train_loss", "val_loss", "penalty", "objective")
NOT_SHOWN = ("n_zero", "n_small", "n_rest")
NOT_BEGUN = Verdict("not started", say("This λ has not been trained yet: its turn comes."))


def path_work(experiment: Experiment) -> Work:
    """Return what the path of an experiment's study costs, as it is cut into stacks."""
    n_values, n_rows = len(grid_of(experiment)), n_to_look_at(experiment, MAX_MAP)
    work = work_of(experiment, n_values, n_shown=n_rows, n_moments=PathRun.max_moments)
    return replace(work, n_together=1) if experiment.path.path_start == "warm" else in_stacks(work)


def plan_of(experiment: Experiment, split: Split) -> Plan:
    """Return the plan of the path that an experiment's study describes."""
    grid, values = experiment.grid, grid_of(experiment)
    return plan_path(
        experiment, grid.param_name, values, split, start=experiment.path.path_start, l1_share=grid.l1_share,
        memory_bytes=stack_bytes(path_work(experiment)),
    )  # fmt: skip


def path_run(experiment: Experiment, split: Split) -> PathRun:
    """Return the live run of a path, paused at epoch 0."""
    return PathRun(experiment, lambda now: live_training(plan_of(now, split)), PathView(experiment, split))


class PathRun(LiveRun):
    """A live run whose moments also show the path itself: losses, weights and sparsity against λ."""

    max_moments = 40  # each is a whole path
    view: PathView

    def result(self, state: MemberState) -> PathMoment:
        """Return the path at a moment, judged."""
        return read_path(self.training.plan, state, self.experiment, self.view.neighbours)

    def _look(self, moments: list[MemberState]) -> Arrays:
        """Return what is seen at several moments; one after the other, for the members of all at once outgrow the cache."""
        looks = [self._look_once(moment) for moment in moments]
        return shrink({name: stack_padded([look[name] for look in looks]) for name in looks[0]})

    def _look_once(self, moment: MemberState) -> Arrays:
        seen = {name: values[0] for name, values in super()._look([moment]).items()}
        return {**seen, **self.view.along_path(self.training.plan, moment)}


class PathView:
    """Arrays (M, …) of all members, curves over λ, and facts for each member."""

    is_single = False

    def __init__(self, experiment: Experiment, split: Split) -> None:
        self.split, self.constants, self.write = split, split_constants(split), writer_of(split)
        self.map_bounds = map_bounds(self.constants) if split.kind == "plane" else (0.0, 1.0)
        self.loss = loss_kind(experiment.training.loss, split.task, split.n_classes)
        self.values = grid_of(experiment)
        self.texts = value_texts(self.values)
        self.neighbours = neighbours_reach(split, make_pool(experiment, split, "float32"))
        self._ended: tuple[Training | None, list[Arrays]] = (None, [])

    # --- arrays ---

    def look(self, stack: Stack) -> Arrays:
        """Return what is shown of each member, (M, …): its fit and the histograms of its weights."""
        return in_pieces(stack, n_looked_at(self.split), self._look_at)

    def _look_at(self, stack: Stack) -> Arrays:
        shown = look_at_weights(stack)
        if self.split.kind == "plane":
            shown["map"] = to_levels(self._maps(stack), self.map_bounds)
        else:
            shown |= look_at_fit(stack, self.loss, self.split)
        return {name: values for name, values in shown.items() if name not in NOT_SHOWN}

    def _maps(self, stack: Stack) -> np.ndarray:
        """Return the members' answers over the plane, (M, n, n), on a coarser grid than that of a single network."""
        grid = self.split.grid
        assert grid is not None
        n = len(grid.x)
        every = next(
            step for step in range(1, n) if (n - 1) % step == 0 and (n - 1) // step < MAX_MAP
        )  # ends stay, gaps are even
        X = grid.X.reshape(n, n, -1)[::every, ::every]
        return answers(stack, self.loss, self.split, X.reshape(-1, X.shape[2])).reshape(-1, *X.shape[:2])

    def along_path(self, plan: Plan, state: MemberState) -> Arrays:
        """Return the curves over λ at this moment."""
        kinds = [verdict.kind for verdict in verdicts(plan, state, self.neighbours)]
        train, val = without_diverged(state.train_loss, state), without_diverged(state.val_loss, state)
        losses = path_arrays(
            plan.values, plan.param_name, train, val, kinds, state.nonzero_per_layer, state.large_per_layer
        )
        inputs = input_arrays(input_strengths(state)) if state.shapes[0][0] > 1 else {}
        return {**losses, **weight_arrays(weight_lines(state), state.shapes), **inputs}

    def history(self, run: LiveRun) -> Arrays:
        """Return the loss curves of every member, (M, n_records), nan where there is no record (yet)."""
        parts = self._curves(run.training)
        arrays = parts[0] if run.training.plan.n_stacks == 1 else spread_curves(run.training.plan, parts)
        best_epoch, best_val_loss = run.training.best()
        empty, floor = np.zeros(0, dtype=np.float32), noise_floor(self.split, run.training.plan.pool)
        change_epoch = np.array([change["epoch"] for change in run.marks], dtype=np.float32)
        marks = [np.interp(change_epoch, epoch, loss) for epoch, loss in zip(*_rows(arrays), strict=True)]
        return shrink(
            {
                **arrays,
                "best_epoch": np.where(best_epoch < 0, np.nan, best_epoch)[:, None],
                "best_val_loss": np.where(np.isfinite(best_val_loss), best_val_loss, np.nan)[:, None],
                "change_epoch": change_epoch,
                "change_loss": np.array(marks),
                "floor_x": empty if floor is None else np.array([0.0, max(float(np.nanmax(arrays["epoch"])), 1)]),
                "floor_y": empty if floor is None else np.full(2, floor),
            }
        )

    def _curves(self, training: Training) -> list[Arrays]:
        """Return the curves of each stack so far; those of stacks that have ended are made once."""
        if self._ended[0] is not training:
            self._ended = (training, [])
        ended, histories = self._ended[1], training.histories
        ended += [curves_of(history) for history in histories[len(ended) : -1]]
        return [*ended, curves_of(histories[-1])]

    # --- facts ---

    def facts(self, run: LiveRun, state: MemberState, arrays: Arrays) -> dict[str, Any]:
        """Return epoch, read-outs and text alternatives of the path, and the same for each member."""
        judged = self._verdicts(run.training.plan, state)
        members = [self._member(run, state, m, judged[m], arrays) for m in range(len(judged))]
        return {
            "epoch": epoch_shown(run, state),
            "readouts": self._readouts(run, state),
            "labels": {"changes": [change_text(change) for change in run.marks]},
            "descriptions": describe_path_page(arrays, self.values, self.texts, self.split),
            "members_axis": "lambda",
            "answers": {"lambda": None if (best := self._best(state)) is None else [best]},
            "members": members,
        }

    def _verdicts(self, plan: Plan, state: MemberState) -> list[Verdict]:
        has_begun = (state.epoch >= 0) | (state.epoch.max() < 0)
        return [
            v if begun else NOT_BEGUN
            for v, begun in zip(verdicts(plan, state, self.neighbours), has_begun, strict=True)
        ]

    def _member(self, run: LiveRun, state: MemberState, m: int, verdict: Verdict, arrays: Arrays) -> dict[str, Any]:
        """Return what is said while the slider stands on member m."""
        own = {name: values[m] for name, values in arrays.items() if not name.startswith("path_")}
        if "map" in own:
            own["map"] = from_levels(own["map"], self.map_bounds)
        is_table = self.split.kind == "table"
        labels = {"rank_name": rank_names(own["reach"], self.split.feature_names)} if is_table else {}
        charts = describe_member(own, labels, self.constants, self.split.kind)
        return {
            "readouts": self._member_readouts(run, state, m),
            "verdict": {"kind": verdict.kind, "text": verdict.text},
            "labels": labels,
            "descriptions": {
                name: say("λ {strength}. {description}", strength=self.texts[m], description=text)
                for name, text in charts.items()
            }
            | {"loss": describe_moment(state, m, self.texts[m], self.write)},
        }

    def _member_readouts(self, run: LiveRun, state: MemberState, m: int) -> dict[str, str]:
        if state.epoch[m] < 0:
            return {}
        train, val = float(state.train_loss[m]), float(state.val_loss[m])
        return {
            "train_loss": loss_text(train),
            "val_loss": loss_text(val),
            "gap": gap_text(val - train),
            "zeros": zeros_text(run, state, m),
            **own_readouts(self.split, {"train_loss": train, "val_loss": val}),
        }

    def _readouts(self, run: LiveRun, state: MemberState) -> dict[str, str]:
        """Return the progress, the time it still takes, and the best λ."""
        best = self._best(state)
        return {
            "epoch": say(
                "{epoch_shown:,} of {n_epochs_of:,}",
                epoch_shown=epoch_shown(run, state),
                n_epochs_of=n_epochs_of(run.training),
            ),
            "left": time_left(run),
            "best": self.texts[best] if best is not None else "–",
        }

    def _best(self, state: MemberState) -> int | None:
        """Return the index of the best λ, None before training and where all have diverged."""
        return best_index(without_diverged(state.val_loss, state)) if state.epoch.max() > 0 else None

    def banner(self, run: LiveRun, state: MemberState) -> dict[str, Any] | None:
        """Return the message that every member has diverged, or that a wrong learning rate holds even the best λ back."""
        if run.state == "diverged":
            return diverged_banner(run)
        plan, best = run.training.plan, best_index(without_diverged(state.val_loss, state))
        if best is None or plan.n_stacks > 1 or self._verdicts(plan, state)[best].kind != "underfits":
            return None
        constant = constant_losses(self.split, plan.pool)[0]
        return rate_banner(run, state, best, constant, head=say("Even the best λ underfits"), write=self.write)


def describe_moment(state: MemberState, m: int, text: str, write: Write = loss_text) -> str:
    """Return the losses of member m at a moment as the text alternative of its loss curves."""
    if state.epoch[m] < 0:
        return say("λ {strength}. Loss over the epochs: nothing recorded yet.", strength=text)
    losses = say(
        "training loss {train_loss}, validation loss {val_loss}",
        train_loss=write(float(state.train_loss[m])),
        val_loss=write(float(state.val_loss[m])),
    )
    return say(
        "λ {strength}. Loss up to epoch {epoch:,}: {losses}.", strength=text, epoch=state.epoch[m], losses=losses
    )


def curves_of(history: History) -> Arrays:
    """Return the curves of one stack: epoch (n_records,) and losses (M, n_records)."""
    curves = {name: np.stack([record[name] for record in history.records], axis=1) for name in CURVES}
    return shrink({"epoch": np.array(history.epochs, dtype=np.float32), **curves})


def spread_curves(plan: Plan, parts: list[Arrays]) -> Arrays:
    """Return the curves of several stacks at their members' places, (n_members, n_records), nan where there is none."""
    n_records = max(len(part["epoch"]) for part in parts)
    whole = {name: np.full((plan.n_members, n_records), np.nan, dtype=np.float32) for name in ("epoch", *CURVES)}
    for members, part in zip(plan.parts, parts, strict=False):
        for name, values in part.items():
            whole[name][members, : len(part["epoch"])] = values
    return whole


def _rows(arrays: Arrays) -> tuple[np.ndarray, np.ndarray]:
    """Return epochs and validation losses, (M, n_records) each."""
    return np.broadcast_to(arrays["epoch"], arrays["val_loss"].shape), arrays["val_loss"]


def n_epochs_of(training: Training) -> int:
    """Return the epochs of all stacks together."""
    return training.plan.n_stacks * training.n_epochs


def epochs_of(training: Training, state: MemberState) -> int:
    """Return the epochs that all stacks together had done at a moment."""
    firsts = np.array([state.epoch[members[0]] for members in training.plan.parts])
    part = max(int((firsts >= 0).sum()) - 1, 0)
    return part * training.n_epochs + max(int(firsts[part]), 0)


def epoch_shown(run: LiveRun, state: MemberState) -> int:
    """Return the epochs of all stacks at a moment: at the present those of the weights, whose losses may be a little older."""
    return run.training.n_epochs_done if state is run.shown else epochs_of(run.training, state)


def time_left(run: LiveRun) -> str:
    """Return how long the run still takes at its present speed, in words."""
    speed = run.epochs_per_s()
    if run.state != "running" or not math.isfinite(speed) or speed <= 0:
        return "–"
    return duration((n_epochs_of(run.training) - run.training.n_epochs_done) / speed)
