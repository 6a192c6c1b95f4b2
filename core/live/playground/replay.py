"""Changes of strengths on the way, as a link carries them: whoever opens it sees the same run, with the same numbers.

A link holds the set-up at epoch 0 and, as `changes`, each gesture of the hand: the setting, and by turns a step and the value
from that step on, `l2:300:0.001:310:0.003,l1:900:0.01`. Steps are those of `train(experiment, changes=[…])`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from core.settings.experiment import LIVE_FIELDS, Experiment, format_value
from core.settings.words import shortened
from core.words import say, say_n

MAX_CHANGES = 100  # in a link; a drag at full speed makes some dozens


@dataclass(frozen=True)
class Change:
    """A strength given on the way. step: steps done before it; gesture: the number of the hand's movement, from 1."""

    step: int
    name: str
    value: float
    gesture: int


@dataclass(frozen=True)
class Replay:
    """A run that a link repeats. start: its set-up at epoch 0; changes: in the order in which they are made."""

    start: Experiment
    changes: tuple[Change, ...]

    @property
    def end(self) -> Experiment:
        """Return the set-up after the last change."""
        return self.start.replace(**{change.name: change.value for change in self.changes})

    @property
    def text(self) -> str:
        """Return the changes as a link holds them."""
        return write_changes(self.changes)

    def in_words(self) -> str:
        """Return what the link does, in a sentence."""
        n = self.changes[-1].gesture
        return say_n(
            "This link repeats a run: press Run, and the {n} change of its strengths is made again, at its step.",
            "This link repeats a run: press Run, and the {n} changes of its strengths are made again, each at its step.",
            n,
        )


def write_changes(changes: Sequence[Change]) -> str:
    """Return changes as a link holds them: the gestures between commas."""
    gestures: dict[int, list[Change]] = {}
    for change in changes:
        gestures.setdefault(change.gesture, []).append(change)
    return ",".join(
        f"{some[0].name}:" + ":".join(f"{one.step}:{format_value(one.value)}" for one in some)
        for some in gestures.values()
    )


def read_replay(text: str, start: Experiment) -> Replay:
    """Return the run that a link repeats. Raises ValueError in words where it cannot be read, or is not in order."""
    changes = [change for k, part in enumerate(text.split(","), 1) for change in _gesture(part, k, start)]
    if len(changes) > MAX_CHANGES:
        raise ValueError(say("changes: expected at most {most}, received {n}", most=MAX_CHANGES, n=len(changes)))
    if any(one.step > other.step for one, other in pairwise(changes)):
        raise ValueError(say("changes: expected steps that never fall, received {text}", text=shortened(text)))
    return Replay(start, tuple(changes))


def _gesture(part: str, number: int, start: Experiment) -> list[Change]:
    """Return the changes of one gesture, `name:step:value:step:value…`."""
    name, *rest = part.split(":")
    steps, texts = rest[::2], rest[1::2]
    are_whole = all(step.isascii() and step.isdigit() and len(step) < 16 and int(step) for step in steps)
    if name not in LIVE_FIELDS or not texts or len(steps) != len(texts) or not are_whole:
        raise ValueError(
            say(
                "changes: expected a strength (one of {names}) with steps from 1 and values, as l2:300:0.001, received {part}",
                names=", ".join(LIVE_FIELDS),
                part=shortened(part),
            )
        )
    values = [start.replace(**{name: _number(text)}).get(name) for text in texts]
    return [Change(int(step), name, value, number) for step, value in zip(steps, values, strict=True)]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(say("changes: expected a number, received {text}", text=shortened(text))) from None


def changes_of(changes: Sequence[dict[str, Any]], marked: Sequence[dict[str, Any]]) -> list[Change]:
    """Return what a live run noted as changes of gestures. marked: the last change of each gesture.

    Of several changes of a setting at one step the last stands for all: nothing was trained between them.
    """
    ends = {(mark["step"], mark["name"], mark["value"]) for mark in marked}
    found: list[Change] = []
    gesture = 1
    for change in changes:
        step, name, value = change["step"], change["name"], change["value"]
        if found and (found[-1].gesture, found[-1].name) != (gesture, name):
            gesture = found[-1].gesture + 1
        if found and (found[-1].step, found[-1].name) == (step, name):
            found.pop()
        found.append(Change(step, name, float(value), gesture))
        if (step, name, value) in ends:
            gesture += 1
    return found
