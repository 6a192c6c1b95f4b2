"""The live run: a stack in training that takes commands and gives snapshots. See `job.py` for what a study is.

It knows how to train, not what to show: a `View` reads arrays and facts off it. Read next: `playground.py`.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from core.config import LIVE_FIELDS, Experiment
from core.engine import Stack, Trainer
from core.measures import History
from core.runtime.commands import Command, Pause, Reseed, Reset, Run, Set, Step, Stop
from core.runtime.job import Mailbox
from core.runtime.looks import Arrays, shrink
from core.runtime.snapshot import Snapshot

SLICE_S = 0.025
SHOW_SHARE = 0.3  # making snapshots takes at most this share of the time
SPEED_WINDOW_S = 1.5  # epochs per second are those of the last moments
HOPELESS_LOSS = 1e8  # a training loss beyond this has diverged, though it may still be a number
FRAME_GROWTH = 1.08  # the next moment kept for rewind is this many times further from the last change of a strength
MAX_FRAMES = 120
MAX_FRAME_BYTES = 64_000_000


@dataclass(frozen=True)
class Moment:
    """The stack at one epoch: `record` as in the history, arrays (M, …); `parameters` (M, n_parameters)."""

    epoch: int
    record: dict[str, np.ndarray]
    parameters: Tensor


class View(Protocol):
    """What a page shows of a stack. `is_single`: there is one member, and its arrays have no member axis."""

    is_single: bool

    def look(self, stack: Stack) -> Arrays:
        """Return what is seen of the weights, (M, …); also called with a stack of stored moments."""

    def history(self, run: LiveRun) -> Arrays:
        """Return the curves over the epochs so far."""

    def facts(self, run: LiveRun, moment: Moment, arrays: Arrays) -> dict[str, Any]:
        """Return what is said of a moment: readouts, verdict, labels, descriptions, members."""

    def banner(self, run: LiveRun) -> dict[str, Any] | None:
        """Return the message that stands out, with its remedy, or None."""


class LiveRun:
    """State of a live run. `state` is paused, running, finished, diverged or stopped.

    experiment: what runs now, live strengths included. start: the strengths at epoch 0, by name (M,).
    changes: strengths set on the way, {epoch, step, name, value, member}: `start` and `changes` repeat the run exactly.
    is_diverged: (M,) booleans; such a member stands still at its last finite weights, and its records are nan.
    """

    def __init__(self, experiment: Experiment, make_trainer: Callable[[Experiment], Trainer], view: View) -> None:
        self.experiment, self.make_trainer, self.view, self.version = experiment, make_trainer, view, 0
        self._begin(make_trainer(experiment))

    def _begin(self, trainer: Trainer) -> None:
        """Stand at epoch 0, paused."""
        self.trainer = trainer
        self.history = History()
        self.history.add(trainer)
        self.start = self.strengths()
        self.changes: list[dict[str, Any]] = []
        self.state, self.is_changed, self.is_one_epoch = "paused", True, False
        self.n_epochs = self.experiment.training.n_epochs
        self.is_diverged = np.zeros(trainer.stack.n_members, dtype=bool)
        self._good = trainer.stack.copy_parameters()
        self._ticks: deque[tuple[float, int]] = deque()
        self._moments: list[Moment] = []
        self._keep_moment()
        self.first = self._moments[0]

    def _restart(self, seed: int) -> None:
        """Go back to epoch 0 with the strengths of now."""
        strengths = self.strengths()
        self.experiment = self.experiment.replace(seed=seed)
        trainer = self.make_trainer(self.experiment)
        for name, values in strengths.items():
            getattr(trainer.members, name).copy_(torch.as_tensor(values)[:, None])
        self._begin(trainer)

    def strengths(self) -> dict[str, np.ndarray]:
        """Return the strengths of all members by name, (M,)."""
        return {name: getattr(self.trainer.members, name).squeeze(1).numpy().copy() for name in LIVE_FIELDS}

    # --- commands ---

    def obey(self, command: Command) -> None:
        """Carry out one command; it takes effect at the next step."""
        self.is_changed = True
        can_train = self.state in ("paused", "running", "finished")
        match command:
            case Set():
                self._set(command.name, command.value, command.member)
            case Run() if can_train:
                self._go()
            case Step() if can_train:
                self._go()
                self.is_one_epoch = True
            case Pause() if self.state == "running":
                self.state = "paused"
            case Stop():
                self.state = "stopped"
            case Reset():
                self._restart(self.experiment.training.seed)
            case Reseed():
                self._restart(command.seed)
            case _:
                pass

    def _go(self) -> None:
        """Train; a finished run goes on for as many epochs again."""
        if self.state == "finished":
            self.n_epochs += self.experiment.training.n_epochs
        self.state, self.is_one_epoch = "running", False
        self._ticks.clear()

    def _set(self, name: str, value: float, member: int | None) -> None:
        """Give a strength a new value, and note the epoch unless the run has not begun."""
        if member is None:
            self.experiment = self.experiment.replace(**{name: value})
        elif member >= self.trainer.stack.n_members:
            return  # a late message for a stack that is gone
        strength = getattr(self.trainer.members, name)
        strength[slice(None) if member is None else member] = value
        if self.trainer.n_steps_done == 0:
            self.start = self.strengths()
            return
        epoch, step = self.trainer.n_epochs_done, self.trainer.n_steps_done
        self.changes = [*self.changes, {"epoch": epoch, "step": step, "name": name, "value": value, "member": member}]
        self.history.note_change(epoch)

    # --- training ---

    def train_for(self, seconds: float) -> None:
        """Train until the time is up, the run ends, or one epoch is done after `Step`."""
        began = time.perf_counter()
        while self.state == "running" and time.perf_counter() < began + seconds:
            if self.trainer.step():
                self._end_of_epoch()
        self._note_speed()
        self.is_changed = True

    def _end_of_epoch(self) -> None:
        epoch = self.trainer.n_epochs_done
        is_last = epoch >= self.n_epochs
        if self.history.is_due(epoch) or is_last or self.is_one_epoch:
            self._record()
        if self.is_diverged.all():
            self.state = "diverged"
        elif is_last:
            self.state = "finished"
        elif self.is_one_epoch:
            self.state, self.is_one_epoch = "paused", False

    def _record(self) -> None:
        """Add a record, keep the weights while they are finite, and hold the members that have diverged."""
        stack, history = self.trainer.stack, self.history
        self._hold_diverged()
        history.add(self.trainer)
        is_fine = torch.isfinite(stack.parameters).all(1).numpy() & (history.records[-1]["train_loss"] < HOPELESS_LOSS)
        newly = ~is_fine & ~self.is_diverged
        if newly.any():
            self.is_diverged |= newly
            self._hold_diverged()
        if self.is_diverged.all():
            history.drop_last()
            return
        for values in history.records[-1].values():
            if self.is_diverged.any() and values.dtype.kind == "f":
                values[self.is_diverged] = np.nan
        self._good = stack.copy_parameters()
        if self.trainer.n_epochs_done >= self._next_frame_epoch():
            self._keep_moment()

    def _hold_diverged(self) -> None:
        """Put the diverged members back on their last finite weights."""
        if self.is_diverged.any():
            self.trainer.stack.restore(self._good, torch.as_tensor(self.is_diverged))

    def _note_speed(self) -> None:
        now = time.perf_counter()
        self._ticks.append((now, self.trainer.n_epochs_done))
        while now - self._ticks[0][0] > SPEED_WINDOW_S and len(self._ticks) > 2:
            self._ticks.popleft()

    def epochs_per_s(self) -> float:
        """Return the epochs per second of the last moments, waiting included; nan before there is something to tell."""
        if len(self._ticks) < 2:
            return float("nan")
        (began, first), (now, last) = self._ticks[0], self._ticks[-1]
        return (last - first) / (now - began)

    # --- rewind ---

    def _next_frame_epoch(self) -> float:
        """Return the epoch of the next moment to keep: close together after a change of strength, then ever further apart."""
        last = self._moments[-1].epoch
        change = self.changes[-1]["epoch"] if self.changes else 0
        return max(last + 1, change + FRAME_GROWTH * (last - change))

    def _keep_moment(self) -> None:
        """Store the present weights for rewind; when there are too many, every second one of the older half goes."""
        record, parameters = self.history.records[-1], self.trainer.stack.copy_parameters()
        moments = [*self._moments, Moment(self.trainer.n_epochs_done, record, parameters)]
        limit = min(MAX_FRAMES, max(2, MAX_FRAME_BYTES // (parameters.nbytes or 1)))
        if len(moments) > limit:
            half = len(moments) // 2 or 1
            moments = [*moments[:half:2], *moments[half:]]
        self._moments = moments

    def stored_frames(self, after: int) -> Snapshot:
        """Return the stored moments as one snapshot whose arrays have a leading axis of moments. Any thread may call it."""
        moments = self._moments
        arrays = self._look([moment.parameters for moment in moments])
        facts = []
        for i, moment in enumerate(moments):
            here = {name: values[i] for name, values in arrays.items()}
            facts.append({"epoch": moment.epoch, **self.view.facts(self, moment, here)})
        arrays["frame_epoch"] = np.array([moment.epoch for moment in moments], dtype=np.float32)
        return Snapshot(self.version, {"frames": facts}, arrays, "frames")

    def _look(self, parameters: list[Tensor]) -> Arrays:
        """Return what is seen at several moments at once, (n_moments, M, …), or (n_moments, …) of a single network."""
        n_moments, n_members = len(parameters), len(parameters[0])
        arrays = shrink(self.view.look(self.trainer.stack.holding(torch.cat(parameters))))
        if self.view.is_single:
            return arrays
        return {name: values.reshape(n_moments, n_members, *values.shape[1:]) for name, values in arrays.items()}

    # --- what is shown ---

    def snapshot(self) -> Snapshot:
        """Return everything the page shows, at the present weights."""
        self.version += 1
        self.is_changed = False
        self._hold_diverged()
        now = Moment(self.trainer.n_epochs_done, self.history.records[-1], self.trainer.stack.copy_parameters())
        arrays = {name: values[0] for name, values in self._look([now.parameters]).items()}
        meta = {
            "version": self.version,
            "state": self.state,
            "epoch": now.epoch,
            "seed": self.experiment.training.seed,
            "strengths": self._strengths_by_key(),
            "changes": self.changes,
            **self.view.facts(self, now, arrays),
            "banner": self.view.banner(self),
        }
        return Snapshot(self.version, meta, {**self.view.history(self), **arrays})

    def _strengths_by_key(self) -> dict[str, float]:
        """Return the strengths by the keys of their controls: `l1` for all members, `l1.2` for one of several."""
        shared = {name: float(self.experiment.get(name)) for name in LIVE_FIELDS}
        if self.view.is_single:
            return shared
        own = {
            f"{name}.{m}": float(f"{v:.6g}") for name, values in self.strengths().items() for m, v in enumerate(values)
        }
        return {**shared, **own}


def live_study(make_run: Callable[[], LiveRun]) -> Callable[[Mailbox], Generator[Snapshot | None, None, None]]:
    """Return the study of a live run that starts paused at epoch 0."""

    def study(mailbox: Mailbox) -> Generator[Snapshot | None, None, None]:
        run, next_s = make_run(), 0.0
        mailbox.frames = run.stored_frames
        while True:
            for command in mailbox.take():
                run.obey(command)
            if run.state == "running":
                run.train_for(SLICE_S)
            mailbox.is_idle = run.state != "running"
            began = time.perf_counter()
            if not (mailbox.wants_snapshot and run.is_changed and (mailbox.is_idle or began >= next_s)):
                yield None
                continue
            snapshot = run.snapshot()
            now = time.perf_counter()
            next_s = now + (now - began) * (1 - SHOW_SHARE) / SHOW_SHARE
            yield snapshot

    return study
