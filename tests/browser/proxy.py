"""A small reverse proxy for the tests: it changes paths and Host as real ones do, may speak TLS, and forwards bytes."""

import re
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

CERTIFICATE = Path(__file__).parent / "localhost.pem"  # of localhost, made for these tests; secret to nobody


@dataclass(frozen=True)
class Proxy:
    """What is changed on the way: requests outside `prefix` are answered with 404; `strips` takes the prefix away;

    host: the Host the server is told below `rewrites`, by default what the browser said; says_host: X-Forwarded-Host
    holds the latter;
    tls: the browser speaks https, the server http.
    """

    upstream: int
    prefix: str = ""
    strips: bool = False
    host: str = ""
    rewrites: str = "/"
    says_host: bool = False
    tls: bool = False

    def changed(self, head: str) -> str | None:
        """Return the head of a request as the server gets it; None where the proxy does not forward it."""
        method, path, version = head.split("\r\n")[0].split(" ")
        if not path.startswith(f"{self.prefix}/"):
            return None
        if self.strips:
            path = path.removeprefix(self.prefix)
        lines = [line for line in head.split("\r\n")[1:] if line and not line.lower().startswith("connection:")]
        came_for = next(line.split(": ")[1] for line in lines if line.lower().startswith("host:"))
        if self.host and path.startswith(self.rewrites):
            lines = [f"Host: {self.host}" if line.lower().startswith("host:") else line for line in lines]
        if self.says_host:
            lines.append(f"X-Forwarded-Host: {came_for}")
        if self.tls:
            lines.append("X-Forwarded-Proto: https")
        is_socket = any(re.match("upgrade: *websocket", line, re.IGNORECASE) for line in lines)
        lines.append("Connection: Upgrade" if is_socket else "Connection: close")
        return "\r\n".join([f"{method} {path} {version}", *lines]) + "\r\n\r\n"

    def carry(self, browser: socket.socket) -> None:
        """Forward one connection, which holds one request."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):  # a browser sends nothing after the head before it is answered
            head += browser.recv(65_536) or b"\r\n\r\n"
        changed = self.changed(head.decode("latin-1").removesuffix("\r\n\r\n")) if head.strip() else None
        if changed is None:
            browser.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        with socket.create_connection(("127.0.0.1", self.upstream)) as server:
            server.sendall(changed.encode("latin-1"))
            forth = threading.Thread(target=pipe, args=(browser, server))
            forth.start()
            pipe(server, browser)
            forth.join()


def pipe(source: socket.socket, target: socket.socket) -> None:
    """Forward one direction; its end ends the other."""
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    for line in (target, source):
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)


@contextmanager
def in_front(proxy: Proxy) -> Iterator[str]:
    """Run a proxy, a thread for each connection; yields the address that a browser opens, without the prefix."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):  # the browser left
                if not proxy.tls:
                    return proxy.carry(self.request)
                with context.wrap_socket(self.request, server_side=True) as browser:
                    proxy.carry(browser)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"{'https' if proxy.tls else 'http'}://localhost:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
