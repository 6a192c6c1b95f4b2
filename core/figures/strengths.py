"""The axis of strengths that path and cross-validation share: log λ with a place for 0, counts above, regions behind.

The axis is linear in log10 λ ("positions"), with ticks at powers of ten: λ = 0 stands left of a dotted break. Bars and
pictures then have an ordinary place, which a logarithmic axis would not give them. Read next: `core/figures/path/curves.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.theme import COLORS, axis, bind
from core.readings.arrays import Arrays
from core.readings.strengths import BREAK, LINEAR, positions, top_places
from core.settings.colors import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILLION
from core.settings.experiment import label_of
from core.studies.base.values import value_texts
from core.words import say

LAYER_COLORS = (BLUE, ORANGE, GREEN, PURPLE, VERMILLION, SKY, GREY)
FAINT = "rgba(140,140,140,0.35)"  # single folds
MAX_POWERS = 6  # powers of ten with a tick: they stand side by side on a phone
ROUNDING = say("below 1e-38 a number counts as 0")  # why a weight that L2 shrinks for ever ends at zero
ROW_PX = 18  # height of a row of text above the chart


def strength_axis(values: np.ndarray, param_name: str) -> dict[str, Any]:
    """Return the x axis over all values, ticks at 0 and at powers of ten."""
    x = positions(values, param_name)
    left, right = borders(x)
    title = say("λ of L1 and L2 together") if param_name == "elastic" else label_of(param_name)
    if param_name in LINEAR or not (values > 0).any():
        return axis(title, (left[0], right[-1]))
    low, high = np.log10(values[values > 0].min()), x.max()
    factors = (1,) if high - low >= 1.5 else (1, 2, 5)
    powers = range(int(np.floor(low)), int(np.ceil(high)) + 1, max(1, int(np.ceil((high - low) / MAX_POWERS))))
    ticks = [
        (np.log10(f) + p, _power(f, p)) for p in powers for f in factors if low - 1e-9 <= np.log10(f) + p <= high + 1e-9
    ]
    zero = [(float(low - BREAK), "0")] if (values == 0).any() else []
    places, texts = zip(*(zero + ticks), strict=True) if zero + ticks else ((), ())
    return axis(title, (min(left), max(right)), tickvals=list(places), ticktext=list(texts), zeroline=False)


def place_names(values: np.ndarray, param_name: str) -> dict[str, list[Any]]:
    """Return what a chart's table calls the places on the axis, which are logarithms: {"places", "texts"}."""
    return {"places": positions(values, param_name).tolist(), "texts": value_texts(values)}


def zero_break(values: np.ndarray, param_name: str) -> list[dict[str, Any]]:
    """Return the dotted line between λ = 0 and the rest, a Plotly shape, where there is one."""
    values = np.asarray(values)
    if param_name in LINEAR or not (values == 0).any() or not (values > 0).any():
        return []
    x = float(np.log10(values[values > 0].min()) - BREAK / 2)
    line = {"color": COLORS["truth"], "dash": "dot", "width": 1}
    return [{"type": "line", "xref": "x", "yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": 1, "line": line}]


def borders(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (left, right) of the cell around each position (n_values,): halfway to the neighbours."""
    x = np.asarray(x, dtype=float)
    order = np.argsort(x, kind="stable")
    middles = (x[order][:-1] + x[order][1:]) / 2
    first, last = (x[order][1] - x[order][0], x[order][-1] - x[order][-2]) if len(x) > 1 else (1.0, 1.0)
    left, right = np.empty(len(x)), np.empty(len(x))
    left[order] = np.concatenate([[x[order][0] - first / 2], middles])
    right[order] = np.concatenate([middles, [x[order][-1] + last / 2]])
    return left, right


def top_counts(arrays: Arrays, name: str, x: np.ndarray, n_below: int = 0) -> go.Scatter:
    """Return the row of non-zero counts above the chart, from the arrays `name` and `name`_y (n_top,).

    n_below: empty lines under each count, room for other texts. (Plotly hides a text whose point is out of range.)
    """
    places = top_places(len(x))
    return go.Scatter(
        name=say("non-zero weights"),
        x=x[places],
        y=np.array(arrays[f"{name}_y"]),
        yaxis="y2",
        mode="text",
        customdata=np.array(arrays[name]),
        texttemplate="%{customdata:,.0f}" + "<br>&nbsp;" * n_below,
        textposition="top center",
        textfont={"size": 11},
        cliponaxis=False,
        hoverinfo="skip",
        meta=bind("customdata", customdata=name, y=f"{name}_y"),
    )


def top_layout(values: np.ndarray, param_name: str, n_rows: int = 1, **more: Any) -> dict[str, Any]:
    """Return the layout that `n_rows` rows of text above need: room, a caption, and a second y axis 0..1 that lies below."""
    by_rounding = say(" ({rounding})", rounding=ROUNDING) if param_name == "l2" else ""
    caption = {
        "text": say("non-zero weights{by_rounding}", by_rounding=by_rounding),
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "y": 1,
        "yshift": 4 + ROW_PX * n_rows,
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"size": 11},
    }
    return {
        "yaxis2": {"range": [0, 1], "visible": False, "fixedrange": True, "anchor": "x"},
        "annotations": [caption],
        "shapes": zero_break(values, param_name),
        "margin": {"l": 56, "r": 12, "t": 24 + ROW_PX * n_rows, "b": 44},
        **more,
    }


def loss_axis(title: str, bounds: Sequence[float]) -> dict[str, Any]:
    """Return a y axis that is drawn over the second one, with ticks of its own."""
    return axis(title, bounds, overlaying="y2", tickmode="auto", nticks=6, showgrid=True)


def marker_line(
    label: str, x: Sequence[float], binding: str, color: str, dash: str, span: Sequence[float]
) -> go.Scatter:
    """Return an upright line over the height of the chart whose x comes from `binding`, [v, v]."""
    return go.Scatter(
        name=label, x=list(x), y=list(span), mode="lines", line={"color": color, "dash": dash, "width": 2},
        hoverinfo="name", meta=bind(x=binding, y="span:y"),
    )  # fmt: skip


def best_star(arrays: Arrays, x: str, y: str, table: str = "") -> go.Scatter:
    """Return the star on the lowest validation loss, from arrays `x` and `y`, (1,) or empty; table: see `bind`."""
    mark = {"symbol": "star", "size": 13, "color": COLORS["val"], "line": {"width": 1, "color": "white"}}
    return go.Scatter(
        name=say("best"), x=np.array(arrays[x]), y=np.array(arrays[y]), mode="markers", marker=mark,
        hovertemplate=say("lowest validation loss<extra></extra>"), meta=bind(table, x=x, y=y),
    )  # fmt: skip


def layer_color(layer: int) -> str:
    """Return the colour that stands for a layer in every figure of a path."""
    return LAYER_COLORS[layer % len(LAYER_COLORS)]


def _power(factor: int, power: int) -> str:
    return f"10<sup>{power}</sup>".replace("-", "−") if factor == 1 else f"{factor * 10.0**power:.3g}"
