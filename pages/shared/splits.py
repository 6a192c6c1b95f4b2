"""The rows of the experiment of now, computed once: pages ask for them at every rerun, and jobs at their start."""

from collections.abc import Callable
from typing import Any

from core.live.making import OnSplit, shared_split, split_of
from core.settings.experiment import Experiment

__all__ = ["on_split", "shared_split", "split_of"]


def on_split(make_run: Callable[..., Any], experiment: Experiment, *more: Any) -> OnSplit:
    """Return what makes a run of this experiment on its rows; called, and the rows computed, in the job's own thread."""
    return OnSplit(make_run, experiment, more)
