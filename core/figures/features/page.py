"""All figures of the Features page, in reading order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.figures.cv.losses import plot_cv
from core.figures.features.inputs import plot_in_use, plot_inputs, plot_kept, plot_pixel_use, plot_scores, plot_twins
from core.readings.arrays import Arrays
from core.readings.features.inputs import SHORT
from core.words import say

if TYPE_CHECKING:
    from core.data.split import Split

SHOWN_AS = {"none": say("No penalty"), **SHORT}


def plot_features_page(arrays: Arrays, values: np.ndarray, split: Split, chosen: int) -> list[go.Figure]:
    """Return the charts this task has. values: the strengths λ; chosen: the place of the one that is shown."""
    has_truth = split.relevance is not None
    figures = [plot_scores(arrays, values, chosen)] if has_truth else []
    figures += [plot_in_use(arrays, values, len(split.feature_names), chosen, "half" if has_truth else "full")]
    figures.append(plot_kept(has_truth))
    figures += [plot_penalty(arrays, split, name) for name in SHOWN_AS]
    if "twin_l1" in arrays:
        figures.append(plot_twins(arrays, values, chosen))
    return [*figures, plot_cv(arrays, values, "l1", chosen)]


def plot_penalty(arrays: Arrays, split: Split, name: str) -> go.Figure:
    """Return what one penalty leaves of the inputs: pixels of an image, else bars with their names."""
    array = "{}_l1[0]" if name == "none" else "{}_" + name + "[@lambda]"
    more = {"title": say("{penalty}: inputs", penalty=SHOWN_AS[name]), "name": f"inputs_{name}", "size": "quarter"}
    if split.kind == "images":
        return plot_pixel_use(arrays, array.format("pixels"), **more)
    roles = () if split.relevance is None else split.relevance.roles
    return plot_inputs(arrays, split.feature_names, roles, array.format("input_strength"), **more)
