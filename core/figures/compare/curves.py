"""Penalties side by side: curves of all variants in one chart, and their weights on one axis. Read next: `geometry.py`.

`variants` are (key, label) pairs in the order of the arrays' leading axis; `core/figures/styles.py` has their colours and dashes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.losses import log_toggle
from core.figures.styles import faint, styles_of
from core.figures.theme import COLORS, axis, base_figure, bind, column, entry, epoch_axis, twin
from core.readings.arrays import Arrays, span
from core.readings.compare.curves import SERIES, Variants
from core.settings.penalties import Style
from core.words import say

SIZES = {"val_loss": "half"}
CHANGED = entry(say("changed strength"), COLORS["penalty"], symbol="triangle-down")


def plot_variants(arrays: Arrays, variants: Variants, series: str, has_band: bool = False) -> go.Figure:
    """Return one series of all variants over `epoch`, (n_variants, n_records); with bands `<series>_low`, `<series>_high`.

    The y axis follows `<series>_range`, see `range_arrays`.
    """
    title, unit, look_for = SERIES[series]
    limits = f"{series}_range"
    styles = styles_of([key for key, _ in variants])
    about = {
        "name": f"compare_{series}", "title": title, "look_for": look_for, "size": SIZES.get(series, "third"),
        "legend": [entry(label, style.color, style.dash) for (_, label), style in zip(variants, styles, strict=True)]
        + ([CHANGED] if series == "val_loss" else []),
        "auto": {
            "xaxis": {"arrays": ["epoch"], "include": [0]},
            "yaxis": {"arrays": [limits], "include": [0]},
        },
        "toggles": [log_toggle(is_on=True)] if series == "val_loss" else [],
    }  # fmt: skip
    traces: list[Any] = []
    for v, ((_, label), style) in enumerate(zip(variants, styles, strict=True)):
        traces += _band(arrays, series, v, style) if has_band else []
        traces += (
            [_curve(arrays, "train_loss", v, say("{label}, training", label=label), style, 0.35)]
            if series == "val_loss"
            else []
        )
        traces.append(_curve(arrays, series, v, label, style, 1.0))
    traces += [_here(), *([_changes(arrays)] if series == "val_loss" else [])]
    y_range = span([arrays[limits]], include=[0])
    x_range = span([arrays["epoch"]], include=[0])
    yaxis, margin = axis(unit, y_range), {}
    if series == "n_zero":  # thousands need room, and its title is placed before they come
        yaxis["title"] = {"text": unit, "standoff": 26}
        margin = {"margin": {"l": 68, "r": 8, "t": 8, "b": 44}}
    return base_figure(traces, about, epoch_axis(x_range), yaxis, **margin)


def plot_overlay(arrays: Arrays, variants: Variants) -> go.Figure:
    """Return the weights of all variants as lines on common bins, and beside them bars of the share that is exactly zero."""
    styles = styles_of([key for key, _ in variants])
    about = {
        "name": "overlay",
        "title": say("Weights, exact zeros apart"),
        "size": "half",
        "look_for": say(
            "A narrow peak: weights near zero. A bar: weights at exactly zero. The outermost steps hold all beyond, "
            "too."
        ),
        "legend": [entry(label, style.color, style.dash) for (_, label), style in zip(variants, styles, strict=True)]
        + [entry(say("before the last change (faint)"), COLORS["truth"], "dot")],
        "auto": {
            "xaxis": {"arrays": ["overlay_x", "ghost:overlay_x"], "is_tight": True, "grows": True},
            "yaxis": {"arrays": ["overlay_share"], "include": [0], "most": 1},
        },
        "twin": [
            twin(
                say("Share of the weights from each edge to the next; the outermost hold all beyond"),
                say("weight from"),
                "overlay_x[0]",
                [column(label, f"overlay_share[{v}]", "percent") for v, (_, label) in enumerate(variants)],
                n_rows=arrays["overlay_x"].shape[-1] - 1,
            ),
            twin(
                say("Weights that are exactly zero"),
                say("penalty"),
                [label for _, label in variants],
                [column(say("share of the weights"), "overlay_zero", "percent")],
            ),
        ],
    }
    ghosts = [
        go.Scatter(
            name=say("{label}, before", label=label), x=[], y=[], mode="lines", opacity=0.45, hoverinfo="skip",
            line={"color": style.color, "dash": "dot", "width": 1.5, "shape": "hv"},
            meta=bind(x=f"ghost:overlay_x[{v}]", y=f"ghost:overlay_share[{v}]"),
        )
        for v, ((_, label), style) in enumerate(zip(variants, styles, strict=True))
    ]  # fmt: skip
    lines = [
        go.Scatter(
            name=label, x=np.array(arrays["overlay_x"][v]), y=np.array(arrays["overlay_share"][v]), mode="lines",
            line={"color": style.color, "dash": style.dash, "width": 2, "shape": "hv"},
            meta=bind(x=f"overlay_x[{v}]", y=f"overlay_share[{v}]"),
        )
        for v, ((_, label), style) in enumerate(zip(variants, styles, strict=True))
    ]  # fmt: skip
    bars = go.Bar(
        name=say("exactly zero"),
        x=list(range(len(variants))),
        y=np.array(arrays["overlay_zero"]),
        xaxis="x2",
        yaxis="y2",
        marker={"color": [style.color for style in styles]},
        customdata=[label for _, label in variants],
        hovertemplate=say("%{customdata}: %{y:.0%} exactly zero<extra></extra>"),
        meta=bind(y="overlay_zero"),
    )
    low, high = span([arrays["overlay_share"]], include=[0])
    places = (-0.6, len(variants) - 0.4)
    side = axis(say("zero"), places, domain=[0.82, 1.0], anchor="y2", showticklabels=False, showgrid=False)
    return base_figure(
        [*ghosts, *lines, bars],
        about,
        axis(say("weight (not zero)"), span([arrays["overlay_x"]], pad=0.0), domain=[0.0, 0.7]),
        axis(say("share of the weights"), (low, min(high, 1.0)), tickformat=".0%"),
        xaxis2=side,
        yaxis2=axis(say("exactly zero"), (0, 1), anchor="x2", tickformat=".0%"),
    )


def _here() -> go.Scatter:
    """Return the line at the rewound moment, nothing while live."""
    return go.Scatter(
        name=say("you are here"),
        x=[],
        y=[],
        mode="lines",
        line={"color": COLORS["truth"], "width": 2},
        hoverinfo="skip",
        meta=bind(x="at:moment", y="span:y"),
    )


def _changes(arrays: Arrays) -> go.Scatter:
    """Return a mark for each strength that was changed on the way, on the curve of its variant."""
    return go.Scatter(
        name=say("changed strength"),
        x=np.array(arrays["change_epoch"]),
        y=np.array(arrays["change_loss"]),
        mode="markers",
        marker={"symbol": CHANGED["symbol"], "size": 10, "color": CHANGED["color"]},
        hovertemplate="%{text}<extra></extra>",
        meta=bind(x="change_epoch", y="change_loss", text="label:changes"),
    )


def _curve(arrays: Arrays, name: str, variant: int, label: str, style: Style, opacity: float) -> go.Scatter:
    width = 2 if opacity == 1 else 1.5
    return go.Scatter(
        name=label, x=np.array(arrays["epoch"]), y=np.array(arrays[name][variant]), mode="lines", opacity=opacity,
        line={"color": style.color, "dash": style.dash, "width": width}, meta=bind(x="epoch", y=f"{name}[{variant}]"),
    )  # fmt: skip


def _band(arrays: Arrays, series: str, variant: int, style: Style) -> list[Any]:
    """Return the lower edge, unseen, and the upper one filled down to it."""
    common = {"x": np.array(arrays["epoch"]), "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    low, high = f"{series}_low", f"{series}_high"
    return [
        go.Scatter(y=np.array(arrays[low][variant]), meta=bind(x="epoch", y=f"{low}[{variant}]"), **common),
        go.Scatter(
            y=np.array(arrays[high][variant]), fill="tonexty", fillcolor=faint(style.color, 0.2),
            meta=bind(x="epoch", y=f"{high}[{variant}]"), **common,
        ),
    ]  # fmt: skip
