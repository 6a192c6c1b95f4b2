"""The app, with a note of every file that is opened for writing or made, under the name in WRITTEN_NOTE."""

import os
import sys

import streamlit as st

from core.stream.routes import ROUTES
from pages.shared import server

note = open(os.environ["WRITTEN_NOTE"], "a", buffering=1)  # noqa: SIM115
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def watch(event: str, args: tuple[object, ...]) -> None:
    """Note what is opened for writing; the bytecode of modules, devices and pipes are no files of a person's."""
    if event in ("tempfile.mkstemp", "tempfile.mkdtemp"):
        note.write(f"{event} {args}\n")
    if event == "open" and isinstance(args[2], int) and args[2] & WRITES:
        path = str(args[0])
        if not path.startswith("/dev/") and "__pycache__" not in path and not path.isdigit():
            note.write(f"open {path}\n")


sys.addaudithook(watch)
server.keep_uploads_in_memory()
app = st.App("../../pages/main.py", routes=ROUTES, middleware=server.MIDDLEWARE, lifespan=server.lifespan)
