"""What makes a run, as plain data that can be sent to another process, and the rows of data sets, computed once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from core.data import Split, load_split
from core.settings.experiment import DataConfig, Experiment

MAX_KEPT = 16  # data sets that a process keeps, all sessions together; the largest has about 5 MB


@lru_cache(MAX_KEPT)
def split_of(data: DataConfig) -> Split:
    """Return training, validation and test rows. Nobody writes to them, for all sessions share them."""
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
