"""What the three kinds of double descent draw alike: a mean with its draws behind it, over a logarithmic axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.styles import faint
from core.figures.theme import axis, bind
from core.readings.arrays import Arrays
from core.words import say

Place = tuple[int, ...] | int


@dataclass(frozen=True)
class Look:
    """What a line is called, its colour and dash."""

    label: str
    color: str
    dash: str


def mean(
    arrays: Arrays, x: np.ndarray, key: str, look: Look, picked: str, chosen: Place, mode: str = "lines+markers"
) -> go.Scatter:
    """Return a line over x from the array `key`, of which the sliders pick a row: `picked` in the binding, `chosen` now."""
    return go.Scatter(
        name=look.label, x=x, y=np.array(arrays[key][chosen]), mode=mode, marker={"size": 5},
        line={"color": look.color, "dash": look.dash, "width": 2.5},
        hovertemplate="%{y:.3g}<extra>" + look.label + "</extra>", meta=bind(y=f"{key}{picked}"),
    )  # fmt: skip


def each(arrays: Arrays, x: np.ndarray, key: str, look: Look, picked: str, chosen: Place) -> go.Scatter:
    """Return all draws behind it, faint: an array in which each is ended by a nan."""
    draws = np.array(arrays[key][chosen])
    n_draws = len(draws) // (len(x) + 1)
    return go.Scatter(
        name=say("draws"), x=np.tile(np.append(x, np.nan), n_draws), y=draws, mode="lines",
        line={"color": faint(look.color, 0.35), "width": 1}, hoverinfo="skip",
        meta={**bind(y=f"{key}{picked}"), "is_data": True},
    )  # fmt: skip


def width_axis(widths: Sequence[int], ticks: Sequence[int]) -> dict[str, Any]:
    """Return the axis over the logarithm of the width."""
    ends = (np.log10(widths[0]) - 0.06, np.log10(widths[-1]) + 0.06)
    return axis(
        say("width (hidden units)"), ends, tickvals=np.log10(ticks).tolist(), ticktext=[f"{w:,}" for w in ticks]
    )


def width_names(widths: Sequence[int]) -> dict[str, Any]:
    """Return what a chart's table calls the places on it."""
    return {"x": {"places": np.log10(widths).tolist(), "texts": [str(w) for w in widths]}}
