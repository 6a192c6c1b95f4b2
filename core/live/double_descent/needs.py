"""What the studies of double descent depend on: which of them it is, and the data seed."""

from __future__ import annotations

from core.live.needs import Needs, unread
from core.settings.experiment import FLAT_NAMES, Experiment
from core.words import say

READ = ("data_seed", "descent")


def double_descent_needs(experiment: Experiment) -> Needs:
    """Return what the draws depend on: rows, wrong labels and features are this study's own."""
    others = tuple(name for name in FLAT_NAMES if name not in READ)
    return Needs(
        "double_descent", experiment, (), unread(others, say("The study has data, networks and strengths of its own."))
    )
