"""What the study of bias and variance depends on."""

from __future__ import annotations

from core.live.needs import COMPARE, FOLDS, PATH, REMEDIES, Needs, of_others, unread
from core.settings.experiment import Experiment
from core.studies.base.values import strengths_of

LIVE = ("learning_rate",)
ALONG_WIDTHS = ("param_name", "l1_share", "values")


def bias_variance_needs(experiment: Experiment) -> Needs:
    """Return what the networks of all training sets depend on: the grid sets a strength, or the widths stand in its place."""
    if experiment.study.vary == "width":
        own = unread(ALONG_WIDTHS, "Widths are varied, and no strength.")
    else:
        own = unread(tuple(strengths_of(experiment.study.param_name, [])), "Each λ of the grid sets it.")
    return Needs("bias_variance", experiment, LIVE, of_others(PATH, FOLDS, COMPARE, REMEDIES) | own)
