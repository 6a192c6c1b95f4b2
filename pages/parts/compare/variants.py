"""The Compare page's variants: what tells a run of them their settings, and what the stage has to move them."""

from typing import Any

from core.live.compare.needs import LOOKED_AT
from core.settings.experiment import Experiment, bounds_of, field_of, label_of
from core.stream.commands import Command, Focus, Set
from core.studies.compare.variants import chosen_variants, shares_of
from core.words import say
from pages.parts.compare.pick_weights import shown_variant
from pages.shared import hand
from pages.shared.stage import slider

RATE = slider("learning_rate", say("Learning rate"), 1e-4, 1, "log", say("Size of a step, the same for all."))


def looked_at(experiment: Experiment) -> tuple[int, ...]:
    """Return what the geometry panel shows: the place of a variant, and two weights unless the panel chooses."""
    return (experiment.compare.variants.index(shown_variant(experiment)), *experiment.compare.geometry_weights)


def message(experiment: Experiment, name: str) -> Command | None:
    """Return the command that gives the run one setting: the strength of a variant, what is looked at, or a shared one; None
    for the strength of a variant that is not there."""
    if name in LOOKED_AT:
        return Focus(at=looked_at(experiment))
    for v, variant in enumerate(chosen_variants(experiment)):
        if variant.setting == name:
            return Set(name=next(iter(shares_of(experiment, variant))), value=experiment.get(name), member=v)
    return hand.plain_message(experiment, name) if name in ("seed", "learning_rate") else None


def sliders(experiment: Experiment) -> list[dict[str, Any]]:
    """Return one live slider per variant that has a strength, and the learning rate."""
    controls = []
    for v, variant in enumerate(chosen_variants(experiment)):
        if variant.setting:
            is_share = (bounds_of(variant.setting)[1] or 1) < 1  # a dropout rate
            scale = (0, 0.9, "linear") if is_share else (1e-5, 1, "log0")
            name = next(iter(shares_of(experiment, variant)))
            help = field_of(variant.setting).description or ""
            controls.append(slider(name, label_of(variant.setting), *scale, help, member=v, key=variant.setting))
    return [*controls, RATE]
