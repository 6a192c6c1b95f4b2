"""A lane for heavy studies: each runs in a process of its own, and a few of them at a time; the server only carries messages.

`lane_study` is a study as any other: the same commands in, the same snapshots out. Where it is computed is nobody's affair:
so other cores, or other machines, can be used in the same way. Read next: `core/stream/nursery.py`, where the processes
come from, and `core/live/child.py`, the other end.
"""

from __future__ import annotations

import json
import os
import pickle
import threading
import time
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future
from contextlib import suppress
from functools import cache
from typing import Any

from core.stream import pipes
from core.stream.commands import Request
from core.stream.mailbox import NOT_BEGUN, Mailbox, NotAnswered, Reply
from core.stream.memory import TOO_MUCH
from core.stream.nursery import Nursery, Process, end
from core.stream.pipes import Message
from core.stream.snapshot import Snapshot, decode
from core.words import say

CHILD_BYTES = 200_000_000  # of a process before it has a study: Python, NumPy, torch
SPARE = 2.0  # times the estimate of its bytes is what a process may take
ENDED = say("The process that trained this was ended")


class Ended(Exception):
    """The process of a study is gone."""


class Lane:
    """Lets at most `n_busy` processes work at a time, in turn. Newcomers, who have shown nothing yet, have a place in line."""

    def __init__(self, n_busy: int, nursery: Nursery | None = None) -> None:
        self.n_busy, self.nursery = n_busy, nursery or Nursery()
        self._newcomers: list[Child] = []
        self._at_work: set[Child] = set()
        self._line: deque[Child] = deque()
        self._lock = threading.Lock()

    def register(self, child: Child) -> None:
        """Give a newcomer its place."""
        with self._lock:
            self._newcomers.append(child)

    def place(self, child: Child) -> int:
        """Return at which place a newcomer stands, from 1, which is the one that is being made; 0 for one that has begun."""
        with self._lock:
            return self._newcomers.index(child) + 1 if child in self._newcomers else 0

    def enter(self, child: Child) -> None:
        """Let a process do one slice as soon as it is its turn."""
        with self._lock:
            self._line.append(child)
        self._serve()

    def leave(self, child: Child) -> None:
        """A process has done its slice, or will do no more."""
        with self._lock:
            was_last = self._newcomers == [child]
            self._at_work.discard(child)
            for waiting in (self._line, self._newcomers):
                with suppress(ValueError):
                    waiting.remove(child)
        self._serve()
        if was_last:
            self.nursery.prepare()

    def _serve(self) -> None:
        while True:
            with self._lock:
                if not self._line or len(self._at_work) >= self.n_busy:
                    return
                child = self._line.popleft()
                self._at_work.add(child)
            child.go()


@cache
def the_lane() -> Lane:
    """Return the lane of this process: all cores but one, and one at least."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Lane(max(1, usable - 1), Nursery(keeps_spare=True))


class Child:
    """A process with one study, and the messages to and from it. `wake` is called whenever something has come."""

    def __init__(self, start: bytes, wake: Callable[[], None], lane: Lane) -> None:
        self.wake, self.lane = wake, lane
        self.inbox = Mailbox()  # commands that the process has not been given yet
        self.wants_snapshot = True
        self.is_ready = False  # it knows what to make
        self.is_busy = False  # it was told to do a slice, or waits for its turn
        self.replies: deque[Message] = deque()
        self.ended: str | None = None
        self.process: Process | None = None
        self._start = start
        self._replies_due: dict[int, Future[Reply]] = {}
        self._lock = threading.Lock()
        self._is_closed = False
        self._n_asked = 0
        lane.register(self)
        lane.nursery.want(self.begin)

    def begin(self, process: Process) -> None:
        """Live in a process, unless it is too late for that."""
        with self._lock:
            if not self._is_closed:
                self.process = process
        if self.process is None:
            end(process)
        else:
            threading.Thread(target=self._live, args=(process,), name="lab-lane", daemon=True).start()

    def _live(self, process: Process) -> None:
        """Tell the process what to make, and take what it says until it ends; in a thread of its own, which mostly waits."""
        assert process.stdin is not None and process.stdout is not None
        with suppress(OSError):
            pipes.write(process.stdin, "start", 0, self._start)
            self._start, self.is_ready = b"", True
            self.wake()
            while (message := pipes.read(process.stdout)) is not None:
                self._take(message)
        self._end(process)

    def _end(self, process: Process) -> None:
        self.ended = words_of_end(end(process))
        with self._lock:
            waiting, self._replies_due = list(self._replies_due.values()), {}
        for reply in waiting:
            reply.set_exception(NotAnswered(f"{ENDED}: {self.ended}."))
        self.lane.leave(self)
        self.wake()

    def _take(self, message: Message) -> None:
        """Take one message of the process."""
        with self._lock:
            reply = self._replies_due.pop(message.number, None)
        if reply is not None:
            give_reply(reply, message)
            return
        self.replies.append(message)
        if message.name != "kept":
            self.lane.leave(self)
        self.wake()

    def _tell(self, name: str, number: int = 0, body: bytes = b"") -> None:
        """Send a message, if the process is there to read it."""
        with self._lock:
            pipe = self.process.stdin if self.process is not None and self.ended is None else None
            if pipe is not None:
                with suppress(OSError, ValueError):  # its end is noticed where it is read
                    pipes.write(pipe, name, number, body)

    def go(self) -> None:
        """Tell the process to do a slice: its turn has come."""
        commands = [command.model_dump_json() for command in self.inbox.take()]
        self._tell("next", 0, json.dumps({"commands": commands, "wants_snapshot": self.wants_snapshot}).encode())

    def ask(self, request: Request) -> Future[Reply]:
        """Ask the process something; the reply comes when it has done its slice, or NotAnswered when it never will."""
        reply: Future[Reply] = Future()
        with self._lock:
            self._n_asked += 1
            number = self._n_asked
            why = NOT_BEGUN if not self.is_ready else "" if self.ended is None else f"{ENDED}: {self.ended}."
            if not why:
                self._replies_due[number] = reply
        if why:
            reply.set_exception(NotAnswered(why))
        else:
            self._tell("ask", number, request.model_dump_json().encode())
        return reply

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._is_closed = True
            process = self.process
        self.lane.nursery.give_up(self.begin)
        if process is not None:
            process.kill()
        self.lane.leave(self)


def words_of_end(code: int) -> str:
    """Return why a process has ended, from its exit code."""
    if code == TOO_MUCH:
        return say("it took more memory than a run may have. Choose fewer units or networks")
    return (
        say("it was killed, which systems do when memory runs out")
        if code < 0
        else say("it ended with code {code}", code=code)
    )


def give_reply(reply: Future[Reply], message: Message) -> None:
    """Give the reply that a process has sent, or why there is none."""
    if message.name in ("refused", "failed"):
        reply.set_exception(NotAnswered(message.body.decode()))
    else:
        reply.set_result(as_sent(message.body) if message.name == "frames" else message.body)


def as_sent(body: bytes) -> Snapshot:
    """Return a snapshot from its binary form, which is sent on as it is."""
    snapshot = decode(body)
    snapshot.__dict__["encoded"] = body
    return snapshot


def lane_study(
    make_run: Callable[[], Any], kept: Snapshot | None, n_bytes: int, lane: Lane | None = None
) -> Callable[[Mailbox], Generator[Snapshot | None, None, None]]:
    """Return the study of a run that is made, and lives, in a process of its own.

    make_run: can be sent to another process. n_bytes: what it is expected to take; it may take some times as much.
    """
    start = pickle.dumps((make_run, kept.encoded if kept is not None else b"", int(SPARE * n_bytes) + CHILD_BYTES))

    def study(mailbox: Mailbox) -> Generator[Snapshot | None, None, None]:
        child = Child(start, mailbox.wake, lane or the_lane())
        mailbox.place = lambda: child.lane.place(child)
        mailbox.answer = child.ask
        mailbox.holds_lock = False  # it carries messages
        try:
            yield from carry(child, mailbox)
        finally:
            child.close()

    return study


def carry(child: Child, mailbox: Mailbox) -> Generator[Snapshot | None, None, None]:
    """Carry commands to a process and snapshots from it; idle but for what has come."""
    is_idle = in_vain = False  # nothing to do but for commands; it has nothing new to show
    rests_until = 0.0  # what it does next is not due before
    while True:
        snapshot = None
        while child.replies:
            message = child.replies.popleft()
            if message.name == "kept":
                if mailbox.put_away is not None:
                    mailbox.put_away(decode(message.body))
                continue
            if message.name == "failed":
                raise Ended(message.body.decode())
            child.is_busy, is_idle = False, message.name == "idle"
            rests_until = time.monotonic() + rest_of(message.name)
            in_vain = message.name != "busy" and child.wants_snapshot and not message.body
            snapshot = as_sent(message.body) if message.body else snapshot
        if child.ended is not None:
            raise Ended(say("{what}: {how}. Nothing else was touched.", what=ENDED, how=child.ended))
        for command in mailbox.take():
            child.inbox.put(command)
        wants = mailbox.wants_snapshot and snapshot is None
        rest_s = 0.0 if is_idle or child.is_busy else max(0.0, rests_until - time.monotonic())
        has_work = len(child.inbox) or not (is_idle or rest_s) or (wants and not in_vain)
        if child.is_ready and not child.is_busy and has_work:
            child.is_busy, child.wants_snapshot, in_vain, rest_s = True, wants, False, 0.0
            child.lane.enter(child)
        mailbox.is_idle, mailbox.rest_s = rest_s == 0, rest_s
        yield snapshot


def rest_of(name: str) -> float:
    """Return how long (s) a process rests that has answered so: "rest 0.25"."""
    return float(name.removeprefix("rest ")) if name.startswith("rest ") else 0.0
