"""Double descent in figures: error, loss and norm against width, and the answers of one width.

The arrays are those of `core/live/double_descent`, picked by the sliders "noise", "value" (λ) and "width".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.double_descent.lines import Look, each, mean, width_axis, width_names
from core.figures.strengths import marker_line
from core.figures.styles import faint
from core.figures.theme import COLORS, axis, base_figure, bind, colorscale, entry
from core.readings.arrays import Arrays
from core.settings.colors import BLUE, GREEN, PALE, PURPLE
from core.words import say

NOISE, VALUE, WIDTH = "noise", "value", "width"
PICKED = f"[@{NOISE}][@{VALUE}]"
TICKS = (5, 10, 20, 40, 80, 200, 600, 1600)
LOSS_RANGE, NORM_RANGE = (-2.0, 6.0), (-1.0, 5.0)  # powers of ten


def plot_double_descent_page(
    arrays: Arrays, widths: Sequence[int], n_train: int, chosen: tuple[int, int, int], class_names: Sequence[str]
) -> list[go.Figure]:
    """Return error, the answers of one width, loss and norm. chosen: where the sliders noise, value and width stand."""
    return [
        plot_error(arrays, widths, n_train, chosen), plot_answers(arrays, chosen, class_names),
        plot_loss(arrays, widths, n_train, chosen), plot_norm(arrays, widths, n_train, chosen),
    ]  # fmt: skip


def plot_error(arrays: Arrays, widths: Sequence[int], n_train: int, chosen: tuple[int, int, int]) -> go.Figure:
    """Return the share of wrong answers on fresh rows against width, each draw faint."""
    about = {
        "name": "dd_error",
        "title": say("Wrong answers on fresh rows"),
        "size": "wide",
        "look_for": say(
            "Without a penalty the error falls, peaks at {n_train} units, as many as training rows, and falls a second "
            "time. Move λ: a small penalty takes the peak away.",
            n_train=n_train,
        ),
        "legend": [
            entry(say("mean of the draws"), GREEN, "solid", "circle"),
            entry(say("one draw"), faint(GREEN, 0.45), "solid"),
            entry(say("width = {n_train} training rows", n_train=n_train), COLORS["truth"], "dash"),
        ],
    }
    lines = _lines(arrays, widths, "dd_error", say("fresh rows"), GREEN, "solid", chosen)
    return _figure(
        lines, about, widths, n_train, chosen, axis(say("share of wrong answers"), (0.0, 1.0), tickformat=".0%")
    )


def plot_loss(arrays: Arrays, widths: Sequence[int], n_train: int, chosen: tuple[int, int, int]) -> go.Figure:
    """Return the squared error on fresh and on training rows against width, both axes logarithmic."""
    about = {
        "name": "dd_loss",
        "title": say("Squared error"),
        "size": "half",
        "look_for": say(
            "Where the training rows are fitted exactly for the first time (their line leaves below), fresh rows are "
            "worst."
        ),
        "legend": [
            entry(say("fresh rows"), GREEN, "solid", "circle"),
            entry(say("training rows"), BLUE, "dash", "square"),
        ],
    }
    lines = [
        *_lines(arrays, widths, "dd_loss", say("fresh rows"), GREEN, "solid", chosen),
        *_lines(arrays, widths, "dd_train_loss", say("training rows"), BLUE, "dash", chosen)[1:],
    ]
    yaxis = axis(say("squared error (sum over classes)"), LOSS_RANGE, type="log", dtick=1)
    return _figure(lines, about, widths, n_train, chosen, yaxis, 10.0)


def plot_norm(arrays: Arrays, widths: Sequence[int], n_train: int, chosen: tuple[int, int, int]) -> go.Figure:
    """Return the norm of the output weights against width: why."""
    about = {
        "name": "dd_norm",
        "title": say("Why: the norm of the weights"),
        "size": "half",
        "look_for": say(
            "At the peak only one solution fits all rows, and it needs huge weights. More units leave a choice, and "
            "the smallest is taken; λ makes it small everywhere."
        ),
        "legend": [
            entry(say("√Σw² of the output weights"), PURPLE, "solid", "circle"),
            entry(say("one draw"), faint(PURPLE, 0.45), "solid"),
        ],
    }
    lines = _lines(arrays, widths, "dd_norm", say("norm"), PURPLE, "solid", chosen)
    return _figure(lines, about, widths, n_train, chosen, axis("√Σw²", NORM_RANGE, type="log", dtick=1), 10.0)


def plot_answers(arrays: Arrays, chosen: tuple[int, int, int], class_names: Sequence[str]) -> go.Figure:
    """Return the counts of fresh rows by true and answered class at the chosen width, in the first draw."""
    n = len(class_names)
    classes = {"places": list(range(n)), "texts": [str(name) for name in class_names]}
    about = {
        "name": "dd_answers",
        "title": say("One width: its answers"),
        "look_for": say(
            "Every count off the diagonal is a mistake on a fresh row. At the peak the answers are nearly guesses."
        ),
        "names": {"x": classes, "y": classes},
        "corner": say("true \\ answered"),
        "unit": say("number of rows (first draw)"),
    }
    heat = go.Heatmap(
        name=say("answers"),
        z=np.array(arrays["dd_confusion"][chosen]),
        zmin=0,
        zmax=60,
        colorscale=colorscale([PALE, BLUE]),
        showscale=False,
        xgap=1,
        ygap=1,
        hovertemplate=say("true %{y}, answered %{x}: %{z} rows<extra></extra>"),
        meta=bind(z=f"dd_confusion{PICKED}[@{WIDTH}]"),
    )
    ticks = {"tickvals": list(range(n)), "ticktext": [str(name) for name in class_names], "showgrid": False}
    bounds = (-0.5, n - 0.5)
    return base_figure(
        [heat], about, axis(say("answered class"), bounds, **ticks), axis(say("true class"), bounds[::-1], **ticks)
    )


def _lines(
    arrays: Arrays, widths: Sequence[int], key: str, label: str, color: str, dash: str, chosen: tuple[int, int, int]
) -> list[go.Scatter]:
    """Return the draws, faint, and their mean."""
    x = np.log10(widths)
    look = Look(label, color, dash)
    return [each(arrays, x, f"{key}_draws", look, PICKED, chosen[:2]), mean(arrays, x, key, look, PICKED, chosen[:2])]


def _figure(
    lines: Sequence[Any], about: dict[str, Any], widths: Sequence[int], n_train: int, chosen: tuple[int, int, int],
    yaxis: dict[str, Any], base: float = 0.0,
) -> go.Figure:  # fmt: skip
    """Return the lines over log width with a mark at the number of training rows and one at the chosen width.

    base: of a logarithmic y axis, whose range is in its powers.
    """
    x = np.log10(widths)
    y_range = tuple(base**power for power in yaxis["range"]) if base else tuple(yaxis["range"])
    here = marker_line(say("chosen width"), [x[chosen[2]]] * 2, f"at:{WIDTH}", COLORS["truth"], "dot", y_range)
    mark = {
        "type": "line",
        "xref": "x",
        "yref": "paper",
        "x0": np.log10(n_train),
        "x1": np.log10(n_train),
        "y0": 0,
        "y1": 1,
        "line": {"color": COLORS["truth"], "dash": "dash", "width": 1.5},
    }
    about = {**about, "names": width_names(widths), "pick": WIDTH}
    return base_figure([*lines, here], about, width_axis(widths, TICKS), yaxis, shapes=[mark])
