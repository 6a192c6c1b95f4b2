"""The one table of colours, dashes and symbols of penalties and remedies, the same on every page. See `theme.py`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from core.figures.theme import PALETTE
from core.settings.colors import BLUE, GREEN, GREY, ORANGE, PURPLE
from core.settings.penalties import PENALTIES, Style

BROWN, DARK = "#A6761D", "#666666"


def of_penalty(name: str) -> Style:
    """Return how a penalty is drawn, its colour as '#RRGGBB'."""
    style = PENALTIES[name].style
    return style._replace(color=PALETTE[style.color])


STYLES: Mapping[str, Style] = MappingProxyType(
    {
        **{name: of_penalty(name) for name in PENALTIES},
        "none": Style(GREY, "solid", "circle"),
        "l1_proximal": of_penalty("l1"),
        "l1_subgradient": Style(ORANGE, "dash", "square-open"),
        "elastic_net": Style(PURPLE, "dashdot", "cross"),
        "dropout": Style(BLUE, "longdash", "x"),
        "nothing": Style(GREY, "solid", "circle"),
        "early_stopping": Style(GREEN, "dot", "triangle-up"),
        "augmentation": Style(PURPLE, "dashdot", "cross"),
        "ensemble": Style(ORANGE, "dash", "star"),
        "more_data": Style(BROWN, "longdashdot", "pentagon"),
    }
)
COMBINED = (
    Style(DARK, "dash", "hexagon"),
    Style(DARK, "dot", "hourglass"),
)  # combinations, in the order they are given


def style_of(key: str, n_combined_before: int = 0) -> Style:
    """Return the style of a variant or a remedy; combinations take theirs by the order in which they stand."""
    return STYLES[key] if key in STYLES else COMBINED[n_combined_before % len(COMBINED)]


def styles_of(keys: list[str]) -> list[Style]:
    """Return the styles of several, combinations counted on the way."""
    return [style_of(key, sum(other not in STYLES for other in keys[:i])) for i, key in enumerate(keys)]


def faint(color: str, opacity: float) -> str:
    """Return '#RRGGBB' as a see-through 'rgba(…)'."""
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"
