import asyncio

import pytest

from core.stream.commands import Frames, Reset, Set, Step
from core.stream.job import Job, Steps
from core.stream.mailbox import MAX_QUEUED, Mailbox, NotAnswered
from core.stream.snapshot import Snapshot
from tests.core.stream.studies import TIMEOUT_S, counting, failing


def test_fifty_sets_of_one_name_collapse_to_the_last() -> None:
    mailbox = Mailbox()
    for i in range(50):
        mailbox.put(Set(name="l1", value=i))
        mailbox.put(Set(name="l2", value=2 * i))
    assert mailbox.take() == [Set(name="l1", value=49), Set(name="l2", value=98)]
    assert mailbox.take() == []


def test_a_set_does_not_move_across_a_reset() -> None:
    mailbox = Mailbox()
    commands = [Set(name="l1", value=1), Reset(), Set(name="l1", value=1)]
    for command in [*commands, commands[-1]]:
        mailbox.put(command)
    assert mailbox.take() == commands


def test_a_full_mailbox_refuses_in_words() -> None:
    mailbox = Mailbox()
    for _ in range(MAX_QUEUED):
        mailbox.put(Step())
    with pytest.raises(ValueError, match="wait for the run"):
        mailbox.put(Step())


def test_ids_are_long_and_distinct() -> None:
    ids = {Job(counting).id for _ in range(100)}
    assert len(ids) == 100 and min(map(len, ids)) >= 32


def test_an_error_becomes_a_sentence_and_a_last_snapshot() -> None:
    job = Job(failing)
    job.run_slice()
    job.run_slice()
    assert job.is_done and job.error == "The run stopped on an error. ZeroDivisionError: no rows left"
    assert job.latest is not None and job.latest.version == 2 and job.latest.meta["state"] == "failed"
    assert job.latest.meta["banner"]["text"] == job.error and "kept" in job.latest.arrays


def test_waiting_in_asyncio_ends_with_a_snapshot_and_with_a_close() -> None:
    async def scenario() -> tuple[Snapshot | None, Snapshot | None]:
        job = Job(counting)
        waiter = asyncio.create_task(job.newer_than(0))
        await asyncio.sleep(0)
        await asyncio.to_thread(job.run_slice)
        first = await asyncio.wait_for(waiter, TIMEOUT_S)
        waiter = asyncio.create_task(job.newer_than(1))
        await asyncio.sleep(0)
        await asyncio.to_thread(job.close)
        return first, await asyncio.wait_for(waiter, TIMEOUT_S)

    first, second = asyncio.run(scenario())
    assert first is not None and first.version == 1
    assert second is None


def test_a_cancelled_wait_leaves_nothing_behind() -> None:
    async def scenario() -> Job:
        job = Job(counting)
        waiter = asyncio.create_task(job.newer_than(0))
        await asyncio.sleep(0)
        waiter.cancel()
        await asyncio.gather(waiter, return_exceptions=True)
        return job

    assert asyncio.run(scenario())._waiters == []


def test_closing_runs_the_clean_up_of_the_study() -> None:
    ended = []

    def study(mailbox: Mailbox) -> Steps:
        try:
            yield None
        finally:
            ended.append(True)

    job = Job(study)
    job.run_slice()
    job.close()
    assert ended == [True] and job.wait(-1) is None


def test_frames_come_from_the_study() -> None:
    job = Job(counting)
    with pytest.raises(NotAnswered, match="has not begun"):
        job.reply(Frames(after=0))
    job.run_slice()
    frames = job.reply(Frames(after=0))
    assert isinstance(frames, Snapshot) and frames.kind == "frames"
