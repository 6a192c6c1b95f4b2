"""Moments of a run that are kept for rewind: close together after a change of strength, then ever further apart.

Read next: `core/live/run.py`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from core.studies.base.cost import MOMENT_BYTES
from core.studies.base.state import MemberState

MOMENT_GROWTH = 1.08  # the next moment kept is this many times further from the last change of a strength
MAX_MOMENTS = 120
PIECE_BYTES = 256_000  # so much of the moments is sent at once: whoever does not read it holds no more
FIRST_PIECE = 4  # moments in a piece before it is known how large they are
MAX_MARKS = 60


class Moment(NamedTuple):
    """The members at an epoch. `number` counts up, over resets too: what a browser has not seen has a larger one."""

    number: int
    epoch: int
    state: MemberState


class Moments:
    """The moments kept, the first at epoch 0. `n_bytes`: how large one was as it was last sent, 0 before."""

    def __init__(self, start: MemberState, first_number: int = 0) -> None:
        self.kept, self.n_bytes = [Moment(first_number, 0, start)], 0
        self._given: list[list[Moment]] = []

    @property
    def newest(self) -> int:
        """Return the number of the moment that was kept last."""
        return max(moment.number for moment in self.kept)

    def is_due(self, epoch: int, changed_at: int) -> bool:
        """Return True when a moment is to be kept at this epoch; `changed_at` is that of the last change of a strength."""
        return epoch >= self.due_at(changed_at)

    def due_at(self, changed_at: int) -> int:
        """Return the epoch at which the next moment is to be kept."""
        return self.due_after(self.kept[-1].epoch, changed_at)

    def due_after(self, last: int, changed_at: int) -> int:
        """Return the same, if the one before it is that of the epoch `last`."""
        return max(last + 1, math.ceil(changed_at + MOMENT_GROWTH * (last - changed_at)))

    def keep(self, epoch: int, state: MemberState, n_most: int) -> None:
        """Keep a moment; when there are more than `n_most`, every second one of the older half goes."""
        n_most = min(n_most, MOMENT_BYTES // state.parameters.nbytes)
        kept = [*self.kept, Moment(self.newest + 1, epoch, state)]
        if n_most < 2:
            return  # beside the start there is room for none
        if len(kept) > n_most:
            half = max(2, len(kept) // 2)
            kept = [*kept[:half:2], *kept[half:]]
        self.kept = kept

    def keep_back(self, epoch: int, state: MemberState) -> None:
        """Keep a moment of before the newest one, in its place among the others, unless there is one of this epoch."""
        if all(moment.epoch != epoch for moment in self.kept):
            self.kept = sorted([*self.kept, Moment(self.newest + 1, epoch, state)], key=lambda moment: moment.epoch)

    def give(self, after: int) -> tuple[list[Moment], bool]:
        """Return the oldest of the moments numbered above `after`, as many as one message holds, and whether more follow."""
        newer = sorted(
            moment for moment in self.kept if moment.number > after
        )  # numbers differ: the rest is not compared
        n_most = max(1, PIECE_BYTES // self.n_bytes) if self.n_bytes else FIRST_PIECE
        has_more = len(newer) > n_most
        if not has_more and self._given[-1:] != [self.kept]:
            self._given = [*self._given[-1:], self.kept]
        return newer[:n_most], has_more

    def nearest(self, epoch: int) -> MemberState:
        """Return the moment nearest to an epoch, also of those that a browser was given and that are not kept any more."""
        moments = [moment for kept in (*self._given, self.kept) for moment in kept]
        return min(moments, key=lambda moment: abs(moment.epoch - epoch)).state


def marks_of(changes: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    """Return the changes of strengths that are shown: the latest, and of the older ones as many, spread over all of them.

    What a snapshot carries is bounded so; the run keeps every change.
    """
    if len(changes) <= MAX_MARKS:
        return changes
    n_late = MAX_MARKS // 2
    early = np.linspace(0, len(changes) - n_late - 1, MAX_MARKS - n_late).astype(int)
    return [*(changes[i] for i in early), *changes[-n_late:]]
