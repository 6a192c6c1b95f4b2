"""The scheduler: a background thread that gives every job its slices, in fair turns.

A job waits for its turn, runs, rests until what is next is due, or is parked: done, idle, or unseen for longer than the
grace time.
Short slices keep the page quick. Read next: `core/stream/routes.py`.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import cache

from core.settings.machine import count_cores, count_workers
from core.stream.budget import Ledger, Limits, limits_of_machine
from core.stream.job import Job, Study
from core.stream.turns import MAX_SLICE_S, Turns, slice_length

# Steps that torch computes are Python under one lock, and a second thread trains nothing: counted on two cores, 8,300 steps
# a second with one thread, 4,200 with two, 2,400 with seven. Compiled ones need the lock between two calls only. So a thread
# for each core, and of the jobs that hold the lock one at a time.
N_WORKERS = 1
MOST_THREADS = 8  # the lock is needed for a tenth of the time or more
GRACE_S = 30.0  # a job goes on this long unseen: a reload, or a short loss of connection
FREE_S = 900.0  # after this long without a viewer it is dropped,
LARGE_BYTES, FREE_LARGE_S = 50_000_000, 60.0  # sooner if it is larger than this, in proportion, but not before a minute
WAITING_S = 30.0  # who stands in line and is not asked after has gone
N_ENDED = 4096  # so many ids of dropped jobs are remembered


class Scheduler:
    """Runs jobs slice by slice on `n_workers` daemon threads started with the first job.

    clock : tells how long a job was left alone. cpu_clock: the time that the calling thread has worked; waiting is free.
    """

    def __init__(
        self,
        n_workers: int = N_WORKERS,
        *,
        grace_s: float = GRACE_S,
        free_s: float = FREE_S,
        clock: Callable[[], float] = time.monotonic,
        cpu_clock: Callable[[], float] = time.thread_time,
        limits: Limits | None = None,
    ) -> None:
        self.ledger = Ledger(limits or limits_of_machine())
        self.n_workers, self.grace_s, self.free_s = n_workers, grace_s, free_s
        self.clock, self.cpu_clock = clock, cpu_clock
        self._jobs: dict[str, Job] = {}
        self._turns: Turns[Job] = Turns(clock)
        self._running: set[Job] = set()
        self._resting: dict[Job, float] = {}  # until when
        self._woken: set[Job] = set()  # running jobs that asked for one more slice meanwhile
        self._alone_since: dict[Job, float] = {}  # when the last viewer left
        self._ended: deque[str] = deque(maxlen=N_ENDED)
        self._threads: list[threading.Thread] = []
        self._is_shut_down = False
        self._changed = threading.Condition()

    # --- for pages and routes ---

    def submit(self, study: Study, owner: str, user: str = "", n_bytes: int = 0) -> Job:
        """Start a study and return its job. An earlier job of the same owner is dropped.

        user: whose time it takes; the owner's own if it is not said. n_bytes: the memory that it takes, and waits for, see
        `place`.
        """
        job = Job(study, owner, self._wake, user=user, clock=self.clock)
        for old in self._jobs_of(owner):
            self.drop(old)
        with self._changed:
            if self._is_shut_down:
                raise RuntimeError("the scheduler was shut down")
            self._jobs[job.id] = job
            self.ledger.enter(job.id, job.user, n_bytes)
            self._start_workers()
        self._wake(job)
        self._make_room(job)
        self.free_abandoned()
        return job

    def find(self, job_id: str) -> Job | None:
        """Return the job of this id, None when there is none (any more)."""
        with self._changed:
            return self._jobs.get(job_id)

    def was_dropped(self, job_id: str) -> bool:
        """Return True when a job of this id was ended by whoever started it; one that was left alone too long is unknown."""
        with self._changed:
            return job_id in self._ended

    def drop(self, job: Job) -> None:
        """End a job for good; its viewers are told. Dropping it twice does no harm."""
        with self._changed:
            if self._jobs.pop(job.id, None) is None:
                return
            self._ended.append(job.id)
            job.is_closed = True
            self._alone_since.pop(job, None)
            self._turns.leave(job)
            self._resting.pop(job, None)
            served = [self._jobs[name] for name in self.ledger.leave(job.id)]
            is_running = job in self._running  # then its worker closes it after the slice
            self._changed.notify_all()
        if not is_running:
            job.close()
        for other in served:
            self._wake(other)

    def place(self, job: Job) -> int:
        """Return at which place a job waits for memory, from 1; 0 for one that has it. Who waits is to be asked after, and
        is not let go while one does, nor is who has yet to show anything."""
        with self._changed:
            if self.ledger.place(job.id) or (job in self._alone_since and job.latest is None):
                self._alone_since[job] = self.clock()
        self._make_room(job)
        with self._changed:
            return self.ledger.place(job.id)

    def _make_room(self, job: Job) -> None:
        """Drop jobs that nobody looks at, the largest first, for one that waits."""
        while True:
            with self._changed:
                if not self.ledger.place(job.id):
                    return
                unseen = [o for o in self._alone_since if o is not job and o.unseen_s() >= self.grace_s]
            if not unseen:
                return
            self.drop(max(unseen, key=lambda other: self.ledger.bytes_of(other.id)))

    def _free_s(self, job: Job) -> float:
        """Return after how long without a viewer a job is dropped: the larger, the sooner."""
        if self.ledger.place(job.id):
            return WAITING_S
        share = LARGE_BYTES / max(LARGE_BYTES, self.ledger.bytes_of(job.id))
        return max(self.free_s * share, min(self.free_s, FREE_LARGE_S))

    def free_abandoned(self) -> None:
        """Drop the jobs that nobody has watched for `free_s` seconds. Also done by the workers themselves."""
        with self._changed:
            expired = [job for job, since in self._alone_since.items() if self.clock() - since >= self._free_s(job)]
        for job in expired:
            self.drop(job)
            with self._changed, suppress(ValueError):
                self._ended.remove(job.id)

    def is_parked(self, job: Job) -> bool:
        """Return True when the job neither runs nor waits for a slice nor rests before its next."""
        with self._changed:
            return self._is_parked(job)

    def wait_until_parked(self, job: Job, timeout_s: float | None = None) -> bool:
        """Block until the job is parked; False when time is up."""
        with self._changed:
            return self._changed.wait_for(lambda: self._is_parked(job), timeout_s)

    def shutdown(self) -> None:
        """Drop every job and end the threads; returns once they have ended."""
        with self._changed:
            self._is_shut_down = True
            jobs, threads = list(self._jobs.values()), self._threads
            self._changed.notify_all()
        for job in jobs:
            self.drop(job)
        for thread in threads:
            thread.join()

    # --- inside ---

    def _is_parked(self, job: Job) -> bool:
        return job not in self._running and job not in self._turns and job not in self._resting

    def _jobs_of(self, owner: str) -> list[Job]:
        with self._changed:
            return [job for job in self._jobs.values() if job.owner == owner]

    def _start_workers(self) -> None:
        if not self._threads:
            names = [f"lab-worker-{i}" for i in range(self.n_workers)]
            self._threads = [threading.Thread(target=self._work, name=name, daemon=True) for name in names]
            for thread in self._threads:
                thread.start()

    def _wake(self, job: Job) -> None:
        """Give the job at least one more slice, if it can use one."""
        with self._changed:
            if job.id not in self._jobs:
                return
            self._note_viewers(job)
            if job in self._running:
                self._woken.add(job)
            elif job not in self._turns and (job.mailbox.has_requests or self._may_run(job)):
                self._resting.pop(job, None)
                self._turns.enter(job)
            self._changed.notify_all()

    def _note_viewers(self, job: Job) -> None:
        if job.n_watchers > 0:
            self._alone_since.pop(job, None)
        else:
            self._alone_since.setdefault(job, self.clock())

    def _may_run(self, job: Job) -> bool:
        is_there = not (job.is_done or job.is_closed or job.unseen_s() >= self.grace_s)
        return is_there and self.ledger.place(job.id) == 0

    def _work(self) -> None:
        while self._run_next():
            self.free_abandoned()

    def _run_next(self) -> bool:
        """Run one slice of the next job, or wait for one; returns False when the scheduler was shut down."""
        with self._changed:
            if self._is_shut_down:
                return False
            self._end_rests()
            job = self._turns.begin()
            if job is None:
                self._changed.wait(self._time_to_next())
                return True
            self._running.add(job)
            is_first = not job.is_made
            n_busy, may_train = self._turns.n_busy + len(self._resting), self._may_run(job)
            n_at_once = 1 if job.holds_lock else min(self.n_workers, n_busy)
            job.mailbox.slice_s, job.mailbox.share = slice_length(n_busy / n_at_once), n_at_once / n_busy
        began = self.cpu_clock()
        job.mailbox.answer_all()
        if may_train:
            job.run_slice()
            job.is_made = True
        used_s = self.cpu_clock() - began
        self._after_slice(job, min(used_s, MAX_SLICE_S) if is_first else used_s)  # being made is nobody's debt
        return True

    def _after_slice(self, job: Job, used_s: float) -> None:
        """Queue the job again, park it, or close it when it was dropped meanwhile."""
        with self._changed:
            self._running.discard(job)
            is_called = job in self._woken or len(job.mailbox) > 0
            has_work = is_called or not job.mailbox.is_idle
            self._woken.discard(job)
            has_more = not job.is_closed and (job.mailbox.has_requests or (has_work and self._may_run(job)))
            rests = has_more and job.mailbox.rest_s > 0 and not (is_called or job.mailbox.has_requests)
            self._turns.end(job, used_s, has_more and not rests)
            if rests:
                self._resting[job] = self.clock() + job.mailbox.rest_s
            was_dropped = job.is_closed
            self._changed.notify_all()
        if was_dropped:
            job.close()

    def _end_rests(self) -> None:
        """Let the jobs wait for a turn whose rest is over; one that nobody looks at any more is parked."""
        for job in [job for job, until in self._resting.items() if until <= self.clock()]:
            del self._resting[job]
            if job.mailbox.has_requests or self._may_run(job):
                self._turns.enter(job)
            self._changed.notify_all()

    def _time_to_next(self) -> float | None:
        """Return the seconds until the next job has rested or is to be dropped, None when none does and all have viewers."""
        ends = [*self._resting.values(), *(since + self._free_s(job) for job, since in self._alone_since.items())]
        return max(0.0, min(ends) - self.clock()) if ends else None


def count_threads() -> int:
    """Return how many threads train: one for each core that this program may use, see `count_workers`; one at least."""
    return max(1, min(count_cores(), count_workers(), MOST_THREADS))


_MAKING = threading.Lock()


def get_scheduler() -> Scheduler:
    """Return the one scheduler of this process; it ends with the process."""
    with _MAKING:
        return _only_scheduler()


@cache
def _only_scheduler() -> Scheduler:
    scheduler = Scheduler(count_threads())
    atexit.register(scheduler.shutdown)  # a thread that is inside torch when the interpreter goes aborts the process
    return scheduler
