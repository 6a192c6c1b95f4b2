"""What a lesson's rules read, and what they find: `Record` is a run as it was measured, `Outcome` the answer that it gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.stream.snapshot import Snapshot

Numbers = Mapping[str, str]  # what sentences hold, by name, as they show it


@dataclass(frozen=True, eq=False)
class Record:
    """A run as it was measured: `arrays` by name as its charts show them, `facts` beside them (state, epoch, changes, …)."""

    arrays: Mapping[str, np.ndarray]
    facts: Mapping[str, Any]

    @classmethod
    def of(cls, snapshot: Snapshot) -> Record:
        """Return the record of a snapshot."""
        return cls(snapshot.arrays, snapshot.meta)

    @property
    def is_over(self) -> bool:
        """Return whether the run has come to its end, for now; of the Remedies study its table is enough."""
        return self.facts.get("state") == "finished" or bool(self.facts.get("is_table_done"))

    def changes_of(self, name: str) -> list[tuple[int, float]]:
        """Return (epoch, value) of each change of a strength while the run went on."""
        changes = self.facts.get("changes", ())
        return [(int(change["epoch"]), float(change["value"])) for change in changes if change["name"] == name]


@dataclass(frozen=True)
class Outcome:
    """What a run says to a question.

    answer: the key of the option that was measured; None where the measurement lies between the bars.
    numbers: what the sentences about it hold. pairs: of an order, the (better, worse) ones that are clear; all others are ties.
    """

    answer: str | None
    numbers: Numbers = field(default_factory=dict)
    pairs: frozenset[tuple[str, str]] = frozenset()


Rule = Callable[[Record], Outcome]
Goal = Callable[[Record, str], Outcome]  # of what was picked, too: a key, "" for nothing
