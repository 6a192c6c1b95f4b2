"""The studies that explain why, and the lessons, as a job runs them: seconds to the first picture of a training and to the end."""

import time
from collections.abc import Callable, Iterator

from core.lessons.catalog import LESSONS
from core.lessons.lesson import Run as RunStep
from core.lessons.measuring import MAKERS
from core.lessons.record import Record
from core.live.double_descent.epochs import epochs_run
from core.live.double_descent.run import double_descent_run
from core.live.double_descent.trained import trained_run
from core.live.making import split_of
from core.live.study import Obedient, live_study
from core.presets import START
from core.settings.experiment import Experiment
from core.stream.commands import Run, Set
from core.stream.job import Mailbox
from core.studies.bias_variance.decomposition import TASK
from tests.benchmarks.table import Row

MAX_RUN_S = 20.0
ASK_EVERY_S = 0.1
# What, how it is made, seconds at most to the first picture and to the end; None where nothing is asked.
STUDIES: tuple[tuple[str, Callable[[], Obedient], float | None, float | None], ...] = (
    ("Bias & variance, default page", lambda: MAKERS["bias_variance"](TASK), 1.0, 20.0),
    ("Double descent A, random features", lambda: double_descent_run(START), None, 3.0),
    ("Double descent B, trained networks", lambda: trained_run(START), None, 25.0),
    ("Double descent C, along the epochs", lambda: epochs_run(START), None, None),
    ("Peeking, default page", lambda: MAKERS["peeking"](START), None, None),
)


def rows() -> Iterator[Row]:
    """Measure the pages against their targets, then the longest run of each lesson against 20 s."""
    split_of(START.data), split_of(TASK.data)  # data is loaded once for all
    for label, make, first_s, whole_s in STUDIES:
        first, whole, cpu, n = measure(make)
        if first_s is not None:
            yield Row(f"{label}: first picture", f"{first:.2f} s", "", "", f"≤ {first_s:g} s", first <= first_s)
        target, met = ("", None) if whole_s is None else (f"≤ {whole_s:g} s", whole <= whole_s)
        yield Row(f"{label}: all", f"{whole:.1f} s", f"{cpu:.1f} s of CPU", f"{n} pictures on the way", target, met)
    for number, (key, lesson) in enumerate(LESSONS.items(), 1):
        moves = [list(step.moves) for step in lesson.steps if isinstance(step, RunStep)]
        whole, cpu = measure_lesson(MAKERS[lesson.study], lesson.experiment, moves)
        yield Row(
            f"Lesson {number}, {key}: its longest run", f"{whole:.1f} s", f"{cpu:.1f} s of CPU", "", f"≤ {MAX_RUN_S:g} s",
            whole <= MAX_RUN_S,
        )  # fmt: skip


def measure(make: Callable[[], Obedient]) -> tuple[float, float, float, int]:
    """Return seconds from the start of the job to the first picture of a training and to the last, those of CPU, and how many
    pictures there were.
    """
    began, cpu, mailbox, first, n = time.perf_counter(), time.process_time(), Mailbox(), None, 0
    steps = live_study(make)(mailbox)
    mailbox.put(Run())
    asked = began
    while True:
        asked = ask(mailbox, asked)
        snapshot = next(steps)
        if snapshot is None:
            continue
        has_begun = snapshot.meta["state"] in ("running", "finished") and snapshot.meta["epoch"] != 0
        n += has_begun
        if first is None and has_begun:
            first = time.perf_counter() - began
        if snapshot.meta["state"] == "finished":
            assert first is not None
            return first, time.perf_counter() - began, time.process_time() - cpu, n


def ask(mailbox: Mailbox, asked: float) -> float:
    """Ask for a picture as a stage does, some time after the last one; return when it was asked last."""
    now = time.perf_counter()
    if now - asked < ASK_EVERY_S:
        return asked
    mailbox.wants_snapshot = True
    return now


def measure_lesson(
    make: Callable[[Experiment], Obedient], experiment: Experiment, runs: list[list[tuple[str, float]]]
) -> tuple[float, float]:
    """Return seconds of the longest of a lesson's runs, and its seconds of CPU. runs: what is moved before each."""
    mailbox, longest = Mailbox(), (0.0, 0.0)
    steps = live_study(lambda: make(experiment))(mailbox)
    for moves in runs:
        began, cpu, has_run = time.perf_counter(), time.process_time(), False
        for name, value in moves:
            mailbox.put(Set(name=name, value=value))
        mailbox.put(Run())
        asked = began
        while True:
            asked = ask(mailbox, asked)
            snapshot = next(steps)
            has_run = has_run or (snapshot is not None and snapshot.meta["state"] == "running")
            if snapshot is not None and has_run and Record.of(snapshot).is_over:
                break
        longest = max(longest, (time.perf_counter() - began, time.process_time() - cpu))
    return longest
