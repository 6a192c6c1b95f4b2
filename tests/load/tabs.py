"""Five tabs of one browser with the heaviest thing that each page accepts without a question, and what another person sees.

Two more people count: one who is there before the tabs open, and one who comes while they train.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import urlencode

from core.data.limits import settle
from core.live.compare.run import compare_work
from core.live.cv.run import cross_validation_work
from core.live.features.run import features_work
from core.live.path.run import path_work
from core.live.playground.run import playground_work
from core.live.remedies.run import remedies_work
from core.settings.experiment import Experiment
from core.studies.base.cost import ASK_S, Work
from tests.load.classroom import LONG, longest_gap, warm_up
from tests.load.person import Person
from tests.load.server import Server

N_TABS, ALONE_S, BESIDE_S = 5, 4.0, 8.0
OPENING_S = 40.0  # heavy runs are made one after another, each in a process of its own
GREEDY = 2 * "0123456789abcdef"  # the name of the browser with the tabs
LARGE = "data=digits&n_train=899&hidden_sizes=512-512-512-512-512-512"
MANY = ",".join(f"{10 ** (-6 + 6 * i / 499):.6g}" for i in range(500))
CASES: dict[str, tuple[str, str, Callable[[Experiment], Work]]] = {
    "Playground 6×512": ("", LARGE, playground_work),
    "λ path 6×512, 5 λ": ("path", f"{LARGE}&values=0,0.001,0.01,0.1,1", path_work),
    "λ path of 500 λ": ("path", f"data=moons&hidden_sizes=64-64&values={MANY}", path_work),
    "CV 256-256 of digits": ("cv", "data=digits&n_train=600&hidden_sizes=256-256&batch_size=64", cross_validation_work),
    "Compare 6×512": ("compare", LARGE, compare_work),
    "Compare of 120 networks": ("compare", "data=moons&n_train=60&hidden_sizes=32-32&n_starts=20", compare_work),
    "Features 256-256": ("features", "data=informative_regression&n_train=300&hidden_sizes=256-256", features_work),
    "Remedies of digits": ("remedies", "data=digits&n_train=100&hidden_sizes=256&batch_size=32", remedies_work),
}
EPOCHS = (1_000_000, 100_000, 20_000, 3000, 1000, 300, 100, 30, 10, 3, 1)


class Row(NamedTuple):
    """What the other person saw: updates/s alone and beside the tabs, the longest wait for a picture from the moment that the
    tabs open, the delay of a moved slider, and the time of a new page."""

    tabs: str
    alone_per_s: float
    beside_per_s: float
    gap_s: float
    delay_ms: float
    page_s: float
    n_training: int
    server_mb: float


def longest(query: str, work_of: Callable[[Experiment], Work]) -> str:
    """Return the query with as many epochs as the page takes without a question."""
    asked = Experiment.from_query(dict(part.split("=") for part in query.split("&")))[0]
    for n_epochs in EPOCHS:
        experiment, _ = settle(asked.replace(n_epochs=n_epochs))
        if work_of(experiment).seconds < ASK_S:
            return urlencode(experiment.to_query())
    raise ValueError(f"query: expected a study of less than {ASK_S:g} s, received {query}")


async def beside(server: Server, name: str) -> Row:
    """Watch one person while five tabs of another open and train."""
    page, query, work_of = CASES[name]
    await warm_up(server)
    other, tabs = (
        Person(server.host, LONG),
        [Person(server.host, longest(query, work_of), page, GREEDY) for _ in range(N_TABS)],
    )
    guest = Person(server.host, LONG)
    try:
        await other.open()
        await asyncio.sleep(1.0)
        start = time.perf_counter()
        await asyncio.sleep(ALONE_S)
        opened = time.perf_counter()
        opening = [asyncio.create_task(tab.open()) for tab in tabs]
        await asyncio.wait(opening, timeout=OPENING_S)
        since = time.perf_counter()
        await asyncio.sleep(BESIDE_S / 2)
        with suppress(TimeoutError):
            await other.move("l2", 0.000123)
        await guest.open()
        await asyncio.sleep(max(0.0, since + BESIDE_S - time.perf_counter()))
        until = time.perf_counter()
        mb = server.usage().rss_mb
    finally:
        for task in opening:
            task.cancel()
        await asyncio.gather(*(person.leave() for person in (other, guest, *tabs)), return_exceptions=True)
    alone, next_to = ([s.at for s in other.seen if a <= s.at <= b] for a, b in ((start, opened), (since, until)))
    times = [s.at for s in other.seen if opened <= s.at <= until]
    return Row(
        tabs=name,
        alone_per_s=len(alone) / (opened - start),
        beside_per_s=len(next_to) / (until - since),
        gap_s=longest_gap([opened, *times, until]),
        delay_ms=1e3 * other.delays[-1] if other.delays else float("nan"),
        page_s=guest.page_s,
        n_training=sum(any(s.epoch > 0 for s in tab.seen) for tab in tabs),
        server_mb=mb,
    )
