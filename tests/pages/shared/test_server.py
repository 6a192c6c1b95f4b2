"""The app itself, started as a person starts it: its settings reach the gate, and it asks nobody on the internet."""

import os
import re
import resource
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from core.stream.admission import Rules
from pages.shared import server

ROOT = Path(__file__).resolve().parents[3]
STREAMLIT = Subprotocol("streamlit")
PATIENT: dict[str, Any] = {"proxy": None, "open_timeout": 60}
UPLOADERS = re.compile(r"\b(file_uploader|camera_input|audio_input|chat_input)\(")
# Writes down every address outside this machine that anything in the process tries to reach or to look up.
WATCHING = """
import socket, sys
note = open(sys.argv.pop(1), "a", buffering=1)
def is_here(address): return not isinstance(address, tuple) or address[0] in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "::")
def watch(event, args):
    if event == "socket.connect" and not is_here(args[1]): note.write(f"connect {args[1]}\\n")
    if event == "socket.getaddrinfo" and not is_here((args[0],)): note.write(f"look up {args[0]}\\n")
sys.addaudithook(watch)
sys.argv[0] = "streamlit"
from streamlit.web.cli import main
main()
"""


@contextmanager
def running(note: Path, *options: str, command: tuple[str, ...] = ()) -> Iterator[str]:
    """Run app.py on a free port of all addresses, as on a server; yields its `host:port`."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    note.touch()
    start = command or (sys.executable, "-c", WATCHING, str(note), "run", "app.py", "--server.headless=true")
    start += ("--port" if command else "--server.port", str(port), *options)
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(start, cwd=ROOT, env=env, stderr=subprocess.STDOUT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        while not re.search("URL|Uvicorn running", line := process.stdout.readline()):
            assert line, "the server ended before it was ready"
        status_of(f"127.0.0.1:{port}", "/_stcore/health")  # answered when the app is loaded
        yield f"127.0.0.1:{port}"
    finally:
        process.kill()
        process.communicate()


def status_of(host: str, where: str, **headers: str) -> int:
    request = urllib.request.Request(f"http://{host}{where}", headers=headers)
    try:
        with urllib.request.urlopen(request) as reply:
            return int(reply.status)
    except urllib.error.HTTPError as error:
        return int(error.code)


@pytest.fixture(scope="module")
def note(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server") / "asked.txt"


@pytest.fixture(scope="module")
def host(note: Path) -> Iterator[str]:
    options = ["--server.allowedHosts=127.0.0.1", "--server.corsAllowedOrigins=https://lab.example.org"]
    with running(note, *options, "--server.baseUrlPath=class") as host:
        yield host


@pytest.mark.parametrize("origin", ["http://evil.example", "http://[::1", "http://localhost:9"])
def test_both_streams_refuse_the_same_pages(host: str, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused, streamlits(host, origin):
        pass
    assert refused.value.response.status_code == 403
    with ours(host, origin) as websocket, pytest.raises(ConnectionClosed) as closed:
        websocket.recv(10)
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 4403


def test_both_streams_take_the_pages_that_the_settings_name(host: str) -> None:
    with streamlits(host, "https://lab.example.org") as websocket:
        websocket.ping().wait(10)
    with ours(host, "https://lab.example.org") as websocket, pytest.raises(ConnectionClosed) as closed:
        websocket.recv(10)
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 4404  # let in; there is no such run


def streamlits(host: str, origin: str) -> ClientConnection:
    headers = {"Origin": origin}
    return connect(
        f"ws://{host}/class/_stcore/stream", additional_headers=headers, subprotocols=[STREAMLIT], proxy=None
    )


def ours(host: str, origin: str, base: str = "/class") -> ClientConnection:
    return connect(f"ws://{host}{base}/lab/jobs/none/stream", additional_headers={"Origin": origin}, **PATIENT)


def test_the_settings_hold_for_pages_and_below_the_base_path(host: str) -> None:
    assert status_of(host, "/class/") == 200 and status_of(host, "/class/compare?l2=1") == 200
    assert status_of(host, "/class/", Host="rebound.example") == 403
    assert status_of(host, "/class") == 200  # after a redirect to "/class/"
    with httpx.Client(base_url=f"http://{host}", trust_env=False) as client:
        put = client.put("/class/_stcore/upload_file/a/b", files={"file": b"x" * 4_900_000})
    assert (
        put.status_code == 403 and "XSRF" in put.text
    )  # the gate lets files through, and Streamlit asks who sends them


def test_it_asks_nobody_on_the_internet(host: str, note: Path) -> None:
    """At its start and when foreign pages knock; `host` has been through all that by now, or goes through it here."""
    with pytest.raises(InvalidStatus), streamlits(host, "http://evil.example"):
        pass
    assert status_of(host, "/class/") == 200
    assert note.read_text() == ""


def test_a_bare_asgi_server_stands_behind_the_same_gate(tmp_path: Path) -> None:
    command = (sys.executable, "-m", "uvicorn", "app:app")
    with running(tmp_path / "unused", command=command) as host:
        assert status_of(host, "/path") == 200 and status_of(host, "/_stcore/health") == 200
        with httpx.Client(base_url=f"http://{host}", trust_env=False) as client:
            assert "default-src 'self'" in client.get("/").headers["content-security-policy"]
        with ours(host, "http://evil.example", base="") as websocket, pytest.raises(ConnectionClosed) as closed:
            websocket.recv(10)
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 4403


def test_the_settings_are_read_as_streamlit_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    options = {
        "server.baseUrlPath": "/a/b/",
        "server.allowedHosts": ["lab.example.org"],
        "server.corsAllowedOrigins": ["https://lab.example.org"],
        "server.enableCORS": False,
        "browser.serverAddress": "Class.local/a",
    }
    monkeypatch.setattr(server.config, "get_option", options.__getitem__)
    expected = Rules(
        ("lab.example.org",),
        ("https://lab.example.org",),
        "class.local",
        False,
        "/a/b",
        True,
        False,
        server.why_no_upload,
    )
    assert server.rules() == expected
    options |= {"browser.serverAddress": "localhost", "server.baseUrlPath": ""}  # the first admits nobody by itself
    assert server.rules().server_address == "" and server.rules().base_path == ""


def test_uploads_are_open_only_if_a_page_has_an_uploader() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "pages").rglob("*.py")]
    assert any(UPLOADERS.search(source) for source in sources) == server.HAS_UPLOADER


def test_files_that_wait_to_be_read_are_bounded_for_each_page_and_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    manager = MemoryUploadedFileManager("/upload")
    runtime = SimpleNamespace(exists=lambda: True, instance=lambda: SimpleNamespace(uploaded_file_mgr=manager))
    monkeypatch.setattr(server, "Runtime", runtime)
    path = "/_stcore/upload_file/{}/file"
    for n in range(3):
        assert server.why_no_upload(path.format("a")) == ""
        manager.add_file("a", UploadedFileRec(f"a{n}", "own.csv", "text/csv", bytes(5_000_000)))
    assert server.why_no_upload(path.format("a")).startswith("This page has sent files that are not read yet")
    assert server.why_no_upload(path.format("b")) == ""
    for n in range(22):
        manager.add_file(f"s{n}", UploadedFileRec("one", "own.csv", "text/csv", bytes(5_000_000)))
    assert server.why_no_upload(path.format("b")).startswith("The server holds as many unread files as it can")
    manager.remove_session_files("a")
    assert server.why_no_upload(path.format("a")) == ""


def test_as_many_files_may_be_open_as_the_system_allows() -> None:
    before, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(512, most), most))
    try:
        server.raise_file_limit()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (most, most)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (before, most))


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("OVERFIT_LAB_DEVICE", "gpu", "OVERFIT_LAB_DEVICE: device: expected 'cpu', 'cuda' or 'cuda:0', received 'gpu'"),
        ("OVERFIT_LAB_WORKERS", "many", "OVERFIT_LAB_WORKERS: expected a whole number"),
    ],
)
def test_a_server_that_is_told_to_use_what_there_is_not_says_so_and_does_not_start(monkeypatch, variable, value, words):
    monkeypatch.setenv(variable, value)
    with pytest.raises(SystemExit, match=words):
        server.check_machine()
