"""The geometry panel in words: the present point and both penalties of it."""

from __future__ import annotations

from core.readings.arrays import Arrays


def describe_geometry(arrays: Arrays, labels: tuple[str, str]) -> str:
    """Return the present point and both penalties of it as a sentence."""
    first, second = float(arrays["geometry_now_x"][0, 0]), float(arrays["geometry_now_y"][0, 0])
    text = f"Now {labels[0]} = {first:.3g} and {labels[1]} = {second:.3g}"
    return f"{text}: sum of |w| {abs(first) + abs(second):.3g}, sum of w² {first**2 + second**2:.3g}."
