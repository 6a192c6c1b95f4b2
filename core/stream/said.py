"""Which value each setting of a run was given last, and by whom.

Two speak to a run: the hand on the stage, at once, and the page, for the sidebar, a link or the Back button. The hand also
tells the page what it did, a moment later and by another way. Whatever the order in which all this arrives, run and page
have to end with the same value. So every gesture of the hand has a number that only grows, the page says which gestures
it has heard of, and here both are kept for the last value of each setting.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.stream.commands import Command, Focus, Points, Reseed, Set


@dataclass(frozen=True)
class Word:
    """A command that gives a setting its value. number: the gesture of the hand, or the last one that the page had heard of."""

    command: Set | Reseed | Points | Focus
    number: int
    is_page: bool


class Said:
    """The last word on each setting of one run."""

    def __init__(self) -> None:
        self._last: dict[str, Word] = {}

    def last(self, command: Command) -> Word | None:
        """Return the last word on what a command sets, None where nothing was said yet."""
        return self._last.get(subject(command))

    def note(self, command: Command, heard: int | None = None) -> None:
        """Remember a command as the last word. heard: the page says it, and has heard of the hand's gestures up to this one."""
        if isinstance(command, Set | Reseed | Points | Focus):
            number = getattr(command, "gesture", 0) if heard is None else heard
            self._last[subject(command)] = Word(command, number, heard is not None)

    def is_late(self, command: Command) -> bool:
        """Return whether the page spoke after a gesture of the hand that arrives only now; one without a number never is."""
        last = self.last(command)
        return last is not None and last.is_page and 0 < getattr(command, "gesture", 0) <= last.number

    def is_news(self, command: Command, heard: int) -> bool:
        """Return whether the page has to say this: the run has another value, and not from a gesture still to be heard of."""
        last = self.last(command)
        if last is None:
            return True
        return value_of(last.command) != value_of(command) and (last.is_page or last.number <= heard)


def subject(command: Command) -> str:
    """Return a name for what a command sets."""
    return f"{command.name} {command.member}" if isinstance(command, Set) else command.type


def value_of(command: Command) -> object:
    """Return the value that a command gives."""
    match command:
        case Set():
            return command.value
        case Reseed():
            return command.seed
        case Points():
            return command.points
        case Focus():
            return command.at
    return None
