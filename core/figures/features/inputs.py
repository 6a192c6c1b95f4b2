"""Finding the features: what is left of each input, marked by its truth, and precision and recall along λ.

`values` are the strengths λ of the arrays' leading axis. Read next: `core/live/features/run.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.cv.losses import CHOICES
from core.figures.strengths import marker_line, place_names, strength_axis, zero_break
from core.figures.styles import STYLES
from core.figures.theme import COLORS, axis, base_figure, bind, colorscale, column, entry, twin
from core.readings.arrays import Arrays, span
from core.readings.features.inputs import SHORT, SHOWN
from core.readings.strengths import positions
from core.settings.colors import BLUE, GREEN, GREY, PALE, PURPLE, VERMILLION
from core.words import say

# Role of an input: colour, pattern of the bar, symbol in the legend.
ROLES = {
    "informative": (GREEN, "", "square"),
    "duplicate": (PURPLE, "/", "diamond"),
    "noise": (GREY, "", "square-open"),
}
ROLE_WORDS = {"informative": say("informative"), "duplicate": say("duplicate"), "noise": say("noise")}
DASHES = {"precision": "solid", "recall": "dash"}
SCORES = {"precision": say("precision"), "recall": say("recall")}
HOLLOW = "rgba(0,0,0,0)"  # the bars of noise have an outline only, as in the legend
MAX_BARS = 60  # inputs drawn; the signals stand first


def plot_inputs(
    arrays: Arrays,
    names: Sequence[str],
    roles: Sequence[str] = (),
    array: str = "input_strength",
    title: str = say("Inputs in use"),
    name: str = "inputs",
    size: str = "third",
) -> go.Figure:
    """Return `array` (d,), Σ|w| over each input's links, as bars marked by role; a cross stands where all links are zero.

    The crosses are the array of the same name with `input_zero` for `input_strength`: 0 there, nan elsewhere. `array` may
    be bound with a scrub axis, such as `input_strength[@lambda]`; then arrays[its name] has that leading axis and its
    first row is drawn. Without roles (nobody knows the truth) all bars have one colour. Only the first `MAX_BARS` are drawn.
    """
    n_inputs, names, roles = len(names), names[:MAX_BARS], roles[:MAX_BARS]
    cut = (
        ""
        if n_inputs <= MAX_BARS
        else say(" The first {max_bars} of {n_inputs} inputs are drawn.", max_bars=MAX_BARS, n_inputs=n_inputs)
    )
    values = first_row(arrays, array)[: len(names)]
    known = [role for role in ROLES if role in roles]
    about = {
        "name": name,
        "title": title,
        "size": size,
        "height": min(900, 110 + 17 * len(names)),
        "look_for": say(
            "A cross marks an input that is out: all its links are exactly zero. Each chart has a scale of its "
            "own.{cut}",
            cut=cut,
        ),
        "legend": [
            *(entry(ROLE_WORDS[role], ROLES[role][0], symbol=ROLES[role][2]) for role in known),
            entry(say("out"), COLORS["zero"], symbol="x"),
        ],
        "auto": {"xaxis": {"arrays": [array], "include": [0]}},
        "twin": [
            twin(
                title,
                say("input"),
                names,
                [
                    *([column(say("role"), [ROLE_WORDS[role] for role in roles])] if roles else []),
                    column(say("Σ|w| over its links (0: out)"), array),
                ],
            )
        ],
    }
    colors = [ROLES[role][0] for role in roles] or [COLORS["positive"]] * len(names)
    marker = {
        "color": [HOLLOW if role == "noise" else color for color, role in zip(colors, roles or names, strict=True)],
        "line": {"color": colors, "width": 1},
        "pattern": {"shape": [ROLES[role][1] for role in roles], "fgcolor": "white"} if roles else {},
    }
    bars = go.Bar(
        name=say("inputs"), x=values, y=list(range(len(names))), orientation="h", marker=marker, customdata=list(names),
        hovertemplate="%{customdata}: Σ|w| = %{x:.3g}<extra></extra>", meta=bind(x=array),
    )  # fmt: skip
    crosses = go.Scatter(
        name=say("out"),
        x=np.where(values == 0, 0.0, np.nan),
        y=list(range(len(names))),
        mode="markers",
        hoverinfo="name",
        marker={"symbol": "x", "size": 8, "color": COLORS["zero"]},
        cliponaxis=False,
        meta=bind(x=array.replace("input_strength", "input_zero")),
    )
    ticks = {"tickvals": list(range(len(names))), "ticktext": list(names), "showgrid": False, "tickfont": {"size": 11}}
    ticks |= {"ticks": "outside", "ticklen": 8, "tickcolor": "rgba(0,0,0,0)"}  # room for the crosses at 0
    return base_figure(
        [bars, crosses],
        about,
        axis(say("Σ|w| over its links"), span([values], include=[0])),
        axis("", (len(names) - 0.5, -0.5), **ticks),
        margin={"l": 22 + 6 * max(map(len, names)), "r": 8, "t": 8, "b": 44},
    )


def plot_pixel_use(
    arrays: Arrays, array: str = "pixels", title: str = say("Pixels in use"), name: str = "inputs", size: str = "third"
) -> go.Figure:
    """Return `array` (8, 8), Σ|w| over each pixel's links, as a picture, first row on top; nan, an empty cell, is out."""
    values = np.array(arrays[array.split("[")[0]], dtype=float)
    values = values.reshape(-1, *values.shape[-2:])[0]
    about = {
        "name": name,
        "title": title,
        "size": size,
        "height": 290,
        "legend": [entry(say("most weight"), BLUE, symbol="square"), entry(say("least"), PALE, symbol="square")],
        "look_for": say(
            "An empty cell is a pixel that is out: all its links are exactly zero. Each picture has colours of its own."
        ),
        "unit": say("Σ|w| over a pixel's links"),
        "corner": say("row \\ column"),
    }
    heat = go.Heatmap(
        name=say("Σ|w| by pixel"),
        z=values,
        zmin=0,
        colorscale=colorscale([PALE, BLUE]),
        showscale=False,
        xgap=1,
        ygap=1,
        hovertemplate=say("row %{y}, column %{x}: Σ|w| = %{z:.3g}<extra></extra>"),
        meta=bind(z=array),
    )
    hidden = {"showgrid": False, "showticklabels": False, "constrain": "domain"}
    yaxis = axis(say("pixel row"), (7.5, -0.5), scaleanchor="x", **hidden)
    return base_figure([heat], about, axis(say("pixel column"), (-0.5, 7.5), **hidden), yaxis)


def plot_kept(has_truth: bool) -> go.Figure:
    """Return the card of the table of what each penalty keeps at the chosen λ; its texts come with each λ."""
    truth = say(" A signal is found when it, or a duplicate of it, is in use; pure noise in use is falsely kept.")
    about = {
        "name": "kept",
        "title": say("What each penalty keeps"),
        "is_table": True,
        "size": "full",
        "look_for": say("An input is in use while one of its links is not exactly zero.")
        + (truth if has_truth else ""),
        "swatches": [entry("", STYLES[name].color, "solid") for name in ("none", *SHOWN)],
    }
    return base_figure([], about, {}, {})


def plot_scores(arrays: Arrays, values: np.ndarray, chosen: int = 0) -> go.Figure:
    """Return precision and recall of each penalty over λ, `score_<penalty>_<precision|recall>` (n_values,) in 0..1.

    cv_min_x, cv_1se_x: (2,) places of λ_min and λ_1se twice, empty while unknown. Binds at:lambda for the chosen λ.
    """
    lines = [
        along(
            arrays,
            values,
            f"score_{penalty}_{what}",
            say("{short} {what}", short=SHORT[penalty], what=SCORES[what]),
            penalty,
            dash,
        )
        for penalty in SHOWN
        for what, dash in DASHES.items()
    ]
    about = {
        "name": "scores",
        "title": say("Signals found along λ"),
        "look_for": say(
            "Precision: which share of the inputs in use is no pure noise (no point where none is in use). Recall: "
            "which share of the signals is found."
        ),
        "legend": [
            entry(say("{short} {what}", short=SHORT[p], what=SCORES[what]), STYLES[p].color, dash)
            for p in SHOWN
            for what, dash in DASHES.items()
        ],
    }
    return along_figure(lines, arrays, values, chosen, about, say("share"), (-0.03, 1.05))


def plot_in_use(arrays: Arrays, values: np.ndarray, n_inputs: int, chosen: int = 0, size: str = "half") -> go.Figure:
    """Return how many inputs each penalty has in use over λ, `in_use_<penalty>` (n_values,)."""
    about = {
        "name": "in_use", "size": size, "title": say("Inputs in use along λ"),
        "look_for": say("An input is out when all its links are exactly zero: see which penalty takes inputs out."),
        "legend": [entry(SHORT[p], STYLES[p].color, "solid", STYLES[p].symbol) for p in SHOWN],
    }  # fmt: skip
    lines = [along(arrays, values, f"in_use_{p}", SHORT[p], p, "solid") for p in SHOWN]
    return along_figure(
        lines, arrays, values, chosen, about, say("inputs of {n_inputs}", n_inputs=n_inputs), (-0.5, 1.05 * n_inputs)
    )


def plot_twins(arrays: Arrays, values: np.ndarray, chosen: int = 0) -> go.Figure:
    """Return the largest share that one of several inputs saying the same has, over λ: `twin_<penalty>` (n_values,)."""
    about = {
        "name": "twins",
        "size": "full",
        "height": 320,
        "title": say("Duplicates: shared, or one for all"),
        "look_for": say(
            "At 1 one of a signal and its duplicates has all their weight; two that share evenly are at ½."
        ),
        "legend": [entry(SHORT[p], STYLES[p].color, "solid", STYLES[p].symbol) for p in SHOWN],
    }
    lines = [along(arrays, values, f"twin_{p}", SHORT[p], p, "solid") for p in SHOWN]
    return along_figure(lines, arrays, values, chosen, about, say("share of the largest"), (0.0, 1.05))


def along(arrays: Arrays, values: np.ndarray, array: str, label: str, penalty: str, dash: str) -> go.Scatter:
    """Return a line of one array over λ in the style of its penalty."""
    style = STYLES[penalty]
    return go.Scatter(
        name=label, x=positions(values), y=np.array(arrays[array], dtype=float), mode="lines+markers",
        line={"color": style.color, "dash": dash, "width": 2}, marker={"symbol": style.symbol, "size": 6},
        hovertemplate="%{y:.3g}<extra>" + label + "</extra>", meta=bind(y=array),
    )  # fmt: skip


def along_figure(
    lines: Sequence[Any], arrays: Arrays, values: np.ndarray, chosen: int, about: dict[str, Any], unit: str,
    bounds: tuple[float, float],
) -> go.Figure:  # fmt: skip
    """Return lines over λ with the λ of cross-validation, the chosen one, and crosses where a network has diverged."""
    marks = [
        marker_line(label, list(arrays[name]), name, color, dash, bounds if len(arrays[name]) else ())
        for (label, color, dash), name in zip(CHOICES, ("cv_min_x", "cv_1se_x"), strict=True)
    ]
    lost = go.Scatter(
        name=say("diverged"),
        x=np.array(arrays["lost_x"]),
        y=np.array(arrays["lost_y"]),
        mode="markers",
        cliponaxis=False,
        marker={"symbol": "x", "size": 9, "color": VERMILLION},
        meta=bind("name", x="lost_x", y="lost_y"),
        hovertemplate=say("diverged: held at its last finite state<extra></extra>"),
    )
    here = marker_line(say("chosen λ"), [positions(values)[chosen]] * 2, "at:lambda", COLORS["truth"], "solid", bounds)
    more = [
        *(entry(label, color, dash) for label, color, dash in CHOICES),
        entry(say("chosen λ"), COLORS["truth"], "solid"),
    ]
    more.append(entry(say("diverged"), VERMILLION, symbol="x"))
    names = {"x": place_names(values, "l1")}
    about = {"size": "half", "pick": "lambda", "names": names, **about, "legend": [*about["legend"], *more]}
    xaxis = {**strength_axis(values, "l1"), "title": {"text": say("strength λ"), "standoff": 7}}
    return base_figure([*lines, *marks, here, lost], about, xaxis, axis(unit, bounds), shapes=zero_break(values, "l1"))


def first_row(arrays: Arrays, array: str) -> np.ndarray:
    """Return the array of a binding, its first row where it has a leading axis."""
    values = np.array(arrays[array.split("[")[0]], dtype=float)
    return values[0] if values.ndim == 2 else values
