"""The gate: what every request passes before Streamlit or a route of ours sees it (ASGI middleware).

It refuses foreign hosts and pages, uploads, sockets above a cap and messages that are too large or too many; it answers
for files that never change; and it tells browsers to load nothing from elsewhere. Read next: `core/stream/admission.py`
(who may connect), `core/stream/front.py` (the page's first file), `core/stream/files.py`.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import socket
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.stream.admission import Rules, why_host_is_refused, why_origin_is_refused
from core.stream.files import file_response
from core.stream.front import Front
from core.stream.pace import Pace, pace_of_page
from core.words import say

LOG = logging.getLogger("uvicorn.error")
HEALTH, METRICS = "/_stcore/health", "/_stcore/metrics"
MOST_PARAMETERS = 1000  # of a link, above which Streamlit takes none without a word
LEFT_OUT = "left_out"  # parameter of a link: how many there were, more than that
NOWHERE = say(
    "There is no page here. The pages of Overfit Lab lie one name below its address, such as …/path or …/compare."
)
FOLDERS = ("/lab/", "/_stcore/", "/static/", "/media/", "/component/", "/app/static/")
OWN = "/lab/"  # where the routes of `core/stream/routes.py` begin
REFUSED, FULL, TOO_LARGE = 4403, 4429, 1009  # WebSocket close codes
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
COOKIE, NAME_LENGTH = "lab_browser", 32
NAME = re.compile(rf"[0-9a-f]{{{NAME_LENGTH}}}")  # as it is given; anything else is somebody else's
LINGER_S = 2.0  # whoever is refused while sending has so long to read why
READS = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Limits:
    """What one process carries: sockets in all, per client address and per browser, bytes of a message; their rate is in
    `pace.py`. A class behind one proxy has one address: what no browser has named itself for is one client of it."""

    sockets: int = 1000
    sockets_per_address: int = 600
    sockets_per_browser: int = 60
    sockets_without_name: int = 300
    message_bytes: int = 65_536


class Gate:
    """Middleware around the whole app. `rules` is read when the server starts, after all settings are known."""

    def __init__(self, app: ASGIApp, rules: Callable[[], Rules], front: Front, limits: Limits | None = None) -> None:
        self.app, self.rules, self.front, self.limits = app, rules(), front, limits or Limits()
        self.sockets: Counter[str] = Counter()  # open now, by client address
        self.of_browser: Counter[tuple[str, str]] = Counter()  # and by address and name; "" for those without a name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        send_at_once(receive)
        if scope["type"] == "http":
            await self.request(scope, receive, with_headers(send, self.front.policy))
        elif scope["type"] == "websocket":
            await self.socket(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def request(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request, or let the app answer it."""
        path, headers = self.inner_path(scope), Headers(scope=scope)
        address = (scope.get("client") or ("",))[0]
        answer = self.refusal(path, scope["method"], headers, address) or self.redirect(scope, path)
        if answer is None and scope["method"] == "GET":
            if file := self.front.file(path):
                answer = await asyncio.to_thread(file_response, file, headers.get("accept-encoding", ""))
            elif self.front.is_page(path):
                answer = self.front.page(headers.get("accept-encoding", ""))
                give_name(answer, headers)
            elif is_nowhere(path):
                answer = PlainTextResponse(NOWHERE, 404)
        await (answer or self.app)(self.inside(scope, path), receive, send)

    def refusal(self, path: str, method: str, headers: Headers, address: str) -> Response | None:
        """Return the answer to what is not welcome, a sentence with status 403."""
        why = "" if path == HEALTH else why_host_is_refused(self.rules, headers)
        if path == HEALTH and "referer" in headers:  # a page asks this before it connects, and shows what is answered
            why = why_origin_is_refused(self.rules, {**headers, "origin": origin_of(headers["referer"])})
            why = why or self.why_full(address, name_of(headers))
        if not why and path.startswith(METRICS) and not self.rules.shows_metrics:
            why = say("This server does not show its metrics; OVERFIT_LAB_METRICS=1 lets everybody read them.")
        if not why and method not in READS:
            if path.startswith("/_stcore/upload_file") and not self.rules.has_uploader:
                why = say("No page of this server takes files.")
            elif "origin" in headers:
                why = why_origin_is_refused(self.rules, headers)
            if not why and method == "PUT":
                why = self.rules.why_no_upload(path)
        return PlainTextResponse(why, 403) if why else None

    def redirect(self, scope: Scope, path: str) -> Response | None:
        """Send "/page/" to "/page", "/base" to "/base/", and a link that is too long to one that says so, by relative addresses,
        which hold behind every proxy."""
        query = f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else ""
        if path == self.rules.base_path != "":
            return RedirectResponse(f"{self.rules.base_path.strip('/').split('/')[-1]}/{query}", 307)
        if path.count("/") == 2 and path.endswith("/") and self.front.is_page(path[:-1]):
            return RedirectResponse(f"..{path[:-1]}{query}", 307)
        if (n := query.count("&") + 1) > MOST_PARAMETERS and self.front.is_page(path):
            return RedirectResponse(f"?{LEFT_OUT}={n}", 307)
        return None

    async def socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry one WebSocket if it is welcome and there is room for it; the app never sees another."""
        path, headers = self.inner_path(scope), Headers(scope=scope)
        address = (scope.get("client") or ("",))[0]
        if why := why_host_is_refused(self.rules, headers) or why_origin_is_refused(self.rules, headers):
            return await refuse(receive, send, path, REFUSED, why)
        name = name_of(headers)
        if why := self.why_full(address, name):
            return await refuse(receive, send, path, FULL, why)
        self.sockets[address] += 1
        self.of_browser[address, name] += 1
        try:
            limit_arriving(receive, self.limits.message_bytes)
            pace = Pace() if path.startswith(OWN) else pace_of_page()
            await self.app(as_own(self.inside(scope, path)), Inflow(receive, send, self.limits, pace).receive, send)
        finally:
            self.sockets[address] -= 1
            self.of_browser[address, name] -= 1
            self.sockets += Counter()  # forgets the addresses of which none is left
            self.of_browser += Counter()

    def why_full(self, address: str, name: str) -> str:
        """Return why there is no room for another socket of this browser at this address, or ""."""
        if self.sockets.total() >= self.limits.sockets:
            return say(
                "The server is full: it holds {sockets} connections. Close other tabs or come back later.",
                sockets=self.limits.sockets,
            )
        if self.sockets[address] >= self.limits.sockets_per_address:
            return say(
                "Too many connections from your address ({sockets_per_address}). Close other tabs.",
                sockets_per_address=self.limits.sockets_per_address,
            )
        most = self.limits.sockets_per_browser if name else self.limits.sockets_without_name
        if self.of_browser[address, name] >= most:
            who = say("of your browser") if name else say("without a cookie from your address")
            return say("Too many connections {who} ({most}). Close other tabs.", who=who, most=most)
        return ""

    def inner_path(self, scope: Scope) -> str:
        """Return the path below the base path; the base path itself, and "" for what lies elsewhere and is not ours."""
        path = str(scope["path"]).removeprefix(scope.get("root_path", ""))
        base = self.rules.base_path
        if path.startswith(f"{base}/"):
            return path.removeprefix(base)
        return path if path == base or path.startswith(OWN) else ""

    def inside(self, scope: Scope, path: str) -> Scope:
        """Return the scope as the app knows it: our own routes lie at the root, Streamlit's below the base path."""
        if not path.startswith(OWN):
            return scope
        return {**scope, "path": scope.get("root_path", "") + path}


def is_nowhere(path: str) -> bool:
    """Return whether a path has folders that no page and no file of the server lies in: Streamlit would answer a blank page."""
    return path.count("/") > 1 and not path.startswith(FOLDERS)


class Inflow:
    """The messages of one socket, held back when they come too fast, ended when one is too large."""

    def __init__(self, receive: Receive, send: Send, limits: Limits, pace: Pace) -> None:
        self._receive, self._send, self._limits, self._pace = receive, send, limits, pace

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] != "websocket.receive":
            return message
        if size_of(message) > self._limits.message_bytes:  # for servers on which `limit_arriving` has no hold
            await self._send({"type": "websocket.close", "code": TOO_LARGE, "reason": say("The message is too large.")})
            return {"type": "websocket.disconnect", "code": TOO_LARGE}
        await asyncio.sleep(self._pace.delay())  # the server stops reading meanwhile; nothing is lost
        return message


def size_of(message: Message) -> int:
    """Return the bytes of a message; a text has at least one for each character."""
    return max(len(message.get("bytes") or b""), len(message.get("text") or ""))


def limit_arriving(receive: Receive, n_bytes: int) -> None:
    """Have uvicorn end this socket as soon as a frame's header announces too much, before it arrives.

    uvicorn knows one limit for all sockets; the one of a single socket is its connection's, which `receive` belongs to.
    """
    line: Any = getattr(receive, "__self__", None)
    if hasattr(getattr(line, "conn", None), "max_message_size"):
        line.conn.max_message_size = n_bytes
        line.handle_parser_exception = partial(end_gently, line)


def end_gently(line: Any) -> None:
    """End a socket that has sent too much in place of uvicorn, which closes at once: the system then resets the line of who is
    still sending, and the reason is lost. So what still comes is read, and thrown away, until the other end has closed."""
    if line.close_sent:
        return  # called again for what still comes
    line.close_sent = True
    line.queue.put_nowait({"type": "websocket.disconnect", "code": TOO_LARGE})
    line.transport.write(b"".join(line.conn.data_to_send()))
    if line.read_paused:
        line.read_paused = False
        line.transport.resume_reading()
    if line.transport.can_write_eof():
        line.transport.write_eof()
    line.close_timer = line.loop.call_later(LINGER_S, line.transport.close)


def name_of(headers: Headers) -> str:
    """Return the name that a browser was given, "" where it has none. It tells browsers apart and opens nothing."""
    cookie = next((c for c in headers.get("cookie", "").split("; ") if c.startswith(f"{COOKIE}=")), "")
    return cookie.partition("=")[2][:NAME_LENGTH]


def give_name(page: Response, headers: Headers) -> None:
    """Give a browser that has none a name, until it is closed; for the pages beside this one, wherever a proxy puts them."""
    if not name_of(headers):
        page.headers["Set-Cookie"] = f"{COOKIE}={secrets.token_hex(NAME_LENGTH // 2)}; HttpOnly; SameSite=Lax"


def send_at_once(receive: Receive) -> None:
    """Have the system send each piece of an answer when it is written, not 40 ms later when the one before was received.

    asyncio does this by itself, but not for sockets made as Streamlit makes its own (`proto` is 0).
    """
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    line = transport.get_extra_info("socket") if transport else None
    if line is not None and line.family in (socket.AF_INET, socket.AF_INET6):
        with suppress(OSError):  # closed by now
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def as_own(scope: Scope) -> Scope:
    """Return the scope of an admitted page of another name without its Origin.

    Streamlit would compare it with Host, and then ask the network for its own address, which takes seconds.
    """
    headers = Headers(scope=scope)
    if headers.get("origin", "").split("//")[-1] == headers.get("host"):
        return scope
    return {**scope, "headers": [(name, value) for name, value in scope["headers"] if name != b"origin"]}


async def refuse(receive: Receive, send: Send, path: str, code: int, why: str) -> None:
    """End a socket so that the stage learns why, by a close code and a sentence; of Streamlit's the log and `refusal` tell."""
    await receive()  # websocket.connect
    if path.startswith(OWN):
        await send({"type": "websocket.accept"})
    else:
        LOG.warning("%s", why)
    await send({"type": "websocket.close", "code": code, "reason": why})


def origin_of(url: str) -> str:
    """Return the origin of a page's address; malformed ones stay malformed."""
    return "/".join(url.split("/")[:3])


def with_headers(send: Send, policy: str) -> Send:
    """Return a `send` that adds the security headers to the answer."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in {**SECURITY_HEADERS, "Content-Security-Policy": policy}.items():
                headers[name] = value
        await send(message)

    return send_with_headers
