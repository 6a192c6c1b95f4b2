"""Requests: each is answered once, in order, by the thread that runs the study; who asks in vain is told why, and never hangs."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from core.stream import job as jobs
from core.stream.commands import Found, Frames, Request, Run, Stop
from core.stream.job import Job, Steps, Study
from core.stream.mailbox import MAX_QUEUED, Mailbox, NotAnswered
from core.stream.scheduler import Scheduler
from core.stream.snapshot import Snapshot
from tests.core.stream.studies import TIMEOUT_S, counting, failing, held


@pytest.fixture
def scheduler() -> Iterator[Scheduler]:
    scheduler = Scheduler()
    yield scheduler
    scheduler.shutdown()


def training(asked: list[int | None], threads: set[str]) -> Study:
    """Return a study that trains on and on, and answers with the epoch asked for and the slices done by then."""

    def study(mailbox: Mailbox) -> Steps:
        n_slices = 0

        def answer(request: Request) -> bytes:
            assert isinstance(request, Found)
            asked.append(request.epoch)
            threads.add(threading.current_thread().name)
            return f"{request.epoch} {n_slices}".encode()

        mailbox.answer = answer
        while True:
            mailbox.take()
            n_slices += 1
            yield Snapshot(n_slices, {"state": "running"}, {}) if mailbox.wants_snapshot else None

    return study


def test_many_requests_of_many_threads_during_training_are_each_answered_once_and_in_order(
    scheduler: Scheduler,
) -> None:
    asked: list[int | None] = []
    threads: set[str] = set()
    job = scheduler.submit(training(asked, threads), "a")
    assert job.wait(-1, TIMEOUT_S) is not None

    def ask_some(first: int) -> list[bytes]:
        waiting = [job.ask(Found(epoch=epoch)) for epoch in range(first, first + 20)]
        return [bytes(reply.result(TIMEOUT_S)) for reply in waiting]  # type: ignore[arg-type]

    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(ask_some, range(0, 800, 100)))
    for first, got in zip(range(0, 800, 100), replies, strict=True):
        epochs, slices = zip(*(map(int, reply.split()) for reply in got), strict=True)
        assert list(epochs) == list(range(first, first + 20)) and list(slices) == sorted(slices)
        mine = [epoch for epoch in asked if epoch is not None and first <= epoch < first + 100]
        assert mine == list(range(first, first + 20))
    assert len(asked) == 160 and threads == {"lab-worker-0"}
    before = job.latest
    assert before is not None and job.wait(before.version, TIMEOUT_S) is not None  # it trains on


def test_too_many_requests_at_once_are_refused_and_the_others_answered(scheduler: Scheduler) -> None:
    started, go_on = threading.Event(), threading.Event()
    job = scheduler.submit(held(started, go_on), "a")
    assert started.wait(TIMEOUT_S)
    waiting = [job.ask(Frames(after=0)) for _ in range(MAX_QUEUED + 3)]
    go_on.set()
    errors = [reply.exception(TIMEOUT_S) for reply in waiting]
    assert errors[:MAX_QUEUED] == [None] * MAX_QUEUED
    assert all(isinstance(e, NotAnswered) and "not taken" in str(e) for e in errors[MAX_QUEUED:])


def test_a_job_that_another_one_replaces_tells_all_who_wait(scheduler: Scheduler) -> None:
    started, go_on = threading.Event(), threading.Event()
    job = scheduler.submit(held(started, go_on), "a")
    assert started.wait(TIMEOUT_S)
    waiting = [job.ask(Found()) for _ in range(5)]
    scheduler.submit(counting, "a")  # of the same owner: it takes the first one's place
    waiting.append(job.ask(Found()))  # while it is in its last slice
    go_on.set()
    for reply in waiting:
        with pytest.raises(NotAnswered, match="another one has taken its place"):
            reply.result(TIMEOUT_S)
    with pytest.raises(NotAnswered, match="another one has taken its place"):
        job.reply(Found())


def test_a_finished_and_a_failed_job_answer_or_say_that_they_cannot(scheduler: Scheduler) -> None:
    finished, failed = scheduler.submit(counting, "a"), scheduler.submit(failing, "b")
    finished.send(Run())
    finished.send(Stop())
    assert failed.wait(1, TIMEOUT_S) is not None and failed.error
    assert isinstance(finished.reply(Frames(after=0)), Snapshot)
    with pytest.raises(NotAnswered, match="has not begun"):  # it died before it had anything to answer with
        failed.reply(Frames(after=0))


def test_who_asks_a_job_that_is_too_busy_waits_no_longer_than_said(
    scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "REPLY_S", 0.05)
    started, go_on = threading.Event(), threading.Event()
    job = scheduler.submit(held(started, go_on), "a")
    assert started.wait(TIMEOUT_S)
    began = time.monotonic()
    with pytest.raises(NotAnswered, match="too busy"):
        job.reply(Frames(after=0))
    assert time.monotonic() < began + TIMEOUT_S
    go_on.set()
    monkeypatch.setattr(jobs, "REPLY_S", TIMEOUT_S)
    assert isinstance(job.reply(Frames(after=0)), Snapshot)


def test_a_reply_that_comes_later_from_elsewhere_is_passed_on() -> None:
    later: dict[int, Future[bytes | Snapshot]] = {0: Future(), 1: Future()}

    def study(mailbox: Mailbox) -> Steps:
        mailbox.answer = lambda request: later[request.epoch or 0] if isinstance(request, Found) else None
        yield None

    job = Job(study)
    job.run_slice()
    replies = [job.ask(Found(epoch=0)), job.ask(Found(epoch=1)), job.ask(Frames(after=0))]
    assert not replies[0].done() and isinstance(replies[2].exception(0), NotAnswered)
    later[0].set_result(b"here")
    later[1].set_exception(NotAnswered("It is gone."))
    assert replies[0].result(0) == b"here"
    with pytest.raises(NotAnswered, match=r"It is gone\."):
        replies[1].result(0)
