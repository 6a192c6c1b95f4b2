"""How cost grows with the number of networks: seconds and memory of M = 1 to 6,600, for each kernel of the processor.

Small stacks pay for calls. Large ones hold more state (parameters, gradient and three buffers of the optimizer) than the cache
does, and read it from memory at every step. Each size is measured in a process and at a time of its own, so on a busy machine
these rows say little. `python -m tests.benchmarks.gpu` has the same of a GPU.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from core.engine.compiled.ready import COMPILED, TORCH, VARIABLE, is_on
from core.engine.threads import use_one_thread
from core.measures import History
from tests.benchmarks.engine import DIGITS, make_stack
from tests.benchmarks.table import Row

SIZES = (1, 33, 165, 660, 6600)
FLAT = 1.3  # times the cost of a member of M = 33: from there on it is not flat any more
MOST_S, MOST_EPOCHS = 2.0, 5  # of each measurement


def rows() -> Iterator[Row]:
    """Yield a row for each kernel and size."""
    for kernel in (COMPILED, TORCH) if is_on() else (TORCH,):
        per_member: dict[int, float] = {}
        for n_members in SIZES:
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                seconds, grown = pool.apply(grow, (n_members, kernel))
            per_member[n_members] = seconds / n_members * 1e3
            state = 5 * 4 * 4810 * n_members / 1e6  # five float32 buffers
            beyond = per_member[n_members] / per_member[33] if n_members > 33 else 1.0
            flat = f"{beyond:.2f} x a member of M = 33: {'flat' if beyond <= FLAT else 'not flat'}"
            yield Row(
                f"{kernel}: an epoch of 64-64-10 digits, batch 32, M = {n_members:,}",
                f"{seconds:.3f} s, peak +{grown:,.0f} MB",
                f"{per_member[n_members]:.2f} ms a member, state {state:,.1f} MB",
                flat if n_members > 33 else "", "", None,
            )  # fmt: skip


def grow(n_members: int, kernel: str) -> tuple[float, float]:
    """Return (seconds of an epoch, MB that making, training and measuring the stack added to the process's peak)."""
    os.environ[VARIABLE] = kernel
    use_one_thread()
    make_stack(DIGITS, 1).run_epoch()  # loads the libraries
    before = peak_memory_mb()
    trainer = make_stack(DIGITS, n_members)
    History().add(trainer)
    times: list[float] = []
    while len(times) < MOST_EPOCHS and sum(times) < MOST_S:
        began = time.perf_counter()
        trainer.run_epoch()
        times.append(time.perf_counter() - began)
    return statistics.median(times), peak_memory_mb() - before


def peak_memory_mb() -> float:
    """Return the most memory this process has held so far, nan where the system does not tell."""
    status = Path("/proc/self/status")
    if status.exists():
        return float(re.search(r"VmHWM:\s*(\d+) kB", status.read_text())[1]) / 1e3
    try:
        import resource
    except ImportError:
        return float("nan")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
