"""Studies side by side: the page's cross-validation until it is done, in one thread and with workers; `sweep` on one core and two.

The page's study runs as it does for a page: a job of a scheduler, with somebody who takes every snapshot. The workers have
started before the clock does. Both are measured in turn, so that other work on the machine slows both alike.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial

import joblib
import numpy as np

from core import Experiment, sweep
from core.data import load_split
from core.engine.threads import use_one_thread
from core.live.cv.run import CrossValidationRun, FoldView, make_plan
from core.live.side_by_side import SideBySide
from core.live.study import live_study
from core.settings.machine import count_cores
from core.stream.commands import Run
from core.stream.scheduler import Scheduler
from core.stream.team import LocalTeam
from core.studies.base.rounds import answer_round
from core.studies.base.training import Training
from tests.benchmarks.engine import usual_loop
from tests.benchmarks.table import Row

REPEATS, N_WORKERS, N_EPOCHS = 5, 2, 60
DIGITS = Experiment(
    data={"name": "digits", "n_train": 640},
    network={"hidden_sizes": [64], "activation": "relu"},
    training={"batch_size": 32, "learning_rate": 0.003, "n_epochs": N_EPOCHS},
)


def rows() -> Iterator[Row]:
    """Yield the table's part on studies side by side."""
    use_one_thread()
    yield page_row()
    yield sweep_row(8, 1, 22.0)
    yield sweep_row(40, 2, None)  # what processes cost to start and to be told weighs less in a longer study


def page_row() -> Row:
    """Measure the page's 34 λ × 5 folds until they are done."""
    team = LocalTeam(N_WORKERS, use_one_thread, answer_round)
    team.call()
    while len(team.ready()) < N_WORKERS:
        time.sleep(0.05)
    split = load_split(DIGITS.data)

    def in_one_thread(now: Experiment) -> Training:
        return Training(make_plan(now, split))

    def side_by_side(now: Experiment) -> Training:
        return SideBySide(make_plan(now, split), [team])

    until_done(side_by_side)
    pairs = [(until_done(in_one_thread), until_done(side_by_side)) for _ in range(REPEATS)]
    team.end()
    ratio = statistics.median(one / two for one, two in pairs)
    one, two = (statistics.median(column) for column in zip(*pairs, strict=True))
    what = f"CV page, 34 λ × 5 folds of digits, {N_EPOCHS} epochs, until done, {N_WORKERS} workers on {count_cores()} cores"
    return Row(what, f"{two:.1f} s", f"one thread {one:.1f} s", f"{ratio:.2f} x", "1.8 x", ratio >= 1.8)


def until_done(make_training: Callable[[Experiment], Training]) -> float:
    """Return the seconds from Run to the end of the page's study, all snapshots made and taken."""
    scheduler = Scheduler(grace_s=1e9)
    job = scheduler.submit(live_study(partial(CrossValidationRun, DIGITS, make_training, FoldView())), "bench")
    snapshot = job.wait(-1)
    began = time.perf_counter()
    job.send(Run())
    while snapshot is not None and snapshot.meta["state"] != "finished":
        snapshot = job.wait(snapshot.version)
    seconds = time.perf_counter() - began
    scheduler.shutdown()
    return seconds


def sweep_row(n_epochs: int, n_processes: int, target: float | None) -> Row:
    """Measure model-steps per second of `sweep` with 33 values, set-up and records included, against the usual loop."""
    experiment, values = DIGITS.replace(n_epochs=n_epochs, l1=0.0), np.geomspace(1e-5, 1e-1, 33)
    loop, n_steps = usual_loop(experiment), 33 * n_epochs * 20

    def ours() -> float:
        began = time.perf_counter()
        with joblib.parallel_config(n_jobs=n_processes):
            sweep(experiment, "l1", values, progress=False)
        return n_steps / (time.perf_counter() - began)

    def theirs() -> float:
        began = time.perf_counter()
        for _ in range(300):
            loop()
        return 300 / (time.perf_counter() - began)

    ours()
    pairs = [(ours(), theirs()) for _ in range(REPEATS)]
    ratio = statistics.median(a / b for a, b in pairs)
    a, b = (statistics.median(column) for column in zip(*pairs, strict=True))
    processes = "one core" if n_processes == 1 else f"{n_processes} processes"
    what = f"model-steps/s through `sweep`, M = 33, 64-64-10, {n_epochs} epochs, {processes}"
    goal, is_met = (f"{target:g} x", ratio >= target) if target else ("", None)
    return Row(what, f"{a:,.0f} /s", f"usual loop {b:,.0f} /s", f"{ratio:.1f} x", goal, is_met)
