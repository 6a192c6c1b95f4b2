"""The geometry panel in words: the present point and both penalties of it."""

from __future__ import annotations

from core.readings.arrays import Arrays
from core.words import say


def describe_geometry(arrays: Arrays, labels: tuple[str, str]) -> str:
    """Return the present point and both penalties of it as a sentence."""
    first, second = float(arrays["geometry_now_x"][0, 0]), float(arrays["geometry_now_y"][0, 0])
    text = say(
        "Now {labels} = {first:.3g} and {labels2} = {second:.3g}",
        labels=labels[0],
        first=first,
        labels2=labels[1],
        second=second,
    )
    return say(
        "{text}: sum of |w| {first:.3g}, sum of w² {first2:.3g}.",
        text=text,
        first=abs(first) + abs(second),
        first2=first**2 + second**2,
    )
