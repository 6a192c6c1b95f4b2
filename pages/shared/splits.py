"""The rows of the experiment of now, computed once: pages ask for them at every rerun, and jobs at their start."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from core.config import DataConfig, Experiment
from core.data import Split, load_split

MAX_KEPT = 16  # data sets that a process keeps, all sessions together; the largest has about 5 MB


@lru_cache(MAX_KEPT)
def split_of(data: DataConfig) -> Split:
    """Return training, validation and test rows. Nobody writes to them, for all sessions share them."""
    return load_split(data)


def on_split(make_run: Callable[..., Any], experiment: Experiment, *more: Any) -> Callable[[], Any]:
    """Return what makes a run of this experiment on its rows; called, and the rows computed, in the job's own thread."""
    return lambda: make_run(experiment, split_of(experiment.data), *more)
