"""The hand on the stage, as the page hears of it, and what the page tells a run.

The stage moves the run at once and tells the page when a gesture has ended: which settings have which value, and by which
gesture. Gestures are numbered, so that equal values are told again and old ones are not taken twice. What the page then
tells the run is decided by what the run was told last, see `core/stream/said.py`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from core.settings.experiment import LIVE_FIELDS, POINTS, Experiment
from core.stream.commands import Command, Points, Reseed, Set
from core.stream.job import Job
from core.stream.said import value_of
from pages.shared import experiment as shared

HEARD = "lab.heard"
Message = Callable[[Experiment, str], Command | None]  # None: the run has no such setting


def told(stage: str, name: str) -> Any:
    """Return what a stage has told under a name, None where it has not, or where the page shows no stage any more."""
    return (st.session_state.get(stage) or {}).get(name)


def heard() -> dict[str, int]:
    """Return the last gesture that was heard of, by the name of the setting."""
    gestures: dict[str, int] = st.session_state.setdefault(HEARD, {})
    return gestures


def take(told: Any, names: Sequence[str], put: Callable[[str, Any], None] | None = None) -> None:
    """Put what the hand did into the experiment. A browser may send anything; what cannot be used is left alone.

    told: {name: {"value": number, "gesture": number}} of the stage; names: the settings that it may change. put: takes what
    is no part of the experiment.
    """
    for name, one in (told if isinstance(told, Mapping) else {}).items():
        value, gesture = (one.get("value"), one.get("gesture")) if isinstance(one, Mapping) else (None, None)
        if name in names and isinstance(gesture, int) and gesture > heard().get(name, 0):
            heard()[name] = gesture
            (put or change)(name, value)


def change(name: str, value: Any) -> None:
    """Change one setting if it can have this value."""
    try:
        shared.move(**{name: value})
    except ValueError:
        return


def plain_message(experiment: Experiment, name: str) -> Command:
    """Return the command that gives all members a strength, or the run another start, or other drawn points."""
    value = experiment.get(name)
    if name == POINTS:
        return Points(points=value)
    return Set(name=name, value=value) if name in LIVE_FIELDS else Reseed(seed=value)


def begin(job: Job, experiment: Experiment, names: Sequence[str], message: Message = plain_message) -> None:
    """Note what a new run has from its start."""
    for name in names:
        if (command := message(experiment, name)) is not None:
            job.said.note(command, heard().get(name, 0))


def tell(job: Job, experiment: Experiment, names: Sequence[str], message: Message = plain_message) -> None:
    """Send a run what it does not have yet: settings changed in the sidebar, by a link, by Back or Forward."""
    for name in names:
        if (command := message(experiment, name)) is not None:
            job.tell(command, heard().get(name, 0))


def take_over(job: Job, names: Sequence[str], message: Message = plain_message) -> None:
    """Put what a run has that this browser tab had before a reload into the experiment; the hand of then is heard out."""
    for name in names:
        command = message(shared.current(), name)
        last = job.said.last(command) if command is not None else None
        if last is not None and isinstance(last.command, Set | Reseed | Points):
            heard()[name] = max(heard().get(name, 0), last.number)
            change(name, value_of(last.command))
