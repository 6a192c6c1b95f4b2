"""Routes beside the pages: the stream of a job (WebSocket) and the files of `assets/`.

The browser says `ready` with the version it has drawn and gets the newest snapshot after it: a slow browser skips
snapshots and never makes the server queue them. Who may connect is decided before, in `core/stream/gate.py`.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from core.stream.commands import Frames, Ready, parse_message
from core.stream.files import file_response
from core.stream.job import Job
from core.stream.mailbox import NotAnswered, NotTaken
from core.stream.scheduler import get_scheduler
from core.stream.snapshot import Snapshot
from core.words import ENGLISH, in_language, is_language, say

ASSETS = Path(__file__).parents[2] / "assets"
MAX_MESSAGE_BYTES = 4096
MAX_MALFORMED = 5  # refused messages after which the connection ends
MALFORMED, TOO_LARGE, UNKNOWN_JOB, OTHER_TAB, DROPPED_JOB = 1008, 1009, 4404, 4409, 4410  # WebSocket close codes

Slot = asyncio.Queue[int]  # holds at most one number, the one that the browser said last


@dataclass(frozen=True)
class Wishes:
    """What the browser waits for: a snapshot after a version, and stored moments after a number."""

    snapshot: Slot = field(default_factory=lambda: asyncio.Queue(maxsize=1))
    frames: Slot = field(default_factory=lambda: asyncio.Queue(maxsize=1))


async def stream(websocket: WebSocket) -> None:
    """Carry one job's snapshots to a browser and the browser's commands to the job, until either ends."""
    await websocket.accept()
    job_id, language = websocket.path_params["job_id"], language_of(websocket)
    job = get_scheduler().find(job_id)
    if job is None:
        was_dropped = get_scheduler().was_dropped(job_id)  # before its first viewer came
        code = DROPPED_JOB if was_dropped else UNKNOWN_JOB
        await websocket.close(code, in_language(say("There is no such run (any more)."), language))
        return
    tab = websocket.query_params.get("tab", "")
    if tab and any(other not in ("", tab) for other in job.tabs):  # a duplicated tab: the run is the first one's
        await websocket.close(OTHER_TAB, in_language(say("This run is open in another tab."), language))
        return
    job.watch()
    job.tabs.append(tab)
    try:
        await carry(websocket, job, language)
    finally:
        job.tabs.remove(tab)
        job.unwatch()


def language_of(websocket: WebSocket) -> str:
    """Return the language that the browser at the other end reads."""
    asked = websocket.query_params.get("lang", ENGLISH)
    return asked if is_language(asked) else ENGLISH


async def carry(websocket: WebSocket, job: Job, language: str = ENGLISH) -> None:
    """Receive and send at once; when one side ends, end the other."""
    wishes = Wishes()
    tasks = [
        asyncio.create_task(receive_all(websocket, job, wishes, language)),
        asyncio.create_task(send_all(websocket, job, wishes.snapshot, language)),
        asyncio.create_task(send_all_frames(websocket, job, wishes.frames, language)),
    ]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        code = next(iter(done)).result()
        if code is not None:
            await websocket.close(code)
    except (WebSocketDisconnect, RuntimeError):  # the browser left; Starlette raises either, depending on the moment
        pass
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def send_all(websocket: WebSocket, job: Job, slot: Slot, language: str) -> int:
    """Answer every `ready` with the next snapshot; returns a close code when the job was dropped."""
    while True:
        version = await slot.get()
        snapshot = await job.newer_than(version)
        if snapshot is None:
            return DROPPED_JOB
        await websocket.send_bytes(snapshot.encoded_in(language))


async def send_all_frames(websocket: WebSocket, job: Job, slot: Slot, language: str) -> int:
    """Answer every `frames` piece by piece. The next piece is made once the line has room for it: whoever asks and does not
    read costs one piece."""
    while True:
        after, has_more = await slot.get(), True
        while has_more:
            try:
                frames = await asyncio.wrap_future(job.ask(Frames(after=after)))
            except NotAnswered:
                break
            assert isinstance(frames, Snapshot)
            await websocket.send_bytes(frames.encoded_in(language))
            after, has_more = frames.version, frames.meta.get("has_more", False)


async def receive_all(websocket: WebSocket, job: Job, wishes: Wishes, language: str) -> int | None:
    """Take messages; returns a close code when the browser misbehaves, None when it leaves."""
    n_malformed = 0
    while True:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            return None
        text = message.get("text") or ""
        if len(text.encode()) > MAX_MESSAGE_BYTES or len(message.get("bytes") or b"") > MAX_MESSAGE_BYTES:
            return TOO_LARGE
        try:
            handle(job, wishes, text)
        except ValueError as error:
            n_malformed += not isinstance(error, NotTaken)
            await websocket.send_text(json.dumps({"kind": "error", "text": in_language(str(error), language)}))
            if n_malformed >= MAX_MALFORMED:
                return MALFORMED


def handle(job: Job, wishes: Wishes, text: str) -> None:
    """Act on one message; raises ValueError for one that cannot be understood, NotTaken for one that comes too late."""
    message = parse_message(text)
    if isinstance(message, Ready):
        note(wishes.snapshot, message.version)
    elif isinstance(message, Frames):
        note(wishes.frames, message.after)
    else:
        job.send(message)


def note(slot: Slot, number: int) -> None:
    """Put a number into the slot, in place of one that was not read yet."""
    if slot.full():
        slot.get_nowait()
    slot.put_nowait(number)


async def asset(request: Request) -> Response:
    """Serve a file that lies in `assets/` or below; the hash only makes its address change with its content."""
    path = ASSETS / request.path_params["name"]
    with suppress(OSError, ValueError):
        if path.resolve().is_relative_to(ASSETS.resolve()) and path.is_file():
            return file_response(path, request.headers.get("accept-encoding", ""))
    return PlainTextResponse("There is no such file.", 404)


ROUTES: list[BaseRoute] = [
    WebSocketRoute("/lab/jobs/{job_id}/stream", stream),
    Route("/lab/assets/{hash}/{name:path}", asset),
]
