"""A team: processes of the server that do pieces of work side by side, each for itself, from bytes to bytes.

They start when the first study asks for them, in the background, and stay. Each is an executor of loky's (joblib's own) with
one process: one that dies takes nobody along, and is started anew; one that hangs is ended alone. Measured on a busy machine
of two cores, a call there and back: loky 0.3 ms, `concurrent.futures` 0.2 ms (but its processes import the main program anew,
whatever that is), Dask's local cluster 21 ms; a death was noticed after 0.1, 0.1 and 5 s. A cluster of Dask's is a team as well,
see `cluster.py`. What the work is is not known here. Read next: `core/live/side_by_side.py`.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Protocol

from joblib.externals.loky.backend.context import get_context
from joblib.externals.loky.process_executor import ProcessPoolExecutor

from core.stream.memory import bound_memory
from core.words import say, say_n

Work = Callable[[bytes], bytes]
BACK = 5  # how far a worker steps back: pages come first
PARENT_S = 1.0
WORKER_BYTES = 2_000_000_000  # beyond what it holds at its start, a worker gets no more


class Team(Protocol):
    """Places that do work. one, several: how a sentence calls one of them, and some."""

    one: str
    several: str

    def counted(self, n: int) -> str:
        """Return so many of them, in words."""

    @property
    def n_places(self) -> int:
        """Return how many there are at most."""

    @property
    def is_gone(self) -> bool:
        """Return whether nothing can be done there any more."""

    def call(self) -> None:
        """Have all places made ready, in the background."""

    def ready(self) -> list[int]:
        """Return the places that are ready, each by its number."""

    def submit(self, place: int, content: bytes) -> Future[bytes]:
        """Have a place do work after what it was given before. The future fails where the place is lost."""

    def restart(self, place: int, since: float) -> None:
        """End what is at a place, whatever it does, and have another made ready there, unless that was done after `since`."""


class LocalTeam:
    """Processes of this machine. prepare: called first in each; work: what they do."""

    one, several = say("process"), say("processes")

    def __init__(self, n_places: int, prepare: Callable[[], None], work: Work) -> None:
        self._n, self._prepare, self._work = n_places, prepare, work
        self._executors: dict[int, Any] = {}
        self._is_ready: dict[int, Future[Any]] = {}
        self._starting: set[int] = set()
        self._began_at: dict[int, float] = {}
        self._lock = threading.Lock()
        atexit.register(self.end)

    def counted(self, n: int) -> str:
        """Return "2 processes"."""
        return say_n("{n:,} process", "{n:,} processes", n)

    @property
    def n_places(self) -> int:
        """Return how many there are."""
        return self._n

    @property
    def is_gone(self) -> bool:
        """Return False: one that dies is replaced."""
        return False

    def call(self) -> None:
        """Start those that do not run yet."""
        with self._lock:
            missing = [
                place for place in range(self._n) if place not in self._executors and place not in self._starting
            ]
            self._starting |= set(missing)
        if missing:
            threading.Thread(target=self._start, args=(missing,), name="lab-team", daemon=True).start()

    def _start(self, places: list[int]) -> None:
        """Start some, which load side by side."""
        for place in places:
            executor = ProcessPoolExecutor(1, context=get_context("loky"), initializer=watch, initargs=(os.getpid(),))
            is_ready = executor.submit(begin, self._prepare)
            with self._lock:
                self._executors[place], self._is_ready[place] = executor, is_ready
                self._began_at[place] = time.monotonic()
                self._starting.discard(place)

    def ready(self) -> list[int]:
        """Return the places whose process has loaded everything."""
        with self._lock:
            return [p for p, done in sorted(self._is_ready.items()) if done.done() and done.exception() is None]

    def submit(self, place: int, content: bytes) -> Future[bytes]:
        """Have a process do work."""
        with self._lock:
            executor = self._executors.get(place)
        if executor is not None:
            with suppress(RuntimeError):  # it has ended
                submitted: Future[bytes] = executor.submit(self._work, content)
                return submitted
        lost: Future[bytes] = Future()
        lost.set_exception(RuntimeError("the process is gone"))
        return lost

    def restart(self, place: int, since: float) -> None:
        """End a process and start another, unless this one began after `since`, a time of `monotonic`: others were quicker."""
        with self._lock:
            if self._began_at.get(place, since) > since:
                return
            executor = self._executors.pop(place, None)
            self._is_ready.pop(place, None)
        if executor is not None:
            threading.Thread(target=executor.shutdown, kwargs={"kill_workers": True}, daemon=True).start()
        self.call()

    def end(self) -> None:
        """End all processes."""
        with self._lock:
            executors, self._executors, self._is_ready = list(self._executors.values()), {}, {}
        for executor in executors:
            with suppress(Exception):
                executor.shutdown(kill_workers=True)


def begin(prepare: Callable[[], None]) -> None:
    """Make a process ready: it steps back behind the server, and takes no more memory than it may."""
    if hasattr(os, "nice"):
        os.nice(BACK)
    prepare()
    bound_memory(WORKER_BYTES)


def watch(parent: int) -> None:
    """Watch from the first moment of a process on whether its parent is there: it may go while this one still loads."""
    if os.name == "posix":
        threading.Thread(target=end_with, args=(parent,), name="lab-parent", daemon=True).start()


def end_with(parent: int) -> None:
    """End this process when its parent is gone, however that ended: nobody would ever take what it does."""
    while os.getppid() == parent:
        time.sleep(PARENT_S)
    os._exit(0)
