"""The server's settings as Streamlit has them, for the gate before it (`core/stream/gate.py`)."""

import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.formparsers import MultiPartParser
from starlette.middleware import Middleware
from streamlit import config
from streamlit.runtime import Runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from core.engine.device import device_of
from core.live.playground.recording import recording
from core.presets import START, preset_of
from core.settings.machine import DEVICE, count_workers, shows_metrics, studies_device
from core.stream.admission import Rules
from core.stream.front import Front
from core.stream.gate import Gate
from core.stream.lane import the_lane
from core.words import say
from pages.shared.stage import asset_links

UPLOADS = "/_stcore/upload_file"
MAX_WAITING_EACH, MAX_WAITING = (
    12_000_000,
    120_000_000,
)  # bytes of files that no page has read yet: of a session, of all
HAS_UPLOADER = True  # whether a page takes files
SPARE_AFTER_S = 20.0  # the first visitors come first
FIRST = preset_of(START) or ""  # the preset that plays by itself
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
        shows_metrics=shows_metrics(),
        why_no_upload=why_no_upload,
    )


def why_no_upload(path: str) -> str:
    """Return why a file may not be sent to /_stcore/upload_file/<session>/<file> now: too many wait already to be read."""
    manager = Runtime.instance().uploaded_file_mgr if Runtime.exists() else None
    if not isinstance(manager, MemoryUploadedFileManager) or not path.startswith(UPLOADS):
        return ""
    session = path.removeprefix(UPLOADS).strip("/").split("/")[0]
    stored = list(manager.file_storage.items())
    waiting = {name: sum(len(file.data) for file in list(files.values())) for name, files in stored}
    if waiting.get(session, 0) > MAX_WAITING_EACH:
        return say("This page has sent files that are not read yet: wait a moment, or reload it.")
    if sum(waiting.values()) > MAX_WAITING:
        return say("The server holds as many unread files as it can: try again in a minute.")
    return ""


def keep_uploads_in_memory() -> None:
    """Let no uploaded file be written to the disk: Starlette puts aside those of more than 1 MB, ours may have 5."""
    MultiPartParser.spool_max_size = 2 * int(config.get_option("server.maxUploadSize")) * 1024 * 1024


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


def check_machine() -> None:
    """Stop with a sentence where the server is told to use what this machine has not."""
    try:
        count_workers()
    except ValueError as error:
        raise SystemExit(str(error)) from None
    try:
        device_of(studies_device())
    except ValueError as error:
        raise SystemExit(f"{DEVICE}: {error}") from None


@asynccontextmanager
async def lifespan(_: Any) -> AsyncIterator[None]:
    """Record what the first visitor sees, and make a process for the first heavy study ready a while later."""
    threading.Thread(target=recording, args=(FIRST,), daemon=True, name="recording").start()
    timer = threading.Timer(SPARE_AFTER_S, the_lane().nursery.prepare)
    timer.daemon = True
    timer.start()
    yield
    timer.cancel()


MIDDLEWARE = [Middleware(Gate, rules, Front(FRONT, asset_links()))]
