"""The pace of a live run: when each epoch may be trained, so that an eye can follow. What is trained does not depend on it.

In a story the drawn time follows the logarithm of the epoch: the fit, the turn and the memorising get seconds each, whatever
an epoch costs. Read next: `core/live/run.py`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

FIRST_DECADE_S, DECADE_S = 1.0, 2.0  # from epoch 1 to 10, and every further factor of ten
SLOWER = {"story": 1.0, "slow": 4.0}  # how many times as long a story takes
BUNCH_S = 0.015  # epochs that are due within so long are trained together: nobody sees them apart
LAG_S = 0.25  # a run that is further behind does not hurry to catch up

Pace = str | float  # "slow", "story", "full", or epochs per second


def due_s(epoch: int, pace: Pace, scale: int) -> float:
    """Return how many seconds after its beginning a story reaches an epoch, counted from 1.

    log10(e) up to epoch 10, then 1 + 2·(log10(e) - 1), four times that when slow; after `scale` epochs there is no more
    waiting. With a number of epochs per second it is (e - 1) / pace; 0 at full speed.
    """
    if pace == "full" or epoch <= 1:
        return 0.0
    if not isinstance(pace, str):
        return (epoch - 1) / pace
    decades = math.log10(min(epoch, scale))
    return SLOWER[pace] * (FIRST_DECADE_S * min(decades, 1.0) + DECADE_S * max(0.0, decades - 1.0))


class Pacing:
    """Where a run is in its story. `pace`: how it goes; `scale`: so many epochs are told, the rest is at full speed."""

    def __init__(self, scale: int, pace: Pace = "full", clock: Callable[[], float] = time.monotonic) -> None:
        self.scale, self.pace, self.clock = scale, pace, clock
        self.begin(0)

    def begin(self, epoch: int) -> None:
        """Tell from here: the epoch after this one counts as the first."""
        self.first, self._zero_s = epoch, self.clock()

    def go(self, epoch: int) -> None:
        """Go on from an epoch at the present moment: a run that stood has missed nothing."""
        self._zero_s = self.clock() - self._due_s(epoch)

    def change(self, pace: Pace, epoch: int) -> None:
        """Go on from an epoch at another pace."""
        self.pace = pace
        self.go(epoch)

    def wait_s(self, epoch: int) -> float:
        """Return how long the epoch after this one has to wait, 0 where it is due."""
        if self.pace == "full":
            return 0.0
        wait = self._zero_s + self._due_s(epoch + 1) - self.clock()
        if wait < -LAG_S:
            self._zero_s -= wait + LAG_S
        return max(0.0, wait)

    def _due_s(self, epoch: int) -> float:
        return due_s(epoch - self.first, self.pace, self.scale)
