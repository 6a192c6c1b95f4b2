"""Compiled steps as a person meets them: the public `train`, two live runs at once, and the engine of TensorFlow Playground's
design beside it, as plain JavaScript in Chromium.

Both sides of a ratio are measured in turn, and the median of the ratios is reported.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from core import train
from core.data import load_split
from core.engine.compiled import is_on
from core.live.playground.run import PlaygroundRun, playground_run
from core.live.study import live_study
from core.settings.experiment import Experiment
from core.settings.machine import count_cores
from core.stream.commands import Run
from core.stream.scheduler import Scheduler
from tests.benchmarks.browser import chromium
from tests.benchmarks.engine import TOY, rate, usual_loop
from tests.benchmarks.table import Row

REPEATS = 5
RUN = TOY.replace(n_epochs=2000)
LONG = TOY.replace(n_epochs=10**6)  # does not end meanwhile
LIVE_S = 1.5
STEPS_JS = 50_000


def rows() -> Iterator[Row]:
    """Yield the rows of the table."""
    if not is_on():
        yield Row("compiled steps", "not there", "", "", "", None)
        return
    yield train_row()
    yield javascript_row()
    yield live_row()
    yield fairness_row()


def n_steps_of(experiment: Experiment) -> int:
    """Return the steps of a whole run."""
    rows, size = experiment.data.n_train, experiment.training.batch_size or experiment.data.n_train
    return experiment.training.n_epochs * -(-rows // size)


def train_rate() -> float:
    """Return steps per second of the public `train`, data and records included."""
    began = time.perf_counter()
    train(RUN, progress=False)
    return n_steps_of(RUN) / (time.perf_counter() - began)


def train_row() -> Row:
    """Measure `train` against the usual loop, which records nothing."""
    loop = usual_loop(RUN)
    pairs = [(train_rate(), rate(loop, 1)) for _ in range(REPEATS + 1)][1:]
    what = "train(), 2-8-8-1, batch 10, Adam, L1 + L2, 2,000 epochs with records"
    return ratio_row(what, pairs, "usual loop", 100)


def ratio_row(what: str, pairs: list[tuple[float, float]], other: str, target: float) -> Row:
    """Return the row of a ratio of speeds."""
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    return Row(what, f"{ours:,.0f} /s", f"{other} {theirs:,.0f} /s", f"{ratio:.1f} x", f"{target:g} x", ratio >= target)


def javascript_row() -> Row:
    """Measure `train` against an engine in JavaScript. It shuffles nothing and records nothing."""
    script = (Path(__file__).parent / "playground.js").read_text(encoding="utf-8")
    split = load_split(RUN.data)
    data = {"X": split.X_train.tolist(), "y": [2 * int(label) - 1 for label in split.y_train]}
    with chromium() as browser:
        page = browser.new_page()
        page.evaluate(f"() => {{ {script} }}")
        call = "([data, n]) => trainSteps(data, n)"
        pairs = [(train_rate(), page.evaluate(call, [data, STEPS_JS])) for _ in range(REPEATS + 1)][1:]
    return ratio_row("the same against TensorFlow Playground's design in Chromium", pairs, "JavaScript", 4)


@contextmanager
def at_work(experiment: Experiment, n_runs: int) -> Iterator[list[PlaygroundRun]]:
    """Have some live runs of an experiment train, looked at by nobody."""
    scheduler, split = Scheduler(count_cores(), grace_s=1e9), load_split(experiment.data)
    runs = [playground_run(experiment, split) for _ in range(n_runs)]
    jobs = [scheduler.submit(live_study(lambda run=run: run), str(i)) for i, run in enumerate(runs)]
    try:
        for job in jobs:
            job.watch()
            job.send(Run())
        wait_until_all_train(runs)
        yield runs
    finally:
        scheduler.shutdown()


def live_rates(n_runs: int) -> list[float]:
    """Return the epochs per second of some live runs at once."""
    with at_work(LONG, n_runs) as runs:
        began, first = time.perf_counter(), [run.training.n_epochs_done for run in runs]
        time.sleep(LIVE_S)
        seconds = time.perf_counter() - began
        return [(run.training.n_epochs_done - n) / seconds for run, n in zip(runs, first, strict=True)]


def wait_until_all_train(runs: Sequence[PlaygroundRun]) -> None:
    """Wait for the first epochs of each."""
    while not all(run.training.n_epochs_done > 100 for run in runs):
        time.sleep(0.01)


def live_row() -> Row:
    """Measure two live runs at once against one."""
    pairs = [(sum(live_rates(2)), sum(live_rates(1))) for _ in range(REPEATS)]
    return ratio_row(f"two live runs, epochs/s together, on {count_cores()} cores", pairs, "one", 1.8)


def fairness_row() -> Row:
    """Measure how evenly ten equal live runs share."""
    found = [live_rates(10) for _ in range(3)]
    spread = statistics.median(max(rates) / min(rates) for rates in found)
    each = statistics.median(statistics.median(rates) for rates in found)
    return Row(
        "ten live runs, fastest against slowest",
        f"{each:,.0f} epochs/s each",
        "",
        f"{spread:.2f} x",
        "≤ 2 x",
        spread <= 2,
    )
