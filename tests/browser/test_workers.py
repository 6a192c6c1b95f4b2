"""A study whose pieces train in processes of their own, in the browser: it shows where, obeys, and survives the death of one."""

import os
import signal
import subprocess
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import TIMEOUT_MS, OpenPage, Server, press, serving, wait_for

STUDY = "/cv?data=digits&n_train=300&hidden_sizes=64&learning_rate=0.003&batch_size=32&n_epochs=2500&values=0,0.01,0.03,0.1,0.3,1"
EPOCH = "document.querySelector('[data-readout=epoch] dd').textContent"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("OVERFIT_LAB_WORKERS", "2")
    with serving("app.py") as server:
        yield server


def workers_of(server: Server) -> list[int]:
    """Return the process ids of the workers that the server, or what it consists of, has started."""
    told = subprocess.run(["ps", "-wweo", "pid=,ppid=,args="], capture_output=True, text=True).stdout.splitlines()
    parents = {int(line.split()[0]): int(line.split()[1]) for line in told}
    found = []
    for line in told:
        pid = ancestor = int(line.split()[0])
        while ancestor in parents and ancestor != server.process.pid:
            ancestor = parents[ancestor]
        found += [pid] if ancestor == server.process.pid and "popen_loky" in line else []
    return found


def test_a_study_trains_in_two_processes_obeys_and_survives_the_death_of_one(
    server: Server, open_page: OpenPage
) -> None:
    page = open_page(server.address + STUDY)
    press(page, "Run")
    wait_for(page, f"{EPOCH}.endsWith('· 2 processes')", 150_000)  # they load beside busy neighbours
    found = workers_of(server)
    assert len(found) == 2
    os.kill(found[0], signal.SIGKILL)
    expect(page.locator(".lab-verdict")).to_contain_text(
        "its part of the networks began again from epoch", timeout=TIMEOUT_MS
    )
    before = page.evaluate("overfitLab.lastEpoch")
    wait_for(page, f"overfitLab.lastEpoch > {before} + 3")
    press(page, "Pause")
    page.get_by_role("button", name="Run", exact=True).wait_for()
    assert not page.evaluate(EPOCH).endswith("processes")
