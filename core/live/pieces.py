"""A run that is computed piece by piece instead of trained: Run, Pause and Reset act as on any other, and nothing is kept.

A study gives its `Pieces`; double descent and peeking are computed so. Read `study.py` for what a page expects of a run.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any, Protocol

from core.live.unkept import UnkeptRun
from core.readings.looks import Arrays, shrink
from core.stream.snapshot import Snapshot


class Pieces(Protocol):
    """What is computed, and what is shown of it."""

    n_pieces: int

    def compute(self, piece: int) -> None:
        """Compute one piece; they come in their order."""

    def arrays(self) -> Arrays:
        """Return what the charts draw, nan where nothing is computed yet."""

    def facts(self, n_done: int) -> dict[str, Any]:
        """Return readouts, verdict, descriptions and what is said of each stop of a slider, as a view's `facts`."""


class PieceRun(UnkeptRun):
    """The run of some pieces, one after another."""

    def __init__(self, make_pieces: Callable[[], Pieces]) -> None:
        self.make_pieces = make_pieces
        self._begin()

    def _begin(self) -> None:
        self.pieces, self.n_done = self.make_pieces(), 0
        self.state, self.is_changed = "paused", True

    @property
    def reached(self) -> str:
        """Return the share that is done."""
        return f"{self.progress:.0%}"

    @property
    def progress(self) -> float:
        """Return the share of the pieces that is done."""
        return self.n_done / self.pieces.n_pieces

    def train_for(self, seconds: float) -> None:
        """Compute pieces until the time is up or all are done."""
        began = time.perf_counter()
        while self.state == "running" and time.perf_counter() < began + seconds:
            self.pieces.compute(self.n_done)
            self.n_done += 1
            if self.n_done == self.pieces.n_pieces:
                self.state = "finished"
        self.is_changed = True

    def snapshot(self) -> Snapshot:
        """Return everything the page shows; the epoch is the percentage that is done."""
        self.version += 1
        self.is_changed = False
        meta = {
            "version": self.version, "state": self.state, "epoch": math.ceil(100 * self.progress), "banner": None,
            "changes": [], "seed": 0, "strengths": {}, "can_go_on": self.state in ("paused", "running"), "labels": {},
            **self.pieces.facts(self.n_done),
        }  # fmt: skip
        return Snapshot(self.version, meta, shrink(self.pieces.arrays()))
