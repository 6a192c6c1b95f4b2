"""Weights as numbers: histograms per layer and counts of zeros. Read next: `network.py`.

The arrays come from `core/measures/histograms.py` and `core/measures/sparsity.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.theme import COLORS, axis, base_figure, bind, column, entry, twin
from core.measures.histograms import baselines
from core.readings.arrays import Arrays, span
from core.readings.weights import layer_names
from core.words import say, shaped

PARTS = (
    (say("exactly zero"), "n_zero", "zero"),
    ("|w| < 0.001", "n_small", "small"),
    (say("the rest"), "n_rest", "positive"),
)


def plot_histograms(arrays: Arrays) -> go.Figure:
    """Return the ridges of all layers on one pair of axes, with a bar at 0 for the weights that are exactly zero."""
    n_layers = len(arrays["zero_share"])
    about = {
        "name": "histograms",
        "title": say("Weights of each layer"),
        "look_for": say(
            "L2 pulls the ridges together around zero; L1 sends weights to exactly zero, into the bar. The outermost "
            "steps hold all beyond, too."
        ),
        "legend": [
            entry(say("non-zero weights"), COLORS["positive"], "solid"),
            entry(say("exactly zero"), COLORS["zero"], symbol="line-ns"),
            entry(say("before the last change"), COLORS["truth"], "dot"),
        ],
        "auto": {"xaxis": {"arrays": ["hist_x", "ghost:hist_x"], "is_tight": True, "grows": True}},
        "twin": histogram_tables(layer_names(n_layers)),
    }
    ridges = [trace for layer in range(n_layers) for trace in _ridge(arrays, layer)]
    ticks = {"tickvals": baselines(n_layers), "ticktext": layer_names(n_layers)}
    return base_figure(
        [*ridges, *_ghosts(n_layers), *_zero_bars(arrays), _beyond(arrays, n_layers)],
        about,
        axis(say("weight"), span([arrays["hist_x"]], pad=0.0)),
        axis("", (-0.05, n_layers), showgrid=False, **ticks),
        xaxis2={"overlaying": "x", "range": [0, 1], "visible": False, "fixedrange": True},
        margin={"l": 56, "r": 8, "t": 8, "b": 44},
    )


def plot_sparsity(arrays: Arrays) -> go.Figure:
    """Return stacked bars per layer, in percent: exactly zero, small, the rest; hover shows the counts."""
    n_layers = len(arrays["n_zero"])
    about = {
        "name": "sparsity",
        "title": say("How many weights are gone"),
        "look_for": say("L1 makes weights exactly zero; L2 makes many small ones but hardly ever a zero."),
        "legend": [entry(label, COLORS[meaning], symbol="square") for label, _, meaning in PARTS],
        "twin": [
            twin(
                say("Number of weights"),
                say("layer"),
                layer_names(n_layers),
                [column(label, name) for label, name, _ in PARTS],
            )
        ],
    }
    ticks = {"tickvals": baselines(n_layers), "ticktext": layer_names(n_layers), "showgrid": False}
    return base_figure(
        [_sparsity_bar(arrays, *part) for part in PARTS],
        about,
        axis(say("share of the layer's weights (%)"), (0, 100)),
        axis("", (-0.5, n_layers - 0.5), **ticks),
        barmode="stack",
        barnorm="percent",
        bargap=0.3,
        margin={"l": 56, "r": 8, "t": 8, "b": 44},
    )


def _ridge(arrays: Arrays, layer: int) -> list[Any]:
    """Return the layer's baseline and its step line, filled down to that baseline; x are the bins' edges, hence 'hv'."""
    x = np.array(arrays["hist_x"])
    base = baselines(len(arrays["zero_share"]))[layer]
    line = {"color": COLORS["positive"], "width": 1.5, "shape": "hv"}
    name = layer_names(len(arrays["zero_share"]))[layer]
    floor = go.Scatter(
        name=say("{name} baseline", name=name),
        x=x,
        y=np.full(x.size, base),
        mode="lines",
        line={"color": COLORS["truth"], "width": 1},
        hoverinfo="skip",
        meta=bind(x="hist_x"),
    )
    ridge = go.Scatter(
        name=name, x=x, y=np.array(arrays["hist_y"][layer]), mode="lines", line=line, fill="tonexty",
        fillcolor="rgba(0,114,178,0.35)", customdata=np.array(arrays["hist_count"][layer]),
        hovertemplate=say("%{customdata} weights from %{x:.3g} up") + "<extra>" + name + "</extra>",
        meta=bind(x="hist_x", y=f"hist_y[{layer}]", customdata=f"hist_count[{layer}]"),
    )  # fmt: skip
    return [floor, ridge]


def histogram_tables(names: Sequence[str]) -> list[dict[str, Any]]:
    """Return the table twin of the histograms: counts by bin and layer, then the share of exact zeros."""
    counts = [column(name, f"hist_count[{layer}]") for layer, name in enumerate(names)]
    return [
        twin(
            say("Number of weights from each edge to the next; the outermost hold all beyond"),
            say("weight from"),
            "hist_x",
            counts,
        ),
        twin(
            say("Weights that are exactly zero"),
            say("layer"),
            list(names),
            [column(say("share of the layer"), "zero_share", "percent")],
        ),
    ]


def _ghosts(n_layers: int) -> list[Any]:
    """Return the outline of each layer's ridge as it was before the last change of a strength; the page fills it in."""
    line = {"color": COLORS["truth"], "width": 1.2, "shape": "hv", "dash": "dot"}
    return [
        go.Scatter(
            name=say("{name}, before", name=name), x=[], y=[], mode="lines", line=line, hoverinfo="skip",
            meta=bind(x="ghost:hist_x", y=f"ghost:hist_y[{layer}]"),
        )
        for layer, name in enumerate(layer_names(n_layers))
    ]  # fmt: skip


def _beyond(arrays: Arrays, n_layers: int) -> go.Scatter:
    """Return how many weights lie beyond the outermost bins, which hold them, in words at the foot of these bins."""
    return go.Scatter(
        name=say("beyond"),
        x=np.array(arrays["over_x"]),
        y=np.array(arrays["over_y"]),
        customdata=np.array(arrays["over_n"]),
        mode="text",
        texttemplate=say("%{customdata} beyond"),
        textposition=["middle right", "middle left"] * n_layers,
        textfont={"size": 10},
        hoverinfo="skip",
        meta=bind(x="over_x", y="over_y", customdata="over_n"),
    )


def _zero_bars(arrays: Arrays) -> list[Any]:
    """Return the bars of exact zeros and their texts at the right edge (second x axis, 0..1)."""
    shares = np.array(arrays["zero_share"])
    bars = go.Scatter(
        name=say("exactly zero"), x=np.array(arrays["spike_x"]), y=np.array(arrays["spike_y"]), mode="lines",
        line={"color": COLORS["zero"], "width": 6}, hoverinfo="skip", meta=bind(x="spike_x", y="spike_y"),
    )  # fmt: skip
    texts = go.Scatter(
        name=say("share of zeros"), x=np.ones(shares.size), y=baselines(shares.size) + 0.5, xaxis="x2", mode="text",
        customdata=shares, texttemplate=say("%{customdata:.0%} zero"), textposition="middle left", hoverinfo="skip",
        meta=bind(customdata="zero_share"),
    )  # fmt: skip
    return [bars, texts]


def _sparsity_bar(arrays: Arrays, label: str, array: str, meaning: str) -> go.Bar:
    counts = np.array(arrays[array])
    return go.Bar(
        name=label,
        x=counts,
        y=baselines(counts.size),
        orientation="h",
        marker={"color": COLORS[meaning]},
        customdata=counts,
        hovertemplate=say("%{customdata} weights, %{x:.0f} %") + "<extra>" + shaped(label, escape) + "</extra>",
        meta=bind(x=array, customdata=array),
    )
