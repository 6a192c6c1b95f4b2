"""The choice of the two weights whose loss, penalties and next step the Compare page shows closely."""

from collections.abc import Sequence

import streamlit as st

from core.data import Split
from core.data.limits import layer_sizes
from core.settings.experiment import CHOICE_LABELS, Experiment, field_of, label_of
from core.words import say
from pages.shared import experiment as shared
from pages.shared.language import tr
from pages.shared.widgets import bind, hold, select

AUTOMATIC = say("two large ones")
PARTS = (say("Layer"), say("Unit they lead to"), say("First comes from"), say("Second comes from"))


def pick_weights(page: str, split: Split, largest: Sequence[int]) -> None:
    """Show whose weights are looked at, and which two: by themselves, the largest of now, or one by one.

    largest: layer, unit, first and second source of the two largest weights of now, counted from 1; empty if unknown.
    """
    now = shared.current()
    shown = shown_variant(now)
    select(
        label_of("geometry_of"), now.compare.variants, shown, bind(page, "geometry_of", shown),
        format_func=lambda name: CHOICE_LABELS[name], help=field_of("geometry_of").description,
    )  # fmt: skip
    left, right = st.columns(2, gap="small")
    if left.button(
        tr("Largest now"),
        disabled=not largest,
        help=tr("The two largest weights of the first layer that lead to one unit."),
    ):
        choose(tuple(largest))
    if right.button(
        tr("By itself"), disabled=not now.compare.geometry_weights, help=tr("The two that were largest at the start.")
    ):
        choose(())
    weights = now.compare.geometry_weights or tuple(largest)
    if len(weights) == 4:
        show_parts(page, layer_sizes(now), split.feature_names, weights)


def shown_variant(experiment: Experiment) -> str:
    """Return the variant whose weights are shown: the chosen one, or the first where it is not compared."""
    variants = experiment.compare.variants
    return experiment.compare.geometry_of if experiment.compare.geometry_of in variants else variants[0]


def choose(weights: tuple[int, ...]) -> None:
    """Make these the weights that are looked at."""
    shared.change(geometry_weights=weights)
    st.rerun()


def show_parts(page: str, sizes: Sequence[int], names: Sequence[str], weights: Sequence[int]) -> None:
    """Show one list for each part of the choice: layer, unit, and the two sources."""
    layer = min(weights[0], len(sizes) - 1)
    sources = (
        [str(name) for name in names] if layer == 1 else [say("unit {i}", i=i + 1) for i in range(sizes[layer - 1])]
    )
    lists = (range(1, len(sizes)), range(1, sizes[layer] + 1), *[range(1, sizes[layer - 1] + 1)] * 2)
    for i, (label, options) in enumerate(zip(PARTS, lists, strict=True)):
        value = min(weights[i], len(options))
        held = hold(f"{page}.weight{i}", value, take_part, i, tuple(weights))
        select(label, options, value, held, format_func=(lambda place: sources[place - 1]) if i >= 2 else str)


def take_part(value: int, part: int, weights: tuple[int, ...]) -> None:
    """One part was chosen: keep the others where they are possible."""
    chosen = list(weights)
    chosen[part] = value
    if part == 0:
        chosen[1:] = [1, 1, 2]
    elif chosen[2] == chosen[3]:
        chosen[5 - part] = chosen[2] % 2 + 1 if part in (2, 3) else chosen[5 - part]
    shared.change(geometry_weights=tuple(chosen))
