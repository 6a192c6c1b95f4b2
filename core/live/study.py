"""What makes a study of a live run: it obeys, trains in slices, shows itself when there is somebody to look, and is put away.

Read next: `core/stream/job.py`, which runs it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import Protocol

from core.live.keeping import Keeper, Kept
from core.stream.commands import Command, Request
from core.stream.mailbox import Mailbox, Reply
from core.stream.showing import Showing
from core.stream.snapshot import Snapshot

LOOK_AGAIN_S = 0.05  # a run that rests and may not show itself yet looks again after so long
AWAITED_S = 0.008  # a slice of a run whose hand waits to see what its command does


class Obedient(Kept, Protocol):
    """What `live_study` can run: something that takes commands, trains in slices, shows itself and can be put away."""

    is_changed: bool

    @property
    def holds_lock(self) -> bool:
        """Return whether its training needs Python's lock nearly all the time: steps that torch computes do."""

    @property
    def rest_s(self) -> float:
        """Return how long (s) there is nothing to train, though the run goes on; 0 where there is."""

    def answer(self, request: Request) -> Reply | None:
        """Return the reply to a request, None where there is nothing to give."""

    def settle(self) -> bool:
        """Return whether a command may be carried out now; asked again, slice by slice, until it may."""

    def obey(self, command: Command) -> None:
        """Carry out one command."""

    def train_for(self, seconds: float) -> None:
        """Train for about so long."""

    def snapshot(self) -> Snapshot:
        """Return everything the page shows."""

    def resume(self, kept: Snapshot) -> None:
        """Go on from what was kept, if it holds enough."""


LiveStudy = Callable[[Mailbox], Generator[Snapshot | None, None, None]]


def live_study(make_run: Callable[[], Obedient], kept: Snapshot | None = None) -> LiveStudy:
    """Return the study of a live run that starts paused at epoch 0, or goes on from what was `kept` of one."""

    def study(mailbox: Mailbox) -> Generator[Snapshot | None, None, None]:
        run, showing, keeper = make_run(), Showing(), Keeper(mailbox)
        if kept is not None:
            run.resume(kept)
        mailbox.answer = run.answer
        while True:
            began = time.thread_time()
            showing.rise(mailbox.share)
            if len(mailbox) and run.settle():
                obey_some(run, mailbox)
            if run.state == "running":
                is_awaited = mailbox.owes_snapshot and mailbox.wants_snapshot
                run.train_for(min(mailbox.slice_s, AWAITED_S) if is_awaited else mailbox.slice_s)
            mailbox.is_idle, mailbox.holds_lock = run.state != "running", run.holds_lock
            keeper.look(run)
            showing.earn(time.thread_time() - began)
            may_show = mailbox.is_idle or mailbox.owes_snapshot or showing.is_affordable
            is_wanted = mailbox.wants_snapshot and run.is_changed
            is_shown = is_wanted and may_show
            mailbox.rest_s = min(run.rest_s, LOOK_AGAIN_S) if is_wanted and not is_shown else run.rest_s
            if mailbox.rest_s > 0:
                showing.rest()
            try:
                yield showing.make(run.snapshot) if is_shown else None
            except GeneratorExit:
                keeper.put_away(run)
                raise

    return study


def obey_some(run: Obedient, mailbox: Mailbox) -> None:
    """Carry out unread commands for one slice at most: hundreds of resets are many slices, and others go in between."""
    until = time.perf_counter() + mailbox.slice_s
    while (command := mailbox.take_one()) is not None:
        run.obey(command)
        if time.perf_counter() >= until:
            return
