"""The Playground's live run: one network, and what the page shows of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import torch

from core.data import Split, load_split, wrong_labels
from core.data.drawn import counted, is_drawn, with_points
from core.engine import Stack
from core.live.banners import collapsed_banner, diverged_banner, overfit_remedy, rate_banner
from core.live.moments import MAX_MOMENTS
from core.live.playground.replay import MAX_CHANGES, Change, changes_of, write_changes
from core.live.run import LiveRun
from core.measures import History
from core.measures.numbers import gap_text, loss_text, score_text
from core.measures.own_unit import own_readouts, writer_of
from core.measures.verdict import Reach, Verdict, judge, nearest
from core.readings.digits import describe_images, image_labels, look_at_images
from core.readings.drawn import drawn_arrays, missing_points
from core.readings.fit import split_constants
from core.readings.labels import describe_labels, label_arrays, label_scores
from core.readings.looks import Arrays, in_pieces, look_at, n_looked_at, n_to_look_at, rank_names, shrink
from core.readings.playground.page import describe_playground
from core.settings.experiment import POINTS, Experiment, format_value, label_of
from core.settings.penalties import PENALTIES, sets_to_zero
from core.stream.commands import Command, Pause, Points, Reseed, Reset, Set, Stop
from core.stream.snapshot import Snapshot
from core.studies.base.cost import Work, work_of
from core.studies.base.reach import (
    constant_loss,
    constant_losses,
    modest_reach,
    neighbours_reach,
    noise_floor,
    run_reach,
)
from core.studies.base.state import MemberState
from core.studies.base.training import Training
from core.studies.base.values import ELASTIC, value_texts
from core.studies.playground.fit import make_pool, make_training
from core.words import lowered, say

MAX_EXCHANGES = 2000  # of drawn points that a run remembers, 2.4 MB at most; beyond, the oldest are forgotten
TURNED = 1.25  # times the lowest validation loss: from there on it has risen, and does not merely tremble


@dataclass(frozen=True, eq=False)
class Origin:
    """The network that a run continues from: parameters (n_parameters,), what is known to be within reach there, and in
    words where it comes from."""

    parameters: np.ndarray
    reach: Reach | None
    text: str


def playground_work(experiment: Experiment) -> Work:
    """Return what a run of one network costs."""
    return work_of(experiment, n_shown=n_to_look_at(experiment), n_moments=MAX_MOMENTS)


def playground_run(
    experiment: Experiment, split: Split, origin: Origin | None = None, changes: Sequence[Change] = ()
) -> PlaygroundRun:
    """Return the live run of one network, paused at epoch 0, at random weights or at those of `origin`.

    A reset goes back to the same weights; another seed means random ones. changes: made by itself, each at its step.
    """
    return PlaygroundRun(experiment, split, origin, changes)


class PlaygroundRun(LiveRun):
    """The live run of one network. `origin` is what it continues from, None for random weights; `changes` are those that it
    makes by itself, each at its step, as a link tells it: `to_come` those that are still to be made."""

    view: PlaygroundView

    def __init__(
        self, experiment: Experiment, split: Split, origin: Origin | None = None, changes: Sequence[Change] = ()
    ) -> None:
        self.is_waiting = False  # it stood still when its last training point went, and goes on with the next
        self.given = tuple(changes)
        self.to_come: list[Change] = []
        super().__init__(experiment, self._make, PlaygroundView(experiment, split, origin))

    def _make(self, now: Experiment) -> Training:
        if is_drawn(now.data) and now.data.points != self.view.points:
            self.view.take(now, load_split(now.data))
        origin = self.view.origin if now.training.seed == self.view.seed else None
        return make_training(now, self.view.split, start=origin.parameters if origin is not None else None)

    def obey(self, command: Command) -> None:
        """Carry out one command; it takes effect at the next step."""
        if isinstance(command, Points):
            self.is_changed = True
            self._exchange(command)
        else:
            if isinstance(command, Set):  # the hand has it now
                self.to_come = [change for change in self.to_come if change.name != command.name]
            self.is_waiting &= not isinstance(command, Pause | Stop | Reset | Reseed)
            super().obey(command)

    def _exchange(self, command: Points) -> None:
        """Train on other drawn points, and note the epoch unless the run has not begun. A finished run goes on, to show it."""
        if not is_drawn(self.experiment.data) or command.points == self.experiment.data.points:
            return
        self.training.exchange(command.points)
        self.experiment = with_points(self.experiment, command.points)
        self.view.take(self.experiment, self.training.plan.split)
        epoch, step = self.training.n_epochs_done, self.training.trainer.n_steps_done
        if epoch == step == 0:
            self.started_as = self.experiment
        else:
            self._note(command, epoch, step)
        if not self.training.has_rows and self.state == "running":
            self._stand("paused")
            self.is_waiting = True
        elif self.can_go_on and (self.is_waiting or self.state == "finished"):
            self.is_waiting = False
            self._go()

    def _note(self, command: Points, epoch: int, step: int) -> None:
        """Note a change of the points. Of several at one step the last stands for all: nothing was trained between them."""
        change = {"epoch": epoch, "step": step, "name": POINTS, "value": command.points, "member": None}
        if self.changes and (self.changes[-1]["step"], self.changes[-1]["name"]) == (step, POINTS):
            self.changes.pop()
        self.changes.append(change)
        self.changed.add(POINTS)
        if sum(one["name"] == POINTS for one in self.changes) > MAX_EXCHANGES:
            self.changes.remove(next(one for one in self.changes if one["name"] == POINTS))
            self.n_forgotten += 1
        self._mark({**change, "value": len(self.training.plan.split.y_train)}, command.gesture)
        self.stopping.react()
        self.stopped_why = ""

    def begin(self, training: Training, first_number: int = 0) -> None:
        """Stand at epoch 0, paused."""
        super().begin(training, first_number)
        self.n_forgotten = 0
        self.to_come, self.given = [*self.given], ()  # a reset keeps the strengths of now: there is nothing to repeat

    def _train_on(self) -> bool:
        """Train as `LiveRun` does, but up to the next change of a link, which is made there."""
        self._make_changes()
        if not self.to_come:
            return super()._train_on()
        trainer = self.training.trainer
        n_steps = self.to_come[0].step - trainer.n_steps_done
        n_epochs = min(self.training.n_epochs_at_once, n_steps // trainer.order.n_batches)
        if n_epochs <= 1:
            return self.training.advance(min(trainer.n_steps_at_once, n_steps))
        self.training.run_epochs(1 if self._is_watched_by_epoch else min(n_epochs, self._n_epochs_to_moment()))
        return True

    def _make_changes(self) -> None:
        """Make the changes that are due."""
        while self.to_come and self.to_come[0].step <= self.training.trainer.n_steps_done:
            change = self.to_come.pop(0)
            self._set(Set(name=change.name, value=change.value, gesture=change.gesture))

    def _end(self) -> None:
        """Finish, unless a change lets the run go on from here."""
        super()._end()
        if self.state == "finished":
            self._make_changes()

    def link(self) -> dict[str, Any] | None:
        """Return what the link of this run needs beside the set-up of now: strengths at epoch 0, and changes; or why it repeats
        no change. None where nothing was changed."""
        if not self.changes and not self.to_come:
            return None
        if any(change["name"] == POINTS for change in self.changes):
            return {"why": say("The link opens the set-up of now: points that were changed on the way do not travel.")}
        if self.view.origin_of(self) is not None:
            return {
                "why": say("The link opens the set-up of now, from random weights: those of a λ path do not travel.")
            }
        changes = changes_of(self.changes, self.marked)
        n_made = changes[-1].gesture if changes else 0
        changes += [replace(change, gesture=n_made + change.gesture) for change in self.to_come]
        if len(changes) > MAX_CHANGES:
            return {
                "why": say(
                    "The link opens the set-up of now: this run has {n} changes, more than the {most} that a link repeats.",
                    n=len(changes),
                    most=MAX_CHANGES,
                )
            }
        start = {name: format_value(self.started_as.get(name)) for name in sorted({one.name for one in changes})}
        return {"start": start, "changes": write_changes(changes)}

    @property
    def can_go_on(self) -> bool:
        """Return whether Run does anything: it has something to train on."""
        return super().can_go_on and self.training.has_rows

    def keep(self) -> Snapshot:
        """Return what is needed to go on, with what the run continues from."""
        kept, origin = super().keep(), self.view.origin
        if self.n_forgotten:
            kept = replace(kept, meta={**kept.meta, "n_forgotten": self.n_forgotten})
        if self.to_come:
            kept = replace(kept, meta={**kept.meta, "to_come": [asdict(change) for change in self.to_come]})
        if origin is None:
            return kept
        reach = None if origin.reach is None else asdict(origin.reach)
        meta = {**kept.meta, "origin": {"text": origin.text, "reach": reach, "seed": self.view.seed}}
        return replace(kept, meta=meta, arrays={**kept.arrays, "origin": origin.parameters})

    def resume(self, kept: Snapshot) -> None:
        """Go on from what was kept, and continue from what that run continued from."""
        if (origin := kept.meta.get("origin")) is not None:
            reach = None if origin["reach"] is None else Reach(**origin["reach"])
            self.view.origin = Origin(kept.arrays["origin"].copy(), reach, origin["text"])
            self.view.seed = origin["seed"]
        super().resume(kept)
        self.n_forgotten = kept.meta.get("n_forgotten", 0)
        self.to_come = [Change(**change) for change in kept.meta.get("to_come", [])] if kept.arrays else self.to_come


class PlaygroundView:
    """A single network: arrays of its member 0, read-outs, verdict, banner."""

    is_single = True

    def __init__(self, experiment: Experiment, split: Split, origin: Origin | None = None) -> None:
        self.origin, self.seed = origin, experiment.training.seed
        self.take(experiment, split)

    def take(self, experiment: Experiment, split: Split) -> None:
        """Show a network that trains on these rows."""
        self.write = writer_of(split)
        self.points, self.is_drawn = experiment.data.points, is_drawn(experiment.data)
        self.split, self.constants = split, split_constants(split)
        pool = make_pool(experiment, split, "float32")
        self.loss = pool.loss
        self.floor, self.constant_loss = noise_floor(split, pool), constant_loss(split, pool)
        self.constant_train_loss = constant_losses(split, pool)[0]
        self.known = [neighbours_reach(split, pool), modest_reach(self.floor, self.constant_loss)]
        self.is_wrong = wrong_labels(experiment.data)
        self._scores: dict[int, tuple[MemberState, np.ndarray]] = {}
        self.missing = missing_points(split) if self.is_drawn else None

    def look(self, stack: Stack) -> Arrays:
        """Return the arrays of all charts but the losses."""
        return in_pieces(stack, n_looked_at(self.split), self._look)

    def _look(self, some: Stack) -> Arrays:
        return {**look_at(some, self.loss, self.split), **look_at_images(some, self.loss, self.split)}

    def history(self, run: LiveRun) -> Arrays:
        """Return the loss curves and the marks on them; where labels are wrong, who has learned them by when; drawn points."""
        curves = history_arrays(run.training.history, self.floor, run.marks)
        if self.is_drawn:
            return {**curves, **drawn_arrays(self.split)}
        return curves if self.is_wrong is None else {**curves, **self._label_curves(run)}

    def _label_curves(self, run: LiveRun) -> Arrays:
        """Return the scores on right and on wrong labels at the moments that are kept, and now."""
        assert self.is_wrong is not None
        kept = self._scores
        self._scores = {}
        for moment in [*run.moments, run.shown]:
            epoch = int(moment.epoch[0])
            of, score = kept.get(epoch, (None, None))
            if of is not moment or score is None:
                stack = run.training.trainer.stack.holding(torch.as_tensor(moment.parameters))
                score = label_scores(stack, self.loss, self.split, self.is_wrong)[0]
            self._scores[epoch] = (moment, score)
        epochs = sorted(self._scores)
        return shrink(label_arrays(epochs, np.stack([self._scores[epoch][1] for epoch in epochs])))

    def facts(self, run: LiveRun, state: MemberState, arrays: Arrays) -> dict[str, Any]:
        """Return epoch, read-outs, verdict, labels and text alternatives."""
        is_table = self.split.kind == "table"
        labels = {"rank_name": rank_names(arrays["reach"], self.split.feature_names)} if is_table else {}
        if self.split.kind == "images":
            labels |= image_labels(arrays["answer"], self.split)
        verdict = self.verdict(run, state)
        history = run.training.history
        shown = {**run.curves, **arrays} if state is run.shown else arrays  # a stored moment has no curves of its own
        return {
            "epoch": int(state.epoch[0]),
            **({"points": points_at(run, state)} if self.is_drawn else {}),
            "origin": self.origin.text if self.origin is not None else "",
            **({"link": run.link()} if state is run.shown and isinstance(run, PlaygroundRun) else {}),
            "origin_seed": self.seed,  # with another one the run has left its origin
            "readouts": self.readouts(run, state),
            "verdict": {
                "kind": verdict.kind,
                "text": verdict.text,
                "short": verdict.short,
                "remedy": overfit_remedy(run) if verdict.kind == "overfits" and verdict.level > 1 else None,
            },
            "labels": {
                **labels,
                "changes": [change_text(change) for change in run.marks],
                "turn": [turn_text(float(history.records[-1]["val_loss"][0]), float(history.best_val_loss[0]))],
            },
            "descriptions": self.descriptions(shown, labels),
        }

    def descriptions(self, shown: Arrays, labels: dict[str, list[str]]) -> dict[str, str]:
        """Return the text alternative of every chart."""
        images = {"digits": describe_images(shown["answer"], self.split)} if "answer" in shown else {}
        wrong = {"labels": describe_labels(shown)} if "label_wrong" in shown else {}
        return {**describe_playground(shown, labels, self.constants, self.split.kind, self.write), **images, **wrong}

    def origin_of(self, run: LiveRun) -> Origin | None:
        """Return what the run continues from; nothing after a new random start."""
        return self.origin if run.experiment.training.seed == self.seed else None

    def reach(self, run: LiveRun) -> Reach:
        """Return the lowest validation loss known to be within reach: of this run, of the path it comes from, of others."""
        origin = self.origin_of(run)
        from_path = [origin.reach] if origin is not None and origin.reach is not None else []
        return nearest([run_reach(run.training.history), *from_path, *self.known])

    def verdict(self, run: LiveRun, state: MemberState) -> Verdict:
        """Return the verdict on the losses of a moment; a network that comes from a path has been trained before."""
        train_loss, val_loss, norm = (float(v[0]) for v in (state.train_loss, state.val_loss, state.weight_norm))
        if self.missing is not None:
            return self.missing
        epoch = max(int(state.epoch[0]), int(self.origin_of(run) is not None))
        limit = float(state.loss_limit[0])
        return judge(train_loss, val_loss, self.reach(run), self.constant_loss, norm, epoch, limit, self.write)

    def readouts(self, run: LiveRun, state: MemberState) -> dict[str, str]:
        """Return the numbers above the charts as texts."""
        speed = run.epochs_per_s()
        train_loss, val_loss, score = (float(v[0]) for v in (state.train_loss, state.val_loss, state.val_score))
        return {
            "epoch": f"{run.epoch_of(state):,}",
            "speed": f"{speed:,.0f}/s" if math.isfinite(speed) and run.state == "running" else "–",
            "train_loss": or_dash(train_loss, loss_text(train_loss)),
            "val_loss": or_dash(val_loss, loss_text(val_loss)),
            "gap": or_dash(val_loss - train_loss, gap_text(val_loss - train_loss)),
            "score": or_dash(score, score_text(score, self.split.task == "classification")),
            "zeros": zeros_text(run, state, 0),
            **own_readouts(self.split, {"train_loss": train_loss, "val_loss": val_loss}),
        }

    def banner(self, run: LiveRun, state: MemberState) -> dict[str, Any] | None:
        """Return what went wrong and the one click that mends it, or None."""
        if run.state == "diverged":
            return diverged_banner(run)
        kind = self.verdict(run, state).kind
        if kind == "underfits":
            return rate_banner(run, state, 0, self.constant_train_loss, self.origin_of(run) is None, write=self.write)
        return collapsed_banner(run) if kind == "collapsed" else None


def zeros_text(run: LiveRun, state: MemberState, member: int) -> str:
    """Return how many weights of a member are exactly zero, "12 of 4,224", and whether they are so by rounding.

    Without the threshold of a proximal step a weight may shrink for ever; below 1e-38 a number of this size counts as 0.
    """
    n_zero, regularization, plan = (
        int(state.n_zero_per_layer[member].sum()),
        run.started_as.regularization,
        run.training.plan,
    )
    sparse = [name for name in PENALTIES if sets_to_zero(name, regularization.l1_method == "proximal")]
    varied = ("l1", "l2") if plan.param_name == ELASTIC else (plan.param_name,)
    is_thresholded = any(
        getattr(regularization, name) > 0 or name in varied or plan.start is not None or name in run.changed
        for name in sparse
    )
    is_rounded = n_zero > 0 and not is_thresholded
    return say("{n_zero:,} of {n_weights:,}", n_zero=n_zero, n_weights=state.n_weights) + (
        say(" by rounding") if is_rounded else ""
    )


def points_at(run: LiveRun, state: MemberState) -> str:
    """Return the drawn points that a moment was trained on."""
    if state is run.shown:
        return run.experiment.data.points
    epoch, points = int(state.epoch[0]), run.started_as.data.points
    for change in run.changes:
        if change["name"] == POINTS and change["epoch"] < epoch:
            points = change["value"]
    return points


def or_dash(value: float, text: str) -> str:
    """Return a number's text; a dash where there is no such number, as the loss over no points."""
    return text if math.isfinite(value) else "–"


def turn_text(now: float, lowest: float) -> str:
    """Return what to write at the best epoch: that the validation loss has turned up there, a blank while it has not."""
    return say("turns here") if now > TURNED * lowest else " "


def change_text(change: dict[str, Any]) -> str:
    """Return a changed strength in words, for the mark on the loss chart."""
    name = change["name"]
    if name == POINTS:
        return say("{points} from epoch {epoch:,}", points=counted(change["value"]), epoch=change["epoch"])
    (value,) = value_texts([change["value"]])
    symbol = PENALTIES[name].symbol if name in PENALTIES else lowered(label_of(name))
    return say("{symbol} → {value} from epoch {epoch:,}", symbol=symbol, value=value, epoch=change["epoch"])


def history_arrays(history: History, floor: float | None, changes: Sequence[dict[str, Any]]) -> Arrays:
    """Return the curves of member 0, (n_records,), with floor, best epoch and the marks of changed strengths."""
    raw = history.arrays()
    epoch = raw["epoch"].astype(np.float32)
    curves = {name: raw[name][0] for name in raw if name != "epoch" and raw[name].ndim == 2}
    change_epoch = np.array([mark["epoch"] for mark in changes], dtype=np.float32)
    on_curve = np.where(
        np.isfinite(curves["val_loss"]), curves["val_loss"], curves["train_loss"]
    )  # or on the other one
    best = history.best_val_loss[:1]
    empty = np.zeros(0, dtype=np.float32)
    floors = empty if floor is None else np.full(2, floor)
    return shrink(
        {
            "epoch": epoch,
            **{name: values.astype(np.float32) for name, values in curves.items()},
            "n_zero_total": curves["n_zero"].astype(np.float32),
            "gap": curves["val_loss"] - curves["train_loss"],
            "best_epoch": history.best_epoch[:1].astype(np.float32),
            "best_val_loss": np.where(np.isfinite(best), best, np.nan),
            "tip_epoch": np.full(2, epoch[-1]),
            "tip_loss": np.array([curves["train_loss"][-1], curves["val_loss"][-1]]),
            "floor_x": empty if floor is None else np.array([0.0, max(epoch[-1], 1)]),
            "floor_y": floors,
            "change_epoch": change_epoch,
            "change_loss": np.interp(change_epoch, epoch, on_curve),
        }
    )
