"""Weights and inputs against λ: the regularization path of the textbooks, for networks too. Read next: `grid.py`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.figures.strengths import (
    flat_lines,
    layer_color,
    marker_line,
    place_names,
    positions,
    strength_axis,
    zero_break,
)
from core.figures.theme import BLUE, CLASS_COLORS, COLORS, GREY, Arrays, axis, base_figure, bind, entry, span
from core.figures.weights import layer_names

QUANTILES = (("median |w|", "dot"), ("90 % of |w| are below", "dash"), ("largest |w|", "solid"))
DASHES = ("solid", "dash", "dot", "dashdot")
MAX_NAMED = 12  # inputs that get a curve with a name of their own


def weight_arrays(lines: np.ndarray, shapes: Sequence[tuple[int, int]]) -> dict[str, np.ndarray]:
    """Return the curves of `core.studies.path.weight_lines`, (n_curves, n_values), as arrays of `plot_weight_paths`.

    Single weights: path_weights_<l>, the curves of layer l as one line with breaks. Quantiles: path_quantiles, as given.
    """
    sizes = [a * b for a, b in shapes]
    if len(lines) != sum(sizes):
        return {"path_quantiles": np.asarray(lines, dtype=float)}
    ends = np.cumsum([0, *sizes])
    return {f"path_weights_{k}": flat_lines(lines[ends[k] : ends[k + 1]]) for k in range(len(sizes))}


def plot_weight_paths(arrays: Arrays, values: np.ndarray, param_name: str, n_layers: int, chosen: int = 0) -> go.Figure:
    """Return the weights against λ: each one, or quantiles of |w| per layer. Binds path_weights_<l> or path_quantiles."""
    x, names = positions(values, param_name), layer_names(n_layers)
    is_single = "path_weights_0" in arrays
    keys = [f"path_weights_{k}" for k in range(n_layers)] if is_single else ["path_quantiles"]
    y_range = span([arrays[key] for key in keys], include=[] if is_single else [0])
    traces = _weight_lines(arrays, x, names) if is_single else _quantile_lines(arrays, x, names)
    about = {
        "name": "weight_paths",
        "title": "Weights against λ" if is_single else "Size of the weights against λ",
        "look_for": "See whether weights end at exactly zero, as L1 makes them, or only come near it, as under L2.",
        "legend": [
            *(entry(name, layer_color(k), "solid") for k, name in enumerate(names)),
            *(() if is_single else (entry(label, GREY, dash) for label, dash in QUANTILES)),
        ],
        "names": {"x": place_names(values, param_name)},
        "auto": {"yaxis": {"arrays": keys, "include": [] if is_single else [0]}},
        "pick": "lambda",
        "size": "half",
    }
    line = marker_line("chosen λ", [x[chosen]] * 2, "at:lambda", COLORS["truth"], "solid", y_range)
    yaxis = axis("weight" if is_single else "|weight|", y_range)
    shapes = zero_break(values, param_name)
    return base_figure([*traces, line], about, strength_axis(values, param_name), yaxis, shapes=shapes)


def input_arrays(curves: np.ndarray) -> dict[str, np.ndarray]:
    """Return path_inputs (n_inputs, n_values) and path_inputs_flat, the same as one line with breaks."""
    return {"path_inputs": np.asarray(curves, dtype=float), "path_inputs_flat": flat_lines(curves)}


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
        texts = np.array([text for name in names for text in [name] * (len(x) + 1)])
        traces = [_bundle("inputs", x, arrays["path_inputs_flat"], "path_inputs_flat", BLUE, len(curves), texts)]
    y_range = span([curves], include=[0])
    about = {
        "name": "input_paths",
        "title": "Inputs against λ",
        "look_for": "Under L1 an input in no use lies on exactly zero; those that stay longest matter most.",
        "legend": [entry(name, *_input_style(i)) for i, name in enumerate(names)] if is_named else [],
        "names": {"x": place_names(values, param_name)},
        "auto": {"yaxis": {"arrays": ["path_inputs"], "include": [0]}},
        "pick": "lambda",
        "size": "half",
    }
    line = marker_line("chosen λ", [x[chosen]] * 2, "at:lambda", COLORS["truth"], "solid", y_range)
    yaxis = axis("weight" if is_signed else "sum of |w| of the input", y_range)
    shapes = zero_break(values, param_name)
    return base_figure([*traces, line], about, strength_axis(values, param_name), yaxis, shapes=shapes)


def describe_weight_paths(arrays: Arrays, texts: Sequence[str]) -> str:
    """Return the largest |w| at both ends of the path, diverged members left out, as a sentence."""
    n = len(texts)
    if "path_quantiles" in arrays:
        curves = np.asarray(arrays["path_quantiles"], dtype=float)
    else:
        keys = [key for key in arrays if key.startswith("path_weights_")]
        curves = np.concatenate([np.reshape(arrays[key], (-1, n + 1))[:, :n] for key in keys])
    kept = np.flatnonzero(np.isfinite(curves).all(0))
    if kept.size == 0:
        return "Weights against λ: nothing to show yet."
    first, last = (f"{np.abs(curves[:, k]).max():.3g} at λ {texts[k]}" for k in (kept[0], kept[-1]))
    return f"Weights against λ: the largest |w| is {first} and {last}."


def describe_input_paths(arrays: Arrays, names: Sequence[str], texts: Sequence[str]) -> str:
    """Return how many inputs are in use at both ends, and which ones stay longest."""
    curves = np.asarray(arrays["path_inputs"], dtype=float)
    used = (curves != 0).sum(0)
    lasting = np.argsort(-(curves != 0).sum(1), kind="stable")[:3]
    stay = ", ".join(str(names[i]) for i in lasting)
    return f"Inputs in use: {used[0]} of {len(names)} at λ {texts[0]}, {used[-1]} at λ {texts[-1]}. In use longest: {stay}."


def _bundle(
    label: str, x: np.ndarray, y: np.ndarray, name: str, color: str, n_curves: int, texts: np.ndarray | None = None
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
            name=f"{name}, {label}", x=x, y=np.array(arrays["path_quantiles"][len(QUANTILES) * k + q]), mode="lines",
            line={"color": layer_color(k), "dash": dash, "width": 2}, hovertemplate="%{y:.3g}<extra>%{fullData.name}</extra>",
            meta=bind(y=f"path_quantiles[{len(QUANTILES) * k + q}]"),
        )
        for k, name in enumerate(names)
        for q, (label, dash) in enumerate(QUANTILES)
    ]  # fmt: skip


def _input_style(i: int) -> tuple[str, str]:
    return CLASS_COLORS[i % len(CLASS_COLORS)], DASHES[(i // len(CLASS_COLORS) + i) % len(DASHES)]


def _named_input(arrays: Arrays, x: np.ndarray, i: int, name: str) -> go.Scatter:
    color, dash = _input_style(i)
    return go.Scatter(
        name=name, x=x, y=np.array(arrays["path_inputs"][i]), mode="lines", line={"color": color, "dash": dash, "width": 2},
        hovertemplate="%{y:.3g}<extra>%{fullData.name}</extra>", meta=bind(y=f"path_inputs[{i}]"),
    )  # fmt: skip
