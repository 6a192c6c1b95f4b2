"""The default Remedies study, as a job would run it: seconds to the first results and to the end."""

import time
from collections.abc import Iterator

from core.live.remedies.run import RemediesRun
from core.live.study import live_study
from core.stream.commands import Run
from core.stream.job import Mailbox
from core.studies.remedies.remedy import DIGITS, POINTS
from tests.benchmarks.table import Row

FIRST_S, WHOLE_S = 2.0, 30.0


def rows() -> Iterator[Row]:
    """Measure both tasks of the page, the default one against its targets."""
    for label, experiment, has_target in (("default task", POINTS, True), ("digits", DIGITS, False)):
        first, whole, cpu = measure(experiment)
        met = [first <= FIRST_S, whole <= WHOLE_S] if has_target else [None, None]
        targets = [f"≤ {FIRST_S:g} s", f"≤ {WHOLE_S:g} s"] if has_target else ["", ""]
        yield Row(f"Remedies, {label}: first results", f"{first:.2f} s", "", "", targets[0], met[0])
        yield Row(
            f"Remedies, {label}: all parts, 10 starts", f"{whole:.1f} s", f"{cpu:.1f} s of CPU", "", targets[1], met[1]
        )


def measure(experiment) -> tuple[float, float, float]:
    """Return seconds from the start of the job to the first table of trained networks and to the last, and those of CPU."""
    began, cpu, mailbox = time.perf_counter(), time.process_time(), Mailbox()
    steps = live_study(lambda: RemediesRun(experiment))(mailbox)
    mailbox.put(Run())
    first = None
    while True:
        mailbox.wants_snapshot = True  # a reader who is always quick
        snapshot = next(steps)
        if snapshot is not None and first is None and snapshot.meta["readouts"]["steps"] != "0":
            first = time.perf_counter() - began
        if snapshot is not None and snapshot.meta["state"] == "finished":
            assert first is not None
            return first, time.perf_counter() - began, time.process_time() - cpu
