"""What a cross-validation depends on."""

from __future__ import annotations

from core.live.needs import Needs, needs_of, unread
from core.settings.experiment import Experiment
from core.studies.base.values import strengths_of
from core.words import say


def cross_validation_needs(experiment: Experiment) -> Needs:
    """Return what the folds depend on: all but the strengths that the grid sets."""
    varied = tuple(strengths_of(experiment.grid.param_name, []))
    own = unread(varied, say("Each λ of the grid sets it."))
    return needs_of("cv", experiment, ("grid", "folds"), (), own)
