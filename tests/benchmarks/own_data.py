"""A file of 20,000 × 50 numbers dropped onto the page: how soon its preview is there, and what another page draws meanwhile."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from playwright.sync_api import Page

from tests.benchmarks.browser import BUILT, at_least, at_most, chromium, open_page
from tests.benchmarks.table import Row
from tests.browser.conftest import LONG, serving, wait_for

WAYS = "[...document.querySelectorAll('p')].some((p) => p.textContent === 'Or paste rows')"
READ = "[...document.querySelectorAll('p')].some((p) => p.textContent === 'What was decided')"
N_READS = 5


def large_file(folder: str) -> Path:
    """Return a file of nearly 5 MB."""
    path = Path(folder) / "large.csv"
    values = np.random.default_rng(0).standard_normal((20_000, 50))
    np.savetxt(path, values, "%.1f", ",", header=",".join(f"c{i}" for i in range(50)), comments="")
    return path


def read_once(page: Page, other: Page, path: Path) -> tuple[float, float]:
    """Return seconds from drop to preview, and how many updates a second another page has drawn meanwhile."""
    began, draws = time.perf_counter(), other.evaluate("overfitLab.draws")
    page.set_input_files("input[type=file]", str(path))
    wait_for(page, READ)
    seconds = time.perf_counter() - began
    return seconds, (other.evaluate("overfitLab.draws") - draws) / seconds


def rows() -> Iterator[Row]:
    """Yield the median time and the lowest rate of several readings, each in a session of its own."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser, serving("app.py") as server:
        path = large_file(folder)
        other = open_page(browser, f"{server.address}{LONG}", ready=BUILT)
        other.get_by_role("button", name="Run", exact=True).click()
        wait_for(other, "overfitLab.lastEpoch > 100")
        found = []
        for _ in range(N_READS + 1):  # the first one imports what reads
            page = open_page(browser, f"{server.address}/data", ready=WAYS)
            found.append(read_once(page, other, path))
            page.context.close()
        seconds, rates = zip(*found[1:], strict=True)
        yield at_most("20,000 × 50 numbers: drop → preview, median of 5", 1000 * statistics.median(seconds), 1500)
        yield at_least("another page's drawn updates while it is read, lowest of 5", min(rates), 4, "/s")
