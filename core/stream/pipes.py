"""Messages between our own processes: a name, a number, and bytes. Read next: `core/live/child.py`."""

from __future__ import annotations

from typing import IO, NamedTuple

MAX_NAME = 32


class Message(NamedTuple):
    """One message. number: which question it asks or answers."""

    name: str
    number: int
    body: bytes


def write(pipe: IO[bytes], name: str, number: int = 0, body: bytes = b"") -> None:
    """Write one message; raises OSError when nobody reads any more."""
    head = name.encode().ljust(MAX_NAME) + number.to_bytes(8, "little") + len(body).to_bytes(8, "little")
    pipe.write(head + body)
    pipe.flush()


def read(pipe: IO[bytes]) -> Message | None:
    """Return the next message, None at the end; waits for it."""
    head = pipe.read(MAX_NAME + 16)
    if len(head) < MAX_NAME + 16:
        return None
    number, size = (int.from_bytes(head[i : i + 8], "little") for i in (MAX_NAME, MAX_NAME + 8))
    body = pipe.read(size)
    return Message(head[:MAX_NAME].decode().strip(), number, body) if len(body) == size else None
