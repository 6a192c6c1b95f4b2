"""Which charts a kind of data gets, in the order the stage shows them."""

import plotly.graph_objects as go

from core import figures
from core.data import Split
from core.runtime.snapshot import Snapshot


def make_figures(snapshot: Snapshot, split: Split) -> list[go.Figure]:
    """Return the fit, the losses, the histograms, then the rest."""
    arrays, constants = snapshot.arrays, figures.split_constants(split)
    network = figures.plot_matrices(arrays) if "matrices" in arrays else figures.plot_diagram(arrays)
    fit, more = fit_figures(snapshot, split, constants)
    return [
        fit,
        figures.plot_losses(arrays),
        figures.plot_histograms(arrays),
        figures.plot_sparsity(arrays),
        network,
        *more,
    ]


def fit_figures(snapshot: Snapshot, split: Split, constants: dict) -> tuple[go.Figure, list[go.Figure]]:
    """Return the main chart of the fit and any further ones."""
    arrays = snapshot.arrays
    if split.kind == "curve":
        return figures.plot_curve(arrays, constants), []
    if split.kind == "plane":
        return figures.plot_plane(arrays, constants), []
    if split.kind == "images":
        return figures.plot_pixels(arrays), [figures.plot_confusion(arrays, split.class_names)]
    ranking = figures.plot_ranking(arrays, snapshot.meta["labels"]["rank_name"])
    if split.task == "classification":
        return ranking, [figures.plot_confusion(arrays, split.class_names)]
    return figures.plot_predicted(arrays, constants), [ranking]
