"""Learning rate × λ as a map of the validation loss. Read next: `core/figures/cv/losses.py`."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from core.figures.strengths import best_star, place_names, strength_axis
from core.figures.theme import COLORS, base_figure, bind, colorscale, entry
from core.readings.arrays import Arrays
from core.readings.strengths import positions
from core.settings.colors import BLUE, ORANGE, PALE, SKY, VERMILLION
from core.words import say


def plot_grid(arrays: Arrays, values: np.ndarray, param_name: str, learning_rates: np.ndarray) -> go.Figure:
    """Return the validation loss of learning rate × λ as a map. Binds grid_level, grid_val, grid_best_x, grid_best_y."""
    x, y = positions(values, param_name), np.log10(learning_rates)
    heat = go.Heatmap(
        name=say("validation loss"),
        x=x,
        y=y,
        z=np.array(arrays["grid_level"]),
        customdata=np.array(arrays["grid_val"]),
        zmin=0,
        zmax=1,
        colorscale=colorscale([BLUE, SKY, PALE, ORANGE, VERMILLION]),
        showscale=False,
        xgap=1,
        ygap=1,
        hovertemplate=say("validation loss %{customdata:.3g}<extra></extra>"),
        meta=bind("customdata", z="grid_level", customdata="grid_val"),
    )
    about = {
        "name": "grid",
        "title": say("Learning rate × λ"),
        "look_for": say(
            "The best λ of one learning rate need not be that of another: choose the two together. Empty cells "
            "diverged."
        ),
        "legend": [
            entry(say("lowest loss"), BLUE, symbol="square"),
            entry(say("3 times as high"), PALE, symbol="square"),
            entry(say("10 times or more"), VERMILLION, symbol="square"),
            entry(say("best pair"), COLORS["val"], symbol="star"),
        ],
        "names": {"x": place_names(values, param_name), "y": place_names(np.asarray(learning_rates), "learning_rate")},
        "unit": say("validation loss (mean per row)"),
        "corner": say("learning rate \\ λ"),
        "size": "half",
    }
    rates = strength_axis(np.asarray(learning_rates, dtype=float), "learning_rate")
    traces = [heat, best_star(arrays, "grid_best_x", "grid_best_y", "none")]
    return base_figure(
        traces,
        about,
        strength_axis(values, param_name),
        {**rates, "showgrid": False},
        margin={"l": 60, "r": 8, "t": 8, "b": 44},
    )
