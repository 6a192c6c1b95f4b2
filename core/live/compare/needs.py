"""What a comparison depends on."""

from __future__ import annotations

from core.live.needs import FOLDS, PATH, REMEDIES, SETS, Needs, of_others, unread
from core.settings.experiment import Experiment
from core.settings.penalties import PENALTIES
from core.studies.compare.variants import VARIANTS

LOOKED_AT = ("geometry_of", "geometry_weights")
LIVE = ("learning_rate", "seed", *LOOKED_AT, *(variant.setting for variant in VARIANTS if variant.setting))
PUT_ASIDE = (*PENALTIES, "l1_method", "dropout_rate")  # the Playground's


def compare_needs(experiment: Experiment) -> Needs:
    """Return what the variants depend on: each has its own penalty and no grid of λ."""
    own = unread(PUT_ASIDE, "Each variant has its own.")
    return Needs("compare", experiment, LIVE, of_others(("param_name", "values"), PATH, FOLDS, REMEDIES, SETS) | own)
