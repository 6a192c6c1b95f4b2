"""The geometry panel: loss contours over two weights, the shapes of equal penalty, and the path."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from core.figures.styles import BROWN
from core.figures.theme import COLORS, axis, base_figure, bind, colorscale, entry, mix
from core.readings.arrays import Arrays
from core.settings.colors import SKY
from core.words import say

CONTOUR_STOPS = ("#B4B4B4", "#F7F7F7")  # low loss is dark; without a hue, for the shapes have theirs
CIRCLE = mix(SKY, "#000000", 0.35)  # L2's colour, dark enough for the light contours


def plot_geometry(arrays: Arrays) -> go.Figure:
    """Return the panel of `geometry_arrays`, of which what a moment changes has a leading axis of one."""
    about = {
        "name": "geometry",
        "title": say("The loss around the present point"),
        "size": "half",
        "height": 380,
        "group": say("Two weights and the shapes of their penalties"),
        "look_for": say(
            "The diamond has its corners on the axes, where a weight is zero; the circle has none. Darker: lower loss, "
            "all other weights as they are now, in rewind too."
        ),
        "legend": [
            entry(say("same L1 penalty"), COLORS["l1"], "solid"),
            entry(say("same L2 penalty"), CIRCLE, "dash"),
            entry(say("path"), BROWN, "dot"),
            entry(say("now"), COLORS["val"], symbol="circle"),
        ],
        "auto": {
            "xaxis": {"arrays": ["geometry_x"], "is_tight": True},
            "yaxis": {"arrays": ["geometry_y"], "is_tight": True},
        },
        "unit": say("training loss (mean per row)"),
        "corner": say("second weight \\ first weight"),
    }
    contours = go.Contour(
        name=say("training loss"),
        x=np.array(arrays["geometry_x"]),
        y=np.array(arrays["geometry_y"]),
        z=np.array(arrays["geometry_loss"]),
        colorscale=colorscale(CONTOUR_STOPS),
        showscale=False,
        ncontours=14,
        line={"width": 0.5, "color": "rgba(128,128,128,0.6)"},
        hovertemplate=say("training loss %{z:.3g}<extra></extra>"),
        meta=bind(x="geometry_x", y="geometry_y", z="geometry_loss"),
    )
    lines = [
        _line(arrays["diamond"][0], say("same L1 penalty"), "diamond[0]", {"color": COLORS["l1"], "width": 2.5}),
        _line(
            arrays["circle"][0], say("same L2 penalty"), "circle[0]", {"color": CIRCLE, "width": 2.5, "dash": "dash"}
        ),
        _line(arrays["path"], say("path"), "path", {"color": BROWN, "width": 2.5, "dash": "dot"}),
    ]
    now = go.Scatter(
        name=say("now"),
        x=np.array(arrays["geometry_now_x"][0]),
        y=np.array(arrays["geometry_now_y"][0]),
        mode="markers",
        marker={"color": COLORS["val"], "size": 11, "line": {"width": 1.5, "color": "white"}},
        meta=bind(x="geometry_now_x[0]", y="geometry_now_y[0]"),
    )
    bounds = (float(arrays["geometry_x"][0]), float(arrays["geometry_x"][-1]))
    zero = {"zeroline": True, "zerolinecolor": "rgba(128,128,128,0.8)"}
    yaxis = axis(say("second weight"), bounds, scaleanchor="x", constrain="domain", **zero)
    return base_figure(
        [contours, *lines, now], about, axis(say("first weight"), bounds, constrain="domain", **zero), yaxis
    )


def _line(points: np.ndarray, label: str, name: str, line: dict[str, object]) -> go.Scatter:
    x, y = (np.array(row) for row in points)
    return go.Scatter(
        name=label, x=x, y=y, mode="lines", line=line, hoverinfo="name", meta=bind(x=f"{name}[0]", y=f"{name}[1]")
    )


def plot_update() -> go.Figure:
    """Return the card of the update rules with the present numbers put in; its texts come with each snapshot."""
    about = {
        "name": "update",
        "title": say("The next step, with the numbers of now"),
        "is_table": True,
        "size": "half",
        "look_for": say(
            "L2 takes away a share of the weight and leaves the rest; the proximal step of L1 takes away a fixed "
            "amount and stops at zero."
        ),
    }
    return base_figure([], about, {}, {})
