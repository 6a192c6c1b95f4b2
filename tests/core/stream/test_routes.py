import gzip
import json
import threading
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from core.stream import files, routes
from core.stream.scheduler import Scheduler
from tests.core.stream.sockets import ask, open_stream, receive
from tests.core.stream.studies import TIMEOUT_S, counting, failing


def receive_error(stream: ClientConnection) -> str:
    message = json.loads(stream.recv(TIMEOUT_S))
    assert message["kind"] == "error"
    return str(message["text"])


def close_code(stream: ClientConnection) -> int:
    with pytest.raises(ConnectionClosed) as closed:
        stream.recv(TIMEOUT_S)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


def test_commands_go_in_and_snapshots_come_out(host: str, routed_scheduler: Scheduler) -> None:
    job = routed_scheduler.submit(counting, "a")
    with open_stream(host, job.id) as stream:
        ask(stream, type="ready", version=-1)
        snapshot = receive(stream)
        ask(stream, type="set", name="l1", value=0.25)
        ask(stream, type="run")
        for _ in range(5):
            version = snapshot.version
            ask(stream, type="ready", version=version)
            snapshot = receive(stream)
            assert snapshot.version > version
        assert snapshot.meta["state"] == "running" and snapshot.meta["strengths"] == {"l1": 0.25}


def test_nothing_is_sent_before_the_browser_is_ready(host: str, routed_scheduler: Scheduler) -> None:
    job = routed_scheduler.submit(counting, "a")
    assert job.wait(0, TIMEOUT_S) is not None
    with open_stream(host, job.id) as stream:
        ask(stream, type="explode")
        assert isinstance(stream.recv(TIMEOUT_S), str)  # the error is the first message, no snapshot came before it


def test_frames_are_sent_on_request(host: str, routed_scheduler: Scheduler) -> None:
    job = routed_scheduler.submit(counting, "a")
    assert job.wait(0, TIMEOUT_S) is not None
    with open_stream(host, job.id) as stream:
        ask(stream, type="frames", after=-1)
        frames = receive(stream)
    assert frames.kind == "frames" and frames.arrays["frame_epoch"].tolist() == [0, 1, 2]


def test_a_failed_job_tells_its_viewers(host: str, routed_scheduler: Scheduler) -> None:
    job = routed_scheduler.submit(failing, "a")
    with open_stream(host, job.id) as stream:
        ask(stream, type="ready", version=1)
        assert receive(stream).meta["banner"]["text"] == job.error


def test_a_superseded_job_closes_its_streams(host: str, routed_scheduler: Scheduler) -> None:
    job = routed_scheduler.submit(counting, "a")
    with open_stream(host, job.id) as stream:
        ask(stream, type="ready", version=99)
        routed_scheduler.submit(counting, "a")
        assert close_code(stream) == 4410


def test_a_job_that_is_superseded_before_its_stream_opens_closes_it_as_superseded(
    host: str, routed_scheduler: Scheduler
) -> None:
    job = routed_scheduler.submit(counting, "a")
    routed_scheduler.submit(counting, "a")
    with open_stream(host, job.id) as stream:
        assert close_code(stream) == 4410


def test_a_run_is_watched_by_one_browser_tab_which_may_come_twice(host: str, routed_scheduler: Scheduler) -> None:
    job = routed_scheduler.submit(counting, "a")
    with open_stream(host, job.id, tab="one") as stream, open_stream(host, job.id, tab="one") as again:
        for open_one in (stream, again):
            ask(open_one, type="ready", version=-1)
            receive(open_one)
        with open_stream(host, job.id, tab="two") as other:
            assert close_code(other) == 4409
        with open_stream(host, job.id) as nameless:  # not a stage: a program
            ask(nameless, type="ready", version=-1)
            receive(nameless)
    while job.n_watchers:
        assert routed_scheduler.wait_until_parked(job, TIMEOUT_S)
    with open_stream(host, job.id, tab="two") as other:
        ask(other, type="ready", version=-1)
        receive(other)


def test_an_unknown_job_is_closed_with_4404(host: str, routed_scheduler: Scheduler) -> None:
    with open_stream(host, "nobody") as stream:
        assert close_code(stream) == 4404


def test_a_message_that_is_too_large_ends_the_stream(host: str, routed_scheduler: Scheduler) -> None:
    with open_stream(host, routed_scheduler.submit(counting, "a").id) as stream:
        stream.send(" " * 4097)
        assert close_code(stream) == 1009


def test_malformed_messages_are_answered_and_then_end_the_stream(host: str, routed_scheduler: Scheduler) -> None:
    with open_stream(host, routed_scheduler.submit(counting, "a").id) as stream:
        for bad in ["{", b"\x00", '{"type":"set","name":"seed","value":1}', "[]", '{"type":"run","x":1}']:
            stream.send(bad)
            assert "refused" in receive_error(stream)
        assert close_code(stream) == 1008


def test_watchers_are_counted_and_leave(host: str, routed_scheduler: Scheduler) -> None:
    left = threading.Event()
    job = routed_scheduler.submit(counting, "a")
    count_out = job.unwatch
    job.unwatch = lambda: (count_out(), left.set())[0]  # type: ignore[method-assign]
    with open_stream(host, job.id) as stream:
        ask(stream, type="ready", version=-1)
        receive(stream)
        assert job.n_watchers == 1
        ask(stream, type="ready", version=99)
    assert left.wait(TIMEOUT_S) and job.n_watchers == 0 and job._waiters == []


def test_assets_are_compressed_immutable_and_nothing_else_is_served(
    host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assets = tmp_path / "assets"
    (assets / "inner").mkdir(parents=True)
    (assets / "stage.js").write_text("export default 1;")
    (assets / "inner" / "lib.js").write_text("2")
    (tmp_path / "secret.txt").write_text("secret")
    monkeypatch.setattr(routes, "ASSETS", assets)
    with httpx.Client(base_url=f"http://{host}", trust_env=False) as client:
        reply = client.get("/lab/assets/0/stage.js")
        assert reply.text == "export default 1;" and reply.headers["content-encoding"] == "gzip"
        assert "immutable" in reply.headers["cache-control"] and "javascript" in reply.headers["content-type"]
        plain = client.get("/lab/assets/0/stage.js", headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers and plain.text == reply.text
        assert client.get("/lab/assets/0/inner/lib.js").text == "2"
        for bad in [
            "inner/..%2F..%2Fsecret.txt",
            "..%2Fsecret.txt",
            "..",
            "%2e%2e",
            "inner",
            "none.js",
            "%00",
            "%2Fetc%2Fpasswd",
            "a" * 5000,
        ]:
            assert client.get(f"/lab/assets/0/{bad}").status_code == 404


def test_an_edited_asset_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a.js"
    path.write_text("1")
    assert gzip.decompress(files.compress(path, 0)) == b"1"
    path.write_text("2")
    assert gzip.decompress(files.compress(path, 1)) == b"2"
