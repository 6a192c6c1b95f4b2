"""Who may talk to the server: one rule for the Host and the Origin of a request, the same for pages and for streams.

A browser names in `Host` the server that it asks and in `Origin` the page that asks. `Host` protects against a foreign
name that was made to point here, `Origin` against a foreign page. Read next: `core/stream/gate.py`, which asks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from core.words import say

DEFAULT_PORTS = {"http": 80, "https": 443}
NAME = re.compile(
    r"[a-z0-9._:%-]+"
)  # letters of other scripts are written with these (xn--…), a colon is an IPv6 address's


def anywhere(_: str) -> str:
    """Return that a file may be sent to any path."""
    return ""


@dataclass(frozen=True)
class Rules:
    """Settings of the server, in Streamlit's names.

    allowed_hosts: `server.allowedHosts`, names or "*.name"; empty: any. allowed_origins: `server.corsAllowedOrigins`,
    pages of other addresses that may connect. server_address: `browser.serverAddress` where it was set, the name under
    which people reach the server. checks_origin: `server.enableCORS`; False lets every page connect.
    base_path: `server.baseUrlPath`, "" or "/name". has_uploader: whether any page takes files.
    why_no_upload: returns why a file may not be sent to this path now, "" where it may. shows_metrics: whether anybody may read
    Streamlit's counts of sessions and memory.
    """

    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    server_address: str = ""
    checks_origin: bool = True
    base_path: str = ""
    has_uploader: bool = False
    shows_metrics: bool = False
    why_no_upload: Callable[[str], str] = anywhere


def why_host_is_refused(rules: Rules, headers: Mapping[str, str]) -> str:
    """Return why a request to this Host gets no answer, in a sentence; "" where it is welcome."""
    host = headers.get("host", "")
    name = host_name(f"//{host}")
    if name is None:
        return say("The server refused this address: its Host is not a host and a port.")
    if not rules.allowed_hosts or any(matches(name, pattern) for pattern in rules.allowed_hosts):
        return ""
    return say(
        "The server refused the address {shown}: it is not in the setting server.allowedHosts.", shown=shown(name)
    )


def why_origin_is_refused(rules: Rules, headers: Mapping[str, str]) -> str:
    """Return why a page of this Origin may not connect, in a sentence; "" where it may.

    Its own pages may, and those that the settings name. A proxy that rewrites Host says the name before in
    X-Forwarded-Host; no page can set that header on a socket.
    """
    if not rules.checks_origin:
        return ""
    origin = headers.get("origin", "")
    address, name = host_and_port(origin), host_name(origin)
    if address is None or name is None:
        return say("The server refused this connection: it does not say from which page it comes (Origin).")
    if address in {host_and_port(f"{origin.split(':')[0]}://{host}") for host in own_hosts(headers)}:
        return ""
    if name == rules.server_address or (address, scheme(origin)) in {
        (host_and_port(allowed), scheme(allowed)) for allowed in rules.allowed_origins
    }:
        return ""
    return say(
        "The server refused the page {shown}: it is not in the setting server.corsAllowedOrigins.", shown=shown(origin)
    )


def own_hosts(headers: Mapping[str, str]) -> list[str]:
    """Return the hosts and ports under which the browser may have asked for this server."""
    forwarded = headers.get("x-forwarded-host", "").split(",")[0].strip()
    return [host for host in (headers.get("host", ""), forwarded) if host]


def host_name(url: str) -> str | None:
    """Return the lower-case name in a URL; None where the URL is not made of a host and a port."""
    try:
        parts = urlsplit(url.strip())
        _ = parts.port  # raises where it is not a number
    except ValueError:
        return None
    if parts.path or parts.query or parts.fragment or parts.username is not None:
        return None
    name = (parts.hostname or "").lower()
    return name.rstrip(".") if NAME.fullmatch(name) else None


def host_and_port(url: str) -> tuple[str, int] | None:
    """Return name and port of an origin like "https://lab.example.org"; None where it is none."""
    name = host_name(url.rstrip("/"))
    if name is None or scheme(url) not in DEFAULT_PORTS:
        return None
    return name, urlsplit(url.strip()).port or DEFAULT_PORTS[scheme(url)]


def scheme(url: str) -> str:
    return url.strip().split(":")[0].lower()


def matches(name: str, pattern: str) -> bool:
    """Return True for the name itself, for "*", and for any name that ends as "*.example.org" does."""
    pattern = pattern.strip().lower().rstrip(".")
    return pattern in ("*", name) or (pattern.startswith("*.") and name.endswith(pattern[1:]))


def shown(text: str) -> str:
    """Return a text from outside, short enough for a close reason (123 bytes with its sentence) and without surprises."""
    return text[:40].encode("ascii", "replace").decode()
