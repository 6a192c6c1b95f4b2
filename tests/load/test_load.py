"""The driver of `make load`: two people on a real server see their runs train and their sliders obeyed."""

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qsl

import pytest

from core.settings.experiment import Experiment
from core.stream.budget import MAX_USER_JOBS
from core.studies.base.cost import ASK_S, refusal
from tests.load.classroom import visit
from tests.load.person import Person
from tests.load.server import Server
from tests.load.tabs import CASES, EPOCHS, longest


@pytest.mark.browser
@pytest.mark.skipif(sys.platform != "linux", reason="what a process uses is read from /proc")
def test_two_people_see_their_runs_train() -> None:
    with Server() as server, ThreadPoolExecutor(1) as thread:  # this one may have the loop of a browser that is open
        row = thread.submit(lambda: asyncio.run(visit(server, 2, 6.0))).result()
    assert row.slowest_per_s > 1 and row.epochs_per_s > 0 and row.page_s < 30
    assert row.delay_p95_ms > 0 and row.snapshot_kb > 1 and row.server_mb > 10 and row.server_cores > 0


@pytest.mark.browser
@pytest.mark.skipif(sys.platform != "linux", reason="what a process uses is read from /proc")
def test_all_tabs_of_a_browser_are_one_user_and_another_browser_is_another() -> None:
    async def crowd(server: Server) -> None:
        tabs = [Person(server.host, "n_epochs=20", browser="a" * 32) for _ in range(MAX_USER_JOBS + 1)]
        for tab in tabs[:-1]:
            await tab.open()
        with pytest.raises(TimeoutError):  # its run stands in line
            await asyncio.wait_for(tabs[-1].open(), 3.0)
        tabs[-1].session.transport.abort()
        other = Person(server.host, "n_epochs=20", browser="b" * 32)
        await other.open()
        for person in (*tabs[:-1], other):
            await person.leave()

    with Server() as server, ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(crowd(server))).result()


@pytest.mark.parametrize("name", CASES)
def test_the_heaviest_tabs_are_taken_without_a_question(name: str) -> None:
    """None is refused, and none asks first."""
    _, query, work_of = CASES[name]
    experiment, problems = Experiment.from_query(dict(parse_qsl(longest(query, work_of))))
    assert not problems and experiment.training.n_epochs in EPOCHS
    assert 1 < work_of(experiment).seconds < ASK_S
    assert refusal(work_of(experiment)) == ""
