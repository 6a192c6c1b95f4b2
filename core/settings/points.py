"""Points that a hand has drawn, as one short text: the value of the setting `points`, and what a link carries.

The text is the version, "1", and six letters for each point, which hold 36 bits: x and y in thousandths (16 bits each, 32,768
added), the class (2 bits), whether it is a validation point (1 bit), and a 0. A letter is one of A–Z, a–z, 0–9, - and _ for 0 to
63, the most significant first, as in base64 for addresses (RFC 4648, section 5). So 200 points take 1,201 letters.
`assets/points.js` reads and writes the same.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import NamedTuple

from core.settings.words import received, shortened
from core.words import say

VERSION = "1"
MAX_POINTS = 200
MAX_CLASSES = 4
MAX_COORDINATE = 32.767  # what 16 bits hold, in thousandths
LETTERS = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
VALUE_OF = {letter: value for value, letter in enumerate(LETTERS)}
ZERO = 1 << 15
PER_POINT = 6
MAX_CHARS = len(VERSION) + PER_POINT * MAX_POINTS
EXPECTED = (
    f"up to {MAX_POINTS} points, each x and y, then its class (0 to {MAX_CLASSES - 1}) and whether it is for validation"
)


class Point(NamedTuple):
    """One point: its place in three decimals, its class from 0, and whether it is a validation point."""

    x: float
    y: float
    label: int = 0
    is_val: bool = False


def pack(points: Sequence[Sequence[float]]) -> str:
    """Return points (x, y[, class[, is_val]]) as text; coordinates are rounded to three decimals.

    Example: `pack([(0, 0.5), (1, -0.25, 1, True)])` is "1gAAgfQg-hfwa". Raises ValueError with what was expected and received.
    """
    if len(points) > MAX_POINTS:
        raise ValueError(say("expected {expected}, received {n:,} points", expected=EXPECTED, n=len(points)))
    return VERSION + "".join(_letters_of(point) for point in points) if len(points) else ""


def _letters_of(point: Sequence[float]) -> str:
    is_whole = isinstance(point, Sequence) and 2 <= len(point) <= 4 and all(isinstance(v, int | float) for v in point)
    if not is_whole or not all(abs(v) <= MAX_COORDINATE for v in point[:2]):
        raise ValueError(
            say(
                "expected {expected}, both within ±{reach}, received {point}",
                expected=EXPECTED,
                reach=MAX_COORDINATE,
                point=received(point),
            )
        )
    x, y = point[:2]
    label, is_val = [*point[2:], 0, 0][:2]
    if label not in range(MAX_CLASSES) or is_val not in (0, 1):
        raise ValueError(say("expected {expected}, received {point}", expected=EXPECTED, point=received(point)))
    first, second = 4 * (round(1000 * x) + ZERO) + int(label), 4 * (round(1000 * y) + ZERO) + 2 * int(is_val)
    return "".join(LETTERS[word >> shift & 63] for word in (first, second) for shift in (12, 6, 0))


def unpack(text: str) -> tuple[Point, ...]:
    """Return the points of a text; raises ValueError with what was expected and received."""
    if not text:
        return ()
    if text[0] != VERSION:
        raise ValueError(
            say(
                "expected points of version {version}, as this program writes them, received version '{other}'",
                version=VERSION,
                other=text[0],
            )
        )
    if len(text) > MAX_CHARS or (len(text) - 1) % PER_POINT:
        raise ValueError(
            say(
                "expected up to {most} points of {each} letters after the version, received {n:,} letters",
                most=MAX_POINTS,
                each=PER_POINT,
                n=len(text),
            )
        )
    if odd := next((letter for letter in text[1:] if letter not in VALUE_OF), ""):
        raise ValueError(
            say("expected the letters A to Z, a to z, 0 to 9, - and _, received '{odd}'", odd=shortened(odd))
        )
    return tuple(_point_of(text[start : start + PER_POINT]) for start in range(1, len(text), PER_POINT))


def _point_of(letters: str) -> Point:
    values = [VALUE_OF[letter] for letter in letters]
    first, second = (values[i] << 12 | values[i + 1] << 6 | values[i + 2] for i in (0, 3))
    if second & 1 or not first >> 2 or not second >> 2:
        raise ValueError(say("expected points as this program writes them, received '{odd}' among them", odd=letters))
    x, y = ((word >> 2) - ZERO for word in (first, second))
    return Point(x / 1000, y / 1000, first & 3, bool(second & 2))
