"""What the Remedies study depends on."""

from __future__ import annotations

from core.live.needs import Needs, needs_of, unread
from core.settings.experiment import Experiment
from core.words import say

PUT_ASIDE = ("l1", "l2", "dropout_rate")  # the Playground's


def remedies_needs(experiment: Experiment) -> Needs:
    """Return what the remedies depend on: each has its own strength."""
    own = unread(PUT_ASIDE, say("Each remedy has its own."))
    return needs_of("remedies", experiment, ("remedies",), (), own)
