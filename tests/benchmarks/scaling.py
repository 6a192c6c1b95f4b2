"""How far more processes, and more networks, pay: `python -m tests.benchmarks.scaling`, on a machine with some cores.

Needs `core` alone, and takes about two minutes. First a cross-validation of 660 digit readers (132 λ × 5 folds, 64-64-10, batch
32) in 1, 2, 4, 8, 16 processes, as many as there are cores; then M = 1 to 6,600 of them, seconds and memory, in one process and
in all. The processes have started before the clock does. Figures are medians of REPEATS, or of fewer where one takes long.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

import joblib
import numpy as np
import torch

from core import Experiment, cross_validate
from core.engine.threads import use_one_thread
from core.settings.machine import count_cores
from core.studies.base.parallel import train_recorded
from core.studies.path.sweep import plan_grid, plan_path

DIGITS = Experiment(
    data={"name": "digits", "n_train": 640},
    network={"hidden_sizes": [64], "activation": "relu"},
    training={"batch_size": 32, "learning_rate": 0.003, "n_epochs": 8},
)
PROCESSES, SIZES = (1, 2, 4, 8, 16), (1, 33, 165, 660, 6600)
N_SPLITS, N_VALUES, N_EPOCHS, REPEATS = 5, 132, 20, 3
LEAST_SHARE = 0.85  # of n times the speed of one process
PRODUCTS_S = 1.0  # of plain matrix products, the yardstick
MOST_S = 6.0  # no more repeats once they have taken longer
MOST_VALUES = 330  # of a path; more networks are a grid of learning rates × λ


def main() -> None:
    """Print both tables."""
    if len(sys.argv) > 1:
        print(*measured(int(sys.argv[1]), int(sys.argv[2])))
        return
    use_one_thread()
    n_cores = count_cores()
    print(f"{n_cores} cores, {os.uname().machine if hasattr(os, 'uname') else sys.platform}\n")
    print_processes([n for n in PROCESSES if n <= n_cores])
    print_sizes(n_cores)


def print_processes(counts: list[int]) -> None:
    """Print seconds by the number of processes, and the share of the speed that n processes would have at best.

    At best: n times that of one; and what the machine gives, for many cores at once are clocked lower and share their memory:
    n processes that do nothing but small matrix products, each in its own cache, measured just before.
    """
    print(f"CV of {N_SPLITS * N_VALUES} digit networks, {N_EPOCHS} epochs")
    print(
        "| processes | s | times as fast | share of linear | plain products | share of what the machine gives | 85 % |"
    )
    print("|---|---|---|---|---|---|---|")
    values, experiment = np.geomspace(1e-5, 1.0, N_VALUES), DIGITS.replace(n_epochs=N_EPOCHS)
    one = products_of_one = 0.0
    for n in counts:
        with joblib.parallel_config("loky", n_jobs=n):
            joblib.Parallel()(joblib.delayed(warm_up)(i) for i in range(4 * n))
            products = sum(joblib.Parallel()(joblib.delayed(plain_products)(i) for i in range(n)))
            products_of_one = products_of_one or products
            cross_validate(experiment.replace(n_epochs=1), "l2", values, N_SPLITS, progress=False)
            times = repeated(lambda: cross_validate(experiment, "l2", values, N_SPLITS, progress=False))
        seconds = statistics.median(times)
        one = one or seconds
        times_as_fast, given = one / seconds, products / products_of_one
        met = "yes" if times_as_fast / given >= LEAST_SHARE else "NO"
        print(
            f"| {n} | {seconds:.2f} | {times_as_fast:.2f} | {times_as_fast / n:.0%} | {given:.2f} | {times_as_fast / given:.0%} "
            f"| {met} |", flush=True,
        )  # fmt: skip


def print_sizes(n_cores: int) -> None:
    """Print seconds and memory by the number of networks, each in a fresh program."""
    print(
        f"\nM digit networks, {DIGITS.training.n_epochs} epochs, plan and records included; all = {n_cores} processes"
    )
    print("| M | one process, s | ms a network | peak, MB | all, s | ms a network |\n|---|---|---|---|---|---|")
    for size in SIZES:
        alone, memory = run(size, 1)
        side_by_side = run(size, n_cores)[0] if n_cores > 1 and size > 1 else float("nan")
        print(
            f"| {size:,} | {alone:.2f} | {alone / size * 1e3:.2f} | {memory:,.0f} | {side_by_side:.2f} "
            f"| {side_by_side / size * 1e3:.2f} |",
            flush=True,
        )


def run(size: int, n_processes: int) -> tuple[float, float]:
    """Return (seconds, peak MB) of a sweep, measured in a program of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.scaling", str(size), str(n_processes)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    seconds, memory = done.stdout.split()
    return float(seconds), float(memory)


def measured(size: int, n_processes: int) -> tuple[float, float]:
    """Return (seconds, MB that it added to the peak of this process) of so many networks, trained as `sweep` trains them."""
    use_one_thread()
    with joblib.parallel_config("loky", n_jobs=n_processes):
        if n_processes > 1:
            joblib.Parallel()(joblib.delayed(warm_up)(i) for i in range(4 * n_processes))
        train(2)  # loads what it needs
        before = peak_memory_mb()
        seconds = statistics.median(repeated(lambda: train(size)))
    return seconds, peak_memory_mb() - before


def train(size: int) -> None:
    """Train so many networks, each with an L1 strength of its own, or a learning rate, and keep their records."""
    if size <= MOST_VALUES:
        plan = plan_path(DIGITS, "l1", np.geomspace(1e-5, 0.1, size))
    else:
        rates = np.geomspace(0.001, 0.01, size // MOST_VALUES)
        plan = plan_grid(DIGITS, "l1", np.geomspace(1e-5, 0.1, MOST_VALUES), rates)
    train_recorded(plan)


def repeated(work: object) -> list[float]:
    """Return the seconds of each repeat; one is enough of what takes long."""
    times: list[float] = []
    while len(times) < REPEATS and sum(times) < MOST_S:
        began = time.perf_counter()
        work()  # type: ignore[operator]
        times.append(time.perf_counter() - began)
    return times


def plain_products(_: int) -> float:
    """Return how many small matrix products a second this process makes."""
    use_one_thread()
    a, b, n, began = torch.randn(33, 64, 64), torch.randn(33, 64, 32), 0, time.perf_counter()
    while time.perf_counter() - began < PRODUCTS_S:
        torch.bmm(a, b)
        n += 1
    return n / (time.perf_counter() - began)


def warm_up(_: int) -> None:
    """Load in a process what a study needs, and stay there until its neighbours have begun, too."""
    use_one_thread()
    cross_validate(DIGITS.replace(n_epochs=1, n_train=64), "l2", [0.01, 0.1], 2, progress=False)
    time.sleep(0.2)


def peak_memory_mb() -> float:
    """Return the most memory this process has held so far, nan where the system does not tell."""
    status = Path("/proc/self/status")
    if status.exists():
        return float(re.search(r"VmHWM:\s*(\d+) kB", status.read_text())[1]) / 1e3  # type: ignore[index]
    try:
        import resource
    except ImportError:
        return float("nan")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


if __name__ == "__main__":
    main()
