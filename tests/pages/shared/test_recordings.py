"""The recordings over the line, and a run of the page that goes on from one."""

from collections.abc import Iterator

import httpx
import pytest
from starlette.applications import Starlette

from core.live.playground.recording import recording
from core.stream.commands import Frames, Recall, Run, Set
from core.stream.snapshot import Snapshot, decode
from pages.shared.recordings import FRESH_S, RECORDINGS
from tests.core.conftest import serving
from tests.core.stream.studies import TIMEOUT_S
from tests.pages.app import close, job, open_link


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with serving(Starlette(routes=[RECORDINGS])) as host, httpx.Client(base_url=f"http://{host}", timeout=60) as client:
        yield client


@pytest.mark.parametrize("accepts", ["gzip", "identity"])
def test_the_parts_of_a_recording_come_in_the_form_of_the_stream(client: httpx.Client, accepts: str) -> None:
    one = recording("memorise")
    for part, expected in (("frames", one.frames), ("later", one.later), ("last", one.last)):
        answer = client.get(f"/lab/recordings/memorise/{part}", headers={"Accept-Encoding": accepts})
        assert answer.status_code == 200 and f"max-age={FRESH_S}" in answer.headers["cache-control"]
        assert answer.headers.get("content-encoding", "identity") == accepts
        assert answer.content == expected.encoded and decode(answer.content).kind == expected.kind


def test_what_the_first_screen_shows_is_a_small_part_of_it(client: httpx.Client) -> None:
    def size(part: str) -> int:
        with client.stream("GET", f"/lab/recordings/memorise/{part}", headers={"Accept-Encoding": "gzip"}) as answer:
            return int(answer.headers["content-length"])

    assert size("frames") + size("last") < 100_000 < size("later")


@pytest.mark.parametrize("path", ["bees/frames", "memorise/kept", "memorise", "../app.py/frames"])
def test_what_there_is_none_of_is_not_found(client: httpx.Client, path: str) -> None:
    assert client.get(f"/lab/recordings/{path}").status_code == 404


def test_the_run_of_the_default_page_goes_on_from_a_moment_of_its_recording() -> None:
    moment = recording("memorise").moment(500).epoch
    page = open_link("playground.py", {})
    found = job(page, "run")
    assert found is not None and found.latest is not None
    for command in (Recall(epoch=500), Set(name="l2", value=0.003), Run()):
        found.send(command)
    snapshot = found.latest
    while snapshot.meta["epoch"] < moment + 5:
        later = found.wait(snapshot.version, TIMEOUT_S)
        assert later is not None
        snapshot = later
    (change,) = snapshot.meta["changes"]
    assert (change["epoch"], change["name"], change["value"]) == (moment, "l2", 0.003)
    assert snapshot.arrays["epoch"][0] == 0 and moment in snapshot.arrays["epoch"]
    frames = found.reply(Frames(after=-1))
    assert isinstance(frames, Snapshot) and len(frames.meta["kept"]) >= 50, "what was before can be rewound to"
    close(page)
