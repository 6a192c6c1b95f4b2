"""Closed tabs: two hundred real runs watched over real sockets and left in mid-run leave nothing behind."""

import gc
import threading
import weakref
from itertools import pairwise
from pathlib import Path

from core import Experiment
from core.data import load_split
from core.live.playground.run import playground_run
from core.live.study import live_study
from core.stream.scheduler import Scheduler
from tests.core.stream.sockets import ask, open_stream, receive

N_CYCLES, N_STRETCH = 200, 50  # sizes are taken after each stretch; the first one warms up
MAX_GROWTH_BYTES = (
    4_000_000  # of the stretch that grows least: a leak grows in each, a cache or the allocator's next arena once
)
EXPERIMENT = Experiment(data={"noise_std": 0.3}, training={"n_epochs": 1_000_000})


def resident_bytes() -> int:
    """Return this process's resident memory, 0 where the system does not tell."""
    path = Path("/proc/self/statm")
    return int(path.read_text().split()[1]) * 4096 if path.exists() else 0


def leave_in_mid_run(host: str, scheduler: Scheduler, split) -> list:
    """Open a run as a tab does, watch it train, close the tab; return what must be gone later."""
    runs = []

    def make_run():
        runs.append(playground_run(EXPERIMENT, split))
        return runs[-1]

    job = scheduler.submit(live_study(make_run), f"tab {id(runs)}")
    with open_stream(host, job.id) as stream:
        ask(stream, type="run")
        ask(stream, type="ready", version=1)
        while receive(stream).meta["epoch"] == 0:
            ask(stream, type="ready", version=job.latest.version)
    assert job.latest.meta["state"] == "running"
    return [weakref.ref(job), weakref.ref(runs.pop())]


def test_two_hundred_closed_tabs_leave_no_thread_and_no_memory(host: str, routed_scheduler: Scheduler) -> None:
    scheduler = routed_scheduler
    split, left, is_free = load_split(EXPERIMENT.data), [], threading.Event()
    now = [0.0]
    scheduler.clock = lambda: now[0]
    drop = scheduler.drop
    scheduler.drop = lambda job: (drop(job), is_free.set())[0]  # type: ignore[method-assign]
    sizes = []
    for cycle in range(N_CYCLES):
        left += leave_in_mid_run(host, scheduler, split)
        is_free.clear()
        while not is_free.wait(0.01):  # the server notices the closed socket; then time passes and the job is dropped
            now[0] += scheduler.free_s
            scheduler.free_abandoned()
        if (cycle + 1) % N_STRETCH == 0:
            gc.collect()
            sizes.append(resident_bytes())
    n_threads = threading.active_count()
    scheduler.shutdown()
    gc.collect()
    assert [ref for ref in left if ref() is not None] == []
    assert threading.active_count() == n_threads - scheduler.n_workers
    assert not scheduler._jobs and not scheduler._turns.n_busy
    assert min(after - before for before, after in pairwise(sizes)) < MAX_GROWTH_BYTES, sizes
