"""Where processes for heavy studies come from: started one after another, for a start takes seconds, and one kept ready.

The spare one is not in the ledger of memory: there is one at most, and it is the process that the next heavy study, whose
bytes are noted before it begins, will get. It ends with the server. Read next: `core/stream/lane.py`, which asks for them.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from core.stream import pipes

Process = subprocess.Popen[bytes]
Take = Callable[[Process], None]
ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "core.live.child")


class Nursery:
    """Hands processes that have loaded everything to those who want one, in their order.

    keeps_spare: whether `prepare` makes one ready before it is wanted.
    """

    def __init__(self, keeps_spare: bool = False) -> None:
        self.keeps_spare = keeps_spare
        self.spare: Process | None = None
        self._wants: deque[Take] = deque()
        self._is_spare_due = self._is_at_work = False
        self._lock = threading.Lock()

    def want(self, take: Take) -> None:
        """Have `take` called with a process, from another thread, as soon as there is one."""
        with self._lock:
            self._wants.append(take)
        self._begin()

    def give_up(self, take: Take) -> None:
        """Want a process no more."""
        with self._lock, suppress(ValueError):
            self._wants.remove(take)

    def prepare(self) -> None:
        """Make a spare process ready where one is kept: called when nobody waits for anything else."""
        with self._lock:
            self._is_spare_due = self.keeps_spare
        self._begin()

    def _begin(self) -> None:
        with self._lock:
            if self._is_at_work:
                return
            self._is_at_work = True
        threading.Thread(target=self._work, name="lab-nursery", daemon=True).start()

    def _work(self) -> None:
        """Hand out and start processes until there is nothing to do."""
        while True:
            with self._lock:
                is_there = is_alive(self.spare)
                is_handed, is_started = is_there and bool(self._wants), bool(self._wants) or self._is_spare_due
                self._is_at_work = is_handed or (is_started and not is_there)
                if not self._is_at_work:
                    return
            if is_handed:
                self._hand_out()
            else:
                self._start()

    def _hand_out(self) -> None:
        with self._lock:
            process, self.spare = self.spare, None
            take = self._wants.popleft() if self._wants else None
            if take is None:  # given up just now
                self.spare = process
        if take is not None and process is not None:
            take(process)

    def _start(self) -> None:
        """Start one process and wait until it has loaded everything. One that fails goes to who waits, who says so."""
        if self.spare is not None:  # it has died while nobody wanted it
            end(self.spare)
        process = start_process()
        is_ready = wait_until_ready(process)
        with self._lock:
            self.spare, self._is_spare_due = (process if is_ready else None), False
            take = self._wants.popleft() if self._wants and not is_ready else None
        if take is not None:
            take(process)
        elif not is_ready:
            end(process)


def start_process() -> Process:
    """Return a process that waits for a study."""
    return subprocess.Popen(COMMAND, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def wait_until_ready(process: Process) -> bool:
    """Return True once a process has loaded everything, False when it ended before."""
    assert process.stdout is not None
    with suppress(OSError):
        return pipes.read(process.stdout) is not None
    return False


def is_alive(process: Process | None) -> bool:
    """Return whether there is a process and it runs."""
    return process is not None and process.poll() is None


def end(process: Process) -> int:
    """End a process, close its pipes, and return its exit code; negative where a signal ended it before."""
    process.kill()
    code = process.wait()
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):
            if pipe is not None:
                pipe.close()
    return code
