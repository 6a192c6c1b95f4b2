"""When a job that trains makes its next snapshot, so that showing leaves time to train. Read next: `core/live/run.py`."""

from __future__ import annotations

import time
from collections.abc import Callable

from core.stream.snapshot import Snapshot

SHOW_SHARE = 0.4  # making snapshots takes at most this share of a job's processor time,
CROWDED_SHARE = 0.65  # and at most this one while the last of them is older than STALE_S: many share the processor
STALE_S = 0.3


class Showing:
    """What the last snapshot cost, and what was trained since. Counts processor time, so waiting for a turn costs nothing."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.cost_s = self.trained_s = 0.0
        self.shown_at = clock()
        self._rests_since: float | None = None

    def rest(self) -> None:
        """Note that the job gives its time to others from now on."""
        self._rests_since = self.clock()

    def rise(self, share: float) -> None:
        """Note that the rest is over, if there was one. Of the `share` of it that the job might have had so much counts as
        trained that the snapshots of all who rest take CROWDED_SHARE of the processor at most."""
        if self._rests_since is not None:
            self.earn((1 - CROWDED_SHARE) * share * (self.clock() - self._rests_since))
        self._rests_since = None

    def earn(self, trained_s: float) -> None:
        """Add to the time that was trained since the last snapshot."""
        self.trained_s += trained_s

    @property
    def is_affordable(self) -> bool:
        """Return True when a snapshot that costs what the last one did is within the share."""
        share = CROWDED_SHARE if self.clock() - self.shown_at >= STALE_S else SHOW_SHARE
        return self.trained_s * share >= self.cost_s * (1 - share)

    def make(self, show: Callable[[], Snapshot]) -> Snapshot:
        """Return a snapshot ready to be sent: the thread that serves the sockets has its hands full."""
        began = time.thread_time()
        snapshot = show()
        _ = snapshot.encoded
        self.note(time.thread_time() - began)
        return snapshot

    def note(self, cost_s: float) -> None:
        """Note what a snapshot has cost."""
        self.cost_s, self.trained_s, self.shown_at = cost_s, 0.0, self.clock()
