"""Putting a live run away every few seconds, and going on from there: after a long break, or a restart of the server.

What is kept is the experiment, the changes, the networks with their optimizer and their history; not the moments for
rewind. Of a study that cannot be kept (several stacks, a table of remedies) it is only how far it had come, to be said.
"""

from __future__ import annotations

import time
from typing import Protocol

from core.stream.mailbox import Mailbox
from core.stream.snapshot import Snapshot

EVERY_S, STANDING_S = 10.0, 1.0  # what a server that is killed may lose
KIND = "kept"


class Kept(Protocol):
    """What can be put away. is_changed: whether there is something new since it was last shown."""

    state: str
    is_changed: bool

    @property
    def is_keepable(self) -> bool:
        """Return whether this is a moment to be kept; at the end of all it is kept as it is."""

    def keep(self) -> Snapshot:
        """Return what is needed to go on."""


class Keeper:
    """Puts a run away every `EVERY_S` seconds while it trains, and when it stands, `STANDING_S` after the last time."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox, self._last_s = mailbox, time.monotonic()

    def look(self, run: Kept) -> None:
        """Put the run away if it is time; called after each slice."""
        every_s = EVERY_S if run.state == "running" else STANDING_S
        if run.is_changed and run.is_keepable and time.monotonic() >= self._last_s + every_s:
            self.put_away(run)

    def put_away(self, run: Kept) -> None:
        """Put the run away, if somebody keeps it."""
        if (put_away := self.mailbox.put_away) is not None:
            put_away(run.keep())
            self._last_s = time.monotonic()
