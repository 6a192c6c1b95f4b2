"""A class that opens the Playground at once, presses Run and moves λ₂ every few seconds; what each of them sees of it."""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple
from urllib.parse import urlencode

from core.presets import START
from tests.load.person import Person
from tests.load.server import Server

LONG = urlencode(START.replace(n_epochs=1_000_000).to_query())  # does not end meanwhile
MOVE_EVERY_S = 5.0
SETTLE_S = 3.0  # everybody has come and pressed Run; then the counting begins


class Row(NamedTuple):
    """What a class of `n` saw. Rates and speeds are each person's own; gap_s: the longest that anyone waited for a picture."""

    n: int
    page_s: float
    updates_per_s: float
    slowest_per_s: float
    gap_s: float
    delay_ms: float
    delay_p95_ms: float
    epochs_per_s: float
    fastest_by_slowest: float
    snapshot_kb: float
    server_cores: float
    server_mb: float


async def visit(server: Server, n: int, seconds: float) -> Row:
    """Let `n` people watch for so long. The first visit, which fills caches, is made before and not counted."""
    await warm_up(server)
    people = [Person(server.host, LONG) for _ in range(n)]
    try:
        await asyncio.gather(*(person.open() for person in people))
        await asyncio.sleep(SETTLE_S)
        before, since = server.usage(), time.perf_counter()
        await asyncio.gather(*(play(person, since + seconds, seed) for seed, person in enumerate(people)))
        until = time.perf_counter()
        used = server.usage()
    finally:
        await asyncio.gather(*(person.leave() for person in people), return_exceptions=True)
    return read(people, since, until, (used.cpu_s - before.cpu_s) / (until - since), used.rss_mb)


async def warm_up(server: Server) -> None:
    first = Person(server.host, LONG)
    await first.open()
    await first.leave()


async def play(person: Person, until: float, seed: int) -> None:
    """Move λ₂ now and then."""
    chance = random.Random(seed)
    await asyncio.sleep(chance.uniform(0, MOVE_EVERY_S))
    while time.perf_counter() + MOVE_EVERY_S < until:
        await person.move("l2", chance.randint(1, 999) * 1e-6)
        await asyncio.sleep(MOVE_EVERY_S)
    await asyncio.sleep(max(0.0, until - time.perf_counter()))


def read(people: Sequence[Person], since: float, until: float, server_cores: float, server_mb: float) -> Row:
    """Return the row of what was seen between two times."""
    seen = [[one for one in person.seen if since <= one.at <= until] for person in people]
    rates = [len(some) / (until - since) for some in seen]
    speeds = [(some[-1].epoch - some[0].epoch) / (some[-1].at - some[0].at) if len(some) > 1 else 0.0 for some in seen]
    delays = sorted(delay for person in people for delay in person.delays) or [math.nan]
    return Row(
        n=len(people),
        page_s=median(person.page_s for person in people),
        updates_per_s=median(rates),
        slowest_per_s=min(rates),
        gap_s=max(longest_gap([since, *(one.at for one in some), until]) for some in seen),
        delay_ms=1e3 * median(delays),
        delay_p95_ms=1e3 * delays[int(0.95 * len(delays))],
        epochs_per_s=median(speeds),
        fastest_by_slowest=max(speeds) / min(speeds) if min(speeds) > 0 else math.inf,
        snapshot_kb=median(one.n_bytes for some in seen for one in some) / 1024,
        server_cores=server_cores,
        server_mb=server_mb,
    )


def longest_gap(times: Sequence[float]) -> float:
    """Return the longest time between two neighbours."""
    return max(after - before for before, after in pairwise(times))
