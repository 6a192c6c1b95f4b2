"""The driver of `make load`: two people on a real server see their runs train and their sliders obeyed."""

import asyncio
import sys

import pytest

from tests.load.classroom import visit
from tests.load.server import Server


@pytest.mark.browser
@pytest.mark.skipif(sys.platform != "linux", reason="what a process uses is read from /proc")
def test_two_people_see_their_runs_train() -> None:
    with Server() as server:
        row = asyncio.run(visit(server, 2, 6.0))
    assert row.slowest_per_s > 1 and row.epochs_per_s > 0 and row.page_s < 30
    assert row.delay_p95_ms > 0 and row.snapshot_kb > 1 and row.server_mb > 10 and row.server_cores > 0
