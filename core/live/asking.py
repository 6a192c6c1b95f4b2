"""What a page asks a job for: the study's record, as it is now or at a stored moment. Read next: `core/stream/mailbox.py`."""

from __future__ import annotations

from typing import TypeVar

from core.stream.commands import Found
from core.stream.job import Job
from core.stream.mailbox import NotAnswered
from core.studies.base.result import Result

Record = TypeVar("Record", bound=Result)


def ask(job: Job, kind: type[Record], epoch: int | None = None) -> Record:
    """Return what a job's study has found; raises NotAnswered, with the reason, where there is no reply.

    epoch: of the moment for rewind that is wanted, the nearest one that is kept.
    """
    reply = job.reply(Found(epoch=epoch))
    assert isinstance(reply, bytes)
    return kind.from_bytes(reply)


def found_by(job: Job, kind: type[Record], epoch: int | None = None) -> Record | None:
    """Return the same, None where there is no reply."""
    try:
        return ask(job, kind, epoch)
    except NotAnswered:
        return None


def text_of(job: Job) -> str:
    """Return what a job's study gives as a table, in CSV; "" where there is no reply."""
    try:
        reply = job.reply(Found())
    except NotAnswered:
        return ""
    assert isinstance(reply, bytes)
    return reply.decode()
