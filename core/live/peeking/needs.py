"""What the study of peeking depends on: its two seeds."""

from __future__ import annotations

from core.live.needs import Needs, unread
from core.settings.experiment import FLAT_NAMES, Experiment
from core.words import say

READ = ("data_seed", "seed")


def peeking_needs(experiment: Experiment) -> Needs:
    """Return what the networks and the draws depend on: task and settings are this study's own."""
    others = tuple(name for name in FLAT_NAMES if name not in READ)
    return Needs("peeking", experiment, (), unread(others, say("The study has a task and settings of its own.")))
