"""The budget against what is: seconds and bytes of every page's work, estimated beforehand and measured in a process of its own.

The constants of `core/studies/base/cost.py` are held to this table; a ratio is estimate / measured.
"""

from __future__ import annotations

import multiprocessing
import re
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from core.data import load_split
from core.data.limits import settle
from core.live.compare import run as compare
from core.live.cv import refit
from core.live.cv import run as cross_validation
from core.live.features import run as features
from core.live.path import rates
from core.live.path import run as path
from core.live.playground import run as playground
from core.live.remedies import run as remedies
from core.settings.experiment import Experiment
from core.stream.commands import Run
from core.studies.base.cost import Work
from tests.benchmarks.table import Row

SECONDS = 1.0  # of training, for each case
VALUES = {"a": 0.1, "b": 0.01, "c": 0.001, "d": 0.0}  # of a refit
LARGEST = "data=digits&n_train=899&hidden_sizes=512-512-512-512-512-512"
CASES = (
    ("playground", ""),
    ("playground", LARGEST),
    ("playground", "data=spiral&n_train=200&hidden_sizes=64-64-64"),
    ("path", ""),
    ("path", "data=digits&n_train=640&hidden_sizes=64&batch_size=32"),
    ("path", "data=digits&n_train=899&hidden_sizes=256-256"),
    ("path", f"{LARGEST}&values=0,0.001,0.01,0.1,1"),
    ("rates", "data=digits&n_train=300&hidden_sizes=64"),
    ("cv", "data=diabetes&n_train=150&hidden_sizes=64"),
    ("cv", "data=digits&n_train=600&hidden_sizes=256-256&batch_size=64"),
    ("refit", "data=digits&n_train=899&hidden_sizes=512-512-512"),
    ("compare", LARGEST),
    ("compare", "data=moons&n_train=60&hidden_sizes=32-32&n_starts=20"),
    ("features", "data=digits&n_train=200&hidden_sizes=32"),
    ("features", "data=informative_regression&n_train=300&hidden_sizes=256-256"),
    ("remedies", "data=moons&n_train=40&hidden_sizes=64-64&batch_size=20&n_epochs=400"),
    ("remedies", "data=digits&n_train=100&hidden_sizes=256&batch_size=32&n_epochs=200&label_noise=0.15"),
)
PAGES: dict[str, tuple[Callable[[Experiment], Work], Callable[[Experiment], Any]]] = {
    "playground": (playground.playground_work, lambda e: playground.playground_run(e, load_split(e.data))),
    "path": (path.path_work, lambda e: path.path_run(e, load_split(e.data))),
    "rates": (rates.rates_work, lambda e: rates.rates_run(e, load_split(e.data))),
    "cv": (
        cross_validation.cross_validation_work, lambda e: cross_validation.cross_validation_run(e, load_split(e.data)),
    ),
    "refit": (
        lambda e: refit.refit_work(e, len(VALUES)),
        lambda e: refit.refit_run(e, load_split(e.data), VALUES),
    ),
    "compare": (compare.compare_work, lambda e: compare.compare_run(e, load_split(e.data))),
    "features": (features.features_work, lambda e: features.features_run(e, load_split(e.data))),
    "remedies": (remedies.remedies_work, remedies.RemediesRun),
}  # fmt: skip


def rows() -> Iterator[Row]:
    """Measure every case; each is to be within a factor of 5 in time, which a busy machine distorts, and of 3 in memory."""
    for page, query in CASES:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            found = pool.apply(measure, (page, query))
        said = found["said"]
        for name, most, unit in (("step", 5, 1e3), ("build", 5, 1e3), ("show", 5, 1e3), ("bytes", 3, 1e-6)):
            if not found[name]:
                continue
            ratio, mark = said[name] / found[name], "MB" if name == "bytes" else "ms"
            yield Row(
                f"{page} {query}, {name}", f"{found[name] * unit:,.1f} {mark}", f"said {said[name] * unit:,.1f} {mark}",
                f"{ratio:.2f} x", f"1/{most} to {most} x", 1 / most <= ratio <= most,
            )  # fmt: skip


def measure(page: str, query: str, seconds: float = SECONDS) -> dict[str, Any]:
    """Return seconds of a step, of building and of a snapshot, and the bytes that all of it added to this process's peak."""
    work_of, make_run = PAGES[page]
    experiment, _ = settle(Experiment.from_query(dict(part.split("=") for part in query.split("&") if part))[0])
    warm_up()
    before, began = held_bytes("VmRSS"), time.perf_counter()
    run = make_run(experiment)
    build_s = time.perf_counter() - began
    shows = [timed(lambda: run.snapshot().encoded)]
    run.obey(Run())
    steps = [step_s(run) for _ in range(3)]
    until = time.perf_counter() + seconds
    while time.perf_counter() < until and run.state == "running" and len(steps) < 3000:
        steps.append(step_s(run))
    shows.append(timed(lambda: run.snapshot().encoded))
    if hasattr(run, "stored_frames"):
        _ = run.stored_frames(-1).encoded
    peak, work = held_bytes("VmHWM"), work_of(experiment)
    return {
        "step": statistics.median(steps), "build": build_s, "show": max(shows),
        "bytes": None if peak is None or before is None else max(peak - before, 10e6),
        "said": {"step": work.step_s, "build": work.build_s, "show": work.show_s, "bytes": work.n_bytes},
    }  # fmt: skip


def warm_up() -> None:
    """Load the libraries: what they hold is nobody's."""
    run = PAGES["playground"][1](Experiment())
    run.obey(Run())
    run.train_for(0.1)
    _ = run.snapshot().encoded


def step_s(run: Any) -> float:
    """Return the seconds of a step, of some that were made in a moment."""
    before = n_steps(run)
    return timed(lambda: run.train_for(1e-4)) / max(1, n_steps(run) - before)


def n_steps(run: Any) -> int:
    """Return the steps so far; of a study of several stacks they are told apart by nothing, and taken for one a moment."""
    return int(run.training.trainer.n_steps_done) if hasattr(run, "training") else 0


def timed(do: Callable[[], Any]) -> float:
    """Return how many seconds something takes."""
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def held_bytes(kind: str) -> float | None:
    """Return what this process holds (VmRSS), or has held at most (VmHWM); None where the system does not tell."""
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    return 1000.0 * float(re.search(rf"{kind}:\s*(\d+) kB", status.read_text())[1])  # type: ignore[index]
