"""A real server on the loopback, and a scheduler of its own that its routes use."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import streamlit
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import ASGIApp

from core.stream import routes
from core.stream.admission import Rules
from core.stream.front import Front
from core.stream.gate import Gate
from core.stream.scheduler import Scheduler
from tests.core.stream.studies import TIMEOUT_S


@pytest.fixture
def routed_scheduler(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scheduler]:
    scheduler = Scheduler(n_workers=1)
    monkeypatch.setattr(routes, "get_scheduler", lambda: scheduler)
    yield scheduler
    scheduler.shutdown()


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """A real server on a free port of the loopback, our routes behind the gate; yields its `host:port`."""
    gate = Middleware(Gate, Rules, Front(Path(streamlit.__file__).parent / "static"))
    with serving(Starlette(routes=routes.ROUTES, middleware=[gate])) as host:
        yield host


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """Run an ASGI app for the length of a `with`, in a thread."""
    listening, started = socket.create_server(("127.0.0.1", 0)), threading.Event()
    config = uvicorn.Config(app, log_level="error", lifespan="off")

    class Server(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            started.set()

    server = Server(config)
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    assert started.wait(TIMEOUT_S)
    yield f"127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listening.close()
