import gc
import threading
import weakref
from collections.abc import Iterator

import pytest

from core.stream import routes
from core.stream.commands import Pause, Run, Set, Step
from core.stream.job import Job
from core.stream.scheduler import Scheduler, get_scheduler
from core.stream.snapshot import Snapshot
from tests.core.stream.studies import TIMEOUT_S, counting, failing, held, resting


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def scheduler(clock: Clock) -> Iterator[Scheduler]:
    scheduler = Scheduler(n_workers=1, clock=clock)
    yield scheduler
    scheduler.shutdown()


def newer(job: Job, version: int) -> Snapshot:
    snapshot = job.wait(version, TIMEOUT_S)
    assert snapshot is not None
    return snapshot


def turns(job: Job, n: int) -> None:
    """Let a job that runs show `n` more pictures, each of another slice."""
    version = job.latest.version if job.latest is not None else 0
    for _ in range(n):
        version = newer(job, version).version


def n_slices(job: Job) -> int:
    assert job.latest is not None
    return int(job.latest.meta["n_slices"])


def test_an_idle_job_is_parked_until_a_command_comes(scheduler: Scheduler) -> None:
    job = scheduler.submit(counting, "a")
    first = newer(job, 0)
    assert first.meta["state"] == "paused" and scheduler.wait_until_parked(job, TIMEOUT_S)
    job.send(Step())
    assert newer(job, first.version).meta["epoch"] == 1
    assert scheduler.wait_until_parked(job, TIMEOUT_S)


def test_a_job_that_rests_takes_no_slice_before_it_is_due_unless_it_is_called(
    scheduler: Scheduler, clock: Clock
) -> None:
    job, other = scheduler.submit(resting(5.0), "a"), scheduler.submit(counting, "b")
    newer(job, 0)
    job.send(Run())
    newer(job, 1)  # who waits for a picture calls, too: perhaps in the middle of a slice, for one more
    other.send(Run())
    turns(other, 5)
    n = n_slices(job)
    turns(other, 20)  # the worker is at work all the time
    assert n_slices(job) == n and not scheduler.is_parked(job)
    clock.now = 5.0
    turns(other, 20)
    assert n_slices(job) == n + 1
    job.send(Set(name="l2", value=0.5))
    turns(other, 20)
    assert n_slices(job) == n + 2
    scheduler.drop(job)
    assert scheduler.is_parked(job)


def test_a_rest_ends_by_itself_where_nothing_else_happens() -> None:
    scheduler = Scheduler()
    job = scheduler.submit(resting(0.01), "a")
    job.send(Run())
    assert newer(job, 20).meta["n_slices"] >= 20
    scheduler.shutdown()


def test_a_job_that_rests_unseen_is_parked_when_its_rest_is_over(scheduler: Scheduler, clock: Clock) -> None:
    job, other = scheduler.submit(resting(5.0), "a"), scheduler.submit(counting, "b")
    job.send(Run())
    newer(job, 1)
    clock.now = 40.0
    other.send(Run())
    newer(other, newer(other, 0).version)
    assert scheduler.wait_until_parked(job, TIMEOUT_S)


def test_run_and_pause(scheduler: Scheduler) -> None:
    job = scheduler.submit(counting, "a")
    snapshot = newer(job, 0)
    job.send(Run())
    for _ in range(3):
        snapshot = newer(job, snapshot.version)
    assert snapshot.meta["state"] == "running" and not scheduler.is_parked(job)
    job.send(Pause())
    while snapshot.meta["state"] == "running":
        snapshot = newer(job, snapshot.version)
    assert scheduler.wait_until_parked(job, TIMEOUT_S)


def test_fifty_sets_sent_during_a_slice_are_read_as_one(scheduler: Scheduler) -> None:
    started, go_on = threading.Event(), threading.Event()
    job = scheduler.submit(held(started, go_on), "a")
    assert started.wait(TIMEOUT_S)
    for i in range(50):
        job.send(Set(name="l2", value=i))
    go_on.set()
    meta = newer(job, 0).meta
    assert meta["strengths"] == {"l2": 49} and meta["n_sets"] == 1


def test_an_error_in_one_job_leaves_the_others_running(scheduler: Scheduler) -> None:
    good = scheduler.submit(counting, "a")
    good.send(Run())
    bad = scheduler.submit(failing, "b")
    assert newer(bad, 1).meta["state"] == "failed"
    version = newer(good, 0).version
    assert newer(good, version + 1).version > version
    assert scheduler.find(bad.id) is bad


def test_jobs_take_turns(scheduler: Scheduler) -> None:
    jobs = [scheduler.submit(counting, owner) for owner in "abc"]
    for job in jobs:
        job.send(Run())
    for version in range(5):
        assert all(newer(job, version).version > version for job in jobs)


def test_a_new_job_supersedes_the_owners_old_one(scheduler: Scheduler) -> None:
    other, old = scheduler.submit(counting, "b"), scheduler.submit(counting, "a")
    new = scheduler.submit(counting, "a")
    assert scheduler.find(old.id) is None and old.wait(99) is None
    assert scheduler.find(new.id) is new and scheduler.find(other.id) is other


def test_a_job_dropped_during_its_slice_is_closed_after_it(scheduler: Scheduler) -> None:
    started, go_on = threading.Event(), threading.Event()
    job = scheduler.submit(held(started, go_on), "a")
    assert started.wait(TIMEOUT_S)
    scheduler.drop(job)
    go_on.set()
    assert job.wait(99, TIMEOUT_S) is None and scheduler.wait_until_parked(job, TIMEOUT_S)


def test_a_job_without_viewers_is_parked_and_goes_on_when_watched_again(scheduler: Scheduler, clock: Clock) -> None:
    job = scheduler.submit(counting, "a")
    job.watch()
    job.send(Run())
    newer(job, 1)
    clock.now = 1000
    newer(job, newer(job, 0).version)  # being watched, it runs however long
    job.unwatch()
    clock.now = 1029
    newer(job, newer(job, 0).version)  # who asks is looking, from whatever place
    clock.now = 1059
    assert scheduler.wait_until_parked(job, TIMEOUT_S)
    version = newer(job, 0).version
    job.watch()
    assert newer(job, version + 1).meta["state"] == "running"


def test_a_job_nobody_watches_for_long_is_freed(scheduler: Scheduler, clock: Clock) -> None:
    job, watched = scheduler.submit(counting, "a"), scheduler.submit(counting, "b")
    watched.watch()
    clock.now = 899
    scheduler.free_abandoned()
    assert scheduler.find(job.id) is job
    clock.now = 900
    scheduler.free_abandoned()
    assert scheduler.find(job.id) is None and scheduler.find(watched.id) is watched
    assert not scheduler.was_dropped(job.id)  # nobody ended it: whoever comes back may ask for another in vain


def test_of_jobs_that_were_ended_the_last_are_remembered(scheduler: Scheduler) -> None:
    jobs = [scheduler.submit(counting, "a") for _ in range(3)]
    assert [scheduler.was_dropped(job.id) for job in jobs] == [True, True, False]
    scheduler._ended = type(scheduler._ended)(scheduler._ended, maxlen=2)
    scheduler.drop(jobs[2])
    assert [scheduler.was_dropped(job.id) for job in jobs] == [False, True, True]


def test_two_hundred_jobs_leave_no_thread_and_no_object(clock: Clock) -> None:
    n_threads = threading.active_count()
    scheduler = Scheduler(n_workers=2, clock=clock)
    left = []
    for i in range(200):
        job = scheduler.submit(counting, f"owner {i % 3}")
        job.watch()
        job.send(Run())
        newer(job, 0)
        job.unwatch()
        scheduler.drop(job)
        assert scheduler.wait_until_parked(job, TIMEOUT_S)
        left.append(weakref.ref(job))
        del job
    scheduler.shutdown()
    gc.collect()
    assert [ref() for ref in left if ref() is not None] == []
    assert threading.active_count() == n_threads
    assert not scheduler._jobs and not scheduler._alone_since and not scheduler._woken and not scheduler._turns.n_busy


def test_there_is_one_scheduler_per_process_whichever_thread_and_module_asks() -> None:
    """Pages run in a thread of their own each, routes in the server's: what one submits the others find and no other runs."""
    found: list[Scheduler] = []
    askers = [threading.Thread(target=lambda: found.append(get_scheduler())) for _ in range(3)]
    for thread in askers:
        thread.start()
        thread.join(TIMEOUT_S)
    job = found[0].submit(counting, "a")
    assert routes.get_scheduler().find(job.id) is job and get_scheduler().find(job.id) is job
    assert newer(job, 0).meta["epoch"] == 0
    found[1].drop(job)
    assert found[2].find(job.id) is None
    workers = [thread for thread in threading.enumerate() if thread in get_scheduler()._threads]
    named = [thread for thread in threading.enumerate() if thread.name in {worker.name for worker in workers}]
    assert len(workers) == get_scheduler().n_workers and named == workers
