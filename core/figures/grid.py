"""Learning rate × λ as a map of the validation loss. Read next: `cross_validation.py`."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from core.figures.strengths import best_star, place_names, positions, strength_axis
from core.figures.theme import BLUE, COLORS, ORANGE, PALE, SKY, VERMILLION, Arrays, base_figure, bind, colorscale, entry
from core.measures.numbers import loss_text


def grid_arrays(
    val_loss: np.ndarray, values: np.ndarray, param_name: str, learning_rates: np.ndarray
) -> dict[str, np.ndarray]:
    """Return grid_val (n_rates, n_values), and for its colours grid_level, 0 the lowest loss and 1 ten times as much or more.

    grid_best_x, grid_best_y: (1,) places of the lowest loss on the axes, empty while there is none.
    """
    loss = np.where(np.isfinite(val_loss), val_loss, np.nan)
    if not np.isfinite(loss).any():
        return {"grid_val": loss, "grid_level": loss, "grid_best_x": np.zeros(0), "grid_best_y": np.zeros(0)}
    lowest = max(float(np.nanmin(loss)), 1e-12)
    rate, value = np.unravel_index(np.nanargmin(loss), loss.shape)
    return {
        "grid_val": loss,
        "grid_level": np.clip(np.log10(np.maximum(loss, lowest) / lowest), 0, 1),
        "grid_best_x": positions(values, param_name)[value : value + 1],
        "grid_best_y": np.log10(learning_rates)[rate : rate + 1],
    }


def plot_grid(arrays: Arrays, values: np.ndarray, param_name: str, learning_rates: np.ndarray) -> go.Figure:
    """Return the validation loss of learning rate × λ as a map. Binds grid_level, grid_val, grid_best_x, grid_best_y."""
    x, y = positions(values, param_name), np.log10(learning_rates)
    heat = go.Heatmap(
        name="validation loss", x=x, y=y, z=np.array(arrays["grid_level"]), customdata=np.array(arrays["grid_val"]),
        zmin=0, zmax=1, colorscale=colorscale([BLUE, SKY, PALE, ORANGE, VERMILLION]), showscale=False, xgap=1, ygap=1,
        hovertemplate="validation loss %{customdata:.3g}<extra></extra>",
        meta=bind("customdata", z="grid_level", customdata="grid_val"),
    )  # fmt: skip
    about = {
        "name": "grid",
        "title": "Learning rate × λ",
        "look_for": "The best λ of one learning rate need not be that of another: choose the two together. Empty cells diverged.",
        "legend": [
            entry("lowest loss", BLUE, symbol="square"),
            entry("3 times as high", PALE, symbol="square"),
            entry("10 times or more", VERMILLION, symbol="square"),
            entry("best pair", COLORS["val"], symbol="star"),
        ],
        "names": {"x": place_names(values, param_name), "y": place_names(np.asarray(learning_rates), "learning_rate")},
        "unit": "validation loss (mean per row)",
        "corner": "learning rate \\ λ",
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


def describe_grid(arrays: Arrays, values: np.ndarray, learning_rates: np.ndarray) -> str:
    """Return the best pair and how many pairs diverged."""
    loss = np.asarray(arrays["grid_val"], dtype=float)
    if not np.isfinite(arrays["grid_best_y"]).any():
        return f"Learning rate × λ, {len(learning_rates)} × {len(values)} pairs: nothing to show yet."
    rate, value = np.unravel_index(np.nanargmin(loss), loss.shape)
    return (
        f"Learning rate × λ, {len(learning_rates)} × {len(values)} pairs: lowest validation loss {loss_text(np.nanmin(loss))} at "
        f"learning rate {learning_rates[rate]:.3g} and λ {values[value]:.3g}; {int(np.isnan(loss).sum())} have no finite loss."
    )
