"""Weights as numbers: histograms per layer and counts of zeros. Read next: `network.py`.

`histogram_arrays` and `sparsity_arrays` are plain NumPy; a layer is one weight matrix of shape (fan_in, fan_out).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.theme import COLORS, Arrays, axis, base_figure, bind, entry, span

RIDGE_HEIGHT = 0.9  # layers stand 1 apart, so a ridge never reaches the next baseline
SMALL_WEIGHT = 1e-3  # same threshold as core.measures.SMALL_WEIGHT
PARTS = (("exactly zero", "n_zero", "zero"), ("|w| < 0.001", "n_small", "small"), ("the rest", "n_rest", "positive"))


def histogram_arrays(weights: Sequence[np.ndarray], n_bins: int = 41) -> dict[str, np.ndarray]:
    """Return histograms of the NON-zero weights of every layer on common bins, and the zeros apart.

    hist_x (n_bins,) bin centres; hist_density (n_layers, n_bins) scaled so that the highest of all is 0.9;
    hist_y = density + the layer's baseline n_layers-1-l (layer 1 on top); zero_share (n_layers,) in 0..1;
    spike_x, spike_y (3·n_layers,) a bar at 0 of height 0.9·zero_share per layer, nan between bars.
    """
    flat = [np.asarray(w, dtype=float).ravel() for w in weights]
    kept = [w[np.isfinite(w) & (w != 0)] for w in flat]
    edges = _bin_edges(kept, n_bins)
    width = edges[1] - edges[0]
    counts = np.array([np.histogram(w, bins=edges)[0] for w in kept], dtype=float)
    sizes = np.array([max(w.size, 1) for w in kept])
    density = counts / (sizes[:, None] * width)
    density *= RIDGE_HEIGHT / (density.max() or 1.0)
    zero_share = np.array([np.mean(w == 0) if w.size else 0.0 for w in flat])
    base = baselines(len(flat))
    return {
        "hist_x": (edges[:-1] + edges[1:]) / 2,
        "hist_density": density,
        "hist_y": density + base[:, None],
        "zero_share": zero_share,
        "spike_x": np.tile([0.0, 0.0, np.nan], len(flat)),
        "spike_y": np.column_stack([base, base + RIDGE_HEIGHT * zero_share, np.full(len(flat), np.nan)]).ravel(),
    }


def sparsity_arrays(weights: Sequence[np.ndarray], small: float = SMALL_WEIGHT) -> dict[str, np.ndarray]:
    """Return n_zero, n_small (0 < |w| < small) and n_rest, each (n_layers,) counts of one layer's weights."""
    n_all = np.array([w.size for w in weights], dtype=np.int32)
    n_zero = np.array([np.sum(w == 0) for w in weights], dtype=np.int32)
    n_small = np.array([np.sum(np.abs(w) < small) for w in weights], dtype=np.int32) - n_zero
    return {"n_zero": n_zero, "n_small": n_small, "n_rest": n_all - n_zero - n_small}


def baselines(n_layers: int) -> np.ndarray:
    """Return the heights (n_layers,) on which the ridges stand, layer 1 highest."""
    return np.arange(n_layers - 1, -1, -1, dtype=float)


def layer_names(n_layers: int) -> list[str]:
    """Return 'layer 1', ..., 'output': the last weight matrix feeds the output."""
    return [f"layer {i}" for i in range(1, n_layers)] + ["output"]


def plot_histograms(arrays: Arrays) -> go.Figure:
    """Return the ridges of all layers on one pair of axes, with a bar at 0 for the weights that are exactly zero."""
    n_layers = len(arrays["zero_share"])
    about = {
        "name": "histograms",
        "title": "Weights of each layer",
        "look_for": "L2 pulls the ridges together around zero; L1 sends weights to exactly zero, into the bar.",
        "legend": [
            entry("non-zero weights", COLORS["positive"], "solid"),
            entry("exactly zero", COLORS["zero"], symbol="line-ns"),
        ],
        "auto": {"xaxis": {"arrays": ["hist_x"]}},
    }
    ridges = [trace for layer in range(n_layers) for trace in _ridge(arrays, layer)]
    ticks = {"tickvals": baselines(n_layers), "ticktext": layer_names(n_layers)}
    return base_figure(
        [*ridges, *_zero_bars(arrays)],
        about,
        axis("weight", span([arrays["hist_x"]], pad=0.02)),
        axis("", (-0.05, n_layers), showgrid=False, **ticks),
        xaxis2={"overlaying": "x", "range": [0, 1], "visible": False, "fixedrange": True},
        margin={"l": 56, "r": 8, "t": 8, "b": 40},
    )


def plot_sparsity(arrays: Arrays) -> go.Figure:
    """Return stacked bars per layer, in percent: exactly zero, small, the rest; hover shows the counts."""
    n_layers = len(arrays["n_zero"])
    about = {
        "name": "sparsity",
        "title": "How many weights are gone",
        "look_for": "L1 makes weights exactly zero; L2 makes many small ones but hardly ever a zero.",
        "legend": [entry(label, COLORS[meaning], symbol="square") for label, _, meaning in PARTS],
    }
    ticks = {"tickvals": baselines(n_layers), "ticktext": layer_names(n_layers), "showgrid": False}
    return base_figure(
        [_sparsity_bar(arrays, *part) for part in PARTS],
        about,
        axis("share of the layer's weights (%)", (0, 100)),
        axis("", (-0.5, n_layers - 0.5), **ticks),
        barmode="stack",
        barnorm="percent",
        bargap=0.3,
        margin={"l": 56, "r": 8, "t": 8, "b": 40},
    )


def describe_histograms(arrays: Arrays) -> str:
    """Return the range of the weights and the share of zeros per layer as a sentence."""
    names = layer_names(len(arrays["zero_share"]))
    shares = ", ".join(f"{name} {share:.0%}" for name, share in zip(names, arrays["zero_share"], strict=True))
    return f"Histograms of the weights, axis to ±{np.max(np.abs(arrays['hist_x'])):.3g}. Exactly zero: {shares}."


def describe_sparsity(arrays: Arrays) -> str:
    """Return the counts of zero, small and other weights per layer as a sentence."""
    names = layer_names(len(arrays["n_zero"]))
    rows = zip(names, arrays["n_zero"], arrays["n_small"], arrays["n_rest"], strict=True)
    layers = "; ".join(f"{name}: {zero:.0f}, {small:.0f}, {rest:.0f}" for name, zero, small, rest in rows)
    return f"Weights exactly zero, below 0.001, and the rest. {layers}."


def _bin_edges(kept: Sequence[np.ndarray], n_bins: int) -> np.ndarray:
    """Return (n_bins + 1,) edges over ±a round number that holds all weights: the axis changes rarely."""
    largest = max((float(np.max(np.abs(w))) for w in kept if w.size), default=1.0)
    largest = min(max(largest, 1e-6), 1e30)
    power = 10.0 ** np.floor(np.log10(largest))
    reach = next((step * power for step in (1, 2, 5) if largest <= step * power), 10 * power)
    return np.linspace(-reach, reach, n_bins + 1)


def _ridge(arrays: Arrays, layer: int) -> list[Any]:
    """Return the layer's baseline and its step line, filled down to that baseline; x are bin centres, hence 'hvh'."""
    x = np.array(arrays["hist_x"])
    base = baselines(len(arrays["zero_share"]))[layer]
    line = {"color": COLORS["positive"], "width": 1.5, "shape": "hvh"}
    name = layer_names(len(arrays["zero_share"]))[layer]
    floor = go.Scatter(
        name=f"{name} baseline", x=x, y=np.full(x.size, base), mode="lines", line={"color": COLORS["truth"], "width": 1},
        hoverinfo="skip", meta=bind(x="hist_x"),
    )  # fmt: skip
    ridge = go.Scatter(
        name=name, x=x, y=np.array(arrays["hist_y"][layer]), mode="lines", line=line, fill="tonexty",
        fillcolor="rgba(0,114,178,0.35)", hoverinfo="name", meta=bind(x="hist_x", y=f"hist_y[{layer}]"),
    )  # fmt: skip
    return [floor, ridge]


def _zero_bars(arrays: Arrays) -> list[Any]:
    """Return the bars of exact zeros and their texts at the right edge (second x axis, 0..1)."""
    shares = np.array(arrays["zero_share"])
    bars = go.Scatter(
        name="exactly zero", x=np.array(arrays["spike_x"]), y=np.array(arrays["spike_y"]), mode="lines",
        line={"color": COLORS["zero"], "width": 6}, hoverinfo="skip", meta=bind(x="spike_x", y="spike_y"),
    )  # fmt: skip
    texts = go.Scatter(
        name="share of zeros", x=np.ones(shares.size), y=baselines(shares.size) + 0.5, xaxis="x2", mode="text",
        customdata=shares, texttemplate="%{customdata:.0%} zero", textposition="middle left", hoverinfo="skip",
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
        hovertemplate="%{customdata} weights, %{x:.0f} %<extra>" + label.replace("<", "&lt;") + "</extra>",
        meta=bind(x=array, customdata=array),
    )
