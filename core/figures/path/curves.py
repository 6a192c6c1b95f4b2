"""The λ path in figures: losses and sparsity against λ. Read next: `weights.py`, `grid.py`.

The arrays are those of `core/readings/path/curves.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.losses import log_toggle
from core.figures.strengths import (
    ROUNDING,
    best_star,
    borders,
    layer_color,
    loss_axis,
    marker_line,
    place_names,
    strength_axis,
    top_counts,
    top_layout,
    zero_break,
)
from core.figures.theme import COLORS, axis, base_figure, bind, entry
from core.readings.arrays import Arrays, span
from core.readings.path.curves import REGIONS
from core.readings.strengths import positions
from core.readings.weights import layer_names
from core.words import say


def plot_path_losses(arrays: Arrays, values: np.ndarray, param_name: str, chosen: int = 0) -> go.Figure:
    """Return losses against λ with the gap shaded, the verdict's regions, the best λ and the chosen one.

    Binds path_train, path_val, path_is_*, path_label_x, path_best_*, path_diverged_*, path_top, path_top_y, at:lambda, span:y.
    """
    x = positions(values, param_name)
    losses = [arrays["path_train"], arrays["path_val"]]
    y_range = span(losses, include=[0])
    about = {
        "name": "path",
        "title": say("Loss against λ"),
        "look_for": say(
            "The bands say why the validation loss lies above the lowest within reach: it overfits, since the gap is "
            "wide, or underfits, since the training loss itself is high. The star is the lowest of the path."
        ),
        "legend": [
            entry(say("training"), COLORS["train"], "solid"),
            entry(say("validation"), COLORS["val"], "dash"),
            entry(say("best λ"), COLORS["val"], symbol="star"),
            entry(say("chosen λ"), COLORS["truth"], "solid"),
            *(entry(name, color, symbol="square") for name, color in REGIONS),
        ],
        "names": {"x": place_names(values, param_name)},
        "auto": {"yaxis": {"arrays": ["path_train", "path_val"], "include": [0], "log": True}},
        "toggles": [log_toggle()],
        "pick": "lambda",
        "size": "full",
        "height": 380,
    }
    traces = [
        *_regions(arrays, x),
        _curve(say("training"), x, arrays, "path_train", COLORS["train"], "solid"),
        _curve(
            say("validation"),
            x,
            arrays,
            "path_val",
            COLORS["val"],
            "dash",
            fill="tonexty",
            fillcolor="rgba(140,140,140,0.22)",
        ),
        marker_line(say("chosen λ"), [x[chosen]] * 2, "at:lambda", COLORS["truth"], "solid", y_range),
        best_star(arrays, "path_best_x", "path_best_y"),
        _diverged(arrays),
        top_counts(arrays, "path_top", x, n_below=1),
    ]
    layout = top_layout(values, param_name, n_rows=2, barmode="overlay", bargap=0)
    yaxis = loss_axis(say("loss (mean per row)"), y_range)
    return base_figure(traces, about, strength_axis(values, param_name), yaxis, **layout)


def plot_path_sparsity(arrays: Arrays, values: np.ndarray, param_name: str, chosen: int = 0) -> go.Figure:
    """Return how many weights each layer has left against λ, stacked. Binds path_nonzero, path_large (n_layers, n_values)."""
    x = positions(values, param_name)
    names = layer_names(len(arrays["path_nonzero"]))
    n_all = float(np.nanmax(np.nansum(arrays["path_nonzero"], axis=0), initial=1.0))
    areas = [
        _area(arrays, x, layer, name, key, is_shown)
        for key, is_shown in (("path_nonzero", True), ("path_large", False))
        for layer, name in enumerate(names)
    ]
    about = {
        "name": "path_sparsity",
        "title": say("Weights left in each layer"),
        "look_for": say(
            "L1 can empty whole layers. L2 alone makes weights smaller and sets none to zero; {rounding}.",
            rounding=ROUNDING,
        ),
        "legend": [entry(name, layer_color(k), symbol="square") for k, name in enumerate(names)],
        "names": {"x": place_names(values, param_name)},
        "toggles": [_small_toggle(names)],
        "pick": "lambda",
        "size": "half",
    }
    line = marker_line(say("chosen λ"), [x[chosen]] * 2, "at:lambda", COLORS["truth"], "solid", (0, n_all))
    yaxis = axis(say("weights that are not zero"), (0, 1.04 * n_all))
    shapes = zero_break(values, param_name)
    return base_figure([*areas, line], about, strength_axis(values, param_name), yaxis, shapes=shapes)


def _regions(arrays: Arrays, x: np.ndarray) -> list[Any]:
    """Return the shaded cells of each kind of verdict and their labels above the chart (second y axis)."""
    left, right = borders(x)
    bars = [
        go.Bar(
            name=name, x=x, y=np.array(arrays[f"path_is_{name}"]), yaxis="y2", offset=left - x, width=right - left,
            marker={"color": color, "opacity": 0.13, "line": {"width": 0}}, hoverinfo="skip",
            meta=bind("flag", y=f"path_is_{name}"),
        )
        for name, color in REGIONS
    ]  # fmt: skip
    labels = go.Scatter(
        name=say("regions"), x=np.array(arrays["path_label_x"]), y=np.ones(len(REGIONS)), yaxis="y2", mode="text",
        textposition="top center", cliponaxis=False,
        text=[name for name, _ in REGIONS], hoverinfo="skip", meta=bind(x="path_label_x"),
    )  # fmt: skip
    return [*bars, labels]


def _curve(label: str, x: np.ndarray, arrays: Arrays, name: str, color: str, dash: str, **more: Any) -> go.Scatter:
    return go.Scatter(
        name=label, x=x, y=np.array(arrays[name]), mode="lines+markers", line={"color": color, "dash": dash, "width": 2},
        marker={"size": 4}, hovertemplate="%{y:.3g}<extra>" + label + "</extra>", meta=bind(y=name), **more,
    )  # fmt: skip


def _diverged(arrays: Arrays) -> go.Scatter:
    return go.Scatter(
        name=say("diverged"), x=np.array(arrays["path_diverged_x"]), y=np.array(arrays["path_diverged_y"]), yaxis="y2",
        mode="markers", marker={"symbol": "x", "size": 9, "color": COLORS["zero"]},
        hovertemplate=say("diverged<extra></extra>"), meta=bind("name", x="path_diverged_x", y="path_diverged_y"),
    )  # fmt: skip


def _area(arrays: Arrays, x: np.ndarray, layer: int, name: str, key: str, is_shown: bool) -> go.Scatter:
    label = name if is_shown else say("{name}, |w| ≥ 0.001", name=name)
    return go.Scatter(
        name=label, x=x, y=np.array(arrays[key][layer]), mode="lines", stackgroup=key, visible=is_shown,
        line={"color": layer_color(layer), "width": 1}, hovertemplate="%{y:,.0f}<extra>%{fullData.name}</extra>",
        meta=bind(y=f"{key}[{layer}]"),
    )  # fmt: skip


def _small_toggle(names: Sequence[str]) -> dict[str, Any]:
    """Return the switch that counts weights below 0.001 as gone too."""
    large = [say("{name}, |w| ≥ 0.001", name=name) for name in names]

    def shown(is_large: bool) -> dict[str, Any]:
        return {
            "restyle": [
                {"traces": list(names), "set": {"visible": not is_large}},
                {"traces": large, "set": {"visible": is_large}},
            ]
        }

    words = {"label": say("small = zero"), "help": say("Count weights with |w| < 0.001 as gone too")}
    return {**words, "on": shown(True), "off": shown(False), "value": False}
