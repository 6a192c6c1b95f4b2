"""Which charts a single network gets, by kind of data, and what each shows in words. Read `core/figures/fit.py` for the charts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from core.figures import fit
from core.figures.digits import plot_digits
from core.figures.labels import plot_labels
from core.figures.losses import plot_losses
from core.figures.network import plot_diagram, plot_matrices
from core.figures.weights import plot_histograms, plot_sparsity
from core.readings.arrays import Arrays
from core.readings.fit import split_constants

if TYPE_CHECKING:
    from core.data.split import Split
from core.readings.playground.page import Labels


def plot_playground(arrays: Arrays, labels: Labels, split: Split) -> list[go.Figure]:
    """Return the fit, large; beside it the losses and the network, or the histograms of one too large to draw; then the rest."""
    main, more = plot_fit(arrays, labels, split)
    if split.kind == "images":
        main, more = plot_digits(labels, split), [main, *more]
    drawn = [plot_matrices(arrays)] if "matrices" in arrays else [plot_diagram(arrays, split.feature_names)]
    histograms = [plot_histograms(arrays)]
    beside, below = (histograms, drawn) if "matrices" in arrays else (drawn, histograms)
    hero = [placed(main, "hero"), *(placed(one, "side") for one in (plot_losses(arrays), *beside))]
    learned = [plot_labels(arrays)] if "label_wrong" in arrays else []
    return [*hero, *learned, *below, plot_sparsity(arrays), *more]


def placed(figure: go.Figure, place: str) -> go.Figure:
    """Give a figure its place on the first screen: "hero", the large one, or "side", beside it."""
    figure.layout.meta["place"] = place
    return figure


def plot_fit(arrays: Arrays, labels: Labels, split: Split) -> tuple[go.Figure, list[go.Figure]]:
    """Return the main chart of the fit and any further ones."""
    return plot_main_fit(arrays, labels, split), plot_more_of_fit(arrays, labels, split)


def plot_main_fit(arrays: Arrays, labels: Labels, split: Split) -> go.Figure:
    """Return the main chart of what a network computes."""
    if split.kind == "curve":
        return fit.plot_curve(arrays, split_constants(split))
    if split.kind == "plane":
        return fit.plot_plane(arrays, split_constants(split))
    if split.kind == "images":
        return fit.plot_pixels(arrays)
    if split.task == "classification":
        return fit.plot_ranking(arrays, labels["rank_name"])
    return fit.plot_predicted(arrays, split_constants(split))


def plot_more_of_fit(arrays: Arrays, labels: Labels, split: Split) -> list[go.Figure]:
    """Return what further charts there are of it, for real data."""
    if split.grid is not None:
        return []
    if split.task == "classification":
        return [fit.plot_confusion(arrays, split.class_names)]
    return [fit.plot_ranking(arrays, labels["rank_name"])]
