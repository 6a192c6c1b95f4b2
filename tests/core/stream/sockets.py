"""The browser's side of a stream, for tests."""

import json
from typing import Any

from websockets.sync.client import ClientConnection, connect

from core.stream.snapshot import Snapshot, decode
from tests.core.stream.studies import TIMEOUT_S


def open_stream(host: str, job_id: str, origin: str | None = "", tab: str = "") -> ClientConnection:
    headers = None if origin is None else {"Origin": origin or f"http://{host}"}
    query = f"?tab={tab}" if tab else ""
    return connect(f"ws://{host}/lab/jobs/{job_id}/stream{query}", additional_headers=headers, proxy=None)


def ask(stream: ClientConnection, **message: Any) -> None:
    stream.send(json.dumps(message))


def receive(stream: ClientConnection) -> Snapshot:
    message = stream.recv(TIMEOUT_S)
    assert isinstance(message, bytes)
    return decode(message)
