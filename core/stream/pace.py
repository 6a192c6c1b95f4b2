"""How fast one line may bring messages. Whoever sends more is read more slowly, and the line behind holds the rest back."""

from __future__ import annotations

import time
from collections.abc import Callable

PER_SECOND = 100.0  # a dragged slider sends 60 in a second, a page that draws asks 15 times
BURST = 200.0
PAGE_PER_SECOND = 8.0  # each makes the page anew, which costs 10 to 50 ms; a hand makes a few in a second
PAGE_BURST = 40.0


class Pace:
    """Counts the messages of one line: `burst` at once, `per_second` in the long run."""

    def __init__(
        self, per_second: float = PER_SECOND, burst: float = BURST, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.per_second, self.burst, self.clock = per_second, burst, clock
        self._left, self._counted_at = burst, clock()

    def delay(self) -> float:
        """Count one message; return how long (s) to wait before the next is read."""
        now = self.clock()
        self._left = min(self.burst, self._left + self.per_second * (now - self._counted_at)) - 1
        self._counted_at = now
        return max(0.0, -self._left / self.per_second)


def pace_of_page() -> Pace:
    """Return the pace of a line whose every message makes a page anew."""
    return Pace(PAGE_PER_SECOND, PAGE_BURST)
