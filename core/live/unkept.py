"""A run of which nothing is kept but how far it came: it begins anew in seconds. Run, Pause, Stop and Reset act as on any other.

Pieces that are computed (`pieces.py`), series of networks (`series.py`) and remedies (`core/live/remedies/run.py`) are such
runs. Read `study.py` for what a page expects of a run.
"""

from __future__ import annotations

from core.live.keeping import KIND
from core.stream.commands import Command, Pause, Request, Reset, Run, Stop
from core.stream.mailbox import Reply
from core.stream.snapshot import Snapshot


class UnkeptRun:
    """`state` is paused, running, finished or stopped. A subclass stands at its beginning, paused, after `_begin`, and says
    how far it has come in `reached`. rest_s: it never waits for something to be due.
    """

    is_keepable, holds_lock, rest_s = True, True, 0.0
    state, is_changed, version = "paused", True, 0

    def _begin(self) -> None:
        """Stand at the beginning, paused."""
        raise NotImplementedError

    @property
    def reached(self) -> str:
        """Return how far it has come, in words."""
        raise NotImplementedError

    def answer(self, request: Request) -> Reply | None:
        """Give nothing: there are no moments for rewind, and no result leaves the page."""
        return None

    def keep(self) -> Snapshot:
        """Return how far it has come, to be said."""
        return Snapshot(self.version, {"epoch": 0, "state": self.state, "reached": self.reached}, {}, KIND)

    def resume(self, kept: Snapshot) -> None:
        """Begin anew: nothing was kept."""

    def settle(self) -> bool:
        """Return True: a command may be carried out at any time."""
        return True

    def obey(self, command: Command) -> None:
        """Carry out one command."""
        self.is_changed = True
        match command:
            case Run() if self.state == "paused":
                self.state = "running"
            case Pause() if self.state == "running":
                self.state = "paused"
            case Stop():
                self.state = "stopped"
            case Reset():
                self._begin()
            case _:
                pass
