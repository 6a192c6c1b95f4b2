"""Figures: pure functions from arrays to Plotly figures. Read `theme.py` first, then `losses.py`."""

from core.figures.fit import (
    describe_confusion,
    describe_curve,
    describe_pixels,
    describe_plane,
    describe_predicted,
    describe_ranking,
    plot_confusion,
    plot_curve,
    plot_pixels,
    plot_plane,
    plot_predicted,
    plot_ranking,
    split_constants,
)
from core.figures.losses import describe_losses, plot_losses
from core.figures.network import (
    MAX_LINKS,
    describe_diagram,
    describe_matrices,
    diagram_arrays,
    matrices_array,
    n_links,
    plot_diagram,
    plot_matrices,
)
from core.figures.weights import (
    describe_histograms,
    describe_sparsity,
    histogram_arrays,
    plot_histograms,
    plot_sparsity,
    sparsity_arrays,
)

__all__ = [
    "MAX_LINKS", "describe_confusion", "describe_curve", "describe_diagram", "describe_histograms", "describe_losses",
    "describe_matrices", "describe_pixels", "describe_plane", "describe_predicted", "describe_ranking",
    "describe_sparsity", "diagram_arrays", "histogram_arrays", "matrices_array", "n_links", "plot_confusion",
    "plot_curve", "plot_diagram", "plot_histograms", "plot_losses", "plot_matrices", "plot_pixels", "plot_plane",
    "plot_predicted", "plot_ranking", "plot_sparsity", "sparsity_arrays", "split_constants",
]  # fmt: skip
