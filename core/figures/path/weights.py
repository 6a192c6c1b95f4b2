"""Weights and inputs against λ: the regularization path of the textbooks, for networks too. Read next: `grid.py`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.figures.strengths import layer_color, marker_line, place_names, strength_axis, zero_break
from core.figures.theme import CLASS_COLORS, COLORS, axis, base_figure, bind, entry
from core.readings.arrays import Arrays, span
from core.readings.strengths import positions
from core.readings.weights import layer_names
from core.settings.colors import BLUE, GREY
from core.words import say

QUANTILES = ((say("median |w|"), "dot"), (say("90 % of |w| are below"), "dash"), (say("largest |w|"), "solid"))
DASHES = ("solid", "dash", "dot", "dashdot")
MAX_NAMED = 12  # inputs that get a curve with a name of their own


def plot_weight_paths(arrays: Arrays, values: np.ndarray, param_name: str, n_layers: int, chosen: int = 0) -> go.Figure:
    """Return the weights against λ: each one, or quantiles of |w| per layer. Binds path_weights_<l> or path_quantiles."""
    x, names = positions(values, param_name), layer_names(n_layers)
    is_single = "path_weights_0" in arrays
    keys = [f"path_weights_{k}" for k in range(n_layers)] if is_single else ["path_quantiles"]
    y_range = span([arrays[key] for key in keys], include=[] if is_single else [0])
    traces = _weight_lines(arrays, x, names) if is_single else _quantile_lines(arrays, x, names)
    about = {
        "name": "weight_paths",
        "title": say("Weights against λ") if is_single else say("Size of the weights against λ"),
        "look_for": say(
            "See whether weights end at exactly zero, as L1 makes them, or only come near it, as under L2."
        ),
        "legend": [
            *(entry(name, layer_color(k), "solid") for k, name in enumerate(names)),
            *(() if is_single else (entry(label, GREY, dash) for label, dash in QUANTILES)),
        ],
        "names": {"x": place_names(values, param_name)},
        "auto": {"yaxis": {"arrays": keys, "include": [] if is_single else [0]}},
        "pick": "lambda",
        "size": "half",
    }
    line = marker_line(say("chosen λ"), [x[chosen]] * 2, "at:lambda", COLORS["truth"], "solid", y_range)
    yaxis = axis(say("weight") if is_single else say("|weight|"), y_range)
    shapes = zero_break(values, param_name)
    return base_figure([*traces, line], about, strength_axis(values, param_name), yaxis, shapes=shapes)


def plot_input_paths(
    arrays: Arrays, values: np.ndarray, param_name: str, names: Sequence[str], is_signed: bool = False, chosen: int = 0
) -> go.Figure:
    """Return `path_inputs` (n_inputs, n_values) against λ, a named curve each, or one bundle for more than 12 inputs.

    is_signed: the weights of a linear model; else Σ|w| over the links that leave an input.
    """
    x, curves = positions(values, param_name), np.asarray(arrays["path_inputs"], dtype=float)
    is_named = len(names) <= MAX_NAMED
    if is_named:
        traces = [_named_input(arrays, x, i, name) for i, name in enumerate(names)]
    else:
        texts = [name for name in names for _ in range(len(x) + 1)]
        traces = [_bundle(say("inputs"), x, arrays["path_inputs_flat"], "path_inputs_flat", BLUE, len(curves), texts)]
    y_range = span([curves], include=[0])
    about = {
        "name": "input_paths",
        "title": say("Inputs against λ"),
        "look_for": say("Under L1 an input in no use lies on exactly zero; those that stay longest matter most."),
        "legend": [entry(name, *_input_style(i)) for i, name in enumerate(names)] if is_named else [],
        "names": {"x": place_names(values, param_name)},
        "auto": {"yaxis": {"arrays": ["path_inputs"], "include": [0]}},
        "pick": "lambda",
        "size": "half",
    }
    line = marker_line(say("chosen λ"), [x[chosen]] * 2, "at:lambda", COLORS["truth"], "solid", y_range)
    yaxis = axis(say("weight") if is_signed else say("sum of |w| of the input"), y_range)
    shapes = zero_break(values, param_name)
    return base_figure([*traces, line], about, strength_axis(values, param_name), yaxis, shapes=shapes)


def _bundle(
    label: str, x: np.ndarray, y: np.ndarray, name: str, color: str, n_curves: int, texts: Sequence[str] | None = None
) -> go.Scatter:
    """Return many thin curves as one trace with breaks."""
    hover = "%{y:.3g}<extra>" + label + "</extra>" if texts is None else "%{y:.3g}<extra>%{text}</extra>"
    return go.Scatter(
        name=label, x=np.tile(np.append(x, np.nan), n_curves), y=np.array(y), mode="lines",
        line={"color": color, "width": 1}, opacity=0.7, text=texts, hovertemplate=hover, meta=bind(y=name),
    )  # fmt: skip


def _weight_lines(arrays: Arrays, x: np.ndarray, names: Sequence[str]) -> list[go.Scatter]:
    return [
        _bundle(name, x, arrays[key], key, layer_color(k), len(arrays[key]) // (len(x) + 1))
        for k, name in enumerate(names)
        for key in [f"path_weights_{k}"]
    ]


def _quantile_lines(arrays: Arrays, x: np.ndarray, names: Sequence[str]) -> list[go.Scatter]:
    return [
        go.Scatter(
            name=say("{name}, {label}", name=name, label=label),
            x=x,
            y=np.array(arrays["path_quantiles"][len(QUANTILES) * k + q]),
            mode="lines",
            line={"color": layer_color(k), "dash": dash, "width": 2},
            hovertemplate="%{y:.3g}<extra>%{fullData.name}</extra>",
            meta=bind(y=f"path_quantiles[{len(QUANTILES) * k + q}]"),
        )
        for k, name in enumerate(names)
        for q, (label, dash) in enumerate(QUANTILES)
    ]


def _input_style(i: int) -> tuple[str, str]:
    return CLASS_COLORS[i % len(CLASS_COLORS)], DASHES[(i // len(CLASS_COLORS) + i) % len(DASHES)]


def _named_input(arrays: Arrays, x: np.ndarray, i: int, name: str) -> go.Scatter:
    color, dash = _input_style(i)
    return go.Scatter(
        name=name, x=x, y=np.array(arrays["path_inputs"][i]), mode="lines", line={"color": color, "dash": dash, "width": 2},
        hovertemplate="%{y:.3g}<extra>%{fullData.name}</extra>", meta=bind(y=f"path_inputs[{i}]"),
    )  # fmt: skip
