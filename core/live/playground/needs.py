"""What the Playground's run depends on."""

from __future__ import annotations

from core.live.needs import Needs, needs_of
from core.settings.experiment import LIVE_FIELDS, Experiment

LIVE = (*LIVE_FIELDS, "seed")  # what a running network takes without being rebuilt


def playground_needs(experiment: Experiment) -> Needs:
    """Return what one network depends on: no study."""
    return needs_of("playground", experiment, (), LIVE)
