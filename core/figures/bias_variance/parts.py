"""The parts of the risk along λ or width: stacked areas under the risk, and for classes the two other decompositions.

The arrays are those of `core/readings/bias_variance/parts.py`. Read next: `fits.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.strengths import marker_line, place_names, strength_axis, zero_break
from core.figures.styles import faint
from core.figures.theme import COLORS, axis, base_figure, bind, column, entry, twin
from core.readings.arrays import Arrays, span
from core.readings.bias_variance.parts import LABELS, places_of
from core.settings.colors import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILLION
from core.studies.bias_variance.decomposition import WIDTH
from core.words import say

SCRUB = "value"
# Part: colour and pattern of its area, from the bottom up.
AREAS = {
    "bias2": (ORANGE, ""), "variance_data": (BLUE, "/"), "variance_start": (SKY, "."), "noise": (GREY, "-"),
}  # fmt: skip
TICKS = (1, 2, 4, 8, 16, 32, 64)  # widths with a tick
LINES = {
    "zero_one": (
        say("Wrong answers (0-1 loss)"),
        say("share of points"),
        "bv_zero_",
        {
            "bias": (say("bias: most networks are wrong"), ORANGE, "solid"),
            "hurts": (say("variance that hurts"), BLUE, "dash"),
            "helps": (say("variance that helps"), GREEN, "dot"),
            "error": (say("error"), PURPLE, "solid"),
        },
        say(
            "Error = bias + variance that hurts − variance that helps (Domingos 2000). Where most networks are "
            "wrong, one that differs from them may be right: there variance helps."
        ),
    ),
    "log_loss": (
        say("Cross-entropy"),
        say("nats above the noise"),
        "bv_log_",
        {
            "bias2": (say("bias"), ORANGE, "solid"),
            "variance_data": (say("variance (data)"), BLUE, "dash"),
            "variance_start": (say("variance (start)"), SKY, "dot"),
            "risk": (say("risk"), PURPLE, "solid"),
        },
        say(
            "The same in cross-entropy: bias is the distance of the truth from the geometric mean of the networks. "
            "Plug-in estimates: bias is a little too large with few networks."
        ),
    ),
}


def plot_parts(
    arrays: Arrays, values: np.ndarray, param_name: str, texts: Sequence[str], chosen: int, loss: str
) -> go.Figure:
    """Return stacked areas of the parts with the risk and its jackknife interval on top; loss: its name with unit.

    Binds bv_area_*, bv_risk, bv_error, bv_best_*, at:value, span:y.
    """
    x = places_of(values, param_name)
    has_noise = bool(np.isfinite(arrays["bv_noise"]).any())
    names = [name for name in AREAS if name != "noise" or has_noise]
    top = arrays["bv_risk"] + np.nan_to_num(arrays["bv_noise"])
    y_range = span([top, arrays["bv_risk"] + arrays["bv_error"]], include=[0])
    noise = (
        say(" The noise on top is what no network can remove.")
        if has_noise
        else say(" Noise cannot be told from bias here.")
    )
    about = {
        "name": "parts",
        "title": say("Bias and variance along {axis_word}", axis_word=axis_word(param_name)),
        "look_for": say(
            "Watch bias² and variance trade places: the risk is their sum.{noise} The bar is two standard errors.",
            noise=noise,
        ),
        "legend": [
            *(entry(LABELS[name], AREAS[name][0], symbol="square") for name in names),
            entry(say("risk"), PURPLE, "solid"),
            entry(say("least risk"), VERMILLION, symbol="star"),
        ],
        "auto": {"yaxis": {"arrays": ["bv_risk", *(["bv_top"] if has_noise else [])], "include": [0]}},
        "twin": [_table(texts, param_name, [*names, "risk"])],
        "pick": SCRUB,
        "size": "wide",
    }
    risk = go.Scatter(
        name=say("risk"), x=x, y=np.array(arrays["bv_risk"]), mode="lines+markers", marker={"size": 5},
        line={"color": PURPLE, "width": 2.5},
        error_y={"type": "data", "array": np.array(arrays["bv_error"]), "thickness": 1, "width": 3},
        hovertemplate=say("%{y:.3g}<extra>risk</extra>"), meta=bind(y="bv_risk", error_y__array="bv_error"),
    )  # fmt: skip
    star = go.Scatter(
        name=say("least risk"), x=np.array(arrays["bv_best_x"]), y=np.array(arrays["bv_best_y"]), mode="markers",
        marker={"symbol": "star", "size": 13, "color": VERMILLION, "line": {"width": 1, "color": "white"}},
        hovertemplate=say("least risk<extra></extra>"), meta=bind(x="bv_best_x", y="bv_best_y"),
    )  # fmt: skip
    traces = [*(_area(arrays, x, name) for name in names), risk, _here(x, chosen, y_range), star]
    return base_figure(
        traces, about, value_axis(values, param_name), axis(loss, y_range), shapes=_break(values, param_name)
    )


def plot_lines(
    arrays: Arrays, values: np.ndarray, param_name: str, name: str, chosen: int, size: str = "half"
) -> go.Figure:
    """Return another decomposition of classes, "zero_one" or "log_loss", as lines."""
    title, unit, start, parts, look_for = LINES[name]
    x = places_of(values, param_name)
    y_range = span([arrays[f"{start}{part}"] for part in parts], include=[0])
    lines = [
        go.Scatter(
            name=label, x=x, y=np.array(arrays[f"{start}{part}"]), mode="lines+markers", marker={"size": 4},
            line={"color": color, "dash": dash, "width": 2}, hovertemplate="%{y:.3g}<extra>" + label + "</extra>",
            meta=bind(y=f"{start}{part}"),
        )
        for part, (label, color, dash) in parts.items()
    ]  # fmt: skip
    about = {
        "name": name, "title": title, "look_for": look_for, "size": size, "pick": SCRUB,
        "legend": [entry(label, color, dash) for label, color, dash in parts.values()],
        "auto": {"yaxis": {"arrays": [f"{start}{part}" for part in parts], "include": [0]}},
        "names": {"x": place_words(values, param_name)},
    }  # fmt: skip
    return base_figure(
        [*lines, _here(x, chosen, y_range)], about, value_axis(values, param_name), axis(unit, y_range),
        shapes=_break(values, param_name),
    )  # fmt: skip


def axis_word(param_name: str) -> str:
    """Return what the values are called."""
    return say("width") if param_name == WIDTH else "λ"


def value_axis(values: np.ndarray, param_name: str) -> dict[str, Any]:
    """Return the x axis over strengths, or over widths, which stand at their logarithms."""
    if param_name != WIDTH:
        return strength_axis(values, param_name)
    ticks = [w for w in TICKS if values.min() <= w <= values.max()]
    ends = (np.log10(values.min()) - 0.06, np.log10(values.max()) + 0.06)
    words = {"tickvals": np.log10(ticks).tolist(), "ticktext": [str(w) for w in ticks]}
    return axis(say("width (units of each hidden layer)"), ends, **words)


def place_words(values: np.ndarray, param_name: str) -> dict[str, list[Any]]:
    """Return what a chart's table calls the places on the axis."""
    if param_name != WIDTH:
        return place_names(values, param_name)
    return {"places": np.log10(values).tolist(), "texts": [f"{value:.0f}" for value in values]}


def _break(values: np.ndarray, param_name: str) -> list[dict[str, Any]]:
    return [] if param_name == WIDTH else zero_break(values, param_name)


def _here(x: np.ndarray, chosen: int, y_range: tuple[float, float]) -> go.Scatter:
    return marker_line(say("chosen"), [x[chosen]] * 2, f"at:{SCRUB}", COLORS["truth"], "dot", y_range)


def _area(arrays: Arrays, x: np.ndarray, name: str) -> go.Scatter:
    color, pattern = AREAS[name]
    return go.Scatter(
        name=LABELS[name], x=x, y=np.array(arrays[f"bv_area_{name}"]), mode="lines", stackgroup="parts",
        line={"color": color, "width": 1}, fillcolor=faint(color, 0.55),
        fillpattern={"shape": pattern, "fgcolor": color, "bgcolor": faint(color, 0.35), "size": 7} if pattern else None,
        hovertemplate="%{y:.3g}<extra>" + LABELS[name] + "</extra>", meta=bind(y=f"bv_area_{name}"),
    )  # fmt: skip


def _table(texts: Sequence[str], param_name: str, names: Sequence[str]) -> dict[str, Any]:
    columns = [column(LABELS[name], f"bv_{name}") for name in names]
    return twin(
        say("Parts of the risk, as estimated (below zero where an estimate came out so)"),
        axis_word(param_name),
        list(texts),
        [*columns, column(say("± (two standard errors of the risk)"), "bv_error")],
    )
