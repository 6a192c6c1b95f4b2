"""All figures of the page of bias and variance, in reading order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.figures.bias_variance.fits import plot_bundle, plot_votes
from core.figures.bias_variance.parts import plot_lines, plot_parts
from core.readings.arrays import Arrays
from core.readings.fit import split_constants
from core.words import say

if TYPE_CHECKING:
    from core.data.split import Split

LOSSES = {"regression": say("squared error (standardised target)"), "classification": say("Brier score (0 to 2)")}


def plot_bias_variance_page(
    arrays: Arrays, values: np.ndarray, param_name: str, texts: list[str], split: Split, chosen: int, chosen_set: int
) -> list[go.Figure]:
    """Return the parts of the risk, the bundle of fits where it can be drawn, and for classes the other decompositions."""
    figures = [plot_parts(arrays, values, param_name, texts, chosen, LOSSES[split.task])]
    constants = split_constants(split)
    if "bundle" in arrays:
        figures.append(plot_bundle(arrays, constants, chosen, chosen_set))
    elif "votes" in arrays and split.grid is not None:
        n = arrays["votes"].shape[-1]
        ends = (split.grid.x[0], split.grid.x[-1])
        axes = np.linspace(*ends, n)
        figures.append(plot_votes(arrays, constants, (axes, axes), chosen, chosen_set))
    else:
        figures[0].layout.meta = {**figures[0].layout.meta, "size": "full"}
    lines = [name for name in ("zero_one", "log_loss") if split.task == "classification"]
    return [*figures, *(plot_lines(arrays, values, param_name, name, chosen) for name in lines)]
