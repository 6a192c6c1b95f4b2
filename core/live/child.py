"""A process that runs one study for the server: `python -m core.live.child`, told what to do on its standard input.

It says `ready` once it has loaded everything. Messages in: start (what makes the run, what was kept of it, how much memory
it may have), next (commands, whether a snapshot is wanted), ask (a request). Out: what came of each; results are bytes
(`core/studies/base/result.py`), snapshots too. Only what makes the run comes pickled, from the server that started us. The
process ends with its input: when the server drops the job, and when the server itself is gone. The study is the one that runs
in the server otherwise; it does not know where it is.
"""

from __future__ import annotations

import json
import os
import pickle
import sys
from contextlib import suppress
from typing import BinaryIO

from core.live.study import live_study
from core.settings.machine import CLUSTER, WORKERS
from core.stream.commands import REQUEST, parse_message
from core.stream.job import Steps
from core.stream.mailbox import Mailbox, NotAnswered
from core.stream.memory import bound_memory
from core.stream.pipes import Message, read, write
from core.stream.snapshot import Snapshot, decode
from core.words import say

BACK = 10  # pages come first; the very last in line (19) would never load beside two busy cores
SLICE_S = 0.1  # others wait for their turn in the lane


def main() -> None:
    """Serve one study until the input ends."""
    # Those of the server are not here, and each child would have as many of its own.
    os.environ[WORKERS], os.environ[CLUSTER] = "0", ""
    inlet, outlet = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what anything prints is no message
    if hasattr(os, "nice"):
        os.nice(BACK)
    with suppress(BrokenPipeError):
        write(outlet, "ready")
        if (start := read(inlet)) is None:
            return
        make_run, kept, n_bytes = pickle.loads(start.body)
        bound_memory(n_bytes)
        steps = live_study(make_run, decode(kept) if kept else None)(mailbox := Mailbox())
        Server(steps, mailbox, outlet).serve(inlet)


class Server:
    """Answers messages with one study."""

    def __init__(self, steps: Steps, mailbox: Mailbox, outlet: BinaryIO) -> None:
        self.steps, self.mailbox, self.outlet = steps, mailbox, outlet
        mailbox.put_away = self.put_away
        mailbox.slice_s = SLICE_S

    def put_away(self, kept: Snapshot) -> None:
        """Send what is kept of the study; at the very end nobody may be there to take it."""
        with suppress(OSError, ValueError):  # the pipe is broken, or closed already
            write(self.outlet, "kept", 0, kept.encoded)

    def serve(self, inlet: BinaryIO) -> None:
        """Answer until the input ends."""
        while (message := read(inlet)) is not None:
            try:
                name, body = self.step(json.loads(message.body)) if message.name == "next" else self.reply(message)
            except Exception as error:
                name, body = "failed", in_words(error).encode()
            write(self.outlet, name, message.number, body)

    def reply(self, message: Message) -> tuple[str, bytes]:
        """Return the name and the body of the reply to a request."""
        waiting = self.mailbox.ask(REQUEST.validate_json(message.body))
        self.mailbox.answer_all()
        try:
            reply = waiting.result()
        except NotAnswered as error:
            return "refused", str(error).encode()
        return ("frames", reply.encoded) if isinstance(reply, Snapshot) else ("found", reply)

    def step(self, told: dict[str, object]) -> tuple[str, bytes]:
        """Run one slice; returns whether the study is idle, or how long it rests, and its snapshot if it has made one."""
        for text in told["commands"]:  # type: ignore[attr-defined]
            self.mailbox.put(parse_message(text))  # type: ignore[arg-type]
        self.mailbox.wants_snapshot = bool(told["wants_snapshot"])
        snapshot: Snapshot | None = next(self.steps)
        if snapshot is not None:
            self.mailbox.owes_snapshot = False
        is_idle, rest_s = self.mailbox.is_idle and not len(self.mailbox), self.mailbox.rest_s
        name = "idle" if is_idle else f"rest {rest_s:.3f}" if rest_s and not len(self.mailbox) else "busy"
        return name, snapshot.encoded if snapshot is not None else b""


def in_words(error: Exception) -> str:
    """Return an error as a sentence; torch says by a RuntimeError that there is no memory."""
    if isinstance(error, MemoryError) or "allocate memory" in str(error):
        return say(
            "The process that trained this was ended: it needs more memory than a run may have. Choose fewer units or networks."
        )
    return say("{kind}: {error}", kind=type(error).__name__, error=str(error)) if str(error) else type(error).__name__


if __name__ == "__main__":
    main()
