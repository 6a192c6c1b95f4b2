"""What a comparison depends on."""

from __future__ import annotations

from core.live.needs import Needs, needs_of, unread
from core.settings.experiment import Experiment
from core.settings.penalties import PENALTIES
from core.studies.compare.variants import VARIANTS
from core.words import say

LOOKED_AT = ("geometry_of", "geometry_weights")
LIVE = ("learning_rate", "seed", *LOOKED_AT, *(variant.setting for variant in VARIANTS if variant.setting))
PUT_ASIDE = (*PENALTIES, "l1_method", "dropout_rate")  # the Playground's


def compare_needs(experiment: Experiment) -> Needs:
    """Return what the variants depend on: each has its own penalty and no grid of λ."""
    own = unread(PUT_ASIDE, say("Each variant has its own."))
    own |= unread(("param_name", "values"), say("There is no grid of λ."))
    return needs_of("compare", experiment, ("grid", "compare"), LIVE, own)
