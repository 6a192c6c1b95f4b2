"""How fast one line may bring messages. Whoever sends more is read more slowly, and the line behind holds the rest back."""

from __future__ import annotations

import time
from collections.abc import Callable

PER_SECOND = 100.0  # a dragged slider sends 60 in a second, a page that draws asks 15 times
BURST = 200.0


class Pace:
    """Counts the messages of one line: `BURST` at once, `PER_SECOND` in the long run."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._left, self._counted_at = BURST, clock()

    def delay(self) -> float:
        """Count one message; return how long (s) to wait before the next is read."""
        now = self.clock()
        self._left = min(BURST, self._left + PER_SECOND * (now - self._counted_at)) - 1
        self._counted_at = now
        return max(0.0, -self._left / PER_SECOND)
