"""What the λ path and the map of learning rate × λ depend on."""

from __future__ import annotations

from core.live.needs import Needs, needs_of, unread
from core.settings.experiment import LIVE_FIELDS, Experiment
from core.studies.base.values import strengths_of
from core.words import say

READS = ("grid", "path")


def varied(experiment: Experiment) -> tuple[str, ...]:
    """Return the strengths that the grid is of."""
    return tuple(strengths_of(experiment.grid.param_name, []))


def held(experiment: Experiment) -> tuple[str, ...]:
    """Return the strengths that are the same for every λ: they may change while the path trains."""
    return tuple(name for name in LIVE_FIELDS if name not in varied(experiment))


def path_needs(experiment: Experiment) -> Needs:
    """Return what a path depends on; a warm one takes nothing while it trains, for the λ that are done would not follow."""
    live = () if experiment.path.path_start == "warm" else (*held(experiment), "seed")
    return needs_of("path", experiment, READS, live, unread(varied(experiment), say("Each λ of the grid sets it.")))


def rates_needs(experiment: Experiment) -> Needs:
    """Return what the map depends on: it has its own learning rates, and all its networks start afresh."""
    own = unread((*varied(experiment), "learning_rate"), say("Each pair of the map sets it."))
    own |= unread(("path_start",), say("Every pair starts from random weights."))
    return needs_of("rates", experiment, READS, (), own)
