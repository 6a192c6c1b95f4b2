"""Which charts a single network gets, by kind of data, and what each shows in words. Read `fit.py` for the charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from core.figures import fit
from core.figures.losses import describe_losses, plot_losses
from core.figures.network import describe_diagram, describe_matrices, plot_diagram, plot_matrices
from core.figures.theme import Arrays
from core.figures.weights import describe_histograms, describe_sparsity, plot_histograms, plot_sparsity

if TYPE_CHECKING:
    from core.data.split import Split

Labels = Mapping[str, Sequence[str]]


def plot_playground(arrays: Arrays, labels: Labels, split: Split) -> list[go.Figure]:
    """Return the fit, the losses, the histograms, then the rest, in the order of the page."""
    network = plot_matrices(arrays) if "matrices" in arrays else plot_diagram(arrays)
    main, more = plot_fit(arrays, labels, split)
    return [main, plot_losses(arrays), plot_histograms(arrays), plot_sparsity(arrays), network, *more]


def plot_fit(arrays: Arrays, labels: Labels, split: Split) -> tuple[go.Figure, list[go.Figure]]:
    """Return the main chart of the fit and any further ones."""
    return plot_main_fit(arrays, labels, split), plot_more_of_fit(arrays, labels, split)


def plot_main_fit(arrays: Arrays, labels: Labels, split: Split) -> go.Figure:
    """Return the main chart of what a network computes."""
    if split.kind == "curve":
        return fit.plot_curve(arrays, fit.split_constants(split))
    if split.kind == "plane":
        return fit.plot_plane(arrays, fit.split_constants(split))
    if split.kind == "images":
        return fit.plot_pixels(arrays)
    if split.task == "classification":
        return fit.plot_ranking(arrays, labels["rank_name"])
    return fit.plot_predicted(arrays, fit.split_constants(split))


def plot_more_of_fit(arrays: Arrays, labels: Labels, split: Split) -> list[go.Figure]:
    """Return what further charts there are of it, for real data."""
    if split.grid is not None:
        return []
    if split.task == "classification":
        return [fit.plot_confusion(arrays, split.class_names)]
    return [fit.plot_ranking(arrays, labels["rank_name"])]


def describe_playground(arrays: Arrays, labels: Labels, constants: Arrays, kind: str) -> dict[str, str]:
    """Return the text alternative of each chart by its name; `constants` as from `split_constants`.

    Arrays that are missing (a stored moment has no loss curves) leave their chart out.
    """
    texts = {"histograms": describe_histograms(arrays), "sparsity": describe_sparsity(arrays)}
    if "train_loss" in arrays:
        texts["loss"] = describe_losses(arrays)
    if "matrices" in arrays:
        texts["matrices"] = describe_matrices(arrays)
    else:
        texts["diagram"] = describe_diagram(arrays)
    return {**texts, **describe_fit(arrays, labels, constants, kind)}


def describe_fit(arrays: Arrays, labels: Labels, constants: Arrays, kind: str) -> dict[str, str]:
    """Return the text alternatives of the charts that `plot_fit` gives."""
    if kind == "curve":
        return {"fit": fit.describe_curve(arrays, constants)}
    if kind == "plane":
        return {"fit": fit.describe_plane(arrays, constants)}
    texts = {}
    if "confusion" in arrays:
        texts["confusion"] = fit.describe_confusion(arrays)
    if kind == "images":
        return {**texts, "pixels": fit.describe_pixels(arrays)}
    texts["ranking"] = fit.describe_ranking(arrays, labels["rank_name"])
    if "pred_val" in arrays:
        texts["predicted"] = fit.describe_predicted(arrays, constants)
    return texts
