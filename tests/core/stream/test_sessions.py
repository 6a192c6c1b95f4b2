"""Many people at once on one server: each sees their own run and no other's, and whoever leaves disturbs nobody."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from websockets.sync.client import ClientConnection

from core.stream.scheduler import Scheduler
from core.stream.snapshot import Snapshot
from tests.core.stream.sockets import ask, open_stream, receive
from tests.core.stream.studies import TIMEOUT_S, counting

N_SESSIONS = 10


def follow(stream: ClientConnection, version: int, n_snapshots: int) -> list[Snapshot]:
    """Return so many snapshots, each newer than `version` and than the one before."""
    seen: list[Snapshot] = []
    for _ in range(n_snapshots):
        ask(stream, type="ready", version=seen[-1].version if seen else version)
        seen.append(receive(stream))
    return seen


def take_part(stream: ClientConnection, number: int) -> list[Snapshot]:
    """Give one's own strengths, train, and watch."""
    ask(stream, type="set", name="l1", value=number / 100)
    ask(stream, type="set", name="l2", value=0.5 + number / 100)
    ask(stream, type="run")
    return follow(stream, -1, 12)


def test_ten_people_train_side_by_side_and_half_of_them_leave(host: str, routed_scheduler: Scheduler) -> None:
    jobs = [routed_scheduler.submit(counting, f"session {i}") for i in range(N_SESSIONS)]
    with ExitStack() as lines, ThreadPoolExecutor(N_SESSIONS) as people:
        streams = [lines.enter_context(open_stream(host, job.id)) for job in jobs]
        seen = list(people.map(take_part, streams, range(N_SESSIONS)))
        for number, snapshots in enumerate(seen):
            versions, epochs = zip(*((one.version, one.meta["epoch"]) for one in snapshots), strict=True)
            assert list(versions) == sorted(set(versions)) and list(epochs) == sorted(epochs) and epochs[-1] > epochs[0]
            assert snapshots[-1].meta["strengths"] == {"l1": number / 100, "l2": 0.5 + number / 100}
            assert [one.arrays["epoch"].tolist() for one in snapshots] == [[float(epoch)] for epoch in epochs]
        for stream, job in zip(streams[::2], jobs[::2], strict=True):
            stream.close()
            routed_scheduler.drop(job)
        rest = list(people.map(follow, streams[1::2], [snapshots[-1].version for snapshots in seen[1::2]], [5] * 5))
        assert all(after[0].version > before[-1].version for after, before in zip(rest, seen[1::2], strict=True))
        assert all(
            after[-1].meta["strengths"] == before[-1].meta["strengths"]
            for after, before in zip(rest, seen[1::2], strict=True)
        )
        assert all(
            after[-1].meta["epoch"] > before[-1].meta["epoch"] for after, before in zip(rest, seen[1::2], strict=True)
        )
    assert [routed_scheduler.find(job.id) for job in jobs] == [job if i % 2 else None for i, job in enumerate(jobs)]


def test_ten_who_watch_one_run_see_the_same_and_one_who_never_reads_holds_nobody_up(
    host: str, routed_scheduler: Scheduler
) -> None:
    job = routed_scheduler.submit(counting, "teacher")
    assert job.wait(0, TIMEOUT_S) is not None
    with ExitStack() as lines, ThreadPoolExecutor(N_SESSIONS) as people:
        streams = [lines.enter_context(open_stream(host, job.id)) for _ in range(N_SESSIONS + 1)]
        *readers, silent = streams
        ask(silent, type="ready", version=-1)  # and then nothing
        ask(readers[0], type="run")
        seen = list(people.map(follow, readers, [-1] * N_SESSIONS, [8] * N_SESSIONS))
        epochs: dict[int, float] = {}
        for one in (one for snapshots in seen for one in snapshots):
            assert epochs.setdefault(one.version, one.meta["epoch"]) == one.meta["epoch"]
        assert job.n_watchers == N_SESSIONS + 1
