"""Remedies side by side: the ablation chart, and losses and accuracies against the share of wrong labels.

`remedies` are (key, label) pairs in the order of the arrays' leading axis.
"""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.losses import log_toggle
from core.figures.styles import faint, styles_of
from core.figures.theme import COLORS, GRID_COLOR, axis, base_figure, bind, column, entry, twin
from core.readings.arrays import Arrays, span
from core.readings.remedies.ablation import NOISE_SERIES, Remedies
from core.settings.penalties import Style
from core.words import say, shaped

LABEL_CHARS, CHAR_PX, ROW_PX = 22, 6.5, 17  # a remedy's label is broken into lines of so many characters


def plot_ablation(arrays: Arrays, remedies: Remedies, has_test: bool = True) -> go.Figure:
    """Return a dot for every start of every remedy, a bar at the median: validation above, test below once it is shown.

    has_test: whether it can be shown; where not, the legend does not name it.
    """
    n, labels = len(remedies), [wrap(label, LABEL_CHARS) for _, label in remedies]
    n_lines = max(2, *map(len, labels))
    longest = max(len(line) for lines in labels for line in lines)
    about = {
        "name": "ablation",
        "title": say("Remedies at equal budget"),
        "size": "full",
        "height": 110 + ROW_PX * n_lines * n,
        "look_for": say(
            "The further left, the better; where the dots of two remedies overlap, the difference may be chance."
        ),
        "legend": [
            entry(say("validation, one start"), COLORS["val"], symbol="circle-open"),
            *([entry(say("test, one start"), COLORS["test"], symbol="diamond-open")] if has_test else []),
            entry(say("median"), COLORS["truth"], symbol="line-ns"),
        ],
        "auto": {"xaxis": {"arrays": ["ablation_val_x", "ablation_test_x"], "include": [0], "log": True}},
        "toggles": [log_toggle("xaxis", spread_of=["ablation_val_x", "ablation_test_x"])],
        "twin": _ablation_tables([label for _, label in remedies], len(arrays["ablation_val_x"]) // n),
    }
    bounds = span([arrays["ablation_val_x"], arrays["ablation_test_x"]], include=[0])
    ticks = {
        "tickvals": list(range(n - 1, -1, -1)),
        "ticktext": [shaped(label, in_lines) for _, label in remedies],
        "showgrid": False,
    }
    levels = [*np.array(arrays["ablation_val_level"]), *np.array(arrays["ablation_test_level"])]
    shapes = [
        {
            "type": "line",
            "xref": "paper",
            "yref": "y",
            "x0": 0,
            "x1": 1,
            "y0": float(y),
            "y1": float(y),
            "layer": "below",
            "line": {"color": GRID_COLOR, "width": 1},
        }
        for y in levels
    ]  # the dots lie on these lines, validation above test
    traces = [
        t for part, symbol in (("val", "circle-open"), ("test", "diamond-open")) for t in _dots(arrays, part, symbol)
    ]
    return base_figure(
        traces, about, axis(say("loss (mean per row)"), bounds), axis("", (-0.6, n - 0.4), **ticks), shapes=shapes,
        margin={"l": 14 + CHAR_PX * longest, "r": 8, "t": 8, "b": 44},
    )  # fmt: skip


def in_lines(label: str) -> str:
    """Return a label in lines of at most LABEL_CHARS."""
    return "<br>".join(wrap(label, LABEL_CHARS))


def _ablation_tables(labels: Sequence[str], n_starts: int) -> list[dict[str, Any]]:
    """Return the table twin: the medians of each remedy, then every start."""

    def losses(what: str) -> list[dict[str, Any]]:
        return [
            column(say("{name} loss", name=name), f"ablation_{part}_{what}")
            for part, name in (("val", say("validation")), ("test", say("test")))
        ]

    starts = [say("{label}, start {k}", label=label, k=k + 1) for label in labels for k in range(n_starts)]
    return [
        twin(say("Median over the starts, mean loss per row"), say("remedy"), labels, losses("median")),
        twin(say("Every start, mean loss per row"), say("remedy"), starts, losses("x")),
    ]


def plot_label_noise(arrays: Arrays, remedies: Remedies, series: str) -> go.Figure:
    """Return `noise_val_loss` or `noise_train_score`, (n_remedies, n_shares) medians, over `noise_share` (n_shares,).

    Their bands reach from <series>_low to <series>_high.
    """
    title, unit, look_for = NOISE_SERIES[series]
    styles = styles_of([key for key, _ in remedies])
    is_loss = series == "noise_val_loss"
    about = {
        "name": series, "title": title, "look_for": look_for, "size": "half",
        "legend": [
            entry(label, style.color, style.dash, style.symbol) for (_, label), style in zip(remedies, styles, strict=True)
        ],
        "auto": {"yaxis": {"arrays": [f"{series}_high"], "include": [0]}} if is_loss else {},
    }  # fmt: skip
    x = 100 * np.array(arrays["noise_share"])
    lines = [
        go.Scatter(
            name=label, x=x, y=np.array(arrays[series][i]), mode="lines+markers",
            line={"color": style.color, "dash": style.dash, "width": 2}, marker={"symbol": style.symbol, "size": 8},
            meta=bind(y=f"{series}[{i}]"),
        )
        for i, ((_, label), style) in enumerate(zip(remedies, styles, strict=True))
    ]  # fmt: skip
    edges = [t for i, style in enumerate(styles) for t in _noise_band(arrays, x, series, i, style)]
    bounds = span([arrays[f"{series}_high"]], include=[0]) if is_loss else (0.0, 1.05)
    return base_figure(
        [*edges, *lines], about, axis(say("wrong training labels (%)"), span([x], pad=0.03)), axis(unit, bounds)
    )


def _noise_band(arrays: Arrays, x: np.ndarray, series: str, remedy: int, style: Style) -> list[Any]:
    """Return the lower edge, unseen, and the upper one filled down to it."""
    low, high = (f"{series}{edge}" for edge in ("_low", "_high"))
    common = {"x": x, "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    return [
        go.Scatter(y=np.array(arrays[low][remedy]), meta=bind(y=f"{low}[{remedy}]"), **common),
        go.Scatter(
            y=np.array(arrays[high][remedy]), fill="tonexty", fillcolor=faint(style.color, 0.12),
            meta=bind(y=f"{high}[{remedy}]"), **common,
        ),
    ]  # fmt: skip


def _dots(arrays: Arrays, part: str, symbol: str) -> list[Any]:
    """Return the points of one part and the bars at their medians."""
    label = say("validation") if part == "val" else say("test")
    x, y, median, level = (f"ablation_{part}_{name}" for name in ("x", "y", "median", "level"))
    dots = go.Scatter(
        name=label, x=np.array(arrays[x]), y=np.array(arrays[y]), mode="markers", opacity=0.8,
        marker={"color": COLORS[part], "symbol": symbol, "size": 7}, hovertemplate="%{x:.3g}<extra>" + label + "</extra>",
        meta=bind(x=x, y=y),
    )  # fmt: skip
    bars = go.Scatter(
        name=say("{part}, median", part=label), x=np.array(arrays[median]), y=np.array(arrays[level]), mode="markers",
        marker={"color": COLORS[part], "symbol": "line-ns", "size": 15, "line": {"color": COLORS[part], "width": 3}},
        hovertemplate=say("median %{x:.3g}") + "<extra>" + label + "</extra>", meta=bind(x=median, y=level),
    )  # fmt: skip
    return [dots, bars]
