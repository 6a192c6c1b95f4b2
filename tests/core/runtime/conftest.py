"""A real server on the loopback, and a scheduler of its own that its routes use."""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette

from core.runtime import Scheduler, routes
from tests.core.runtime.studies import TIMEOUT_S


@pytest.fixture
def routed_scheduler(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scheduler]:
    scheduler = Scheduler(n_workers=1)
    monkeypatch.setattr(routes, "get_scheduler", lambda: scheduler)
    yield scheduler
    scheduler.shutdown()


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """A real server on a free port of the loopback; yields its `host:port`."""
    listening, started = socket.create_server(("127.0.0.1", 0)), threading.Event()
    config = uvicorn.Config(Starlette(routes=routes.ROUTES), log_level="error", lifespan="off")

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
