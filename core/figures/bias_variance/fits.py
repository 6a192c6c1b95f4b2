"""The bundle of fits at the chosen value: every network, their mean, the truth; and one training set with its networks.

`constants` are those of `core/readings/fit.py`; the other arrays are those of `core/readings/bias_variance/fits.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.bias_variance.parts import SCRUB
from core.figures.fit import map_in_words, map_palettes
from core.figures.styles import faint
from core.figures.theme import (
    CLASS_COLORS,
    CLASS_SYMBOLS,
    COLORS,
    axis,
    base_figure,
    bind,
    cell_box,
    entry,
    image_layer,
    mix,
)
from core.readings.arrays import Arrays, span
from core.settings.colors import BLUE, ORANGE, PURPLE, SKY, VERMILLION
from core.words import say

SET = "set"


def plot_bundle(arrays: Arrays, constants: Arrays, chosen: int, chosen_set: int) -> go.Figure:
    """Return all curves at one value, faint, with their mean, the truth, and one set's points and curves.

    Binds bundle, bundle_mean and own at the scrubs "value" and "set".
    """
    x, truth = constants["grid_x"], constants["truth"]
    n = arrays["bundle"].shape[1] // (len(x) + 1)
    n_own = arrays["own"].shape[2] // (len(x) + 1)
    noise = float(constants["noise_std"][0])
    about = {
        "name": "bundle",
        "title": say("The bundle of fits"),
        "look_for": say(
            "How far the mean lies from the truth is bias; how far the curves spread around it is variance. Move "
            "“Redraw” to see one training set after another."
        ),
        "legend": [
            entry(say("every network"), SKY, "solid"),
            entry(say("their mean"), VERMILLION, "solid"),
            entry(say("truth"), COLORS["truth"], "dash"),
            entry(say("set shown: points and networks"), ORANGE, "solid", "circle"),
        ],
    }
    traces = [
        _line(
            say("every network"),
            np.tile(np.append(x, np.nan), n),
            arrays["bundle"][chosen],
            f"bundle[@{SCRUB}]",
            faint(SKY, 0.55),
            1,
        ),
        _line(
            say("networks of this set"),
            np.tile(np.append(x, np.nan), n_own),
            arrays["own"][chosen, chosen_set],
            f"own[@{SCRUB}][@{SET}]",
            ORANGE,
            1.75,
        ),
        go.Scatter(
            name=say("true function"),
            x=x,
            y=truth,
            mode="lines",
            line={"color": COLORS["truth"], "dash": "dash", "width": 2},
        ),
        _line(say("mean of all"), x, arrays["bundle_mean"][chosen], f"bundle_mean[@{SCRUB}]", VERMILLION, 2.5),
        _points(arrays, 0, chosen_set, say("points of this set"), ORANGE, "circle"),
    ]
    y_range = span([truth - 2 * noise, truth + 2 * noise, arrays["set_y_0"]], pad=0.05)
    return base_figure(traces, about, axis(say("x"), span([x], pad=0.0)), axis(say("y"), y_range))


def plot_votes(
    arrays: Arrays, constants: Arrays, axes: tuple[np.ndarray, np.ndarray], chosen: int, chosen_set: int
) -> go.Figure:
    """Return the plane at one value: how many networks say which class, all boundaries, and one set's points and boundaries."""
    n_classes = int(constants["n_classes"][0])
    bounds, soft, _ = map_palettes(constants)
    box = cell_box(axes[0], axes[1], arrays["votes"].shape[1:])
    words = {
        2: say("share of networks that say {class_names}", class_names=constants["class_names"][-1])
        if n_classes
        else "",
        0: say("mean of the networks"),
    }
    told = {**map_in_words(constants), "caption": words.get(n_classes, say("class of most networks, and their share"))}
    layer = image_layer(f"votes[@{SCRUB}]", soft, bounds, box, smooth=True, told=told)
    has_lines = "lines_x" in arrays
    look = (
        say("Each thin line is the boundary of one network: where they part, the training set or the start decides.")
        if has_lines
        else (say("Strong colours: the networks agree. Pale ones: the training set or the start decides."))
    )
    points = [
        _points(arrays, c, chosen_set, str(name), mix(CLASS_COLORS[c], "#000000", 0.25), CLASS_SYMBOLS[c])
        for c, name in enumerate(constants["class_names"])
    ] or [_points(arrays, 0, chosen_set, say("points of this set"), ORANGE, "circle")]  # fmt: skip
    about = {
        "name": "bundle",
        "title": say("The bundle of boundaries") if has_lines else say("All networks together"),
        "look_for": say("{look} Move “Redraw” to see one training set after another.", look=look),
        "images": [layer],
        "legend": [
            *(
                entry(str(name), CLASS_COLORS[c], symbol=CLASS_SYMBOLS[c])
                for c, name in enumerate(constants["class_names"])
            ),
            *(
                [entry(say("every network"), BLUE, "solid"), entry(say("networks of the set shown"), PURPLE, "solid")]
                if has_lines
                else []
            ),
        ],
    }
    equal = {"scaleanchor": "x", "constrain": "domain"}
    return base_figure(
        [*(_boundaries(arrays, chosen, chosen_set) if has_lines else []), *points], about,
        axis(say("x"), box[:2], showgrid=False, constrain="domain"), axis(say("y"), box[2:], showgrid=False, **equal),
    )  # fmt: skip


def _boundaries(arrays: Arrays, chosen: int, chosen_set: int) -> list[go.Scatter]:
    every = _line(
        say("every network"),
        arrays["lines_x"][chosen],
        arrays["lines_y"][chosen],
        f"lines_y[@{SCRUB}]",
        faint(BLUE, 0.5),
        1,
    )
    own = _line(
        say("networks of this set"), arrays["own_x"][chosen, chosen_set], arrays["own_y"][chosen, chosen_set],
        f"own_y[@{SCRUB}][@{SET}]", PURPLE, 2,
    )  # fmt: skip
    every.meta = bind("none", x=f"lines_x[@{SCRUB}]", y=f"lines_y[@{SCRUB}]")
    own.meta = bind("none", x=f"own_x[@{SCRUB}][@{SET}]", y=f"own_y[@{SCRUB}][@{SET}]")
    return [every, own]


def _line(name: str, x: np.ndarray, y: np.ndarray, array: str, color: str, width: float) -> go.Scatter:
    return go.Scatter(
        name=name, x=np.array(x), y=np.array(y), mode="lines", line={"color": color, "width": width},
        hovertemplate="%{y:.3g}<extra>" + name + "</extra>", meta=bind(y=array),
    )  # fmt: skip


def _points(arrays: Arrays, c: int, chosen_set: int, name: str, color: str, symbol: str) -> go.Scatter:
    marker: dict[str, Any] = {"color": color, "symbol": symbol, "size": 8, "line": {"width": 1, "color": "white"}}
    return go.Scatter(
        name=name, x=np.array(arrays[f"set_x_{c}"][chosen_set]), y=np.array(arrays[f"set_y_{c}"][chosen_set]), mode="markers",
        marker=marker, meta=bind(x=f"set_x_{c}[@{SET}]", y=f"set_y_{c}[@{SET}]"),
    )  # fmt: skip
