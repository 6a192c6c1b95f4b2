"""A mailbox: what a study sees of the outside: commands, which change it, and requests, which it answers.

Both wait here until the thread that runs the study takes them, between two slices. Read next: `core/stream/job.py`.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future

from core.stream.commands import Command, Points, Request, Reseed, Set, Step
from core.stream.snapshot import Snapshot
from core.stream.turns import MAX_SLICE_S
from core.words import say

MAX_QUEUED = 256  # commands, or requests, that a job holds and has not read yet
NOT_BEGUN = say("The run has not begun: there is nothing to ask it for yet.")
NOTHING = say("The run has nothing of that kind to give yet.")
TOO_MANY = say("More than {max_queued} requests wait for the run; this one was not taken.", max_queued=MAX_QUEUED)

Reply = Snapshot | bytes  # moments to rewind, or a result in its binary form: no part of the study itself
Answer = Callable[[Request], Reply | Future[Reply] | None]  # a Future where it comes later, from another process

log = logging.getLogger(__name__)


class NotTaken(ValueError):
    """A command that was understood but cannot be carried out now; the text says why."""


class NotAnswered(ValueError):
    """A request that gets no reply; the text says why."""


class Mailbox:
    """What a study sees of the outside: commands to read, how long a slice is, and whether somebody waits for a snapshot.

    slice_s : how long the study trains before it yields, set before each slice.
    wants_snapshot : True when a viewer waits; a study may skip the work of a snapshot while it is False. It is True
        at the start and becomes False with every snapshot the study yields.
    owes_snapshot : True from the moment a command was read to the next snapshot; also True before the first.
    share : how much of the processor the study may have, 0 to 1, set before each slice.
    rest_s : set by the study. So long after a slice it has nothing to do, unless a command or a viewer comes: what is next is
        not due before. 0: it goes on at once.
    is_idle : set by the study. True when it has nothing to do until a command or a viewer arrives (paused, finished);
        the scheduler then gives it no slices.
    holds_lock : set by the study. True while what it does needs Python's lock nearly all the time; of such jobs the scheduler
        runs one at a time. Compiled steps do not.
    answer : set by the study, or None: the reply to a request, None where it has nothing to give. Called between two
        slices, by the thread that runs them.
    place : set by the study, or None: at which place it stands in line for a process, from 1; 0 once it has begun.
    wake : asks for one more slice; any thread may call it.
    put_away : set by whoever starts the job, or None: takes what is kept of the study, to go on from after a long break.
    """

    def __init__(self) -> None:
        self.slice_s, self.share, self.rest_s = MAX_SLICE_S, 1.0, 0.0
        self.wants_snapshot = self.owes_snapshot = True
        self.is_idle = False
        self.holds_lock = True
        self.answer: Answer | None = None
        self.place: Callable[[], int] | None = None
        self.put_away: Callable[[Snapshot], None] | None = None
        self.wake: Callable[[], None] = lambda: None
        self._commands: deque[Command] = deque()
        self._requests: deque[tuple[Request, Future[Reply]]] = deque()
        self._why_closed = ""
        self._lock = threading.Lock()

    # --- requests ---

    def ask(self, request: Request) -> Future[Reply]:
        """Queue a request and return its reply to come: one, in the order of asking, or NotAnswered with the reason."""
        reply: Future[Reply] = Future()
        with self._lock:
            why = self._why_closed or (TOO_MANY if len(self._requests) >= MAX_QUEUED else "")
            if not why:
                self._requests.append((request, reply))
        if why:
            reply.set_exception(NotAnswered(why))
        return reply

    @property
    def has_requests(self) -> bool:
        """Return True when somebody waits for a reply."""
        return bool(self._requests)

    def answer_all(self) -> None:
        """Answer what was asked. Called between two slices, by the thread that runs them."""
        while (waiting := self._next_request()) is not None:
            request, reply = waiting
            if reply.set_running_or_notify_cancel():  # else nobody waits any more
                self._answer_one(request, reply)

    def _next_request(self) -> tuple[Request, Future[Reply]] | None:
        with self._lock:
            return self._requests.popleft() if self._requests else None

    def _answer_one(self, request: Request, reply: Future[Reply]) -> None:
        if self._why_closed or self.answer is None:
            reply.set_exception(NotAnswered(self._why_closed or NOT_BEGUN))
            return
        try:
            found = self.answer(request)
        except Exception as error:
            log.exception("a request failed")
            reply.set_exception(
                NotAnswered(say("The run could not answer. {name}: {error}", name=type(error).__name__, error=error))
            )
            return
        if isinstance(found, Future):
            found.add_done_callback(lambda done: pass_on(done, reply))
        else:
            give(reply, found)

    def close(self, why: str) -> None:
        """Answer no more: what waits and what will be asked is told why."""
        with self._lock:
            self._why_closed = why
        self.answer_all()
        self.answer = None

    # --- commands ---

    def put(self, command: Command) -> None:
        """Queue a command. One that makes an unread one void takes its place, as a dragged slider sends many.

        Raises NotTaken when `MAX_QUEUED` commands wait.
        """
        with self._lock:
            self._forget_void(command)
            if len(self._commands) >= MAX_QUEUED:
                raise NotTaken(
                    say(
                        "more than {max_queued} commands wait for the run; this one was not taken",
                        max_queued=MAX_QUEUED,
                    )
                )
            self._commands.append(command)

    def take_one(self) -> Command | None:
        """Return the oldest unread command and mark it as read; None when there is none."""
        with self._lock:
            if not self._commands:
                return None
            self.owes_snapshot = True
            return self._commands.popleft()

    def take(self) -> list[Command]:
        """Return all unread commands, oldest first, and mark them as read."""
        commands = []
        while (command := self.take_one()) is not None:
            commands.append(command)
        return commands

    def __len__(self) -> int:
        return len(self._commands)

    def _forget_void(self, new: Command) -> None:
        """Remove what the new command makes void: the unread `Set` of the same strength that no other kind of command
        follows (a reset may lie between), or the last command if that is the same again,
        or other drawn points. Each `Step` is an epoch."""
        if isinstance(new, Set):
            self._forget_set(new)
        elif self._commands and not isinstance(new, Step):
            last = self._commands[-1]
            if last == new or (type(new) is type(last) and isinstance(new, Reseed | Points)):
                self._commands.pop()

    def _forget_set(self, new: Set) -> None:
        for i in reversed(range(len(self._commands))):
            command = self._commands[i]
            if not isinstance(command, Set):
                return
            if (command.name, command.member) == (new.name, new.member):
                del self._commands[i]
                return


def give(reply: Future[Reply], found: Reply | None) -> None:
    """Give what was found."""
    if found is None:
        reply.set_exception(NotAnswered(NOTHING))
    else:
        reply.set_result(found)


def pass_on(done: Future[Reply], reply: Future[Reply]) -> None:
    """Give what another process has found, or why it has not."""
    if (error := done.exception()) is not None:
        reply.set_exception(error)
    else:
        give(reply, done.result())
