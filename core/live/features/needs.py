"""What the Features study depends on."""

from __future__ import annotations

from core.live.needs import Needs, needs_of, unread
from core.settings.experiment import Experiment
from core.studies.features.selection import PENALTIES
from core.words import say

LIVE = ("learning_rate",)


def features_needs(experiment: Experiment) -> Needs:
    """Return what the paths of the penalties and the folds depend on."""
    own = unread(PENALTIES, say("Each λ of the grid sets it.")) | unread(
        ("n_repeats",), say("The rows are dealt once.")
    )
    own |= unread(("param_name", "l1_share"), say("All penalties are trained, and no mix."))
    return needs_of("features", experiment, ("grid", "folds"), LIVE, own)
