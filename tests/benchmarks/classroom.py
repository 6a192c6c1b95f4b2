"""Classes of 30 and 60 that share one server, see `tests/load`: what each of them sees, against the bounds that are promised."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from tests.benchmarks.table import Row
from tests.load.classroom import Row as Seen
from tests.load.classroom import visit
from tests.load.server import Server

SECONDS = 15.0
LEAST_PER_S = {30: 3.0, 60: 2.0}
DELAY_MS, SPREAD, GAP_S = 150, 1.6, 1.0
BEFORE = {"OVERFIT_LAB_KERNEL": "torch", "OVERFIT_LAB_WORKERS": "0"}  # one thread of torch trains for all
TIMES_BEFORE = 3


def rows() -> Iterator[Row]:
    """Yield the rows of both classes."""
    for n in (30, 60):
        with Server() as server:
            seen = asyncio.run(visit(server, n, SECONDS))
        yield from rows_of(seen)
        if n == 30:
            with Server(**BEFORE) as server:
                before = asyncio.run(visit(server, n, SECONDS)).epochs_per_s
            ratio = seen.epochs_per_s / before
            yield Row(
                "the same: epochs/s each", f"{seen.epochs_per_s:.0f} /s", f"one thread of torch {before:.0f} /s",
                f"{ratio:.1f} x", f"{TIMES_BEFORE} x", ratio >= TIMES_BEFORE,
            )  # fmt: skip


def rows_of(seen: Seen) -> Iterator[Row]:
    """Yield what a class saw."""
    who, each = f"{seen.n} live Playgrounds on {seen.server_cores:.1f} cores", LEAST_PER_S[seen.n]
    yield Row(
        f"{who}: updates/s, the slowest", f"{seen.slowest_per_s:.2f} /s", f"median {seen.updates_per_s:.2f} /s",
        "", f"≥ {each:g} /s", seen.slowest_per_s >= each,
    )  # fmt: skip
    yield Row(
        "the same: command → snapshot, p95", f"{seen.delay_p95_ms:.0f} ms", f"median {seen.delay_ms:.0f} ms", "",
        f"≤ {DELAY_MS} ms", seen.delay_p95_ms <= DELAY_MS,
    )  # fmt: skip
    yield Row(
        "the same: fastest against slowest", f"{seen.epochs_per_s:.0f} epochs/s each", "",
        f"{seen.fastest_by_slowest:.2f} x", f"≤ {SPREAD} x", seen.fastest_by_slowest <= SPREAD,
    )  # fmt: skip
    yield Row("the same: longest gap", f"{seen.gap_s:.2f} s", "", "", f"≤ {GAP_S:g} s", seen.gap_s <= GAP_S)
