"""The λ path in figures: losses, weights and sparsity against λ, and learning rate × λ. Read next: `cross_validation.py`.

`path_arrays` turns what a study reads off its members into the arrays these figures bind to, at any moment of training.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.strengths import (
    borders,
    flat_lines,
    log_toggle,
    loss_axis,
    marker_line,
    positions,
    strength_axis,
    top_counts,
    top_layout,
    top_places,
    zero_break,
)
from core.figures.theme import (
    BLUE,
    CLASS_COLORS,
    COLORS,
    GREEN,
    GREY,
    ORANGE,
    PALE,
    PURPLE,
    SKY,
    VERMILLION,
    Arrays,
    axis,
    base_figure,
    bind,
    colorscale,
    entry,
    span,
)
from core.figures.weights import layer_names

REGIONS = (("overfits", VERMILLION), ("fits", GREEN), ("underfits", GREY))
LAYER_COLORS = (BLUE, ORANGE, GREEN, PURPLE, VERMILLION, SKY, GREY)
QUANTILES = (("median |w|", "dot"), ("90 % of |w| are below", "dash"), ("largest |w|", "solid"))
DASHES = ("solid", "dash", "dot", "dashdot")
MAX_NAMED = 12  # inputs that get a curve with a name of their own
SECOND_ROW = 1.065  # of the texts above the chart, in heights of the chart


def path_arrays(
    values: np.ndarray, param_name: str, train_loss: np.ndarray, val_loss: np.ndarray, kinds: Sequence[str],
    n_nonzero: np.ndarray, n_large: np.ndarray,
) -> dict[str, np.ndarray]:  # fmt: skip
    """Return what the path's figures show of n_values members.

    train_loss, val_loss: (n_values,); kinds: the verdict's kind of each; n_nonzero, n_large: (n_layers, n_values) weights
    that are not exactly zero, and those with |w| ≥ 0.001.

    path_train, path_val: (n_values,), nan where diverged. path_top: (n_top,) non-zero weights at `top_places`.
    path_is_overfits, _fits, _underfits: (n_values,) 1 or 0 (a collapse underfits); path_label_x: (3,) middle of the longest
    stretch of each, or nan. path_best_x, path_best_y: (1,) or empty. path_diverged_x, _y: one per diverged member.
    path_nonzero, path_large: (n_layers, n_values).
    """
    x = positions(values, param_name)
    is_diverged = np.array([kind == "diverged" for kind in kinds])
    train, val = (np.where(is_diverged, np.nan, np.asarray(loss, dtype=float)) for loss in (train_loss, val_loss))
    shown = np.array(["underfits" if kind == "collapsed" else kind for kind in kinds])
    regions = {name: (shown == name).astype(float) for name, _ in REGIONS}
    finite = np.flatnonzero(np.isfinite(val))
    left, large = (np.where(is_diverged, np.nan, np.asarray(n, dtype=float)) for n in (n_nonzero, n_large))
    best = finite[val[finite] == val[finite].min()][-1:] if finite.size else finite
    return {
        "path_train": train,
        "path_val": val,
        "path_top": left.sum(0)[top_places(len(x))],
        **{f"path_is_{name}": is_here for name, is_here in regions.items()},
        "path_label_x": np.array([_middle(x, is_here > 0) for is_here in regions.values()]),
        "path_best_x": x[best],
        "path_best_y": val[best],
        "path_diverged_x": x[is_diverged],
        "path_diverged_y": np.full(is_diverged.sum(), 0.95),
        "path_nonzero": left,
        "path_large": large,
    }


def plot_path_losses(arrays: Arrays, values: np.ndarray, param_name: str, chosen: int = 0) -> go.Figure:
    """Return losses against λ with the gap shaded, the verdict's regions, the best λ and the chosen one.

    Binds path_train, path_val, path_is_*, path_label_x, path_best_*, path_diverged_*, path_top, at:lambda, span:y.
    """
    x = positions(values, param_name)
    losses = [arrays["path_train"], arrays["path_val"]]
    y_range = span(losses, include=[0])
    about = {
        "name": "path",
        "title": "Loss against λ",
        "look_for": "Left the gap is wide: overfitting. Right both losses are high: underfitting. The best λ lies between.",
        "legend": [
            entry("training", COLORS["train"], "solid"),
            entry("validation", COLORS["val"], "dash"),
            entry("best λ", COLORS["val"], symbol="star"),
            entry("chosen λ", COLORS["truth"], "solid"),
            *(entry(name, color, symbol="square") for name, color in REGIONS),
        ],
        "auto": {"yaxis": {"arrays": ["path_train", "path_val"], "include": [0], "log": True}},
        "toggles": [log_toggle()],
        "pick": "lambda",
        "size": "full",
        "height": 380,
    }
    traces = [
        *_regions(arrays, x),
        _curve("training", x, arrays, "path_train", COLORS["train"], "solid"),
        _curve(
            "validation",
            x,
            arrays,
            "path_val",
            COLORS["val"],
            "dash",
            fill="tonexty",
            fillcolor="rgba(140,140,140,0.22)",
        ),
        marker_line("chosen λ", [x[chosen]] * 2, "at:lambda", COLORS["truth"], "solid", y_range),
        _best(arrays, "path_best_x", "path_best_y"),
        _diverged(arrays),
        top_counts(arrays, "path_top", x, height=SECOND_ROW),
    ]
    layout = top_layout(zero_break(values, param_name), n_rows=2, barmode="overlay", bargap=0)
    yaxis = loss_axis("loss (mean per row)", y_range)
    return base_figure(traces, about, strength_axis(values, param_name), yaxis, **layout)


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
        "look_for": "Under L1 the weights reach exactly zero one after another; under L2 they all shrink together.",
        "legend": [
            *(entry(name, _layer_color(k), "solid") for k, name in enumerate(names)),
            *(() if is_single else (entry(label, GREY, dash) for label, dash in QUANTILES)),
        ],
        "auto": {"yaxis": {"arrays": keys, "include": [] if is_single else [0]}},
        "pick": "lambda",
        "size": "half",
    }
    line = marker_line("chosen λ", [x[chosen]] * 2, "at:lambda", COLORS["truth"], "solid", y_range)
    yaxis = axis("weight" if is_single else "|weight|", y_range)
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
        texts = np.array([text for name in names for text in [name] * (len(x) + 1)])
        traces = [_bundle("inputs", x, arrays["path_inputs_flat"], "path_inputs_flat", BLUE, len(curves), texts)]
    y_range = span([curves], include=[0])
    about = {
        "name": "input_paths",
        "title": "Inputs against λ",
        "look_for": "Under L1 an input in no use lies on exactly zero; those that stay longest matter most.",
        "legend": [entry(name, *_input_style(i)) for i, name in enumerate(names)] if is_named else [],
        "auto": {"yaxis": {"arrays": ["path_inputs"], "include": [0]}},
        "pick": "lambda",
        "size": "half",
    }
    line = marker_line("chosen λ", [x[chosen]] * 2, "at:lambda", COLORS["truth"], "solid", y_range)
    yaxis = axis("weight" if is_signed else "sum of |w| of the input", y_range)
    shapes = zero_break(values, param_name)
    return base_figure([*traces, line], about, strength_axis(values, param_name), yaxis, shapes=shapes)


def input_arrays(curves: np.ndarray) -> dict[str, np.ndarray]:
    """Return path_inputs (n_inputs, n_values) and path_inputs_flat, the same as one line with breaks."""
    return {"path_inputs": np.asarray(curves, dtype=float), "path_inputs_flat": flat_lines(curves)}


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
        "title": "Weights left in each layer",
        "look_for": "L1 empties the layers step by step; L2 leaves every weight in place, only smaller.",
        "legend": [entry(name, _layer_color(k), symbol="square") for k, name in enumerate(names)],
        "toggles": [_small_toggle(names)],
        "pick": "lambda",
        "size": "half",
    }
    line = marker_line("chosen λ", [x[chosen]] * 2, "at:lambda", COLORS["truth"], "solid", (0, n_all))
    yaxis = axis("weights that are not zero", (0, 1.04 * n_all))
    shapes = zero_break(values, param_name)
    return base_figure([*areas, line], about, strength_axis(values, param_name), yaxis, shapes=shapes)


def grid_arrays(
    val_loss: np.ndarray, values: np.ndarray, param_name: str, learning_rates: np.ndarray
) -> dict[str, np.ndarray]:
    """Return grid_val (n_rates, n_values), and for its colours grid_level, 0 the lowest loss and 1 ten times as much or more.

    grid_best_x, grid_best_y: (1,) places of the lowest loss on the axes, empty while there is none.
    """
    loss = np.where(np.isfinite(val_loss), val_loss, np.nan)
    if not np.isfinite(loss).any():
        return {"grid_val": loss, "grid_level": loss, "grid_best_x": np.zeros(0), "grid_best_y": np.zeros(0)}
    lowest = max(float(np.nanmin(loss)), 1e-12)
    rate, value = np.unravel_index(np.nanargmin(loss), loss.shape)
    return {
        "grid_val": loss,
        "grid_level": np.clip(np.log10(np.maximum(loss, lowest) / lowest), 0, 1),
        "grid_best_x": positions(values, param_name)[value : value + 1],
        "grid_best_y": np.log10(learning_rates)[rate : rate + 1],
    }


def plot_grid(arrays: Arrays, values: np.ndarray, param_name: str, learning_rates: np.ndarray) -> go.Figure:
    """Return the validation loss of learning rate × λ as a map. Binds grid_level, grid_val, grid_best_x, grid_best_y."""
    x, y = positions(values, param_name), np.log10(learning_rates)
    heat = go.Heatmap(
        name="validation loss", x=x, y=y, z=np.array(arrays["grid_level"]), customdata=np.array(arrays["grid_val"]),
        zmin=0, zmax=1, colorscale=colorscale([BLUE, SKY, PALE, ORANGE, VERMILLION]), showscale=False, xgap=1, ygap=1,
        hovertemplate="validation loss %{customdata:.3g}<extra></extra>", meta=bind(z="grid_level", customdata="grid_val"),
    )  # fmt: skip
    about = {
        "name": "grid",
        "title": "Learning rate × λ",
        "look_for": "The best λ of one learning rate is not that of another: the two are chosen together. Empty cells diverged.",
        "legend": [
            entry("lowest loss", BLUE, symbol="square"),
            entry("3 times as high", PALE, symbol="square"),
            entry("10 times or more", VERMILLION, symbol="square"),
            entry("best pair", COLORS["val"], symbol="star"),
        ],
        "size": "half",
    }
    rates = strength_axis(np.asarray(learning_rates, dtype=float), "learning_rate")
    traces = [heat, _best(arrays, "grid_best_x", "grid_best_y")]
    return base_figure(
        traces,
        about,
        strength_axis(values, param_name),
        {**rates, "showgrid": False},
        margin={"l": 60, "r": 8, "t": 8, "b": 44},
    )


def describe_path_losses(arrays: Arrays, values: np.ndarray, texts: Sequence[str]) -> str:
    """Return the best λ with its losses, both ends and the regions as sentences."""
    val, train = arrays["path_val"], arrays["path_train"]
    if not np.isfinite(val).any():
        return f"Loss against λ, {len(values)} values from {texts[0]} to {texts[-1]}: nothing to show yet."
    best = int(np.nanargmin(val))
    stretches = []
    for name, _ in REGIONS:
        here = np.flatnonzero(arrays[f"path_is_{name}"])
        if here.size:
            stretches.append(f"{here.size} of {len(values)} {name} (λ {texts[here[0]]} to {texts[here[-1]]})")
    n_diverged = arrays["path_diverged_x"].size
    return (
        f"Loss against λ, {len(values)} values from {texts[0]} to {texts[-1]}. Best λ {texts[best]}: validation loss "
        f"{val[best]:.3g}, training loss {train[best]:.3g}. {'; '.join(stretches) or 'No verdict yet'}."
        + (f" {n_diverged} diverged." if n_diverged else "")
    )


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


def describe_path_sparsity(arrays: Arrays, texts: Sequence[str]) -> str:
    """Return the weights left per layer at both ends as a sentence."""
    counts = arrays["path_nonzero"]
    layers = "; ".join(
        f"{name}: {row[0]:.0f} at λ {texts[0]}, {row[-1]:.0f} at λ {texts[-1]}"
        for name, row in zip(layer_names(len(counts)), counts, strict=True)
    )
    return f"Weights that are not exactly zero. {layers}."


def describe_grid(arrays: Arrays, values: np.ndarray, learning_rates: np.ndarray) -> str:
    """Return the best pair and how many pairs diverged."""
    loss = np.asarray(arrays["grid_val"], dtype=float)
    if not np.isfinite(loss).any():
        return f"Learning rate × λ, {len(learning_rates)} × {len(values)} pairs: nothing to show yet."
    rate, value = np.unravel_index(np.nanargmin(loss), loss.shape)
    return (
        f"Learning rate × λ, {len(learning_rates)} × {len(values)} pairs: lowest validation loss {np.nanmin(loss):.3g} at "
        f"learning rate {learning_rates[rate]:.3g} and λ {values[value]:.3g}; {int(np.isnan(loss).sum())} have no finite loss."
    )


def _middle(x: np.ndarray, is_here: np.ndarray) -> float:
    """Return the middle of the longest unbroken stretch, nan without any."""
    steps = np.diff(np.concatenate([[0], is_here.astype(int), [0]]))
    starts, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1) - 1
    if starts.size == 0:
        return float("nan")
    longest = int(np.argmax(ends - starts))
    return float((x[starts[longest]] + x[ends[longest]]) / 2)


def _regions(arrays: Arrays, x: np.ndarray) -> list[Any]:
    """Return the shaded cells of each kind of verdict and their labels above the chart (second y axis)."""
    left, right = borders(x)
    bars = [
        go.Bar(
            name=name, x=x, y=np.array(arrays[f"path_is_{name}"]), yaxis="y2", offset=left - x, width=right - left,
            marker={"color": color, "opacity": 0.13, "line": {"width": 0}}, hoverinfo="skip", meta=bind(y=f"path_is_{name}"),
        )
        for name, color in REGIONS
    ]  # fmt: skip
    labels = go.Scatter(
        name="regions", x=np.array(arrays["path_label_x"]), y=np.ones(len(REGIONS)), yaxis="y2", mode="text",
        textposition="top center", cliponaxis=False,
        text=[name for name, _ in REGIONS], hoverinfo="skip", meta=bind(x="path_label_x"),
    )  # fmt: skip
    return [*bars, labels]


def _curve(label: str, x: np.ndarray, arrays: Arrays, name: str, color: str, dash: str, **more: Any) -> go.Scatter:
    return go.Scatter(
        name=label, x=x, y=np.array(arrays[name]), mode="lines+markers", line={"color": color, "dash": dash, "width": 2},
        marker={"size": 4}, hovertemplate="%{y:.3g}<extra>" + label + "</extra>", meta=bind(y=name), **more,
    )  # fmt: skip


def _best(arrays: Arrays, x: str, y: str) -> go.Scatter:
    mark = {"symbol": "star", "size": 13, "color": COLORS["val"], "line": {"width": 1, "color": "white"}}
    return go.Scatter(
        name="best", x=np.array(arrays[x]), y=np.array(arrays[y]), mode="markers", marker=mark,
        hovertemplate="lowest validation loss<extra></extra>", meta=bind(x=x, y=y),
    )  # fmt: skip


def _diverged(arrays: Arrays) -> go.Scatter:
    return go.Scatter(
        name="diverged", x=np.array(arrays["path_diverged_x"]), y=np.array(arrays["path_diverged_y"]), yaxis="y2",
        mode="markers", marker={"symbol": "x", "size": 9, "color": COLORS["zero"]},
        hovertemplate="diverged<extra></extra>", meta=bind(x="path_diverged_x", y="path_diverged_y"),
    )  # fmt: skip


def _layer_color(layer: int) -> str:
    return LAYER_COLORS[layer % len(LAYER_COLORS)]


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
        _bundle(name, x, arrays[key], key, _layer_color(k), len(arrays[key]) // (len(x) + 1))
        for k, name in enumerate(names)
        for key in [f"path_weights_{k}"]
    ]


def _quantile_lines(arrays: Arrays, x: np.ndarray, names: Sequence[str]) -> list[go.Scatter]:
    return [
        go.Scatter(
            name=f"{name}, {label}", x=x, y=np.array(arrays["path_quantiles"][len(QUANTILES) * k + q]), mode="lines",
            line={"color": _layer_color(k), "dash": dash, "width": 2}, hovertemplate="%{y:.3g}<extra>%{fullData.name}</extra>",
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


def _area(arrays: Arrays, x: np.ndarray, layer: int, name: str, key: str, is_shown: bool) -> go.Scatter:
    label = name if is_shown else f"{name}, |w| ≥ 0.001"
    return go.Scatter(
        name=label, x=x, y=np.array(arrays[key][layer]), mode="lines", stackgroup=key, visible=is_shown,
        line={"color": _layer_color(layer), "width": 1}, hovertemplate="%{y:,.0f}<extra>%{fullData.name}</extra>",
        meta=bind(y=f"{key}[{layer}]"),
    )  # fmt: skip


def _small_toggle(names: Sequence[str]) -> dict[str, Any]:
    """Return the switch that counts weights below 0.001 as gone too."""
    large = [f"{name}, |w| ≥ 0.001" for name in names]

    def shown(is_large: bool) -> dict[str, Any]:
        return {
            "restyle": [
                {"traces": list(names), "set": {"visible": not is_large}},
                {"traces": large, "set": {"visible": is_large}},
            ]
        }

    return {"label": "count |w| < 0.001 as zero", "on": shown(True), "off": shown(False), "value": False}
