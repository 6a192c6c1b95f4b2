"""A job: a study that runs in slices on a background thread, takes commands and publishes snapshots.

A study is a generator: `for snapshot in study(mailbox)`. It yields once per slice of 20–50 ms: a `Snapshot`, or None
when it has nothing new to show. Read next: `core/runtime/scheduler.py`, which decides when a job gets its slices.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
from collections import deque
from collections.abc import Callable, Generator
from contextlib import suppress
from typing import Any

from core.runtime.commands import Command, Set
from core.runtime.snapshot import Snapshot

MAX_QUEUED = 256  # commands a job holds that it has not read yet

log = logging.getLogger(__name__)


class Mailbox:
    """What a study sees of the outside: commands to read, and whether somebody waits for a snapshot.

    wants_snapshot : True when a viewer waits; a study may skip the work of a snapshot while it is False. It is True
        at the start and becomes False with every snapshot the study yields.
    is_idle : set by the study. True when it has nothing to do until a command or a viewer arrives (paused, finished);
        the scheduler then gives it no slices.
    frames : set by the study, or None: `frames(after)` returns stored moments as one Snapshot of kind "frames". It is
        called from another thread than the study's.
    result : set by the study, or None: `result()`, or `result(epoch)` where moments are kept, returns what a page may export
        or carry on from. Any thread may call it.
    """

    def __init__(self) -> None:
        self.wants_snapshot = True
        self.is_idle = False
        self.frames: Callable[[int], Snapshot] | None = None
        self.result: Callable[..., Any] | None = None
        self._commands: deque[Command] = deque()
        self._lock = threading.Lock()

    def put(self, command: Command) -> None:
        """Queue a command. A `Set` replaces an unread `Set` of the same name, as a dragged slider sends many.

        Raises ValueError when `MAX_QUEUED` commands wait.
        """
        with self._lock:
            if isinstance(command, Set):
                self._forget_set(command)
            if len(self._commands) >= MAX_QUEUED:
                raise ValueError(f"more than {MAX_QUEUED} commands wait for the run; this one was not taken")
            self._commands.append(command)

    def take(self) -> list[Command]:
        """Return all unread commands, oldest first, and mark them as read."""
        with self._lock:
            commands = list(self._commands)
            self._commands.clear()
        return commands

    def __len__(self) -> int:
        return len(self._commands)

    def _forget_set(self, new: Set) -> None:
        """Remove the unread `Set` of the same strength that no other kind of command follows (a reset may lie between)."""
        for i in reversed(range(len(self._commands))):
            command = self._commands[i]
            if not isinstance(command, Set):
                return
            if (command.name, command.member) == (new.name, new.member):
                del self._commands[i]
                return


Steps = Generator[Snapshot | None, None, None]
Study = Callable[[Mailbox], Steps]


class Job:
    """One study at work, and the people who watch it.

    id : unguessable text; whoever knows it may watch and command the job.
    latest : the newest snapshot, or None before the first.
    error : None, or a sentence that says what went wrong.
    key : what the job computes, in the words of the page that started it.
    kept : what a page keeps beside the job, for whoever finds it again.
    n_watchers : open connections. is_done: the study has ended. is_closed: dropped; nothing comes any more.
    """

    def __init__(self, study: Study, owner: str = "", on_wake: Callable[[Job], None] | None = None) -> None:
        self.id = secrets.token_urlsafe(24)
        self.owner = owner
        self.mailbox = Mailbox()
        self.steps: Steps | None = study(self.mailbox)
        self.latest: Snapshot | None = None
        self.error: str | None = None
        self.key = ""
        self.kept: dict[str, Any] = {}
        self.n_watchers = 0
        self.is_done = False
        self.is_closed = False
        self._on_wake = on_wake
        self._waiters: list[Callable[[], None]] = []
        self._lock = threading.Lock()

    # --- from the outside ---

    def send(self, command: Command) -> None:
        """Give the study a command; raises ValueError when too many wait."""
        self.mailbox.put(command)
        self.wake()

    def wake(self) -> None:
        """Ask the scheduler for at least one more slice."""
        if self._on_wake is not None:
            self._on_wake(self)

    def watch(self) -> None:
        """Count one more viewer; a job parked for want of viewers goes on."""
        with self._lock:
            self.n_watchers += 1
        self.wake()

    def unwatch(self) -> None:
        """Count one viewer less."""
        with self._lock:
            self.n_watchers -= 1
        self.wake()

    def frames(self, after: int) -> Snapshot | None:
        """Return the stored moments newer than version `after`; None where the study keeps none."""
        make_frames = self.mailbox.frames
        return make_frames(after) if make_frames is not None else None

    def result(self, *when: int) -> Any:
        """Return what the study has found so far, or by an epoch if it keeps moments; None before it has begun, or where
        it keeps nothing."""
        make_result = self.mailbox.result
        return make_result(*when) if make_result is not None else None

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
        self.is_closed = True
        if self.steps is not None:
            with suppress(Exception):  # a study's clean-up must not hurt the worker
                self.steps.close()
        self.steps = None
        self.mailbox.frames = self.mailbox.result = None
        self._on_wake = None
        self._notify_waiters()

    def _fail(self, error: Exception) -> None:
        """Store the error as a sentence and publish it with what was last shown."""
        self.is_done = True
        reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        self.error = f"The run stopped on an error. {reason}"
        last = self.latest or Snapshot(0, {}, {})
        banner = {"kind": "failed", "text": self.error, "remedy": None}
        version = last.version + 1
        meta = {**last.meta, "version": version, "state": "failed", "banner": banner}
        self._publish(Snapshot(version, meta, last.arrays))

    def _publish(self, snapshot: Snapshot) -> None:
        with self._lock:
            self.latest = snapshot
            self.mailbox.wants_snapshot = False
        self._notify_waiters()

    def _notify_waiters(self) -> None:
        with self._lock:
            waiters, self._waiters = self._waiters, []
        for notify in waiters:
            notify()

    def _add_waiter(self, version: int, notify: Callable[[], None]) -> bool:
        """Return True when there is no need to wait; otherwise note down whom to notify and ask for a snapshot."""
        with self._lock:
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
