"""Penalties side by side: curves of all variants in one chart, and their weights on one axis. Read next: `geometry.py`.

`variants` are (key, label) pairs in the order of the arrays' leading axis; `styles.py` has their colours and dashes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.losses import log_toggle
from core.figures.styles import Style, faint, styles_of
from core.figures.theme import COLORS, Arrays, axis, base_figure, bind, column, entry, epoch_axis, span, twin
from core.measures.numbers import gap_text, loss_text

Variants = Sequence[tuple[str, str]]
# Series: title, axis title, what to look for. The words hold for every task: they say where to look, not what is seen.
SERIES = {
    "val_loss": (
        "Validation loss (training loss faint)", "loss (mean per row)",
        "A curve that turns up again while its faint one keeps falling overfits; the lower a curve ends, the better.",
    ),
    "gap": ("Gap", "validation loss - training loss", "Overfitting opens the gap; look which penalty keeps it small."),
    "n_zero": (
        "Weights exactly zero", "weights",
        "The proximal step (L1, elastic net) stops a weight at zero; along a slope (L2, subgradient) nothing stops it there.",
    ),
    "weight_norm": ("Size of the weights", "√Σw²", "All weights together: look which penalty holds them down, and which does not."),
}  # fmt: skip


# What of each series its y axis must show: a band below a loss of 0 need not be seen.
SEEN = {
    "val_loss": ("val_loss", "val_loss_high", "train_loss"),
    **{name: (name, f"{name}_low", f"{name}_high") for name in ("gap", "n_zero", "weight_norm")},
}
SIZES = {"val_loss": "half"}
CHANGED = entry("changed strength", COLORS["penalty"], symbol="triangle-down")


def range_arrays(curves: Arrays, is_lost: np.ndarray) -> dict[str, np.ndarray]:
    """Return `<series>_range` (3,), what a y axis must show: the lowest number, the lowest above 0 (log axis), the highest.

    is_lost: (n_variants,) booleans. The curve of a variant that has diverged may leave the chart, unless all have: beside a
    loss of 1e7 the others would be one flat line. Empty while there is no number.
    """
    is_kept = ~is_lost | is_lost.all()
    numbers = {s: np.concatenate([curves[n][is_kept].ravel() for n in SEEN[s] if n in curves]) for s in SERIES}
    return {f"{series}_range": _ends(values[np.isfinite(values)]) for series, values in numbers.items()}


def _ends(values: np.ndarray) -> np.ndarray:
    positive = values[values > 0]
    lowest = positive.min() if positive.size else np.nan
    return np.array([values.min(), lowest, values.max()]) if values.size else np.zeros(0)


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
        "toggles": [log_toggle()] if series == "val_loss" else [],
    }  # fmt: skip
    traces: list[Any] = []
    for v, ((_, label), style) in enumerate(zip(variants, styles, strict=True)):
        traces += _band(arrays, series, v, style) if has_band else []
        traces += [_curve(arrays, "train_loss", v, f"{label}, training", style, 0.35)] if series == "val_loss" else []
        traces.append(_curve(arrays, series, v, label, style, 1.0))
    traces += [_here(), *([_changes(arrays)] if series == "val_loss" else [])]
    y_range = span([arrays[limits]], include=[0])
    x_range = span([arrays["epoch"]], include=[0])
    return base_figure(traces, about, epoch_axis(x_range), axis(unit, y_range))


def plot_overlay(arrays: Arrays, variants: Variants) -> go.Figure:
    """Return the weights of all variants as lines on common bins, and beside them bars of the share that is exactly zero."""
    styles = styles_of([key for key, _ in variants])
    about = {
        "name": "overlay", "title": "Weights, exact zeros apart", "size": "half",
        "look_for": "A narrow peak: weights near zero. A bar: weights at exactly zero. The outermost steps hold all beyond, too.",
        "legend": [entry(label, style.color, style.dash) for (_, label), style in zip(variants, styles, strict=True)]
        + [entry("before the last change (faint)", COLORS["truth"], "dot")],
        "auto": {
            "xaxis": {"arrays": ["overlay_x", "ghost:overlay_x"], "is_tight": True, "grows": True},
            "yaxis": {"arrays": ["overlay_share"], "include": [0], "most": 1},
        },
        "twin": [
            twin(
                "Share of the weights from each edge to the next; the outermost hold all beyond", "weight from", "overlay_x[0]",
                [column(label, f"overlay_share[{v}]", "percent") for v, (_, label) in enumerate(variants)],
                n_rows=arrays["overlay_x"].shape[-1] - 1,
            ),
            twin(
                "Weights that are exactly zero", "penalty", [label for _, label in variants],
                [column("share of the weights", "overlay_zero", "percent")],
            ),
        ],
    }  # fmt: skip
    ghosts = [
        go.Scatter(
            name=f"{label}, before", x=[], y=[], mode="lines", opacity=0.45, hoverinfo="skip",
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
        name="exactly zero", x=list(range(len(variants))), y=np.array(arrays["overlay_zero"]), xaxis="x2", yaxis="y2",
        marker={"color": [style.color for style in styles]}, customdata=[label for _, label in variants],
        hovertemplate="%{customdata}: %{y:.0%} exactly zero<extra></extra>", meta=bind(y="overlay_zero"),
    )  # fmt: skip
    low, high = span([arrays["overlay_share"]], include=[0])
    places = (-0.6, len(variants) - 0.4)
    side = axis("zero", places, domain=[0.82, 1.0], anchor="y2", showticklabels=False, showgrid=False)
    return base_figure(
        [*ghosts, *lines, bars],
        about,
        axis("weight (not zero)", span([arrays["overlay_x"]], pad=0.0), domain=[0.0, 0.7]),
        axis("share of the weights", (low, min(high, 1.0)), tickformat=".0%"),
        xaxis2=side,
        yaxis2=axis("exactly zero", (0, 1), anchor="x2", tickformat=".0%"),
    )


def describe_variants(arrays: Arrays, variants: Variants, series: str) -> str:
    """Return the last value of every variant as a sentence."""
    if arrays["epoch"].size == 0:
        return f"{SERIES[series][0]}: nothing recorded yet."
    write = {"gap": gap_text, "val_loss": loss_text}.get(series, "{:.3g}".format)
    values = ", ".join(f"{label} {write(arrays[series][v][-1])}" for v, (_, label) in enumerate(variants))
    return f"{SERIES[series][0]} at epoch {arrays['epoch'][-1]:.0f}: {values}."


def describe_overlay(arrays: Arrays, variants: Variants) -> str:
    """Return the share of exact zeros of every variant as a sentence."""
    shares = ", ".join(f"{label} {arrays['overlay_zero'][v]:.0%}" for v, (_, label) in enumerate(variants))
    reach = float(np.max(arrays["overlay_x"]))
    return f"Weights on one axis, up to ±{reach:.3g}, those beyond in the outermost steps. Exactly zero: {shares}."


def _here() -> go.Scatter:
    """Return the line at the rewound moment, nothing while live."""
    return go.Scatter(
        name="you are here", x=[], y=[], mode="lines", line={"color": COLORS["truth"], "width": 2}, hoverinfo="skip",
        meta=bind(x="at:moment", y="span:y"),
    )  # fmt: skip


def _changes(arrays: Arrays) -> go.Scatter:
    """Return a mark for each strength that was changed on the way, on the curve of its variant."""
    return go.Scatter(
        name="changed strength", x=np.array(arrays["change_epoch"]), y=np.array(arrays["change_loss"]), mode="markers",
        marker={"symbol": CHANGED["symbol"], "size": 10, "color": CHANGED["color"]}, hovertemplate="%{text}<extra></extra>",
        meta=bind(x="change_epoch", y="change_loss", text="label:changes"),
    )  # fmt: skip


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
