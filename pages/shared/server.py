"""The server's settings as Streamlit has them, for the gate before it (`core/stream/gate.py`)."""

import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from streamlit import config

from core.stream.admission import Rules
from core.stream.front import Front
from core.stream.gate import Gate
from core.stream.lane import the_lane
from pages.shared.stage import asset_links

HAS_UPLOADER = False  # whether a page takes files
SPARE_AFTER_S = 20.0  # the first visitors come first
FRONT = Path(st.__file__).parent / "static"


def rules() -> Rules:
    """Return who may connect and where the pages lie."""
    base_path = str(config.get_option("server.baseUrlPath")).strip("/")
    return Rules(
        allowed_hosts=tuple(config.get_option("server.allowedHosts")),
        allowed_origins=tuple(config.get_option("server.corsAllowedOrigins")),
        server_address=server_address(),
        checks_origin=bool(config.get_option("server.enableCORS")),
        base_path=f"/{base_path}" if base_path else "",
        has_uploader=HAS_UPLOADER,
    )


def server_address() -> str:
    """Return the name under which people reach the server, "" where the settings do not say one."""
    address = str(config.get_option("browser.serverAddress")).split("/")[0].lower()
    return "" if address == "localhost" else address


def raise_file_limit() -> None:
    """Allow this process as many open files and sockets as the system lets it have; a tab takes five."""
    if sys.platform == "win32":
        return
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@asynccontextmanager
async def lifespan(_: Any) -> AsyncIterator[None]:
    """Make a process for the first heavy study ready, a while after the server has started."""
    timer = threading.Timer(SPARE_AFTER_S, the_lane().nursery.prepare)
    timer.daemon = True
    timer.start()
    yield
    timer.cancel()


MIDDLEWARE = [Middleware(Gate, rules, Front(FRONT, asset_links()))]
