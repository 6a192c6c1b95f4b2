"""The tables that are in use, found by their key: nothing here keeps one. Who has a table keeps it, and with him it goes.

A session keeps the tables that it has read, and a run the one that it trains on; a link names a table by its key alone.
"""

from __future__ import annotations

from functools import cache
from threading import Lock
from weakref import WeakValueDictionary

from core.data.table.record import Table
from core.words import say

MAX_BYTES = 512 * 1024 * 1024  # of all tables together


class Shelf:
    """Tables by key, as long as somebody keeps them. Any thread may call."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes, self._lock = max_bytes, Lock()
        self._tables: WeakValueDictionary[str, Table] = WeakValueDictionary()

    def put(self, table: Table) -> Table:
        """Return the table as others find it from now on: the one that stands here already, if there is one of this key.

        Raises ValueError where there is no room for another.
        """
        with self._lock:
            if (found := self._tables.get(table.key)) is not None:
                return found
            if self.n_bytes + table.n_bytes > self._max_bytes:
                raise ValueError(
                    say(
                        "table: expected room for {n_bytes:.0f} MB, received none: the server holds as many tables "
                        "as it can; try again when others have closed theirs",
                        n_bytes=table.n_bytes / 2**20,
                    )
                )
            self._tables[table.key] = table
            return table

    def find(self, key: str) -> Table | None:
        """Return the table of a key, None where nobody keeps one."""
        return self._tables.get(key)

    @property
    def n_bytes(self) -> int:
        """Return how much memory all tables take."""
        return sum(table.n_bytes for table in list(self._tables.values()))


@cache
def the_shelf() -> Shelf:
    """Return the shelf of this process."""
    return Shelf()
