"""The ledger of memory: every job's bytes are noted before it begins; who finds no room stands in line.

It knows bytes and names, not what a job does. Read next: `core/stream/scheduler.py`, which asks it.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass

MAX_JOBS, MAX_USER_JOBS = 400, 12  # in a process, and of one browser with all its tabs
MAX_USER_BYTES = 1_500_000_000
SHARE = 0.5  # of the machine's memory that all jobs together may have
SMALL_BYTES = 32_000_000  # whoever needs no more does not wait behind those who do


@dataclass(frozen=True)
class Limits:
    """What all jobs together, and those of one user, may have."""

    n_jobs: int = MAX_JOBS
    n_bytes: int = 4_000_000_000
    user_jobs: int = MAX_USER_JOBS
    user_bytes: int = MAX_USER_BYTES


def limits_of_machine() -> Limits:
    """Return the limits with a share of this machine's memory; LAB_MEMORY_MB says otherwise."""
    if told := os.environ.get("LAB_MEMORY_MB", ""):
        return Limits(n_bytes=int(float(told) * 1e6))
    with suppress(ValueError, OSError, AttributeError):
        return Limits(n_bytes=int(SHARE * os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")))
    return Limits()


@dataclass(frozen=True)
class Entry:
    """What one job of a user takes."""

    user: str
    n_bytes: int


class Ledger:
    """Which jobs have room, and which wait for it, in the order in which they came. Not safe in threads by itself."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._held: dict[str, Entry] = {}
        self._waiting: dict[str, Entry] = {}

    @property
    def n_bytes(self) -> int:
        """Return the bytes that are taken."""
        return sum(entry.n_bytes for entry in self._held.values())

    def enter(self, name: str, user: str, n_bytes: int) -> bool:
        """Note what a job takes; returns False when it has to wait for it."""
        self._waiting[name] = Entry(user, n_bytes)
        self._serve()
        return name in self._held

    def leave(self, name: str) -> list[str]:
        """Forget a job; returns those that have room now."""
        self._held.pop(name, None)
        self._waiting.pop(name, None)
        return self._serve()

    def place(self, name: str) -> int:
        """Return the place in line, from 1; 0 for a job that has room, or is unknown."""
        return list(self._waiting).index(name) + 1 if name in self._waiting else 0

    def bytes_of(self, name: str) -> int:
        """Return what a job takes, waiting or not; 0 for one that is unknown."""
        entry = self._held.get(name) or self._waiting.get(name)
        return entry.n_bytes if entry else 0

    def _serve(self) -> list[str]:
        """Give room to those in line: in their order, but nobody waits behind a user who has had enough, nor a small one."""
        served, is_blocked = [], False
        for name, entry in list(self._waiting.items()):
            if self._is_too_much(entry) or (is_blocked and entry.n_bytes > SMALL_BYTES):
                continue
            if self._fits(entry):
                self._held[name] = self._waiting.pop(name)
                served.append(name)
            else:
                is_blocked = True
        return served

    def _fits(self, entry: Entry) -> bool:
        """Return whether the process has room; a job has it alone, however large it is."""
        is_room = self.n_bytes + entry.n_bytes <= self.limits.n_bytes
        return not self._held or (len(self._held) < self.limits.n_jobs and is_room)

    def _is_too_much(self, entry: Entry) -> bool:
        """Return whether the user would have more than one may."""
        own = [held.n_bytes for held in self._held.values() if held.user == entry.user]
        return bool(own) and (len(own) >= self.limits.user_jobs or sum(own) + entry.n_bytes > self.limits.user_bytes)


def place_in_words(place: int) -> str:
    """Return "1st", "2nd", "3rd", "4th" …"""
    ending = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{ending}"
