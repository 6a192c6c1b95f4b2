"""Whose turn it is: the user whose jobs have had the least processor time goes first, and a hand that waits a little sooner.

Time is counted as a debt, in seconds. Read next: `core/stream/scheduler.py`, which runs what is picked here.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

HEAD_START_S = 0.1  # what an unread command, or the snapshot owed for it, is worth
LONGEST_WAIT_S = 0.7  # whoever has waited longer goes before all others, whatever debt there is
ROUND_S = 0.2  # one slice of every busy job together
MIN_SLICE_S, MAX_SLICE_S = 0.003, 0.025  # shorter ones are lost to the change of jobs, longer ones are felt


class Contender(Protocol):
    """What has a turn. Jobs of one `user` share the time of one; `is_urgent`: a hand waits for it; `holds_lock`: two such at
    once would only wait for Python's lock, so they have their turns one after another."""

    @property
    def user(self) -> str: ...

    @property
    def is_urgent(self) -> bool: ...

    @property
    def holds_lock(self) -> bool: ...


def slice_length(n_busy: float) -> float:
    """Return how long (s) each of `n_busy` jobs may train at a stretch; of those on one thread, where there are several."""
    return min(MAX_SLICE_S, max(MIN_SLICE_S, ROUND_S / max(1, n_busy)))


Job = TypeVar("Job", bound=Contender)


class Turns(Generic[Job]):
    """The busy jobs, in the order in which they came to wait, and the time that each user has had.

    Whoever comes starts at the least that any busy user has had: nobody is served first for having been away. Among many, a
    debt of a tenth of a second is paid back in seconds; so nobody waits longer than LONGEST_WAIT_S, however large a debt is.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._waiting: dict[Job, float] = {}  # since when
        self._at_work: dict[Job, None] = {}
        self._had_s: dict[str, float] = {}
        self._least_s = 0.0

    def __contains__(self, job: Job) -> bool:
        return job in self._waiting

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def n_busy(self) -> int:
        """Return the number of jobs that wait or are at work."""
        return len(self._waiting) + len(self._at_work)

    def enter(self, job: Job) -> None:
        """Let a job wait for its turn that neither waits nor is at work."""
        self._had_s[job.user] = max(self._had_s.get(job.user, 0.0), self._least_s)
        self._waiting[job] = self.clock()

    def leave(self, job: Job) -> None:
        """A job that waits does so no more."""
        self._waiting.pop(job, None)
        self._forget_users()

    def begin(self) -> Job | None:
        """Return the job whose turn it is; it is at work until `end`. None when none waits that may begin."""
        is_held = any(job.holds_lock for job in self._at_work)
        free = [job for job in self._waiting if not (is_held and job.holds_lock)]
        if not free:
            return None
        self._least_s = max(self._least_s, min(self._had_s[job.user] for job in self._waiting))
        late = [job for job in free if self.clock() - self._waiting[job] > LONGEST_WAIT_S]
        job = min(late, key=self._waiting.__getitem__) if late else min(free, key=self._rank)
        del self._waiting[job]
        self._at_work[job] = None
        return job

    def end(self, job: Job, used_s: float, has_more: bool) -> None:
        """Note the time that a turn took; the job waits again if it has more to do."""
        del self._at_work[job]
        self._had_s[job.user] += used_s
        if has_more:
            self._waiting[job] = self.clock()
        else:
            self._forget_users()

    def _rank(self, job: Job) -> float:
        return self._had_s[job.user] - (HEAD_START_S if job.is_urgent else 0.0)

    def _forget_users(self) -> None:
        """Forget who has left, but for those who have had more than others: a short absence clears no debt."""
        busy = {job.user for job in (*self._waiting, *self._at_work)}
        if not busy:
            self._had_s, self._least_s = {}, 0.0
        self._had_s = {user: had for user, had in self._had_s.items() if user in busy or had > self._least_s}
