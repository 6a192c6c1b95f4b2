"""What the study of bias and variance depends on."""

from __future__ import annotations

from core.live.needs import Needs, needs_of, unread
from core.settings.experiment import Experiment
from core.studies.base.values import strengths_of
from core.words import say

LIVE = ("learning_rate",)
ALONG_WIDTHS = ("param_name", "l1_share", "values")


def bias_variance_needs(experiment: Experiment) -> Needs:
    """Return what the networks of all training sets depend on: the grid sets a strength, or the widths stand in its place."""
    if experiment.bias_variance.vary == "width":
        own = unread(ALONG_WIDTHS, say("Widths are varied, and no strength."))
    else:
        own = unread(tuple(strengths_of(experiment.grid.param_name, [])), say("Each λ of the grid sets it."))
    return needs_of("bias_variance", experiment, ("grid", "bias_variance"), LIVE, own)
