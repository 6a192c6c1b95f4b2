"""The network itself: a drawing of small ones, its weight matrices as a picture for large ones.

The arrays are those of `core/readings/network.py`. The strength scale is
absolute, not relative to the largest weight: a penalty makes the links fade. A zero weight has no link.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.theme import COLORS, axis, base_figure, bind, column, entry, image_layer, ramp, twin
from core.readings.arrays import Arrays
from core.readings.network import MAX_TILE, N_LINE, SIGNS, WIDTHS, unit_half
from core.settings.colors import PALE, VERMILLION
from core.settings.words import shortened
from core.words import joined, say

MAX_NAMED, MAX_NAME, CHAR_PX = 16, 14, 7  # inputs that are named, the characters of a name, and the width of one
MEANINGS = {"positive": say("positive weight"), "negative": say("negative weight")}
UNIT_PX = 10  # about half of a unit's picture
PICTURE_WORDS = say("In each unit stands what it computes over the range of the inputs.")
OPACITIES = (0.08, 0.25, 0.45, 0.7, 1.0)


def plot_diagram(arrays: Arrays, input_names: Sequence[str] = ()) -> go.Figure:
    """Return the drawing: ten traces of links (two signs, five strengths) under the nodes, the inputs with their names.

    Where `unit_y` or `unit_map` say what each unit computes over the inputs, each is a small picture of that.
    """
    links = [
        go.Scatter(
            name=say("{sign}, strength {k}", sign=MEANINGS[meaning], k=k + 1),
            x=np.array(arrays[f"link_{sign}_{k}_x"]), y=np.array(arrays[f"link_{sign}_{k}_y"]),
            mode="lines", line={"color": COLORS[meaning], "width": WIDTHS[k]}, opacity=OPACITIES[k], hoverinfo="skip",
            meta=bind(x=f"link_{sign}_{k}_x", y=f"link_{sign}_{k}_y"),
        )
        for k in range(len(WIDTHS))
        for sign, meaning in SIGNS
    ]  # fmt: skip
    inputs = [str(shortened(name, MAX_NAME)) for name in input_names] if len(input_names) <= MAX_NAMED else []
    sizes = np.bincount(arrays["node_x"].astype(int)).tolist()
    pictures, images = _pictures(arrays, sizes)
    marker = {"size": 11, "color": PALE, "line": {"color": COLORS["truth"], "width": 1.5}}
    if pictures:  # the name stands beside the picture
        marker = {"size": 2 * UNIT_PX, "color": "rgba(0,0,0,0)", "line": {"width": 0}}
    nodes = go.Scatter(
        name=say("units"),
        x=np.array(arrays["node_x"]),
        y=np.array(arrays["node_y"]),
        mode="markers+text",
        hoverinfo="skip",
        marker=marker,
        text=[*inputs, *[""] * (len(arrays["node_x"]) - len(inputs))],
        textposition="middle left",
        cliponaxis=False,
    )
    about = {
        "name": "diagram",
        "title": say("The network"),
        "look_for": say("Thick links carry large weights; a penalty thins them, and L1 removes links altogether."),
        "legend": [entry(MEANINGS[meaning], COLORS[meaning], "solid") for _, meaning in SIGNS],
    }
    n_layers = int(arrays["node_x"].max()) + 1
    if pictures:
        about |= {"look_for": joined([str(about["look_for"]), PICTURE_WORDS]), "images": images}
    about["twin"] = [
        twin(
            say("Weights of the links"),
            say("link"),
            _link_names(arrays["node_x"]),
            [column(say("weight"), "link_weight")],
        )
    ]
    names = [say("input"), *(say("hidden {i}", i=i) for i in range(1, n_layers - 1)), say("output")]
    xaxis = axis("", (-0.3, n_layers - 0.7), showgrid=False, tickvals=list(range(n_layers)), ticktext=names)
    yaxis = axis("", (-0.02, 1.02), showgrid=False, visible=False)
    return base_figure(
        [*links, *pictures, nodes],
        about,
        xaxis,
        yaxis,
        margin={"l": 12 + 7 * max(map(len, inputs), default=0), "r": 8, "t": 8, "b": 24},
    )


def _pictures(arrays: Arrays, sizes: Sequence[int]) -> tuple[list[go.Scatter], list[dict[str, Any]]]:
    """Return traces and images of what each unit computes: a line in a box along a curve, a map over a plane, or none."""
    if "unit_y" not in arrays and "unit_map" not in arrays:
        return [], []
    x, y = np.asarray(arrays["node_x"]), np.asarray(arrays["node_y"])
    high = unit_half(sizes)
    wide = min(0.3, high * len(sizes) * 0.42)  # about square beside the losses
    corners = np.array([(-1, -1), (-1, 1), (1, 1), (1, -1), (-1, -1), (np.nan, np.nan)])
    boxes = go.Scatter(
        name=say("frames"), x=(x[:, None] + wide * corners[:, 0]).ravel(), y=(y[:, None] + high * corners[:, 1]).ravel(),
        mode="lines", line={"color": COLORS["truth"], "width": 1}, hoverinfo="skip", fill="toself", fillcolor=PALE,
    )  # fmt: skip
    if "unit_y" in arrays:
        across = np.append(np.linspace(-wide, wide, N_LINE), np.nan)
        lines = go.Scatter(
            name=say("what each unit computes"), x=(x[:, None] + across).ravel(), y=np.array(arrays["unit_y"]), mode="lines",
            line={"color": VERMILLION, "width": 1.5}, hoverinfo="skip", meta=bind(y="unit_y"),
        )  # fmt: skip
        return [boxes, lines], []
    colors = ramp([COLORS["negative"], PALE, COLORS["positive"]])
    images = [
        image_layer(
            f"unit_map[{i}]", colors, (-1, 1), (u - wide, u + wide, v - high, v + high), smooth=True, layer="above", is_mute=True
        )
        for i, (u, v) in enumerate(zip(x, y, strict=True))
    ]  # fmt: skip
    return [boxes], images


def plot_matrices(arrays: Arrays) -> go.Figure:
    """Return the picture of all weight matrices, `matrices` (rows, cols).

    Colours stand for sign(w)·√|w|, at most 1: an absolute scale on which 0.01 is still seen.
    """
    rows, cols = arrays["matrices"].shape
    told = {"caption": say("weights, to units across, from units down"), **_cell_names(np.asarray(arrays["matrices"]))}
    colors = ramp([COLORS["negative"], PALE, COLORS["positive"]])
    about = {
        "name": "matrices",
        "title": say("The weight matrices"),
        "look_for": say("Pale cells are weights near zero; L1 empties whole rows, inputs the network no longer uses."),
        "legend": [entry(MEANINGS[meaning], COLORS[meaning], symbol="square") for _, meaning in SIGNS],
        "images": [image_layer("matrices", colors, (-1, 1), (0, cols, 0, rows), is_rooted=True, told=told)],
    }
    hidden = {"showgrid": False, "showticklabels": False}
    anchor = go.Scatter(name=say("corner"), x=[0, cols], y=[0, rows], mode="markers", opacity=0, hoverinfo="skip")
    xaxis = axis(say("units fed, layer by layer"), (0, cols), **hidden)
    return base_figure([anchor], about, xaxis, axis(say("units feeding"), (0, rows), **hidden))


def _cell_names(picture: np.ndarray) -> dict[str, list[str]]:
    """Return what the rows, the uppermost first, and the columns of the picture are: units, or blocks of a large matrix."""
    is_gap = np.isnan(picture).all(axis=0)
    is_large = MAX_TILE in picture.shape or bool((np.diff(np.flatnonzero(is_gap)) > MAX_TILE).any())
    what = say("block") if is_large else say("unit")
    columns, layer, unit = [], 1, 0
    for gap in is_gap:
        layer, unit = (layer + 1, 0) if gap else (layer, unit + 1)
        columns.append("" if gap else say("layer {layer}, {what} {unit}", layer=layer, what=what, unit=unit))
    return {"rows": [say("{what} {unit}", what=what, unit=i + 1) for i in range(len(picture))], "columns": columns}


def _link_names(node_x: np.ndarray) -> list[str]:
    """Return the name of every possible link, in the order of `link_weight`."""
    sizes = np.bincount(node_x.astype(int))
    return [
        say(
            "{source} → layer {layer}, unit {j}",
            source=say("input {i}", i=i + 1) if layer == 0 else say("layer {layer}, unit {i}", layer=layer, i=i + 1),
            layer=layer + 1,
            j=j + 1,
        )
        for layer in range(len(sizes) - 1)
        for i in range(sizes[layer])
        for j in range(sizes[layer + 1])
    ]
