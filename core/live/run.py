"""The live run: a stack in training that takes commands and gives snapshots. See `core/stream/job.py` for what a study is.

It knows how to train, not what to show: a `View` reads arrays and facts off it. Read next:
`core/live/study.py`, which makes a study of it, and `core/live/playground/run.py`.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
import torch

from core.engine import Stack
from core.live.keeping import KIND
from core.live.moments import MAX_MOMENTS, Moment, Moments, marks_of
from core.live.pace import BUNCH_S, Pacing
from core.live.stopping import Stopping
from core.measures.own_unit import writer_of
from core.readings.looks import PIECE_NUMBERS, Arrays, joined, shrink
from core.settings.experiment import LIVE_FIELDS, Experiment
from core.stream.commands import (
    Command,
    Focus,
    Frames,
    Pace,
    Pause,
    Request,
    Reseed,
    Reset,
    Run,
    Set,
    Step,
    Stop,
    StopAt,
)
from core.stream.mailbox import Reply
from core.stream.snapshot import Snapshot
from core.studies.base.keeping import keep, restore
from core.studies.base.result import Result
from core.studies.base.state import MemberState
from core.studies.base.training import Training
from core.words import say

POLL_S = 0.015  # whoever waits for others looks again after so long
SPEED_WINDOW_S = 1.5  # epochs per second are those of the last moments
MAX_CONTROLLED = 12  # larger stacks have no controls for each member, and need not be told their strengths one by one


class View(Protocol):
    """What a page shows of a stack. `is_single`: there is one member, and its arrays have no member axis."""

    is_single: bool

    def look(self, stack: Stack) -> Arrays:
        """Return what is seen of the weights, (M, …); also called with a stack of stored moments."""

    def history(self, run: LiveRun) -> Arrays:
        """Return the curves over the epochs so far."""

    def facts(self, run: LiveRun, state: MemberState, arrays: Arrays) -> dict[str, Any]:
        """Return what is said of a moment: epoch, readouts, verdict, labels, descriptions, members.

        `arrays` are those of `look` at that moment.
        """

    def banner(self, run: LiveRun, state: MemberState) -> dict[str, Any] | None:
        """Return the message that stands out, with its remedy, or None."""


class LiveRun:
    """State of a live run. `state` is paused, running, finished, diverged or stopped.

    experiment: what runs now, live strengths included; started_as: the same at epoch 0.
    n_single: epochs still to train one by one after `Step`, 0 while it trains on.
    changes: strengths set on the way, {epoch, step, name, value, member}; with `started_as` they repeat the run exactly.
    marked: the last one of each gesture of the hand. changed: the names of those strengths.
    n_begun: how often the run began; a reset begins it again.
    pacing: when its epochs are due; at full speed unless it is told otherwise.
    stopping: when it pauses by itself; stopped_why: the sentence that says so, "" where it did not; best: the epoch and the
        members at the lowest validation loss, while that is what it is to stop at; rewind_to: the epoch to be shown then.
    looked_at: the part that the view is to show closely, () for its own choice.
    shown, curves: the members and the history as the last snapshot showed them.
    """

    max_moments = MAX_MOMENTS

    def __init__(self, experiment: Experiment, make_training: Callable[[Experiment], Training], view: View) -> None:
        self.experiment, self.make_training, self.view, self.version = experiment, make_training, view, 0
        self.n_begun = 0
        self.pacing = Pacing(experiment.training.n_epochs)
        self.stopping = Stopping()
        self.looked_at: tuple[int, ...] = ()
        self.begin(make_training(experiment))

    def begin(self, training: Training, first_number: int = 0) -> None:
        """Stand at epoch 0, paused; the moments are numbered on from those of before a reset."""
        self.training = training
        self.started_as = self.experiment
        self.changes: list[dict[str, Any]] = []
        self.changed: set[str] = set()
        self.marked: list[dict[str, Any]] = []  # the last change of each gesture of the hand
        self._marked_by = 0
        self.state, self.is_changed, self.n_single = "paused", True, 0
        self._ticks: deque[tuple[float, int]] = deque()
        self.shown = training.state()
        self.curves: Arrays = {}
        self.n_begun += 1
        self.pacing.begin(0)
        self.stopping.begin()
        self.stopped_why = ""
        self.best: tuple[int, MemberState] | None = None
        self.rewind_to: int | None = None
        self._moments = Moments(self.shown, first_number)
        self.training.next_moment = self._next_moment

    def _restart(self, seed: int) -> None:
        """Go back to epoch 0 with the strengths of now."""
        strengths = self.training.strengths()
        self.experiment = self.experiment.replace(seed=seed)
        training = self.make_training(self.experiment)
        if (
            training.plan.n_stacks == 1
        ):  # of several stacks only the present one's strengths are known: the plan has them all
            training.give(strengths)
        self.begin(training, self._moments.newest + 1)

    # --- commands ---

    def answer(self, request: Request) -> Reply | None:
        """Return stored moments for rewind, or what was found so far in its binary form; None where nothing leaves the page."""
        if isinstance(request, Frames):
            return self.stored_frames(request.after)
        found = self.result(self.state_at(request.epoch))
        return None if found is None else found.to_bytes()

    def result(self, state: MemberState) -> Result | None:
        """Return what a page may export or carry on from, at a moment; None where there is nothing of the kind."""
        return None

    def state_at(self, epoch: int | None = None) -> MemberState:
        """Return the members as they were last shown, or at the stored moment nearest to an epoch.

        A moment of the last two answers to a browser counts, though it may not be kept any more.
        """
        return self.shown if epoch is None else self._moments.nearest(epoch)

    def obey(self, command: Command) -> None:
        """Carry out one command; it takes effect at the next step."""
        self.is_changed = True
        can_train = self.can_go_on
        match command:
            case Set():
                self._set(command)
            case Run() if can_train:
                self._go()
            case Step() if can_train:
                n_waiting = self.n_single if self.state == "running" else 0  # two presses are two epochs
                self._go()
                self.n_single = n_waiting + 1
            case Pause() if self.state == "running":
                self._stand("paused")
            case Pace():
                self.pacing.change(command.pace, self.training.n_epochs_done)
            case StopAt():
                self.stopping.set(command)
            case Stop():
                self._stand("stopped")
            case Focus():
                self.looked_at = command.at
            case Reset():
                self._restart(self.experiment.training.seed)
            case Reseed():
                self._restart(command.seed)
            case _:
                pass

    def _go(self) -> None:
        """Train; a finished run goes on for as many epochs again, if it is one stack (the others are gone)."""
        if self.state == "finished" and self.training.plan.n_stacks > 1:
            return
        if self.state == "finished":
            self.training.n_epochs += self.experiment.training.n_epochs
        self.state, self.n_single, self.stopped_why, self.rewind_to = "running", 0, "", None
        self.pacing.go(self.training.n_epochs_done)
        self._ticks.clear()

    def _stand(self, state: str) -> None:
        """Stop training; what is shown now is measured now."""
        self.state = state
        self.training.record()

    def _set(self, command: Set) -> None:
        """Give a strength a new value, and note the epoch unless the run has not begun. A finished run goes on, to show it."""
        name, value, member = command.name, command.value, command.member
        if self.training.has(name, value, member):
            return
        if member is None:
            self.experiment = self.experiment.replace(**{name: value})
        if not self.training.set(name, value, member):
            return  # a late message for a stack that is gone
        if member is not None and self.training.plan.dials:  # a dial is a setting of the experiment
            self.experiment = self.experiment.replace(**{self.training.plan.dial(name, member).key: value})
        epoch, step = self.training.n_epochs_done, self.training.trainer.n_steps_done
        if epoch == step == 0:
            self.started_as = self.experiment
            return
        change = {"epoch": epoch, "step": step, "name": name, "value": value, "member": member}
        self.changes.append(change)
        self.changed.add(name)
        self._mark(change, command.gesture)
        self.pacing.begin(epoch)  # the reaction is what people want to see
        self.stopping.react()
        self.stopped_why, self.rewind_to = "", None
        if self.state == "finished" and self.can_go_on:
            self._go()

    def settle(self) -> bool:
        """Return whether a command may be carried out now; else those who train pieces of it are waited for."""
        return self.training.settle()

    @property
    def is_keepable(self) -> bool:
        """Return whether everything is here that is to be kept."""
        return self.training.is_whole

    def keep(self) -> Snapshot:
        """Return everything that is needed to go on from here; without arrays where the plan has several stacks."""
        training = self.training
        training.fall_back()
        meta = {
            "epoch": training.n_epochs_done,
            "reached": say("epoch {n_epochs_done:,}", n_epochs_done=training.n_epochs_done),
            "state": self.state,
            "experiment": self.experiment.model_dump_json(),
            "started_as": self.started_as.model_dump_json(),
            "changes": [*self.changes],
            "marked": [*self.marked],
            "pace": self.pacing.pace,
            "stop_at": self.stopping.condition.model_dump(),
            "stopped_why": self.stopped_why,
        }
        return Snapshot(self.version, meta, keep(training), KIND)

    def resume(self, kept: Snapshot) -> None:
        """Go on from what was kept, called before anything else; what cannot be kept stays at its beginning.

        Raises ValueError where it was kept of another plan.
        """
        if not kept.arrays:
            return
        self.experiment = Experiment.model_validate_json(kept.meta["experiment"])
        self.begin(self.make_training(self.experiment))
        restore(self.training, kept.arrays)
        self.started_as = Experiment.model_validate_json(kept.meta["started_as"])
        self.changes, self.state, self.version = kept.meta["changes"], kept.meta["state"], kept.version
        self.changed = {change["name"] for change in self.changes}
        self.marked = list(kept.meta["marked"])
        if (condition := kept.meta.get("stop_at")) is not None:
            self.stopping.set(StopAt(**condition))
        self.stopped_why = kept.meta.get("stopped_why", "")
        self.stopping.is_met |= bool(self.stopped_why)
        self.pacing.pace = kept.meta.get("pace", "full")
        self.pacing.begin(self.changes[-1]["epoch"] if self.changes else 0)
        self.pacing.go(self.training.n_epochs_done)
        self.keep_moment()

    def _mark(self, change: dict[str, Any], gesture: int) -> None:
        """Mark a change on the curves; within a gesture, a slider being dragged, the last change stands for all."""
        last = self.marked[-1] if self.marked and 0 < gesture == self._marked_by else {}
        if [last.get(part) for part in ("name", "member")] == [change["name"], change["member"]]:
            self.marked.pop()
        self.marked.append(change)
        self._marked_by = gesture

    # --- training ---

    def train_for(self, seconds: float) -> None:
        """Train until the time is up, the run ends, the epochs of `Step` are done, or the next epoch is not due yet."""
        began, first = time.perf_counter(), self.training.trainer
        n_steps = first.n_steps_done
        self.training.plan_ahead(self.pacing.pace == "full" and not self.n_single)
        while self.state == "running" and self._wait_s() == 0 and time.perf_counter() < began + seconds:
            if self._train_on():
                self._end_of_epoch()
        if self.training.trainer is not first or first.n_steps_done > n_steps:
            self._note_speed()
            self.is_changed = True

    def _train_on(self) -> bool:
        """Train as much as takes a millisecond or two, and not past what is due; return whether an epoch is at its end."""
        training = self.training
        n_epochs = training.n_epochs_at_once
        if n_epochs == 1:
            return training.advance(training.trainer.n_steps_at_once)
        training.run_epochs(1 if self._is_watched_by_epoch else min(n_epochs, self._n_epochs_to_moment()))
        return True

    @property
    def _is_watched_by_epoch(self) -> bool:
        """Return whether something may be due after any epoch: a pause, or the next of a story."""
        return self.pacing.pace != "full" or self.n_single > 0 or not self.stopping.is_met

    def _n_epochs_to_moment(self) -> int:
        """Return how many epochs it is until a moment is kept for rewind."""
        epoch, changed_at = self.training.n_epochs_done, self.changes[-1]["epoch"] if self.changes else 0
        return max(1, self._moments.due_at(changed_at) - epoch) if self.max_moments > 1 else self.training.n_epochs

    @property
    def holds_lock(self) -> bool:
        """Return whether steps are made by torch, a call for each: two such runs at once would wait for one another."""
        return not (self.training.where or self.training.trainer.is_compiled)

    def _wait_s(self) -> float:
        """Return how long the next step has to wait; an epoch that has begun is trained to its end, and so is that of `Step`."""
        if self.training.waits:
            return POLL_S
        if self.pacing.pace == "full" or self.n_single or self.training.trainer.n_batches_done:
            return 0.0
        return self.pacing.wait_s(self.training.n_epochs_done)

    @property
    def rest_s(self) -> float:
        """Return how long (s) there is nothing to train, though the run goes on; 0 where there is."""
        wait = self._wait_s() if self.state == "running" else 0.0
        return max(wait, BUNCH_S) if wait else 0.0

    def _end_of_epoch(self) -> None:
        training = self.training
        changed_at = self.changes[-1]["epoch"] if self.changes else 0
        is_moment = self.max_moments > 1 and self._moments.is_due(training.n_epochs_done, changed_at)
        if is_moment or self.n_single:
            training.record()
            self.keep_moment()
        if training.is_done:
            self._end()
        elif self.n_single:
            self.n_single -= 1
            self.state = "running" if self.n_single else "paused"
        elif self.view.is_single and (why := self._why_stop()):
            self._stand("paused")
            self.stopped_why = why
            self._go_back_to_best()
        elif self.stopping.best_epoch == training.n_epochs_done and not self.stopping.is_met:
            self.best = training.n_epochs_done, training.state()

    def _why_stop(self) -> str:
        training = self.training
        return self.stopping.look(training.n_epochs_done, training.history, writer_of(training.plan.split))

    def _go_back_to_best(self) -> None:
        """Where it has stopped past its lowest validation loss, let that moment be shown: it is kept for rewind now."""
        if self.stopping.condition.when == "best" and self.best is not None:
            self.rewind_to, state = self.best
            self._moments.keep_back(self.rewind_to, state)

    def _end(self) -> None:
        """Finish; where every member has diverged, what is shown stays at the last finite state."""
        is_lost = bool(self.training.is_diverged.all())
        self.state = "diverged" if is_lost else "finished"
        if is_lost and len(self.training.history.records) > 1:
            self.training.history.drop_last()

    def _note_speed(self) -> None:
        now = time.perf_counter()
        self._ticks.append((now, self.training.n_epochs_done))
        while now - self._ticks[0][0] > SPEED_WINDOW_S and len(self._ticks) > 2:
            self._ticks.popleft()

    def epoch_of(self, state: MemberState) -> int:
        """Return the epoch of a moment: of the one shown now that of its weights; its losses may be a few epochs older."""
        return self.training.n_epochs_done if state is self.shown else int(state.epoch[0])

    def epochs_per_s(self) -> float:
        """Return the epochs per second of the last moments, waiting included; nan before there is something to tell."""
        if len(self._ticks) < 2:
            return float("nan")
        (began, first), (now, last) = self._ticks[0], self._ticks[-1]
        return (last - first) / (now - began)

    # --- rewind ---

    @property
    def moments(self) -> list[MemberState]:
        """Return the members at the epochs kept for rewind, the first one at epoch 0."""
        return [moment.state for moment in self._moments.kept]

    def keep_moment(self) -> None:
        """Store the members for rewind, where moments are kept and there is something left to show."""
        if self.max_moments > 1 and not self.training.is_diverged.all():
            self._moments.keep(self.training.n_epochs_done, self.training.state(), self.max_moments)

    def _next_moment(self, last: int | None) -> float:
        """Return the next epoch that is kept for rewind after one that is, or after the newest (None); inf where none is."""
        changed_at = self.changes[-1]["epoch"] if self.changes else 0
        last = self._moments.kept[-1].epoch if last is None else last
        return self._moments.due_after(last, changed_at) if self.max_moments > 1 else math.inf

    def take_moments(self, moments: Sequence[Moment]) -> None:
        """Take over the moments of a run that was the same up to now, in place of one's own."""
        self._moments = Moments(moments[0].state)
        self._moments.kept = [*moments]

    def stored_frames(self, after: int) -> Snapshot:
        """Return stored moments numbered above `after`, the oldest first, as one snapshot whose arrays have a leading axis.

        Its version is the number of the last of them. meta: frames, the facts of each; numbers, theirs; kept, those of all
        moments that there are now; has_more, whether to ask again; n_begun.
        """
        moments, has_more = self._moments.give(after)
        states = [moment.state for moment in moments]
        arrays = self._look(states) if states else {}
        facts = [
            without_changes(self.view.facts(self, state, {name: values[i] for name, values in arrays.items()}))
            for i, state in enumerate(states)
        ]
        arrays["frame_epoch"] = np.array([fact["epoch"] for fact in facts], dtype=np.float32)
        numbers, kept = ([moment.number for moment in some] for some in (moments, self._moments.kept))
        meta = {"frames": facts, "numbers": numbers, "kept": kept, "has_more": has_more, "n_begun": self.n_begun}
        frames = Snapshot(numbers[-1] if numbers else self._moments.newest, meta, arrays, "frames")
        self._moments.n_bytes = len(frames.encoded) // len(moments) if moments else self._moments.n_bytes
        return frames

    @property
    def marks(self) -> Sequence[dict[str, Any]]:
        """Return the changes that are shown on the charts, one for each gesture of the hand."""
        return marks_of(self.marked)

    def _look(self, moments: list[MemberState]) -> Arrays:
        """Return what is seen at several moments, (n_moments, M, …), or (n_moments, …) of a single network; of a few moments
        at a time, for a look takes some copies of the weights."""
        size = max(1, PIECE_NUMBERS // moments[0].parameters.size)
        return joined([self._look_at_some(moments[i : i + size]) for i in range(0, len(moments), size)])

    def _look_at_some(self, moments: list[MemberState]) -> Arrays:
        parameters = torch.as_tensor(np.concatenate([moment.parameters for moment in moments]))
        arrays = shrink(self.view.look(self.training.trainer.stack.holding(parameters)))
        if self.view.is_single:
            return arrays
        return {name: values.reshape(len(moments), -1, *values.shape[1:]) for name, values in arrays.items()}

    # --- what is shown ---

    def snapshot(self) -> Snapshot:
        """Return everything the page shows, at the present weights."""
        self.version += 1
        self.is_changed = False
        self.training.hold_diverged()
        now = self.shown = self.training.state()
        arrays = {name: values[0] for name, values in self._look([now]).items()}
        self.curves = self.view.history(self)
        meta = {
            "version": self.version,
            "state": self.state,
            "seed": self.experiment.training.seed,
            "strengths": self._strengths_by_key(),
            "pace": self.pacing.pace,
            "changes": self.marks,
            "n_begun": self.n_begun,
            **self.view.facts(self, now, arrays),
            "epoch": self.training.n_epochs_done,
            "can_go_on": self.can_go_on,
            "stop_at": self.stopping.condition.model_dump(exclude={"type"}),
            "banner": self._banner(now),
            "rewind_to": self.rewind_to,
        }
        if self.training.where and self.state == "running":
            epoch = say("{epoch} · {where}", epoch=meta["readouts"]["epoch"], where=self.training.where)
            meta["readouts"] = {**meta["readouts"], "epoch": epoch}
        return Snapshot(self.version, meta, {**self.curves, **arrays})

    def _banner(self, now: MemberState) -> dict[str, Any] | None:
        """Return the message that stands out: why it has paused, what the view says, or what has happened to who trains it."""
        if self.stopped_why:
            return stopped_banner(self.stopped_why)
        said = self.training.said
        return self.view.banner(self, now) or ({"kind": "workers", "text": said, "remedy": None} if said else None)

    @property
    def can_go_on(self) -> bool:
        """Return whether Run does anything; a plan of several stacks ends with the last of them."""
        return self.state in ("paused", "running") or (self.state == "finished" and self.training.plan.n_stacks == 1)

    def _strengths_by_key(self) -> dict[str, float]:
        """Return the strengths by the keys of their controls: `l1` for all members, `l1.2` for one of several, or a dial's."""
        shared = {name: float(self.experiment.get(name)) for name in LIVE_FIELDS}
        if self.view.is_single or (len(self.training.is_diverged) > MAX_CONTROLLED and not self.training.plan.dials):
            return shared
        return {**shared, **self.training.settings()}


def stopped_banner(why: str) -> dict[str, Any]:
    """Return the message of a run that has paused by itself, and the click that lets it go on."""
    return {"kind": "stopped", "text": why, "remedy": {"label": say("Run on"), "commands": [{"type": "run"}]}}


def without_changes(facts: dict[str, Any]) -> dict[str, Any]:
    """Return the facts of a moment without the marks on the curves: those are the same at every moment."""
    labels = {name: texts for name, texts in facts.get("labels", {}).items() if name != "changes"}
    return {**facts, "labels": labels}
