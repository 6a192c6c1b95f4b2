"""Double descent along the epochs in figures: the loss, and which features are wrong. See `core/live/double_descent`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.double_descent.curves import VALUE
from core.figures.double_descent.lines import Look, each, mean
from core.figures.styles import faint
from core.figures.theme import axis, base_figure, entry
from core.readings.arrays import Arrays
from core.settings.colors import BLUE, GREEN, ORANGE, PURPLE
from core.words import say

PICKED = f"[@{VALUE}]"
HIGHEST = 12.0  # of both axes: every draw stays below


def plot_epochs_page(arrays: Arrays, epochs: Sequence[int], chosen: int) -> list[go.Figure]:
    """Return the losses and the two parts of that on fresh rows. chosen: where the slider over λ stands."""
    return [plot_epochs_loss(arrays, epochs, chosen), plot_epochs_parts(arrays, epochs, chosen)]


def plot_epochs_loss(arrays: Arrays, epochs: Sequence[int], chosen: int) -> go.Figure:
    """Return the mean squared error on fresh and on training rows along the epochs, each draw faint."""
    about = {
        "name": "de_loss", "title": say("Loss along the epochs"), "size": "wide",
        "look_for": say(
            "Without a penalty it falls, rises and falls far lower. Whoever stops at the first turn stops too early here; and "
            "with too much λ the second descent never comes."
        ),
        "legend": [
            entry(say("fresh rows"), GREEN, "solid"), entry(say("one draw of the training rows"), faint(GREEN, 0.45), "solid"),
            entry(say("training rows"), BLUE, "dash"),
        ],
    }  # fmt: skip
    fresh, x = Look(say("fresh rows"), GREEN, "solid"), np.log10(epochs)
    lines = [
        each(arrays, x, "de_test_draws", fresh, PICKED, chosen),
        mean(arrays, x, "de_test", fresh, PICKED, chosen, "lines"),
        mean(arrays, x, "de_train", Look(say("training rows"), BLUE, "dash"), PICKED, chosen, "lines"),
    ]
    return _figure(lines, about, epochs, say("mean squared error"))


def plot_epochs_parts(arrays: Arrays, epochs: Sequence[int], chosen: int) -> go.Figure:
    """Return what the fast and the slow features have still wrong, along the epochs."""
    about = {
        "name": "de_parts", "title": say("Why: two kinds of features"),
        "look_for": say("The fast features first learn their signal, then take what the slow ones will explain for their own, and "
        "are wrong. When the slow ones are learned they let go."),
        "legend": [entry(say("fast features"), ORANGE, "solid"), entry(say("slow features"), PURPLE, "dash")],
    }  # fmt: skip
    lines = [
        mean(
            arrays,
            np.log10(epochs),
            f"de_{name}",
            Look(label, color, dash),
            PICKED,
            chosen,
            "lines",
        )
        for name, label, color, dash in (
            ("fast", say("fast features"), ORANGE, "solid"),
            ("slow", say("slow features"), PURPLE, "dash"),
        )
    ]
    return _figure(lines, about, epochs, say("their share of the error"))


def _figure(lines: Sequence[Any], about: dict[str, Any], epochs: Sequence[int], title: str) -> go.Figure:
    powers = range(int(np.log10(epochs[-1])) + 1)
    ticks = {
        "tickvals": list(powers),
        "ticktext": [f"{10**power}" if power < 3 else f"10<sup>{power}</sup>" for power in powers],
    }
    x = np.log10(epochs)
    names = {"x": {"places": x.tolist(), "texts": [f"{epoch:,}" for epoch in epochs]}}
    xaxis = axis(say("epoch"), (x[0] - 0.06, x[-1] + 0.06), **ticks)
    return base_figure(lines, {**about, "names": names}, xaxis, axis(title, (0.0, HIGHEST)))
