"""Recordings: what the presets' runs show from start to end, trained once for all who open them, to be watched and gone on from.

A recording holds what a run keeps for rewind, as the browser is sent it, and beside each moment the whole state of the run:
whoever touches it goes on from there with their own network, bit for bit as if it had been trained here.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from core.data import Split
from core.live.making import split_of
from core.live.moments import Moment
from core.live.pace import due_s
from core.live.playground.replay import Change
from core.live.playground.run import PlaygroundRun, turn_text
from core.presets import PRESETS
from core.readings.looks import joined
from core.settings.experiment import STUDIES, Experiment
from core.settings.words import written
from core.stream.commands import Command, Recall, Run
from core.stream.snapshot import Snapshot
from core.words import say

MAX_RECORDINGS = len(PRESETS)  # in a process; one takes about 10 MB
LATER = ("matrices",)  # most of the bytes, and below the first screen: in a part of their own
SLICE_S = 0.05  # whoever else has work comes in between


@dataclass(frozen=True, eq=False)
class Recording:
    """One run from epoch 0 to its end.

    frames: all its moments, as a job answers `frames` but in one piece; meta.due_s: when each is due in a story, in seconds.
    later: the arrays `LATER` of the same moments, which the other parts lack; none where the run shows none.
    last: the snapshot at its end, with the curves over all epochs.
    moments: the same for the server; kept: the state of the run at each, by epoch.
    """

    experiment: Experiment
    frames: Snapshot
    later: Snapshot
    last: Snapshot
    moments: tuple[Moment, ...]
    kept: Mapping[int, Snapshot]

    def moment(self, epoch: int) -> Moment:
        """Return the moment nearest to an epoch."""
        return min(self.moments, key=lambda moment: abs(moment.epoch - epoch))


class RecordedRun(PlaygroundRun):
    """A run that puts its whole state away at each moment."""

    def __init__(self, experiment: Experiment, split: Split) -> None:
        super().__init__(experiment, split)
        self.kept = {0: self.keep()}

    def keep_moment(self) -> None:
        """Store the moment, and the state beside it."""
        super().keep_moment()
        kept = {moment.epoch for moment in self._moments.kept}
        self.kept = {epoch: state for epoch, state in self.kept.items() if epoch in kept}
        if self.training.n_epochs_done in kept:
            self.kept[self.training.n_epochs_done] = self.keep()

    def recorded(self) -> Recording:
        """Return what was recorded so far."""
        last = self.snapshot()  # first: what is shown now is not the moment at epoch 0 any more
        pieces = [self.stored_frames(-1)]
        while pieces[-1].meta["has_more"]:
            pieces.append(self.stored_frames(pieces[-1].version))
        frames = [self.with_turn(facts) for piece in pieces for facts in piece.meta["frames"]]
        numbers = [number for piece in pieces for number in piece.meta["numbers"]]
        due = [due_s(facts["epoch"], "story", self.pacing.scale) for facts in frames]
        meta = {**pieces[-1].meta, "frames": frames, "numbers": numbers, "due_s": due}
        whole = Snapshot(pieces[-1].version, meta, joined([piece.arrays for piece in pieces]), "frames")
        first, later = apart(whole)
        return Recording(self.started_as, first, later, apart(last)[0], tuple(self._moments.kept), self.kept)

    def with_turn(self, facts: dict[str, Any]) -> dict[str, Any]:
        """Return the facts of a moment with the word at the star as it was then: it has turned up, or not yet."""
        history = self.training.history
        n_records = bisect_right(history.epochs, facts["epoch"])
        losses = [float(record["val_loss"][0]) for record in history.records[:n_records]]
        return {**facts, "labels": {**facts["labels"], "turn": [turn_text(losses[-1], min(losses))]}}


def apart(whole: Snapshot) -> tuple[Snapshot, Snapshot]:
    """Return a snapshot without the arrays that come later, and one with nothing but these."""
    later = {name: values for name, values in whole.arrays.items() if name in LATER}
    rest = {name: values for name, values in whole.arrays.items() if name not in LATER}
    return replace(whole, arrays=rest), replace(whole, meta={}, arrays=later)


def record(experiment: Experiment) -> Recording:
    """Train a run to its end and return its recording."""
    run = RecordedRun(experiment, split_of(experiment.data))
    run.obey(Run())
    while run.state == "running":
        run.train_for(SLICE_S)
    if run.training.n_epochs_done > run.moments[-1].epoch[0]:
        run.keep_moment()
    return run.recorded()


class Shelf:
    """The recordings of one process. Each is made when it is first asked for, once, however many ask. Any thread may call."""

    def __init__(self, make: Callable[[Experiment], Recording] = record, n_most: int = MAX_RECORDINGS) -> None:
        self.make, self.n_most = make, n_most
        self._made: dict[str, Recording] = {}
        self._making = threading.Lock()

    def get(self, preset: str) -> Recording:
        """Return the recording of a preset; who asks while it is made waits for it. Raises ValueError for an unknown preset."""
        if preset not in PRESETS:
            raise ValueError(
                say(
                    "preset: expected one of {presets}, received {preset}",
                    presets=", ".join(PRESETS),
                    preset=written(preset),
                )
            )
        if (found := self._made.get(preset)) is not None:
            return found
        with self._making:
            if preset not in self._made:
                made = {**self._made, preset: self.make(PRESETS[preset].experiment)}
                self._made = dict(list(made.items())[-self.n_most :])
            return self._made[preset]

    def of(self, experiment: Experiment) -> Recording | None:
        """Return the recording of exactly this run, however it is studied; None where none was made."""
        return next((one for one in self._made.values() if is_same_run(one.experiment, experiment)), None)


def is_same_run(one: Experiment, other: Experiment) -> bool:
    """Return whether two experiments train the same network on the same data from the same start."""
    return one.model_dump(exclude={*STUDIES}) == other.model_dump(exclude={*STUDIES})


@cache
def the_shelf() -> Shelf:
    """Return the recordings of this process."""
    return Shelf()


def recording(preset: str) -> Recording:
    """Return the recording of a preset, made at the first need; see `Shelf.get`."""
    return the_shelf().get(preset)


def playground_run_from(one: Recording, epoch: int) -> PlaygroundRun:
    """Return a run that stands, paused, at the recorded moment nearest to an epoch, as if it had been trained to there."""
    run = PlaygroundRun(one.experiment, split_of(one.experiment.data))
    go_to(run, one, epoch)
    return run


class RecallingRun(PlaygroundRun):
    """A run that goes on from a moment of its recording when it is told to, if it has not begun and one was made."""

    def obey(self, command: Command) -> None:
        """Carry out one command; it takes effect at the next step."""
        if not isinstance(command, Recall):
            super().obey(command)
            return
        self.is_changed = True
        has_begun = self.training.trainer.n_steps_done > 0 or self.view.origin is not None
        one = None if has_begun else the_shelf().of(self.experiment)
        if one is not None:
            go_to(self, one, command.epoch)


def recalling_run(experiment: Experiment, split: Split, changes: Sequence[Change] = ()) -> RecallingRun:
    """Return the live run of one network, paused at epoch 0, which `Recall` takes to any moment of its recording.

    changes: made by itself, each at its step, as a link tells it.
    """
    return RecallingRun(experiment, split, None, changes)


def go_to(run: PlaygroundRun, one: Recording, epoch: int) -> None:
    """Let a run that has not begun stand at the recorded moment nearest to an epoch, with the moments before it for rewind."""
    moment = one.moment(epoch)
    experiment, version, pace, condition = run.experiment, run.version, run.pacing.pace, run.stopping.condition
    run.resume(one.kept[moment.epoch])
    run.experiment = run.started_as = experiment
    run.version, run.pacing.pace = version, pace
    run.stopping.set(condition)
    run.state = "finished" if run.training.is_done else "paused"
    run.take_moments([earlier for earlier in one.moments if earlier.epoch <= moment.epoch])
