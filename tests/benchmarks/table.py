"""One line of the table of speeds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """What was measured: ours, what it is measured against, the result, the target, and whether it is met (None: no target)."""

    what: str
    ours: str
    against: str
    result: str
    target: str
    is_met: bool | None
