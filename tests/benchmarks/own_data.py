"""A file of 20,000 × 50 numbers dropped onto the page: how soon its preview is there, and what another page draws meanwhile;
then files that are hard to read: how long another person, whose browser does not share these cores, waits for an answer.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from playwright.sync_api import Page

from tests.benchmarks.browser import BUILT, at_least, at_most, chromium, open_page
from tests.benchmarks.table import Row
from tests.browser.conftest import LONG, serving, wait_for
from tests.load.person import Person

WAYS = "[...document.querySelectorAll('p')].some((p) => p.textContent === 'Or paste rows')"
READ = "[...document.querySelectorAll('p')].some((p) => p.textContent === 'What was decided')"
N_READS = 5
ANSWERED = f"{READ} || document.querySelector('[data-testid=stAlert]')"
PAUSE_S = 0.1  # between an answer and the next move of the slider
LINES = "".join(f"{i % 97},c{i % 5},{'ab'[i % 2]}\n" for i in range(280_000))
# The files of the hardest kinds, each as large as is taken.
ODD = {
    "one line of 200,000 columns": ",".join(map(str, range(200_000))).encode(),
    "20,000 equal names": (",".join(["a"] * 20_000) + "\n" + "1,2\n" * 99).encode(),
    "an unclosed quote of 5 MB": ('x,y\n"' + "1,2\n" * 1_200_000).encode(),
    "a cell of 1 MB": ("x,z,y\n" + "a" * 1_000_000 + ",1,a\n").encode(),
    "3 MB of GB18030": ("身高,城市,类别\n" + LINES.replace("c", "北京")).encode("gb18030"),
    "4 MB of UTF-16": ("x,z,y\n" + LINES).encode("utf-16"),
}


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
    yield from beside_odd_files()


def beside_odd_files() -> Iterator[Row]:
    """Yield the longest and the median answer that another person waits for while files of each odd kind are read."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser, serving("app.py") as server:
        files = {"20,000 × 50 numbers": large_file(folder)}
        for name, data in ODD.items():
            files[name] = Path(folder) / f"{len(files)}.csv"
            files[name].write_bytes(data)
        neighbour = Neighbour(server.address.removeprefix("http://"))
        for name, path in files.items():
            page = open_page(browser, f"{server.address}/data", ready=WAYS)
            n_before = len(neighbour.person.delays)
            page.set_input_files("input[type=file]", str(path))
            wait_for(page, ANSWERED)
            delays = neighbour.person.delays[n_before:]
            page.context.close()
            yield at_most(f"beside {name}: another person's answer, longest of {len(delays)}", 1000 * max(delays), 250)
        neighbour.leave()


class Neighbour:
    """Somebody at the Playground who moves λ₂ all the time, by sockets alone; in a thread of its own."""

    def __init__(self, host: str) -> None:
        self.person = Person(host, LONG.removeprefix("/?"))
        self._is_leaving = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._live()), daemon=True)
        self._thread.start()
        while not self.person.delays:
            time.sleep(PAUSE_S)

    async def _live(self) -> None:
        await self.person.open()
        while not self._is_leaving.is_set():
            await self.person.move("l2", (1 + len(self.person.delays)) * 1e-6)
            await asyncio.sleep(PAUSE_S)
        await self.person.leave()

    def leave(self) -> None:
        """End."""
        self._is_leaving.set()
        self._thread.join()
