"""Colours by meaning, palettes and the base layout that every figure shares. Read next: `losses.py`.

Colours are those of Okabe and Ito (2008), told apart by colour-blind readers too; a dash or a symbol always stands
beside a colour. Backgrounds are transparent and the font colour is left to the page, so figures fit light and dark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
import plotly.io as pio

from core.readings.arrays import N_COLORS
from core.settings.colors import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILLION
from core.words import say

# The colours that a penalty's record names: those of Okabe and Ito, and two more that are told apart from them too.
PALETTE = {
    "blue": BLUE, "orange": ORANGE, "green": GREEN, "purple": PURPLE, "vermillion": VERMILLION, "sky": SKY, "grey": GREY,
    "sienna": "#A0522D", "violet": "#785EF0",
}  # fmt: skip

# One colour per meaning. The weight colours return to blue and orange: they never share a chart with train and val.
COLORS = {
    "train": BLUE,
    "val": ORANGE,
    "test": GREEN,
    "penalty": PURPLE,
    "objective": SKY,
    "truth": GREY,
    "floor": GREY,
    "l1": VERMILLION,
    "l2": SKY,
    "zero": VERMILLION,
    "small": GREY,
    "positive": BLUE,
    "negative": ORANGE,
}
# Meanings that may share a chart: colours are distinct within each of these.
GROUPS = (
    ("train", "val", "test", "penalty", "objective", "truth"),
    ("train", "val", "test", "penalty", "floor", "l1", "l2"),
    ("positive", "negative", "zero", "small"),
)
CLASS_COLORS = (ORANGE, BLUE, GREEN, PURPLE, VERMILLION, SKY, "#F0E442", GREY, "#A6761D", "#666666")
CLASS_SYMBOLS = ("circle", "square", "diamond", "cross", "x", "triangle-up", "star", "pentagon", "hexagon", "hourglass")
GRID_COLOR = "rgba(128,128,128,0.2)"


def base_figure(
    traces: Sequence[Any], about: Mapping[str, Any], xaxis: Mapping[str, Any], yaxis: Mapping[str, Any], **layout: Any
) -> go.Figure:
    """Return a figure with the common layout; `about` (name, title, look_for, legend, ...) becomes `layout.meta`.

    Its parts are taken as they are: Plotly's own check of every part takes ten times as long, at every opening of a page.
    The tests have each figure checked instead.
    """
    meta = {"legend": [], "auto": {}, "images": [], "toggles": [], **about}
    common = {
        "template": pio.templates["none"],
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 56, "r": 8, "t": 8, "b": 44},
        "showlegend": False,
        "hovermode": "closest",
        "meta": meta,
        "xaxis": xaxis,
        "yaxis": yaxis,
    }
    return go.Figure(data=list(traces), layout={**common, **layout}, _validate=False)


def axis(title: str, bounds: Sequence[float] | None = None, **more: Any) -> dict[str, Any]:
    """Return an axis with a title (unit included) and a fixed range.

    Numbers are written as everywhere: powers of ten on a logarithmic axis, no letters for thousands, three digits where one
    points at a place.
    """
    common: dict[str, Any] = {
        "title": {"text": title, "standoff": 7},
        "gridcolor": GRID_COLOR,
        "zeroline": False,
        "automargin": False,
        "ticklabeloverflow": "allow",  # else each label is measured whenever an axis is drawn: a third of the time of a chart
        "ticks": "",
        "exponentformat": "power",
        "separatethousands": True,
        "minexponent": 4,
        "hoverformat": ".3~g",
    }
    if bounds is not None:
        common["range"] = [float(bounds[0]), float(bounds[1])]
    return {**common, **more}


def epoch_axis(bounds: Sequence[float]) -> dict[str, Any]:
    """Return the axis of epochs, whole numbers."""
    return axis(say("epoch"), bounds, hoverformat=",.0f", tickformat=",~f")


def bind(table: str = "", **names: str) -> dict[str, Any]:
    """Return a trace's `meta`: which of its attributes the page refills from which array (`__` stands for a dot).

    A chart's table leaves out traces that cannot be pointed at (`hoverinfo="skip"`), unless `meta` has `is_data` too.
    table: what it tells in place of y, which is then a mere place on the paper: "customdata", "name" (that there is a
    mark), "flag" (where y is above 0), or "none", nothing.
    """
    bound = {"bind": {attribute.replace("__", "."): name for attribute, name in names.items()}}
    return {**bound, "table": table} if table else bound


def twin(
    caption: str, head: str, rows: str | Sequence[Any], columns: Sequence[Mapping[str, Any]], n_rows: int | None = None
) -> dict[str, Any]:  # fmt: skip
    """Return one table of a figure's `twin`: its data with their units, where what is drawn are places on the paper.

    rows: what the rows are called, texts or the binding of an array; `head` stands above them. columns: see `column`.
    n_rows: how many rows there are at most, where arrays are longer.
    Without a `twin` a chart's table tells the x and y of its traces.
    """
    table = {
        "caption": caption, "head": head, "rows": rows if isinstance(rows, str) else list(rows), "columns": list(columns),
    }  # fmt: skip
    return table if n_rows is None else {**table, "n_rows": n_rows}


def column(head: str, of: str | Sequence[Any], form: str = "") -> dict[str, Any]:
    """Return one column of a table: its head with unit, and its values or the binding of an array; `form`: "percent"."""
    return {"head": head, "of": of if isinstance(of, str) else list(of), "form": form}


def entry(label: str, color: str, dash: str = "", symbol: str = "") -> dict[str, str]:
    """Return one line of a figure's legend, which the page draws."""
    return {"label": label, "color": color, "dash": dash, "symbol": symbol}


def rgb(color: str) -> np.ndarray:
    """Return '#RRGGBB' as (3,) floats in 0..255."""
    return np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)], dtype=float)


def mix(color: str, other: str, share: float) -> str:
    """Return `color` with `share` (0..1) of `other` mixed in, as '#RRGGBB'."""
    parts = np.rint((1 - share) * rgb(color) + share * rgb(other)).astype(int)
    return "#" + "".join(f"{part:02X}" for part in parts)


def ramp(stops: Sequence[str], n_colors: int = N_COLORS) -> list[str]:
    """Return `n_colors` colours, linear between evenly spaced stops."""
    places = np.linspace(0, len(stops) - 1, n_colors)
    levels = [
        np.interp(places, np.arange(len(stops)), channel) for channel in np.array([rgb(stop) for stop in stops]).T
    ]
    return [f"#{red:02X}{green:02X}{blue:02X}" for red, green, blue in np.rint(levels).astype(int).T.tolist()]


def to_palette(colors: Sequence[str]) -> str:
    """Return 256 '#RRGGBB' colours as the one hex string of an image layer."""
    return "".join(color[1:] for color in colors)


def bands(stops: Sequence[str], n_bands: int) -> list[str]:
    """Return 256 colours in `n_bands` flat bands, taken from the ramp over the stops."""
    levels = ramp(stops, n_bands)
    return [levels[i * n_bands // N_COLORS] for i in range(N_COLORS)]


def colorscale(stops: Sequence[str]) -> list[list[Any]]:
    """Return evenly spaced stops as a Plotly colour scale."""
    return [[i / (len(stops) - 1), color] for i, color in enumerate(stops)]


def cell_box(x: np.ndarray, y: np.ndarray, shape: Sequence[int]) -> tuple[float, float, float, float]:
    """Return where a picture of `shape` (rows, columns) lies whose first and last cells stand at the ends of x and y.

    A value is that of the middle of its cell, so the picture reaches half a cell beyond: (x0, x1, y0, y1).
    """
    halves = [(ends[-1] - ends[0]) / (2 * max(n - 1, 1)) for ends, n in ((x, shape[1]), (y, shape[0]))]
    return (
        float(x[0] - halves[0]), float(x[-1] + halves[0]), float(y[0] - halves[1]), float(y[-1] + halves[1]),
    )  # fmt: skip


def image_layer(
    array: str, colors: Sequence[str], bounds: Sequence[float], box: Sequence[float], smooth: bool = False, **more: Any
) -> dict[str, Any]:
    """Return one entry of `layout.meta.images`: an array drawn as a picture over box = (x0, x1, y0, y1); row 0 at y0.

    more: is_rooted, whether bounds are those of sign(v)·√|v|; told, what a table says of it: caption, names of `rows` (the
    uppermost first) and `columns` where these are no places on the axes, `levels` = (low, high) where values are colours
    0 to 255, `classes` where a value is class + confidence; layer, "above" where it hides lines; is_mute, whether tables leave
    it out.
    """
    return {
        "array": array,
        "palette": to_palette(colors),
        "range": [float(bounds[0]), float(bounds[1])],
        "x": [float(box[0]), float(box[1])],
        "y": [float(box[2]), float(box[3])],
        "smooth": smooth,
        **more,
    }
