"""What the Playground's run depends on."""

from __future__ import annotations

from core.data.drawn import is_drawn
from core.live.needs import Needs, needs_of
from core.settings.experiment import LIVE_FIELDS, POINTS, Experiment

STRENGTHS = (*LIVE_FIELDS, "seed")
LIVE = (
    *STRENGTHS,
    POINTS,
)  # what a running network takes without being rebuilt; points only where it trains on drawn ones


def playground_needs(experiment: Experiment, changes: str = "") -> Needs:
    """Return what one network depends on: no study. changes: those that it makes by itself, as a link holds them."""
    if not is_drawn(experiment.data):
        return needs_of("playground", experiment, (), STRENGTHS, more=changes)
    return needs_of(
        "playground",
        experiment,
        (),
        LIVE,
        {"n_train": "It is how many of the drawn points are for training."},
        more=changes,
    )
