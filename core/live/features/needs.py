"""What the Features study depends on."""

from __future__ import annotations

from core.live.needs import COMPARE, PATH, REMEDIES, Needs, of_others, unread
from core.settings.experiment import Experiment

LIVE = ("learning_rate",)


def features_needs(experiment: Experiment) -> Needs:
    """Return what the paths of L1 and L2 and the folds depend on."""
    own = unread(("l1", "l2"), "Each λ of the grid sets it.") | unread(("n_repeats",), "The rows are dealt once.")
    own |= unread(("param_name", "l1_share"), "Both penalties are trained, and no mix.")
    return Needs("features", experiment, LIVE, of_others(PATH, COMPARE, REMEDIES) | own)
