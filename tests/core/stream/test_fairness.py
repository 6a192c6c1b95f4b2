"""What the scheduler makes of turns: shares of processor time, slices by how many are busy, and who counts as looking."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from core.stream import scheduler as module
from core.stream.commands import Found, Frames, Pause, Run, Set, Stop
from core.stream.job import Job, Steps
from core.stream.mailbox import Mailbox, NotAnswered, NotTaken
from core.stream.scheduler import Scheduler
from core.stream.snapshot import Snapshot
from core.stream.turns import slice_length
from tests.core.stream.studies import TIMEOUT_S, counting, failing, held

FRAMES = Frames(after=0)


class Clock:
    """Time that only passes when told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cpu() -> Clock:
    return Clock()


@pytest.fixture
def scheduler(clock: Clock, cpu: Clock) -> Iterator[Scheduler]:
    scheduler = Scheduler(clock=clock, cpu_clock=cpu)
    yield scheduler
    scheduler.shutdown()


def using(cpu: Clock, seconds: float, turns: list[str], name: str, n_most: int = 10**9) -> Callable[[Mailbox], Steps]:
    """Return a study each of whose slices uses so much time; it ends when `n_most` slices were had by all together."""

    def study(mailbox: Mailbox) -> Steps:
        while len(turns) < n_most:
            cpu.now += seconds
            turns.append(name)
            yield None

    return study


def hold(scheduler: Scheduler) -> threading.Event:
    """Keep the worker busy until the event is set, so that jobs submitted meanwhile start together."""
    started, go_on = threading.Event(), threading.Event()
    job = scheduler.submit(held(started, go_on), "gate keeper")
    assert started.wait(TIMEOUT_S)
    job.send(Stop())
    return go_on


def wait_for_the_end(*jobs: Job) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not all(job.is_done for job in jobs):
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_who_has_long_steps_gets_turns_less_often(scheduler: Scheduler, cpu: Clock) -> None:
    turns: list[str] = []
    go_on = hold(scheduler)
    jobs = [
        scheduler.submit(using(cpu, s, turns, name, 1100), name, name) for name, s in (("heavy", 1.0), ("light", 0.01))
    ]
    go_on.set()
    wait_for_the_end(*jobs)
    assert turns.count("heavy") == pytest.approx(turns.count("light") / 100, abs=2)


def test_a_session_with_many_jobs_gets_the_time_of_one(scheduler: Scheduler, cpu: Clock) -> None:
    turns: list[str] = []
    go_on = hold(scheduler)
    slots = [scheduler.submit(using(cpu, 0.01, turns, "many", 1000), f"slot {i}", "many") for i in range(5)]
    other = scheduler.submit(using(cpu, 0.01, turns, "other", 1000), "slot", "other")
    go_on.set()
    wait_for_the_end(*slots, other)
    assert turns.count("other") == pytest.approx(500, abs=3)


def test_the_slice_reaches_the_study_and_is_shorter_when_many_are_busy(scheduler: Scheduler) -> None:
    seen: list[float] = []

    def study(mailbox: Mailbox) -> Steps:
        seen.append(mailbox.slice_s)
        yield from ()

    go_on = hold(scheduler)
    jobs = [scheduler.submit(study, str(i)) for i in range(50)]
    go_on.set()
    wait_for_the_end(*jobs)
    assert seen[0] == slice_length(50) and seen[-1] == slice_length(1)


def test_a_command_to_one_of_many_is_shown_before_the_others_have_their_turns(scheduler: Scheduler, cpu: Clock) -> None:
    turns: list[str] = []
    mine = scheduler.submit(counting, "mine")
    first = mine.wait(0, TIMEOUT_S)
    assert first is not None and scheduler.wait_until_parked(mine, TIMEOUT_S)
    go_on = hold(scheduler)
    others = [scheduler.submit(using(cpu, 0.01, turns, "other", 4000), f"other {i}") for i in range(40)]
    for job in others:
        job.mailbox.owes_snapshot = False  # they have shown themselves before
    had: list[int] = []

    mine.mailbox.wants_snapshot = True  # a viewer waits
    mine.send(Set(name="l2", value=0.5))
    publish = mine._publish
    mine._publish = lambda snapshot: (had.append(len(turns)), publish(snapshot))[1]  # type: ignore[method-assign]
    go_on.set()
    wait_for_the_end(*others)
    assert had == [0] and mine.latest is not None and mine.latest.meta["strengths"] == {"l2": 0.5}


def test_there_is_a_thread_for_each_core_that_may_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "count_cores", lambda: 4)
    for workers, threads in (("", 4), ("3", 3), ("0", 1), ("99", 4)):
        monkeypatch.setenv("OVERFIT_LAB_WORKERS", workers)
        monkeypatch.setattr(module, "count_workers", lambda told=workers: int(told or 4))
        assert module.count_threads() == threads


def meeting(
    inside: list[str], name: str, holds_lock: bool, most: list[int], n_slices: int = 40
) -> Callable[[Mailbox], Steps]:
    """Return a study that notes in each slice how many of its kind are in one."""

    def study(mailbox: Mailbox) -> Steps:
        mailbox.holds_lock = holds_lock
        yield None
        for _ in range(n_slices):
            inside.append(name)
            most.append(len(inside))
            time.sleep(0.002)
            inside.remove(name)
            yield None

    return study


@pytest.mark.parametrize("holds_lock, n_at_once", [(True, 1), (False, 2)])
def test_jobs_that_need_no_lock_run_at_once_and_the_others_one_after_another(holds_lock: bool, n_at_once: int) -> None:
    scheduler = Scheduler(n_workers=2)
    inside: list[str] = []
    most: list[int] = []
    try:
        jobs = [scheduler.submit(meeting(inside, name, holds_lock, most), name, name) for name in "ab"]
        wait_for_the_end(*jobs)
        assert max(most) == n_at_once
    finally:
        scheduler.shutdown()


def test_two_at_once_get_the_same_scheduler(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first user is made to wait inside; the second must not make another meanwhile."""
    made, inside, go_on = [], threading.Event(), threading.Event()

    def make(n_workers: int) -> Scheduler:
        inside.set()
        assert go_on.wait(TIMEOUT_S)
        made.append(Scheduler())
        return made[-1]

    monkeypatch.setattr(module, "Scheduler", make)
    monkeypatch.setattr(module, "_only_scheduler", module.cache(module._only_scheduler.__wrapped__))
    got: list[object] = []
    threads = [threading.Thread(target=lambda: got.append(module.get_scheduler())) for _ in range(2)]
    for thread in threads:
        thread.start()
    assert inside.wait(TIMEOUT_S)
    go_on.set()
    for thread in threads:
        thread.join(TIMEOUT_S)
    assert len(made) == 1 and got == made * 2


# --- who counts as looking ---


def test_an_open_page_that_asks_for_nothing_is_not_looking(scheduler: Scheduler, clock: Clock) -> None:
    """A hidden tab keeps its socket and draws nothing; the run stands still until it asks again."""
    job = scheduler.submit(counting, "a")
    job.watch()
    job.send(Run())
    assert asyncio.run(asyncio.wait_for(job.newer_than(1), TIMEOUT_S)) is not None
    clock.now = 29.0
    assert not scheduler.is_parked(job)
    clock.now = 30.0
    assert scheduler.wait_until_parked(job, TIMEOUT_S)
    assert job.latest is not None
    later = asyncio.run(asyncio.wait_for(job.newer_than(job.latest.version + 1), TIMEOUT_S))
    assert later is not None and later.meta["state"] == "running" and not scheduler.is_parked(job)


def test_who_waits_for_a_late_snapshot_is_looking(scheduler: Scheduler, clock: Clock) -> None:
    go_on = hold(scheduler)
    job = scheduler.submit(counting, "a")
    job.watch()
    job.send(Run())
    waiter = threading.Thread(target=job.wait, args=(-1, TIMEOUT_S))
    waiter.start()
    while not job._waiters:
        time.sleep(0.001)
    clock.now = 100.0
    go_on.set()
    waiter.join(TIMEOUT_S)
    assert job.latest is not None


# --- questions and commands ---


def test_questions_are_answered_by_the_thread_that_runs_the_job(scheduler: Scheduler) -> None:
    def study(mailbox: Mailbox) -> Steps:
        mailbox.is_idle = True
        mailbox.answer = lambda _: threading.current_thread().name.encode()
        yield Snapshot(1, {}, {})

    job = scheduler.submit(study, "a")
    assert job.wait(0, TIMEOUT_S) is not None
    assert job.reply(Found()) == b"lab-worker-0"


def test_a_parked_and_an_ended_job_still_answer(scheduler: Scheduler, clock: Clock) -> None:
    job = scheduler.submit(counting, "a")
    assert job.wait(0, TIMEOUT_S) is not None
    clock.now = 100.0
    assert scheduler.wait_until_parked(job, TIMEOUT_S)
    assert job.reply(FRAMES) is not None
    job.watch()
    job.send(Stop())
    wait_for_the_end(job)
    assert job.reply(FRAMES) is not None
    scheduler.drop(job)
    with pytest.raises(NotAnswered, match="This run is gone"):
        job.reply(FRAMES)


def test_an_error_in_an_answer_reaches_who_asked_and_leaves_the_run_alone(scheduler: Scheduler) -> None:
    def study(mailbox: Mailbox) -> Steps:
        mailbox.is_idle, mailbox.answer = True, lambda _: bytes(1 // 0)
        yield Snapshot(1, {}, {})

    job = scheduler.submit(study, "a")
    assert job.wait(0, TIMEOUT_S) is not None
    with pytest.raises(NotAnswered, match=r"could not answer.*ZeroDivisionError"):
        job.reply(Found())
    assert job.error is None


@pytest.mark.parametrize("command", [Run(), Pause(), Set(name="l2", value=0.1)])
def test_a_command_to_a_failed_job_is_answered_in_words_and_kept_nowhere(scheduler: Scheduler, command: object) -> None:
    job = scheduler.submit(failing, "a")
    assert job.wait(1, TIMEOUT_S) is not None
    for _ in range(1000):
        with pytest.raises(NotTaken, match="no rows left"):
            job.send(command)  # type: ignore[arg-type]
    assert len(job.mailbox) == 0
