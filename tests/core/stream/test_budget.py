"""The ledger of memory, and the scheduler that keeps it: caps, a line, and room made by letting go of what nobody sees."""

from collections.abc import Iterator

import pytest

from core.stream.budget import SMALL_BYTES, Ledger, Limits, place_in_words
from core.stream.commands import Found
from core.stream.mailbox import NotAnswered
from core.stream.scheduler import Scheduler
from tests.core.stream.studies import TIMEOUT_S, counting
from tests.core.stream.test_scheduler import Clock

MB = 1_000_000
LIMITS = Limits(n_jobs=3, n_bytes=200 * MB, user_jobs=2, user_bytes=150 * MB)


def test_who_finds_no_room_stands_in_line_and_is_served_in_turn() -> None:
    ledger = Ledger(LIMITS)
    assert ledger.enter("a", "A", 120 * MB)
    assert not ledger.enter("b", "B", 100 * MB) and not ledger.enter("c", "C", 90 * MB)
    assert [ledger.place(name) for name in "abc"] == [0, 1, 2] and ledger.n_bytes == 120 * MB
    assert ledger.leave("a") == ["b", "c"] and ledger.n_bytes == 190 * MB
    assert ledger.leave("b") == [] == ledger.leave("c") and ledger.n_bytes == 0


def test_a_small_job_does_not_wait_behind_a_large_one_but_a_large_one_does() -> None:
    ledger = Ledger(LIMITS)
    assert ledger.enter("a", "A", 120 * MB) and not ledger.enter("b", "B", 100 * MB)
    assert not ledger.enter("c", "C", SMALL_BYTES + MB)
    assert ledger.enter("d", "D", SMALL_BYTES)


def test_one_user_has_no_more_than_one_may_and_blocks_nobody() -> None:
    ledger = Ledger(LIMITS)
    assert ledger.enter("a1", "A", MB) and ledger.enter("a2", "A", MB) and not ledger.enter("a3", "A", MB)
    assert ledger.enter("b", "B", 100 * MB)
    assert ledger.leave("a1") == ["a3"]
    assert not ledger.enter("b2", "B", 60 * MB)


def test_there_is_a_cap_on_jobs_and_a_job_alone_always_has_room() -> None:
    ledger = Ledger(LIMITS)
    assert [ledger.enter(name, name, 0) for name in "abcd"] == [True, True, True, False]
    assert Ledger(LIMITS).enter("a", "A", 900 * MB)


def test_places_in_words() -> None:
    assert [place_in_words(n) for n in (1, 2, 3, 4, 11, 12, 21, 113)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "21st", "113th",
    ]  # fmt: skip


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def scheduler(clock: Clock) -> Iterator[Scheduler]:
    scheduler = Scheduler(clock=clock, limits=LIMITS)
    yield scheduler
    scheduler.shutdown()


def test_a_job_without_room_does_not_begin_until_there_is_some(scheduler: Scheduler) -> None:
    first = scheduler.submit(counting, "a", n_bytes=120 * MB)
    second = scheduler.submit(counting, "b", n_bytes=100 * MB)
    assert first.wait(-1, TIMEOUT_S) is not None
    assert scheduler.place(second) == 1 and second.latest is None and scheduler.is_parked(second)
    with pytest.raises(NotAnswered, match="has not begun"):
        second.reply(Found())  # it is answered all the same
    scheduler.drop(first)
    assert second.wait(-1, TIMEOUT_S) is not None and scheduler.place(second) == 0


def test_room_is_made_by_letting_go_of_what_nobody_sees(scheduler: Scheduler, clock: Clock) -> None:
    unseen, seen = scheduler.submit(counting, "a", n_bytes=100 * MB), scheduler.submit(counting, "b", n_bytes=90 * MB)
    seen.watch()
    assert unseen.wait(-1, TIMEOUT_S) is not None
    clock.now = 31
    job = scheduler.submit(counting, "c", n_bytes=100 * MB)
    assert scheduler.find(unseen.id) is None and scheduler.find(seen.id) is seen
    assert scheduler.place(job) == 0 and job.wait(-1, TIMEOUT_S) is not None


def test_a_large_job_that_nobody_watches_is_let_go_sooner(scheduler: Scheduler, clock: Clock) -> None:
    large, small = scheduler.submit(counting, "a", n_bytes=150 * MB), scheduler.submit(counting, "b", n_bytes=MB)
    clock.now = 301  # a third of the time
    scheduler.free_abandoned()
    assert scheduler.find(large.id) is None and scheduler.find(small.id) is small


def test_who_stands_in_line_and_is_not_asked_after_loses_the_place(scheduler: Scheduler, clock: Clock) -> None:
    first = scheduler.submit(counting, "a", n_bytes=150 * MB)
    first.watch()
    gone, here = (scheduler.submit(counting, owner, n_bytes=100 * MB) for owner in "bc")
    clock.now = 20
    assert scheduler.place(here) == 2
    clock.now = 31
    scheduler.free_abandoned()
    assert scheduler.find(gone.id) is None and scheduler.place(here) == 1
