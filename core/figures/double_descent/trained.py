"""Trained networks of many widths in figures: their losses and their wrong answers. See `core/live/double_descent`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.double_descent.curves import VALUE
from core.figures.double_descent.lines import Look, mean, width_axis, width_names
from core.figures.losses import log_toggle
from core.figures.strengths import marker_line
from core.figures.theme import COLORS, axis, base_figure, entry
from core.readings.arrays import Arrays, span
from core.settings.colors import BLUE, GREEN
from core.words import say

PICKED = f"[@{VALUE}]"
TICKS = (2, 4, 8, 17, 30, 50, 100)
FITS = say("from here on no training row is wrong")


def plot_trained_page(arrays: Arrays, widths: Sequence[int], chosen: int) -> list[go.Figure]:
    """Return the losses and the shares of wrong answers. chosen: where the slider over λ stands."""
    return [plot_trained_loss(arrays, widths, chosen), plot_trained_error(arrays, widths, chosen)]


def plot_trained_loss(arrays: Arrays, widths: Sequence[int], chosen: int) -> go.Figure:
    """Return the squared error on fresh and on training rows against width."""
    about = {
        "name": "dt_loss", "title": say("Squared error on fresh rows"), "size": "wide",
        "look_for": say("Early on a U. Later a peak, near the width that first fits all training rows, and beyond it a second "
        "descent. Move λ: a small penalty takes most of the peak away. Rewind shows how it grew."),
        "legend": [
            entry(say("fresh rows"), GREEN, "solid", "circle"),
            entry(say("training rows, wrong labels included"), BLUE, "dash", "square"), entry(FITS, COLORS["truth"], "dash"),
        ],
        "auto": {"yaxis": {"arrays": ["dt_val", "dt_train"], "include": [0]}},
        "toggles": [log_toggle()],
    }  # fmt: skip
    bounds = span([arrays["dt_val"], arrays["dt_train"]], include=[0])
    return _figure(
        arrays, widths, chosen, about, ("dt_val", "dt_train"), axis(say("squared error (sum over classes)"), bounds)
    )


def plot_trained_error(arrays: Arrays, widths: Sequence[int], chosen: int) -> go.Figure:
    """Return the shares of wrong answers on fresh and on training rows against width."""
    about = {
        "name": "dt_error", "title": say("Wrong answers"),
        "look_for": say("The training rows are all right from some width on, their wrong labels too: those are known by heart."),
        "legend": [
            entry(say("fresh rows"), GREEN, "solid", "circle"), entry(say("training rows"), BLUE, "dash", "square"),
            entry(FITS, COLORS["truth"], "dash"),
        ],
    }  # fmt: skip
    yaxis = axis(say("share of wrong answers"), (0.0, 1.0), tickformat=".0%")
    return _figure(arrays, widths, chosen, about, ("dt_val_error", "dt_train_error"), yaxis)


def _figure(
    arrays: Arrays, widths: Sequence[int], chosen: int, about: dict[str, Any], keys: tuple[str, str],
    yaxis: dict[str, Any],
) -> go.Figure:  # fmt: skip
    x = np.log10(widths)
    fresh, train = Look(say("fresh rows"), GREEN, "solid"), Look(say("training rows"), BLUE, "dash")
    traces = [
        mean(arrays, x, keys[0], fresh, PICKED, chosen),
        mean(arrays, x, keys[1], train, PICKED, chosen),
        marker_line(FITS, arrays["dt_fit_x"][chosen].tolist(), f"dt_fit_x{PICKED}", COLORS["truth"], "dash", yaxis["range"]),
    ]  # fmt: skip
    return base_figure(traces, {**about, "names": width_names(widths)}, width_axis(widths, TICKS), yaxis)
