"""The geometry panel in words: the present point and both penalties of it."""

from __future__ import annotations

from core.readings.arrays import Arrays
from core.words import say


def describe_geometry(arrays: Arrays, labels: tuple[str, str]) -> str:
    """Return the present point and both penalties of it as a sentence."""
    first, second = float(arrays["geometry_now_x"][0, 0]), float(arrays["geometry_now_y"][0, 0])
    text = say(
        "Now {first_name} = {first_weight:.3g} and {second_name} = {second_weight:.3g}",
        first_name=labels[0],
        first_weight=first,
        second_name=labels[1],
        second_weight=second,
    )
    return say(
        "{weights}: sum of |w| {l1_norm:.3g}, sum of w² {l2_norm:.3g}.",
        weights=text,
        l1_norm=abs(first) + abs(second),
        l2_norm=first**2 + second**2,
    )
