"""The gate before a small app, on a real server with real sockets."""

import base64
import os
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from core.stream.admission import Rules
from core.stream.front import Front
from core.stream.gate import Gate, Limits
from core.stream.pace import BURST, PAGE_BURST, PAGE_PER_SECOND, PER_SECOND
from tests.core.conftest import serving
from tests.core.stream.studies import TIMEOUT_S

LIMITS = Limits(sockets=5, sockets_per_address=3, sockets_per_browser=2)
RULES = Rules(
    base_path="/class", allowed_hosts=("127.0.0.1", "lab.example.org"), allowed_origins=("https://lab.example.org",)
)
seen: list[str] = []


async def echo(websocket: WebSocket) -> None:
    """Note which Origin the app sees, and say every message's length."""
    seen.append(websocket.headers.get("origin", "none"))
    await websocket.accept()
    async for message in websocket.iter_text():
        await websocket.send_text(str(len(message)))


async def path(request: Request) -> PlainTextResponse:
    return PlainTextResponse(request.url.path)


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    static = tmp_path_factory.mktemp("static")
    (static / "static" / "js").mkdir(parents=True)
    (static / "static" / "js" / "index.Dorm-Yx_.js").write_text("let a = 1;" * 1000)
    (static / "index.html").write_text("<html><head><script>let b = 2</script></head><body></body></html>")
    gate = Middleware(Gate, lambda: RULES, Front(static, ["<link>"]), LIMITS)
    routes = [
        WebSocketRoute("/lab/jobs/a/stream", echo),
        WebSocketRoute("/class/_stcore/stream", echo),
        Route("/{rest:path}", path, methods=["GET", "PUT", "POST", "DELETE"]),
    ]
    with serving(Starlette(routes=routes, middleware=[gate])) as host:
        yield host


@pytest.fixture
def client(host: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://{host}", trust_env=False) as client:
        yield client


STREAMS = pytest.mark.parametrize("where", ["/class/lab/jobs/a/stream", "/lab/jobs/a/stream", "/class/_stcore/stream"])


def open_socket(host: str, where: str, origin: str | None = "", **headers: str) -> ClientConnection:
    origin = f"http://{host}" if origin == "" else origin
    given = {**({"Origin": origin} if origin is not None else {}), **headers}
    return connect(f"ws://{host}{where}", additional_headers=given, proxy=None)


def ended(websocket: ClientConnection) -> tuple[int, str]:
    with pytest.raises(ConnectionClosed) as closed:
        websocket.recv(TIMEOUT_S)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code, closed.value.rcvd.reason


@STREAMS
def test_own_pages_connect_at_the_root_and_below_the_base_path(host: str, where: str) -> None:
    with open_socket(host, where) as websocket:
        websocket.send("four")
        assert websocket.recv(TIMEOUT_S) == "4"


@STREAMS
@pytest.mark.parametrize("origin", ["http://evil.example", "null", None, "http://[::1"])
def test_a_foreign_page_is_refused_before_the_app_sees_it_and_told_why(
    host: str, where: str, origin: str | None
) -> None:
    seen.clear()
    if "_stcore" in where:
        with pytest.raises(InvalidStatus) as refused, open_socket(host, where, origin):
            pass
        assert refused.value.response.status_code == 403
    else:
        with open_socket(host, where, origin) as websocket:
            code, reason = ended(websocket)
        assert code == 4403 and reason.startswith("The server refused")
        assert "corsAllowedOrigins" in reason or "(Origin)" in reason
    assert seen == []


def test_a_page_that_the_settings_allow_connects_and_the_app_has_nothing_to_compare(host: str) -> None:
    seen.clear()
    with open_socket(host, "/class/_stcore/stream", "https://lab.example.org"):
        pass
    with open_socket(host, "/class/_stcore/stream"):
        pass
    assert seen == ["none", f"http://{host}"]


def raw_request(host: str, head: str) -> bytes:
    name, port = host.split(":")
    with socket.create_connection((name, int(port)), TIMEOUT_S) as line:
        line.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n")
        return line.recv(65536)


def test_a_host_that_is_not_in_the_list_is_refused_for_pages_and_streams_alike(host: str, client: httpx.Client) -> None:
    reply = client.get("/class/", headers={"Host": "rebound.example"})
    assert reply.status_code == 403 and "server.allowedHosts" in reply.text
    assert (
        client.get("/class/_stcore/health", headers={"Host": "10.0.0.7"}).status_code == 200
    )  # a load balancer's look
    assert client.get("/class/", headers={"Host": "lab.example.org"}).status_code == 200
    key = base64.b64encode(bytes(16)).decode()
    head = "GET /class/_stcore/stream HTTP/1.1\nHost: rebound.example\nOrigin: http://rebound.example\nUpgrade: websocket\n"
    answer = raw_request(host, head + f"Connection: Upgrade\nSec-WebSocket-Version: 13\nSec-WebSocket-Key: {key}")
    assert answer.startswith(b"HTTP/1.1 403")


def test_a_file_is_let_through_where_a_page_takes_files_and_there_is_room() -> None:
    rules = Rules(has_uploader=True, why_no_upload=lambda path: "Full." if path.endswith("/full") else "")
    gate = Gate(Starlette(), lambda: rules, Front(Path("none")))
    for path, why in (("/_stcore/upload_file/a/b", None), ("/_stcore/upload_file/a/full", b"Full.")):
        answer = gate.refusal(path, "PUT", Headers({"host": "127.0.0.1"}), "127.0.0.1")
        assert (answer.body if answer else None) == why
    foreign = gate.refusal("/_stcore/upload_file/a/b", "PUT", Headers({"host": "a", "origin": "http://b"}), "")
    assert foreign is not None and foreign.status_code == 403


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_nothing_is_uploaded_and_no_foreign_page_writes(client: httpx.Client, method: str) -> None:
    reply = client.request(method, "/class/_stcore/upload_file/a/b", content=b"x" * 10_000)
    assert reply.status_code == 403 and reply.text == "No page of this server takes files."
    foreign = client.request(method, "/class/x", headers={"Origin": "http://evil.example"})
    assert foreign.status_code == 403 and "corsAllowedOrigins" in foreign.text
    assert client.request(method, "/class/x", headers={"Origin": "http://[::1"}).status_code == 403
    own = client.request(method, "/class/x", headers={"Origin": str(client.base_url).rstrip("/")})
    assert own.text == "/class/x"


def test_every_answer_carries_the_security_headers(client: httpx.Client) -> None:
    for where in (
        "/class/",
        "/class/path",
        "/class/x/y",
        "/class/static/js/index.Dorm-Yx_.js",
        "/class/_stcore/upload_file/a/b",
    ):
        headers = client.get(where).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy and "http" not in policy and "unsafe-eval" not in policy
        assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
        assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "same-origin"


def test_pages_and_hashed_files_are_compressed_once_and_kept(client: httpx.Client) -> None:
    file = client.get("/class/static/js/index.Dorm-Yx_.js")
    assert file.text == "let a = 1;" * 1000 and file.headers["content-encoding"] == "gzip"
    assert int(file.headers["content-length"]) < 200 and "immutable" in file.headers["cache-control"]
    plain = client.get("/class/static/js/index.Dorm-Yx_.js", headers={"Accept-Encoding": "identity"})
    assert (
        plain.text == file.text
        and "content-encoding" not in plain.headers
        and plain.headers["vary"] == "Accept-Encoding"
    )
    page = client.get("/class/path?l2=1")
    assert "<link>" in page.text and page.headers["content-encoding"] == "gzip"
    assert page.headers["cache-control"] == "no-cache" and "<link>" in client.get("/class/").text
    for other in (
        "/class/static/js/../../index.html",
        "/class/static/js/none.Dorm-Yx_.js",
        "/class/_stcore/x",
        "/other/",
    ):
        assert client.get(other).text.startswith("/"), "left to the app"


@pytest.mark.parametrize("path", ["/class/a/b", "/class/a/b/c", "/class/path/x?l2=0.1"])
def test_an_address_below_a_page_says_where_the_pages_are(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404 and "There is no page here" in answer.text


@pytest.mark.parametrize(
    "path", ["/class/static/js/x.js", "/class/_stcore/a/b", "/class/media/x/y", "/class/component/x/y"]
)
def test_the_folders_of_the_server_are_not_pages(client: httpx.Client, path: str) -> None:
    assert client.get(path).text == path


def test_a_link_of_too_many_parameters_becomes_one_that_says_so(client: httpx.Client) -> None:
    """Streamlit takes none of them, without a word."""
    fits, too_long = ("&".join(f"x{i}=1" for i in range(n)) for n in (1000, 1001))
    assert client.get(f"/class/path?{fits}").status_code == 200
    answer = client.get(f"/class/path?{too_long}")
    assert answer.status_code == 307 and answer.headers["location"] == "?left_out=1001"


def test_metrics_are_shown_only_where_the_settings_say_so(client: httpx.Client) -> None:
    for path in ("/class/_stcore/metrics", "/class/_stcore/metrics/"):
        answer = client.get(path)
        assert answer.status_code == 403 and "OVERFIT_LAB_METRICS=1" in answer.text
    gate = Gate(Starlette(), lambda: Rules(shows_metrics=True), Front(Path("none")))
    assert gate.refusal("/_stcore/metrics", "GET", Headers({"host": "127.0.0.1"}), "127.0.0.1") is None


def test_redirects_are_relative_so_that_they_hold_behind_a_proxy(client: httpx.Client) -> None:
    assert client.get("/class?l2=1").headers["location"] == "class/?l2=1"
    assert client.get("/class/path/?l2=1").headers["location"] == "../path?l2=1"


def announce(host: str, where: str, n_bytes: int) -> bytes:
    """Open a socket, send the header of a frame of so many bytes and nothing of it; return what the server answers."""
    name, port = host.split(":")
    line = socket.create_connection((name, int(port)), TIMEOUT_S)
    key = base64.b64encode(os.urandom(16)).decode()
    head = f"GET {where} HTTP/1.1\nHost: {host}\nOrigin: http://{host}\nUpgrade: websocket\nConnection: Upgrade\n"
    head += f"Sec-WebSocket-Version: 13\nSec-WebSocket-Key: {key}"
    with line:
        line.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n")
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += line.recv(65536)
        line.sendall(b"\x82\xff" + struct.pack(">Q", n_bytes) + bytes(4))
        return line.recv(65536)


@STREAMS
@pytest.mark.parametrize("n_bytes", [65_537, 190_000_000])
def test_a_message_above_the_limit_is_refused_while_it_arrives(host: str, where: str, n_bytes: int) -> None:
    frame = announce(host, where, n_bytes)
    assert frame[0] == 0x88 and struct.unpack(">H", frame[2:4]) == (1009,)  # a close frame: message too big


def test_a_message_in_many_frames_is_refused_as_soon_as_it_is_too_large(host: str) -> None:
    for n_frames in (50, 500, 50):
        with open_socket(host, "/lab/jobs/a/stream") as websocket, pytest.raises(ConnectionClosed) as closed:
            websocket.send(["x" * 10_000] * n_frames)
            websocket.recv(TIMEOUT_S)
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 1009, (
            "the reason is read though more was sent"
        )


def test_a_message_of_the_limit_is_taken(host: str) -> None:
    with open_socket(host, "/lab/jobs/a/stream") as websocket:
        websocket.send("x" * LIMITS.message_bytes)
        assert websocket.recv(TIMEOUT_S) == str(LIMITS.message_bytes)


def test_the_line_that_makes_pages_anew_is_read_more_slowly(host: str) -> None:
    n, began = int(PAGE_BURST) + 4, time.monotonic()
    with open_socket(host, "/class/_stcore/stream") as line:
        for _ in range(n):
            line.send("x")
        assert [line.recv(TIMEOUT_S) for _ in range(n)] == ["1"] * n
    assert time.monotonic() - began > 3 / PAGE_PER_SECOND


def test_messages_that_come_too_fast_wait_and_none_is_lost(host: str) -> None:
    n = int(BURST + PER_SECOND)
    began = time.monotonic()
    with open_socket(host, "/lab/jobs/a/stream") as websocket:
        sender = threading.Thread(target=lambda: [websocket.send("m" * i) for i in range(n)])
        sender.start()
        assert [websocket.recv(TIMEOUT_S) for _ in range(n)] == [str(i) for i in range(n)]
        sender.join()
    assert time.monotonic() - began > 0.9  # a burst at once, the others at the rate


def test_above_the_cap_a_socket_is_told_so_and_there_is_room_when_one_leaves(host: str) -> None:
    where = "/lab/jobs/a/stream"
    with ExitStack() as held:
        for _ in range(3):
            held.enter_context(open_socket(host, where))
        with open_socket(host, where) as websocket:
            code, reason = ended(websocket)
        assert code == 4429 and "Too many connections from your address (3)" in reason
        with pytest.raises(InvalidStatus) as refused, open_socket(host, "/class/_stcore/stream"):
            pass
        assert refused.value.response.status_code == 403
        for _ in range(2):
            held.enter_context(open_socket(host, where, **{"X-Forwarded-For": "10.0.0.8"}))
        with open_socket(host, where, **{"X-Forwarded-For": "10.0.0.9"}) as websocket:
            code, reason = ended(websocket)
        assert code == 4429 and "it holds 5 connections" in reason and len(reason.encode()) <= 123
    with open_socket(host, where) as websocket:
        websocket.send("now")
        assert websocket.recv(TIMEOUT_S) == "3"


def test_one_browser_leaves_room_for_the_others_at_its_address(host: str, client: httpx.Client) -> None:
    first = client.get("/class/").headers["set-cookie"]
    assert "HttpOnly" in first and "SameSite=Lax" in first and "Path" not in first
    cookie = first.split(";")[0]
    assert "set-cookie" not in client.get("/class/path", headers={"Cookie": f"a=b; {cookie}"}).headers
    where, health = "/lab/jobs/a/stream", "/class/_stcore/health"
    own = {"Referer": f"{client.base_url}/class/", "Cookie": cookie}
    with ExitStack() as held:
        for _ in range(2):
            held.enter_context(open_socket(host, where, Cookie=cookie))
        with open_socket(host, where, Cookie=cookie) as websocket:
            code, reason = ended(websocket)
        assert code == 4429 and "Too many connections of your browser (2)" in reason
        refused = client.get(health, headers=own)  # what Streamlit's page shows
        assert refused.status_code == 403 and "of your browser" in refused.text
        with open_socket(host, where, Cookie="lab_browser=another") as websocket:
            websocket.send("room")
            assert websocket.recv(TIMEOUT_S) == "4"
    assert client.get(health, headers=own).status_code == 200


def test_a_page_that_would_be_refused_hears_why_when_it_asks_for_the_server(client: httpx.Client) -> None:
    health = "/class/_stcore/health"
    foreign = client.get(health, headers={"Referer": "https://elsewhere.example/class/path?l2=1"})
    assert foreign.status_code == 403 and "https://elsewhere.example" in foreign.text
    for own in (f"{client.base_url}/class/", "https://lab.example.org/class/path"):
        assert client.get(health, headers={"Referer": own}).status_code == 200


def test_small_answers_are_sent_at_once(host: str, client: httpx.Client) -> None:
    """Head and body are two writes; with a sender that waits for the receiver a request takes 40 ms."""
    times = []
    for _ in range(15):
        began = time.monotonic()
        assert client.get("/class/media/x/y").status_code == 200
        times.append(time.monotonic() - began)
    assert min(times) < 0.03


def test_a_file_that_is_edited_keeps_its_place_on_the_disk_only(tmp_path: Path) -> None:
    front = Front(tmp_path)
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "secret.txt").write_text("no hash in its name")
    assert front.file("/static/secret.txt") is None and front.file("/static/../etc/passwd") is None


def test_the_readme_states_the_limits() -> None:
    text = " ".join((Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8").split())
    limits = Limits()
    assert f"{limits.sockets:,} sockets, {limits.sockets_per_address} from one address" in text
    assert f"{limits.sockets_per_browser} of one browser" in text and f"{limits.sockets_without_name} of those" in text
    assert f"messages of {limits.message_bytes // 1024} kB, {PER_SECOND:g} in a second" in text
