"""What makes a run, as plain data that can be sent to another process, and the rows of data sets, computed once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from core.data import Split, load_split
from core.data.drawn import is_drawn
from core.data.own import is_own
from core.data.table.record import Table
from core.data.table.shelf import the_shelf
from core.settings.experiment import DataConfig, Experiment

MAX_KEPT = 16  # data sets that a process keeps, all sessions together; the largest has about 5 MB


def split_of(data: DataConfig) -> Split:
    """Return training, validation and test rows. Nobody writes to them, for all sessions share them.

    Those of a table of one's own are kept with the table, and go with it; drawn points are made anew, which takes no time.
    """
    return load_split(data) if is_own(data) or is_drawn(data) else shared_split(data)


@lru_cache(MAX_KEPT)
def shared_split(data: DataConfig) -> Split:
    """Return the rows of a data set that comes with the program."""
    return load_split(data)


@dataclass(frozen=True)
class OnSplit:
    """Makes a run of an experiment on its rows; called, and the rows computed, where the run is to be."""

    make_run: Callable[..., Any]
    experiment: Experiment
    more: tuple[Any, ...] = ()

    def __call__(self) -> Any:
        """Return the run."""
        return self.make_run(self.experiment, split_of(self.experiment.data), *self.more)


@dataclass(frozen=True, eq=False)
class WithTable:
    """Makes a run that finds its table wherever it is to be: in another process, too. It keeps the table as long as it is kept."""

    make_run: Callable[..., Any]
    table: Table

    def __call__(self) -> Any:
        """Return the run, which keeps the table from then on."""
        table = the_shelf().put(self.table)
        run = self.make_run()
        run.table = table
        return run
