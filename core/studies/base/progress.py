"""The line that says how far a training from Python has come, in a terminal or under a notebook's cell."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any

REDRAW_S = 0.1
N_MARKS = 30


class ProgressBar:
    """A line on stderr, redrawn in place at most ten times a second; used as a context, which ends the line at its close.

    Nothing is written where nobody sees a line redrawn: to a file, or where there is no stderr.
    """

    def __init__(self, n_total: int, is_on: bool, unit: str = "epoch") -> None:
        self.stream: Any = sys.stderr
        self.n_total, self.unit, self.next_s = n_total, unit, 0.0
        self.is_on, self.is_open = is_on and is_redrawable(self.stream), False

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def show(self, n_done: int) -> None:
        """Redraw for so many done; ends the line at the last one."""
        now = time.monotonic()
        if not self.is_on or (now < self.next_s and n_done < self.n_total):
            return
        self.next_s, self.is_open = now + REDRAW_S, True
        marks = N_MARKS * n_done // self.n_total
        self._write(f"\r[{'#' * marks}{'.' * (N_MARKS - marks)}] {self.unit} {n_done}/{self.n_total}")
        if n_done == self.n_total:
            self.close()

    def close(self) -> None:
        """End the line where one is open, so that what is written next starts on its own."""
        if self.is_open:
            self.is_open = False
            self._write("\n")

    def _write(self, text: str) -> None:
        """Write, and write no more where the other end is gone: a training does not stop for its progress line."""
        try:
            self.stream.write(text)
            self.stream.flush()
        except (OSError, ValueError):  # a broken pipe, a closed file
            self.is_on = self.is_open = False


def is_redrawable(stream: Any) -> bool:
    """Return whether a line can be redrawn with a carriage return: in a terminal, or a notebook's cell (no terminal, but it
    obeys it). A stream may be missing, closed, or of a kind that cannot be asked.
    """
    if type(stream).__module__.partition(".")[0] == "ipykernel":
        return True
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError):
        return False
