"""What the server does beside its pages while it runs."""

import asyncio
import threading

import pytest

from pages.shared import server


def test_a_process_for_the_first_heavy_study_is_made_ready_once_the_server_has_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    is_prepared = threading.Event()
    monkeypatch.setattr(server, "SPARE_AFTER_S", 0.0)
    monkeypatch.setattr(server.the_lane().nursery, "prepare", is_prepared.set)

    async def serve() -> bool:
        async with server.lifespan(None):
            return await asyncio.to_thread(is_prepared.wait, 10)

    assert asyncio.run(serve())
