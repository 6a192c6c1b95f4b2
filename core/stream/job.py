"""A job: a study that runs in slices on a background thread, takes commands and publishes snapshots.

A study is a generator: `for snapshot in study(mailbox)`. It yields once per slice (3–25 ms): a `Snapshot`, or None when it
has nothing new to show. Between two slices the job answers requests, so that nothing outside reaches into a running study.
Read next: `core/stream/scheduler.py`, which decides when a job gets its slices.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

from core.stream.commands import Command, Request
from core.stream.mailbox import Mailbox, NotAnswered, NotTaken, Reply
from core.stream.said import Said
from core.stream.snapshot import Snapshot
from core.words import say

REPLY_S = 20.0  # a page waits no longer for the reply of a job
BUSY = say("The run was too busy to answer. Try again in a moment.")
GONE = say("This run is gone: it was closed, or another one has taken its place. Press Reset to start it again.")
ENDED = say("This run has ended. Press Reset, or change a setting, to start another.")

log = logging.getLogger(__name__)


Steps = Generator[Snapshot | None, None, None]
Study = Callable[[Mailbox], Steps]


class Job:
    """One study at work, and the people who watch it.

    id : unguessable text; whoever knows it may watch and command the job.
    user : who started it; the jobs of one user share the processor time of one.
    latest : the newest snapshot, or None before the first.
    error : None, or a sentence that says what went wrong.
    key : what the job computes, in the words of the page that started it.
    said : the last value of each setting, and who gave it.
    notes : what a page keeps beside the job, for whoever finds it again.
    tabs : the names of the browser tabs that watch, "" for one without a name.
    n_watchers : open connections. is_done: the study has ended. is_closed: dropped; nothing comes any more.
    """

    def __init__(
        self,
        study: Study,
        owner: str = "",
        on_wake: Callable[[Job], None] | None = None,
        *,
        user: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.id = secrets.token_urlsafe(24)
        self.owner, self.user = owner, user or owner
        self.mailbox, self.said = Mailbox(), Said()
        self.steps: Steps | None = study(self.mailbox)
        self.is_made = False  # whether it has had a slice: the first one makes the study
        self.latest: Snapshot | None = None
        self.error: str | None = None
        self.key = ""
        self.notes: dict[str, Any] = {}
        self.tabs: list[str] = []
        self.n_watchers = 0
        self.is_done = False
        self.is_closed = False
        self._on_wake, self._clock = on_wake, clock
        self.mailbox.wake = self.wake
        self._seen_at = clock()
        self._waiters: list[Callable[[], None]] = []
        self._lock = threading.Lock()

    # --- from the outside ---

    def send(self, command: Command) -> None:
        """Give the study a command of the hand, unless the page has spoken since; raises NotTaken when too many wait, or when
        it has ended."""
        if self.is_done or self.is_closed:
            raise NotTaken(self.error or ENDED)
        if not self.said.is_late(command):
            self._give(command, None)

    def tell(self, command: Command, heard: int) -> None:
        """Give the study the page's value of a setting, unless it has it or has ended. heard: the last gesture of the hand that
        the page knows of; a hand that has moved on since is left alone, for the page is about to hear of it."""
        if self.said.is_news(command, heard) and not (self.is_done or self.is_closed):
            self._give(command, heard)

    def _give(self, command: Command, heard: int | None) -> None:
        self.mailbox.put(command)
        self.said.note(command, heard)
        self.wake()

    def wake(self) -> None:
        """Ask the scheduler for at least one more slice."""
        if (on_wake := self._on_wake) is not None:
            on_wake(self)

    def watch(self) -> None:
        """Count one more viewer; a job parked for want of viewers goes on."""
        self._count(1)

    def unwatch(self) -> None:
        """Count one viewer less."""
        self._count(-1)

    def _count(self, n_more: int) -> None:
        with self._lock:
            self.n_watchers += n_more
            self._seen_at = self._clock()
        self.wake()

    def unseen_s(self) -> float:
        """Return for how long nobody has looked: an open page that asks for no snapshot, being hidden, does not count."""
        with self._lock:
            return 0.0 if self._waiters else self._clock() - self._seen_at

    @property
    def place(self) -> int:
        """Return at which place the job stands in line for a process, from 1; 0 where it needs none, or has begun."""
        return self.mailbox.place() if self.mailbox.place is not None and self.latest is None else 0

    def ask(self, request: Request) -> Future[Reply]:
        """Have a request answered between two slices, by the thread that runs them: one reply, or NotAnswered with the reason."""
        reply = self.mailbox.ask(request)
        if self._on_wake is None:
            self.mailbox.answer_all()  # nobody else runs it
        else:
            self.wake()
        return reply

    def reply(self, request: Request) -> Reply:
        """Ask, and wait for the reply; raises NotAnswered where there is none, or the run is too busy to give it."""
        waiting = self.ask(request)
        try:
            return waiting.result(REPLY_S)
        except TimeoutError:
            waiting.cancel()
            raise NotAnswered(BUSY) from None

    def wait(self, version: int, timeout_s: float | None = None) -> Snapshot | None:
        """Block until there is a snapshot newer than `version`; None when the job was dropped or time is up."""
        event = threading.Event()
        while not self._add_waiter(version, event.set):
            if not event.wait(timeout_s):
                self._remove_waiter(event.set)
                return None
            event.clear()
        return None if self.is_closed else self.latest

    async def newer_than(self, version: int) -> Snapshot | None:
        """Wait without blocking the event loop for a snapshot newer than `version`; None when the job was dropped."""
        loop, event = asyncio.get_running_loop(), asyncio.Event()

        def notify() -> None:
            with suppress(RuntimeError):  # the loop was closed meanwhile
                loop.call_soon_threadsafe(event.set)

        try:
            while not self._add_waiter(version, notify):
                await event.wait()
                event.clear()
        finally:
            self._remove_waiter(notify)
        return None if self.is_closed else self.latest

    # --- from the scheduler ---

    @property
    def is_urgent(self) -> bool:
        """Return True when a hand waits: for a command to be read, for the snapshot that shows it, or for a reply."""
        mailbox = self.mailbox
        return len(mailbox) > 0 or mailbox.has_requests or (mailbox.owes_snapshot and mailbox.wants_snapshot)

    @property
    def holds_lock(self) -> bool:
        """Return whether its slices need Python's lock nearly all the time."""
        return self.mailbox.holds_lock

    def run_slice(self) -> None:
        """Run the study up to its next yield and publish what it yields. Never raises: an error ends the study."""
        assert self.steps is not None
        try:
            snapshot = next(self.steps)
        except StopIteration:
            self.is_done = True
        except Exception as error:
            log.exception("job failed")
            self._fail(error)
        else:
            if snapshot is not None:
                self._publish(snapshot)

    def close(self) -> None:
        """End the study and let every waiter go. Called once no thread runs the study any more."""
        with self._lock:
            self.is_closed = True
        if self.steps is not None:
            with suppress(Exception):  # a study's clean-up must not hurt the worker
                self.steps.close()
        self.steps = None
        self.mailbox.wake = lambda: None
        self.mailbox.close(GONE)
        self._on_wake = None
        self._notify_waiters()

    def _fail(self, error: Exception) -> None:
        """Store the error as a sentence and publish it with what was last shown."""
        self.is_done = True
        reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        self.error = say("The run stopped on an error. {reason}", reason=reason)
        last = self.latest or Snapshot(0, {}, {})
        banner = {"kind": "failed", "text": self.error, "remedy": None}
        version = last.version + 1
        meta = {**last.meta, "version": version, "state": "failed", "banner": banner}
        self._publish(Snapshot(version, meta, last.arrays))

    def _publish(self, snapshot: Snapshot) -> None:
        with self._lock:
            self.latest = snapshot
            self.mailbox.wants_snapshot = self.mailbox.owes_snapshot = False
        self._notify_waiters()

    def _notify_waiters(self) -> None:
        with self._lock:
            waiters, self._waiters = self._waiters, []
            if waiters:
                self._seen_at = self._clock()
        for notify in waiters:
            notify()

    def _add_waiter(self, version: int, notify: Callable[[], None]) -> bool:
        """Return True when there is no need to wait; otherwise note down whom to notify and ask for a snapshot."""
        with self._lock:
            self._seen_at = self._clock()
            if self.is_closed or (self.latest is not None and self.latest.version > version):
                return True
            self._waiters.append(notify)
            self.mailbox.wants_snapshot = True
        self.wake()
        return False

    def _remove_waiter(self, notify: Callable[[], None]) -> None:
        with self._lock:
            if notify in self._waiters:
                self._waiters.remove(notify)
