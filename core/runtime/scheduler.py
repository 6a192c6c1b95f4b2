"""The scheduler: a few background threads that give every job its slices in turn.

A job stands in the queue, runs, or is parked: done, idle, or without a viewer for longer than the grace time.
Few threads and short slices keep the page quick. Read next: `core/runtime/routes.py`.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import cache

from core.runtime.job import Job, Study

GRACE_S = 30.0  # a job goes on this long without a viewer: a reload or a short loss of connection
FREE_S = 900.0  # after this long without a viewer it is dropped


def count_workers() -> int:
    """Return the number of worker threads: one core stays free for the page."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, usable - 1)


class Scheduler:
    """Runs jobs slice by slice, round robin, on `n_workers` daemon threads started with the first job."""

    def __init__(
        self,
        n_workers: int | None = None,
        *,
        grace_s: float = GRACE_S,
        free_s: float = FREE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.n_workers = n_workers or count_workers()
        self.grace_s, self.free_s, self.clock = grace_s, free_s, clock
        self._jobs: dict[str, Job] = {}
        self._queue: deque[Job] = deque()
        self._running: set[Job] = set()
        self._woken: set[Job] = set()  # running jobs that asked for one more slice meanwhile
        self._alone_since: dict[Job, float] = {}  # when the last viewer left
        self._threads: list[threading.Thread] = []
        self._is_shut_down = False
        self._changed = threading.Condition()

    # --- for pages and routes ---

    def submit(self, study: Study, owner: str) -> Job:
        """Start a study and return its job. An earlier job of the same owner is dropped."""
        job = Job(study, owner, on_wake=self._wake)
        for old in self._jobs_of(owner):
            self.drop(old)
        with self._changed:
            if self._is_shut_down:
                raise RuntimeError("the scheduler was shut down")
            self._jobs[job.id] = job
            self._start_workers()
        self._wake(job)
        self.free_abandoned()
        return job

    def find(self, job_id: str) -> Job | None:
        """Return the job of this id, None when there is none (any more)."""
        with self._changed:
            return self._jobs.get(job_id)

    def drop(self, job: Job) -> None:
        """End a job for good; its viewers are told. Dropping it twice does no harm."""
        with self._changed:
            if self._jobs.pop(job.id, None) is None:
                return
            job.is_closed = True
            self._alone_since.pop(job, None)
            if job in self._queue:
                self._queue.remove(job)
            is_running = job in self._running  # then its worker closes it after the slice
            self._changed.notify_all()
        if not is_running:
            job.close()

    def free_abandoned(self) -> None:
        """Drop the jobs that nobody has watched for `free_s` seconds. Also done by the workers themselves."""
        with self._changed:
            expired = [job for job, since in self._alone_since.items() if self.clock() - since >= self.free_s]
        for job in expired:
            self.drop(job)

    def is_parked(self, job: Job) -> bool:
        """Return True when the job neither runs nor waits for a slice."""
        with self._changed:
            return job not in self._running and job not in self._queue

    def wait_until_parked(self, job: Job, timeout_s: float | None = None) -> bool:
        """Block until the job is parked; False when time is up."""
        with self._changed:
            return self._changed.wait_for(lambda: job not in self._running and job not in self._queue, timeout_s)

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
            elif job not in self._queue and self._may_run(job):
                self._queue.append(job)
            self._changed.notify_all()

    def _note_viewers(self, job: Job) -> None:
        if job.n_watchers > 0:
            self._alone_since.pop(job, None)
        else:
            self._alone_since.setdefault(job, self.clock())

    def _may_run(self, job: Job) -> bool:
        since = self._alone_since.get(job)
        is_abandoned = since is not None and self.clock() - since >= self.grace_s
        return not (job.is_done or job.is_closed or is_abandoned)

    def _work(self) -> None:
        while self._run_next():
            self.free_abandoned()

    def _run_next(self) -> bool:
        """Run one slice of the next job, or wait for one; returns False when the scheduler was shut down."""
        with self._changed:
            if self._is_shut_down:
                return False
            if not self._queue:
                self._changed.wait(self._time_to_next_free())
                return True
            job = self._queue.popleft()
            self._running.add(job)
        job.run_slice()
        self._after_slice(job)
        return True

    def _after_slice(self, job: Job) -> None:
        """Queue the job again, park it, or close it when it was dropped meanwhile."""
        with self._changed:
            self._running.discard(job)
            has_work = job in self._woken or len(job.mailbox) > 0 or not job.mailbox.is_idle
            self._woken.discard(job)
            if has_work and self._may_run(job):
                self._queue.append(job)
            was_dropped = job.is_closed
            self._changed.notify_all()
        if was_dropped:
            job.close()

    def _time_to_next_free(self) -> float | None:
        """Return the seconds until the next job is to be dropped, None when all have viewers."""
        if not self._alone_since:
            return None
        return max(0.0, min(self._alone_since.values()) + self.free_s - self.clock())


@cache
def get_scheduler() -> Scheduler:
    """Return the one scheduler of this process."""
    return Scheduler()
