"""Figures: pure functions from arrays to Plotly figures. Read `theme.py` first, then `losses.py`."""

from core.figures.compare import describe_overlay, describe_variants, plot_overlay, plot_variants
from core.figures.cross_validation import (
    cv_arrays,
    describe_cv,
    describe_folds,
    describe_test,
    plot_cv,
    plot_folds,
    plot_test,
)
from core.figures.features import (
    describe_along,
    describe_inputs,
    plot_in_use,
    plot_inputs,
    plot_pixel_use,
    plot_scores,
    plot_twins,
)
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
from core.figures.fold_curves import (
    describe_fold_curves,
    describe_refit,
    fold_curve_arrays,
    plot_fold_curves,
    plot_refit,
)
from core.figures.geometry import describe_geometry, plot_geometry
from core.figures.grid import describe_grid, grid_arrays, plot_grid
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
from core.figures.path import (
    describe_path_losses,
    describe_path_sparsity,
    path_arrays,
    plot_path_losses,
    plot_path_sparsity,
)
from core.figures.path_weights import (
    describe_input_paths,
    describe_weight_paths,
    input_arrays,
    plot_input_paths,
    plot_weight_paths,
    weight_arrays,
)
from core.figures.remedies import (
    ablation_arrays,
    describe_ablation,
    describe_label_noise,
    plot_ablation,
    plot_label_noise,
)
from core.figures.strengths import positions
from core.figures.weights import describe_histograms, describe_sparsity, plot_histograms, plot_sparsity

__all__ = [
    "MAX_LINKS", "ablation_arrays", "cv_arrays", "describe_ablation", "describe_along", "describe_confusion",
    "describe_curve", "describe_cv", "describe_diagram", "describe_fold_curves", "describe_folds",
    "describe_geometry", "describe_grid", "describe_histograms", "describe_input_paths", "describe_inputs",
    "describe_label_noise", "describe_losses", "describe_matrices", "describe_overlay", "describe_path_losses",
    "describe_path_sparsity", "describe_pixels", "describe_plane", "describe_predicted", "describe_ranking",
    "describe_refit", "describe_sparsity", "describe_test", "describe_variants", "describe_weight_paths",
    "diagram_arrays", "fold_curve_arrays", "grid_arrays", "input_arrays", "matrices_array", "n_links", "path_arrays",
    "plot_ablation", "plot_confusion", "plot_curve", "plot_cv", "plot_diagram", "plot_fold_curves", "plot_folds",
    "plot_geometry", "plot_grid", "plot_histograms", "plot_in_use", "plot_input_paths", "plot_inputs",
    "plot_label_noise", "plot_losses", "plot_matrices", "plot_overlay", "plot_path_losses", "plot_path_sparsity",
    "plot_pixel_use", "plot_pixels", "plot_plane", "plot_predicted", "plot_ranking", "plot_refit", "plot_scores",
    "plot_sparsity", "plot_test", "plot_twins", "plot_variants", "plot_weight_paths", "positions", "split_constants",
    "weight_arrays",
]  # fmt: skip
