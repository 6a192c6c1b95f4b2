"""Five tabs of the heaviest thing each page accepts beside one other person, see `tests/load/tabs.py`, against the bounds."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from tests.benchmarks.table import Row
from tests.load.server import Server
from tests.load.tabs import CASES, N_TABS, beside

LEAST_PER_S, MOST_GAP_S, MOST_PAGE_S = 4.0, 1.0, 2.0


def rows() -> Iterator[Row]:
    """Yield a row for each page."""
    for name in CASES:
        with Server() as server:
            seen = asyncio.run(beside(server, name))
        is_met = seen.beside_per_s >= LEAST_PER_S and seen.gap_s <= MOST_GAP_S and seen.page_s <= MOST_PAGE_S
        yield Row(
            f"beside {N_TABS} tabs of {name}, {seen.n_training} in training", f"{seen.beside_per_s:.1f} /s",
            f"alone {seen.alone_per_s:.1f} /s", f"gap {seen.gap_s:.2f} s, a new page {seen.page_s:.2f} s",
            f"≥ {LEAST_PER_S:g} /s, ≤ {MOST_GAP_S:g} s, ≤ {MOST_PAGE_S:g} s", is_met,
        )  # fmt: skip
