"""A study in a process of its own: the same commands in, the same snapshots out, and its end hurts nobody else."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core import Experiment
from core.live.asking import ask
from core.live.making import OnSplit
from core.live.path.run import path_run
from core.live.playground.run import playground_run
from core.live.study import live_study
from core.stream import nursery as nurseries
from core.stream.commands import Frames, Pace, Pause, Reset, Run, Set, Step
from core.stream.job import Job
from core.stream.lane import Lane, lane_study, rest_of
from core.stream.nursery import Nursery
from core.stream.scheduler import Scheduler
from core.stream.snapshot import Snapshot
from core.studies.path.sweep import PathMoment
from tests.core.stream.studies import TIMEOUT_S, counting

SMALL = Experiment(network={"hidden_sizes": [4]}, training={"n_epochs": 5})
ENDLESS = SMALL.replace(n_epochs=1_000_000, hidden_sizes=(256, 256))  # hours, with compiled steps too
WAIT_S = 120.0  # a process loads torch, on a busy machine


@pytest.fixture
def scheduler() -> Iterator[Scheduler]:
    scheduler = Scheduler()
    yield scheduler
    scheduler.shutdown()


def start(
    scheduler: Scheduler, experiment: Experiment, owner: str = "a", n_bytes: int = 300_000_000, run=playground_run,
    lane: Lane | None = None,
) -> Job:  # fmt: skip
    job = scheduler.submit(lane_study(OnSplit(run, experiment), None, n_bytes, lane or LANE), owner)
    job.watch()
    return job


LANE = Lane(1)


def until(job: Job, is_so, seconds: float = WAIT_S) -> Snapshot:
    snapshot = job.wait(-1, seconds)
    while snapshot is not None and not is_so(snapshot.meta):
        snapshot = job.wait(snapshot.version, seconds)
    assert snapshot is not None
    return snapshot


def children() -> set[int]:
    found = subprocess.run(["pgrep", "-f", "core.live.child", "-P", str(os.getpid())], capture_output=True, text=True)
    return {int(pid) for pid in found.stdout.split()}


def test_it_gives_the_numbers_of_a_study_in_this_process(scheduler: Scheduler) -> None:
    far = start(scheduler, SMALL, "far", run=path_run)
    near = scheduler.submit(live_study(OnSplit(path_run, SMALL)), "near")
    first = far.wait(-1, WAIT_S)
    assert first is not None and first.meta["state"] == "paused"
    shown = []
    for job in (far, near):
        job.send(Set(name="learning_rate", value=0.02))
        job.send(Run())
        shown.append(until(job, lambda meta: meta["state"] == "finished"))
    for name, values in shown[1].arrays.items():
        np.testing.assert_array_equal(shown[0].arrays[name], values, name)
    assert shown[0].meta["members"][0]["readouts"] == shown[1].meta["members"][0]["readouts"]
    frames = far.reply(Frames(after=-1))
    assert isinstance(frames, Snapshot) and frames.kind == "frames" and frames.arrays["frame_epoch"][0] == 0
    paths = [ask(job, PathMoment) for job in (far, near)]
    assert paths[0].experiment.get("learning_rate") == 0.02 and paths[0].experiment == paths[1].experiment
    assert paths[0].kinds == paths[1].kinds and paths[0].strengths == paths[1].strengths
    np.testing.assert_array_equal(paths[0].state.parameters, paths[1].state.parameters)
    far.send(Reset())
    assert until(far, lambda meta: meta["epoch"] == 0).meta["state"] == "paused"
    assert scheduler.wait_until_parked(far, WAIT_S)  # idle, it takes no slices


def test_a_process_that_dies_is_said_and_leaves_the_others_alone(scheduler: Scheduler) -> None:
    before = children()
    doomed, other = start(scheduler, ENDLESS, "doomed"), scheduler.submit(counting, "other")
    doomed.send(Run())
    until(doomed, lambda meta: meta["state"] == "running" and meta["epoch"] > 0)
    for pid in children() - before:
        os.kill(pid, signal.SIGKILL)
    last = until(doomed, lambda meta: meta["state"] == "failed")
    assert "The process that trained this was ended: it was killed" in last.meta["banner"]["text"]
    assert last.arrays  # what was shown last stays
    other.send(Step())
    assert other.wait(0, TIMEOUT_S) is not None and other.error is None


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system sets no limit")
def test_a_study_that_takes_more_memory_than_was_said_is_ended_and_says_so(scheduler: Scheduler) -> None:
    greedy = SMALL.replace(hidden_sizes=(512,) * 6, values=tuple(i / 100 for i in range(1, 60)))
    job = start(scheduler, greedy, n_bytes=1_000_000, run=path_run)
    assert (
        "more memory than a run may have" in until(job, lambda meta: meta["state"] == "failed").meta["banner"]["text"]
    )


WITHOUT_LIMITS = """import pathlib
from core.live import child
from core.stream import memory
memory.STATUS = pathlib.Path('/nowhere')
child.main()
"""
# Linux counts to a program's peak what the process held before it became that program, here all of the tests: so a small
# shell stands between. (macOS and Windows, where the watch is needed, begin at nothing.)
FROM_A_SHELL = ("/bin/sh", "-c", '"$0" -c "$1"; exit $?', sys.executable, WITHOUT_LIMITS)


@pytest.mark.skipif(sys.platform == "win32", reason="the peak is read otherwise there")
def test_where_the_system_sets_no_limit_a_watch_ends_what_takes_too_much(
    scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nurseries, "COMMAND", FROM_A_SHELL)
    job = start(scheduler, SMALL, "modest")
    assert until(job, lambda meta: True).meta["state"] == "paused"
    greedy = SMALL.replace(hidden_sizes=(512,) * 6, values=tuple(i / 100 for i in range(1, 60)))
    job = start(scheduler, greedy, n_bytes=1_000_000, run=path_run)
    said = until(job, lambda meta: meta["state"] == "failed").meta["banner"]["text"]
    assert "it took more memory than a run may have" in said


def test_newcomers_stand_in_line_until_they_have_something_to_show(scheduler: Scheduler) -> None:
    lane = Lane(1)
    jobs = [start(scheduler, SMALL, owner, lane=lane) for owner in "abc"]
    for i, job in enumerate(jobs):
        assert scheduler.wait_until_parked(job, WAIT_S)
        assert job.place == i + 1 or job.latest is not None
    assert jobs[2].place == 3
    scheduler.drop(jobs[1])
    assert jobs[2].place <= 2
    for job in (jobs[0], jobs[2]):
        until(job, lambda meta: True)
        assert job.place == 0


def test_a_spare_process_is_ready_for_the_next_study_and_replaced_when_it_dies(scheduler: Scheduler) -> None:
    nursery = Nursery(keeps_spare=True)
    lane = Lane(1, nursery)
    assert nursery.spare is None  # none before it is worth one
    until(start(scheduler, SMALL, "a", lane=lane), lambda meta: True)
    spare = wait_for_spare(nursery)
    second = start(scheduler, SMALL, "b", lane=lane)
    until(second, lambda meta: True)
    assert is_alive(spare.pid) and wait_for_spare(nursery).pid != spare.pid
    os.kill(nursery.spare.pid, signal.SIGKILL)
    nursery.spare.wait()
    third = start(scheduler, SMALL, "c", lane=lane)
    assert until(third, lambda meta: True).meta["state"] == "paused"
    scheduler.drop(second)
    nurseries.end(wait_for_spare(nursery))


def wait_for_spare(nursery: Nursery) -> nurseries.Process:
    give_up = time.monotonic() + WAIT_S
    while not nurseries.is_alive(nursery.spare):
        assert time.monotonic() < give_up
        time.sleep(0.02)
    return nursery.spare


def test_heavy_studies_take_turns_where_one_may_work_at_a_time(scheduler: Scheduler) -> None:
    jobs = [start(scheduler, ENDLESS, owner) for owner in "ab"]
    for job in jobs:
        job.send(Run())
    epochs = [until(job, lambda meta: meta["epoch"] > 0).meta["epoch"] for job in jobs]
    for job, epoch in zip(jobs, epochs, strict=True):
        until(job, lambda meta, epoch=epoch: meta["epoch"] > epoch)
    for job in jobs:
        job.send(Pause())
        until(job, lambda meta: meta["state"] == "paused")


def test_a_job_that_is_dropped_takes_its_process_with_it(scheduler: Scheduler) -> None:
    before = children()
    job = start(scheduler, ENDLESS)
    until(job, lambda meta: True)
    assert children() - before
    scheduler.drop(job)
    give_up = time.monotonic() + WAIT_S
    while children() - before:
        assert time.monotonic() < give_up
        time.sleep(0.02)


SERVER = """
import time
from core.stream.scheduler import get_scheduler
from core.stream.lane import the_lane
from tests.core.stream.test_lane import ENDLESS, children, start, until, wait_for_spare
from core.stream.commands import Run
job = start(get_scheduler(), ENDLESS)
job.send(Run())
until(job, lambda meta: meta["epoch"] > 0)
the_lane().nursery.prepare()
wait_for_spare(the_lane().nursery)
assert len(children()) == 2
print(*children(), flush=True)
time.sleep(600)
"""


def test_a_server_that_is_killed_leaves_no_process_behind() -> None:
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    pids = [int(pid) for pid in server.stdout.readline().split()]
    assert pids
    server.kill()
    server.wait()
    server.stdout.close()
    give_up = time.monotonic() + WAIT_S
    while any(is_alive(pid) for pid in pids):
        assert time.monotonic() < give_up
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_a_paced_study_rests_in_its_process_too(scheduler: Scheduler) -> None:
    job = start(scheduler, ENDLESS)
    until(job, lambda meta: meta["state"] == "paused")
    job.send(Pace(pace=2.0))
    job.send(Run())
    began = time.monotonic()
    shown = until(job, lambda meta: meta["epoch"] >= 3)
    assert shown.meta["epoch"] == 3 and time.monotonic() - began >= 0.9
    job.send(Pace(pace="full"))
    until(job, lambda meta: meta["epoch"] > 500)


@pytest.mark.parametrize(("name", "rest_s"), [("rest 0.25", 0.25), ("busy", 0.0), ("idle", 0.0), ("failed", 0.0)])
def test_an_answer_says_how_long_a_process_rests(name: str, rest_s: float) -> None:
    assert rest_of(name) == rest_s
