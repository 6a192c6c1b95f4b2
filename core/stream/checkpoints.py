"""Where live runs are put away: one file per run, so that a long break or a server's restart loses no more than seconds.

A folder of this user's alone, bounded in bytes and in age: the oldest files go first. What lies in it is the binary form
of a snapshot, numbers and JSON; it is never executed. A run is found by the unguessable id of the job that trained it.
"""

from __future__ import annotations

import logging
import math
import os
import re
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

from core.settings.words import written
from core.stream.snapshot import Snapshot, decode
from core.words import say

FOLDER = "OVERFIT_LAB_CHECKPOINTS"  # names another folder; empty: nothing is kept
MAX_BYTES = 256_000_000  # of all runs together
MAX_BYTES_EACH = 4_000_000  # a larger run is not kept
MAX_AGE_S = 24 * 3600.0
PRUNE_EVERY_S = 60.0
LEFT = 0.9  # of the bytes stays where there was too much
JOB_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")

log = logging.getLogger(__name__)


class Checkpoints:
    """The runs that were put away in one folder. Any thread may call."""

    def __init__(
        self, folder: Path, max_bytes: int = MAX_BYTES, max_age_s: float = MAX_AGE_S,
        clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self.folder, self.max_bytes, self.max_age_s, self.clock = folder, max_bytes, max_age_s, clock
        self._lock = threading.Lock()
        self._written, self._prune_at = 0, -math.inf  # at most so many bytes lie there; to look at all files takes time
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def save(self, job_id: str, kept: Snapshot) -> bool:
        """Put a run away in place of what was kept of it before; False where it is too large or the disk refuses."""
        content = kept.encoded
        if len(content) > MAX_BYTES_EACH:
            return False
        try:
            with self._lock:
                beside = self._path(job_id).with_suffix(".new")
                beside.write_bytes(content)
                os.utime(beside, (self.clock(), self.clock()))
                beside.replace(self._path(job_id))  # whoever reads meanwhile sees the old one or the new one, whole
                self._written += len(content)
                if self._written > self.max_bytes or self.clock() >= self._prune_at:
                    self._prune()
        except OSError as error:
            log.warning("a run could not be kept: %s", error)
            return False
        return True

    def load(self, job_id: str) -> Snapshot | None:
        """Return what was kept of a run, None where there is nothing (any more), or nothing that can be read."""
        if not JOB_ID.fullmatch(job_id):
            return None
        with suppress(OSError, ValueError, KeyError, TypeError):
            path = self._path(job_id)
            if self.clock() - path.stat().st_mtime <= self.max_age_s:
                return decode(path.read_bytes())
        return None

    def forget(self, job_id: str) -> None:
        """Remove what was kept of a run."""
        if JOB_ID.fullmatch(job_id):
            self._path(job_id).unlink(missing_ok=True)

    def _path(self, job_id: str) -> Path:
        if not JOB_ID.fullmatch(job_id):
            raise ValueError(say("job_id: expected the id of a job, received {received}", received=written(job_id)))
        return self.folder / f"{job_id}.run"

    def _prune(self) -> None:
        """Remove what is too old, and the oldest of what is too much, with some room: to look at all files stops all runs."""
        now = self.clock()
        files = [(status.st_mtime, status.st_size, f) for f in self.folder.glob("*.run") for status in (f.stat(),)]
        is_full = sum(size for _, size, _ in files) > self.max_bytes
        most, left = self.max_bytes * (LEFT if is_full else 1), 0
        for changed, size, file in sorted(files, reverse=True):
            if left + size > most or now - changed > self.max_age_s:
                file.unlink(missing_ok=True)
            else:
                left += size
        self._written, self._prune_at = left, now + PRUNE_EVERY_S


def folder_of_user() -> Path:
    """Return the folder of this user below that for temporary files, which outlives the server but not the machine's restart."""
    user = str(os.getuid()) if hasattr(os, "getuid") else "user"
    return Path(tempfile.gettempdir()) / f"overfit-lab-{user}"


@cache
def get_checkpoints() -> Checkpoints | None:
    """Return the one store of this process, None where nothing is to be kept or nothing can be."""
    named = os.environ.get(FOLDER)
    if named == "":
        return None
    folder = Path(named) if named else folder_of_user()
    try:
        store = Checkpoints(folder)
        is_own = not hasattr(os, "getuid") or (folder.stat().st_uid == os.getuid() and not folder.is_symlink())
    except OSError as error:
        log.warning("runs are not kept: %s", error)
        return None
    return store if is_own else None
