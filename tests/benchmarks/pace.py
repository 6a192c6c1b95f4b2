"""What a class costs the server while its runs tell their story, against the same class at full speed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

from core.data import load_split
from core.live.playground.run import playground_run
from core.live.study import live_study
from core.presets import START
from core.stream.commands import Pace, Run
from core.stream.job import Job
from core.stream.scheduler import Scheduler
from tests.benchmarks.table import Row

N_PEOPLE, SECONDS = 30, 5.0
DRAW_S = 0.066  # what a browser takes to draw a snapshot, with its pause before the next wish
LONG = START.replace(n_epochs=1_000_000)  # does not end meanwhile


def rows() -> Iterator[Row]:
    """Yield the row of the table."""
    full, n_full = visit("full")
    story, n_story = visit("story")
    yield Row(
        f"{N_PEOPLE} runs for {SECONDS:g} s: processor time, pictures per person and s",
        f"story {story:.2f} cores, {n_story:.1f}/s", f"full {full:.2f} cores, {n_full:.1f}/s",
        f"{story / full:.0%}", "less", story < full,
    )  # fmt: skip


def visit(pace: str | float) -> tuple[float, float]:
    """Return the processor time per second of a class with this pace, and how many pictures each had in a second."""
    return asyncio.run(_visit(pace))


async def _visit(pace: str | float) -> tuple[float, float]:
    scheduler, split = Scheduler(), load_split(LONG.data)
    jobs = [scheduler.submit(live_study(lambda: playground_run(LONG, split)), str(i)) for i in range(N_PEOPLE)]
    try:
        for job in jobs:
            await job.newer_than(-1)
            job.send(Pace(pace=pace))
        began, used = time.perf_counter(), time.process_time()
        counts = await asyncio.gather(*(watch(job, began + SECONDS) for job in jobs))
        return (time.process_time() - used) / (time.perf_counter() - began), sum(counts) / N_PEOPLE / SECONDS
    finally:
        scheduler.shutdown()


async def watch(job: Job, until: float) -> int:
    """Press Run and look, as a browser does; return how many snapshots came."""
    n, version = 0, -1
    job.watch()
    job.send(Run())
    while time.perf_counter() < until:
        try:
            snapshot = await asyncio.wait_for(job.newer_than(version), max(0.001, until - time.perf_counter()))
        except TimeoutError:
            break
        assert snapshot is not None
        n, version = n + 1, snapshot.version
        await asyncio.sleep(DRAW_S)
    return n
