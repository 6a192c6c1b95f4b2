"""How quick a page stays while all cores train: a piece of page work that takes 10 ms alone, again and again beside live runs."""

from __future__ import annotations

import time
from collections.abc import Iterator

from core.settings.experiment import Experiment
from core.settings.machine import count_cores
from tests.benchmarks.browser import at_most
from tests.benchmarks.compiled import LONG, at_work
from tests.benchmarks.table import Row

WORK_S, PAUSE_S, N_PIECES = 0.010, 0.020, 150
TORCH = LONG.replace(dropout_rate=0.2)  # dropout is torch's


def rows() -> Iterator[Row]:
    """Yield the 95th percentile with one run a core, compiled and by torch."""
    n = n_turns_of_work()
    for name, experiment in (("compiled runs", LONG), ("runs by torch", TORCH)):
        times = sorted(pieces_beside(experiment, n))
        p95 = 1e3 * times[int(0.95 * len(times))]
        yield at_most(f"a 10 ms piece of page work while {count_cores()} {name} train, p95", p95, 40)


def n_turns_of_work() -> int:
    """Return how many turns of a plain loop take WORK_S here, at the best of some tries."""
    n = 20_000
    best = min(seconds_of(n) for _ in range(30))
    return int(n * WORK_S / best)


def seconds_of(n: int) -> float:
    """Return how long so many turns of Python take."""
    began, total = time.perf_counter(), 0
    for i in range(n):
        total += i
    return time.perf_counter() - began


def pieces_beside(experiment: Experiment, n: int) -> list[float]:
    """Return the seconds of each piece of work while a live run trains for each core."""
    with at_work(experiment, count_cores()):
        times = []
        for _ in range(N_PIECES):
            time.sleep(PAUSE_S)
            times.append(seconds_of(n))
        return times
