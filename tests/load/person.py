"""A person at the Playground without a browser: opens the page, presses Run, watches, now and then moves a slider.

Read next: `classroom.py`.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from contextlib import suppress
from typing import Any, NamedTuple

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from core.stream.gate import COOKIE

DRAW_S = 0.066  # what a browser takes to draw a snapshot, with its pause before the next wish
PATIENCE_S = 60.0


class Seen(NamedTuple):
    """A snapshot that came: when (s), its epoch, its size in bytes."""

    at: float
    epoch: float
    n_bytes: int


def open_line(host: str, path: str, browser: str = "", **more: Any) -> connect:
    """Return a socket as a page of this server opens it. browser: the name that the server has given to it."""
    settings: dict[str, Any] = {"proxy": None, "max_size": None, "ping_interval": None, "compression": None, **more}
    headers = {"Origin": f"http://{host}", **({"Cookie": f"{COOKIE}={browser}"} if browser else {})}
    return connect(f"ws://{host}{path}", additional_headers=headers, **settings)


class Person:
    """`page_s`: seconds until the page stood; `seen`: the snapshots so far; `delays`: seconds from a moved slider to the
    snapshot that shows it."""

    def __init__(self, host: str, query: str = "", page: str = "", browser: str = "") -> None:
        self.host, self.query, self.page, self.browser = host, query, page, browser
        self.page_s = float("nan")
        self.seen: list[Seen] = []
        self.delays: list[float] = []
        self.strengths: dict[str, float] = {}
        self._came = asyncio.Condition()

    async def open(self) -> None:
        """Open the page and press Run; returns once the first snapshot has come."""
        began = time.perf_counter()
        self.session = await open_line(self.host, "/_stcore/stream", self.browser, subprotocols=["streamlit"])
        await self._wish()
        path = await asyncio.wait_for(self._read_page(), PATIENCE_S)
        self.page_s = time.perf_counter() - began
        self.line: ClientConnection = await open_line(self.host, path, self.browser)
        self.tasks = [asyncio.create_task(self._watch()), asyncio.create_task(self._ignore_page())]
        await self._until(lambda: bool(self.seen))
        await self._say(type="run")

    async def _wish(self, fragment: str = "") -> None:
        """Have the page run, or a part of it that runs by itself now and then."""
        wish = BackMsg()
        wish.rerun_script.query_string, wish.rerun_script.page_name = self.query, self.page
        wish.rerun_script.fragment_id, wish.rerun_script.is_auto_rerun = fragment, bool(fragment)
        await self.session.send(wish.SerializeToString())

    async def _read_page(self) -> str:
        """Read the page up to its end, again while it waits for something; return the path of the run's stream."""
        path, waiting = "", None
        async for data in self.session:
            assert isinstance(data, bytes)
            message = ForwardMsg.FromString(data)
            component = message.delta.new_element.bidi_component
            if found := re.search(r'"socket":\s*"([^"]+)"', component.json or component.mixed.json):
                path = found[1]
            kind = message.WhichOneof("type")
            waiting = message.auto_rerun if kind == "auto_rerun" else waiting
            if kind == "script_finished" and path:
                return path
            if kind == "script_finished":
                assert waiting, "the page has no stage"
                await asyncio.sleep(waiting.interval)
                await self._wish(waiting.fragment_id)
        raise AssertionError("the server has ended the session")

    async def _ignore_page(self) -> None:
        async for _ in self.session:
            pass

    async def _say(self, **message: Any) -> None:
        await self.line.send(json.dumps(message))

    async def _watch(self) -> None:
        """Take snapshots; draw each, then ask for the next."""
        version = -1
        await self._say(type="ready", version=version)
        async for data in self.line:
            if isinstance(data, str):
                continue  # a refused message, in words
            head = json.loads(data[4 : 4 + int.from_bytes(data[:4], "little")])
            version, self.strengths = head["version"], head["meta"]["strengths"]
            async with self._came:
                self.seen.append(Seen(time.perf_counter(), head["meta"]["epoch"], len(data)))
                self._came.notify_all()
            await asyncio.sleep(DRAW_S)
            await self._say(type="ready", version=version)

    async def _until(self, is_so: Any) -> None:
        async with self._came:
            await asyncio.wait_for(self._came.wait_for(is_so), PATIENCE_S)

    async def move(self, name: str, value: float) -> None:
        """Give a strength a value and note how long it takes until a snapshot shows it."""
        began = time.perf_counter()
        await self._say(type="set", name=name, value=value)
        await self._until(lambda: self.strengths.get(name) == value)
        self.delays.append(time.perf_counter() - began)

    async def leave(self) -> None:
        """Close the page, as a closed tab does."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        for line in (self.line, self.session):
            with suppress(OSError):
                line.transport.abort()
