"""Which charts the λ path page shows, in its order, and what they say in words. Read `path.py` for the charts of all λ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go

from core.figures.losses import plot_losses
from core.figures.path import describe_path_losses, describe_path_sparsity, plot_path_losses, plot_path_sparsity
from core.figures.path_weights import describe_input_paths, describe_weight_paths, plot_input_paths, plot_weight_paths
from core.figures.playground import describe_fit, plot_fit
from core.figures.scrubbed import at_scrub
from core.figures.theme import N_COLORS, Arrays
from core.figures.weights import describe_histograms, plot_histograms

if TYPE_CHECKING:
    from core.data.split import Split

SCRUB = "lambda"
CHOSEN, ALL = "At the chosen λ", "All λ"
PREDICTED = ("pred_train", "pred_val")  # one network's wild answers do not flatten the chart of another
SHORT_TITLES = {
    "The fit": "The fit at the chosen λ",
    "The decision map": "Map at chosen λ",
    "The fitted surface": "Surface at chosen λ",
}
# Arrays with a leading axis of members (epoch only where the members are trained in several stacks); the others are shared.
OF_MEMBERS = (
    "fit_y", "map", "reach", "rank_value", "pixels", "confusion", "pred_train", "pred_val",
    "hist_x", "hist_y", "hist_count", "over_x", "over_y", "over_n", "zero_share", "spike_x", "spike_y",
    "epoch", "train_loss", "val_loss", "penalty", "objective", "best_epoch", "best_val_loss", "change_loss",
)  # fmt: skip


def plot_path_page(
    arrays: Arrays, labels: Mapping[str, Sequence[str]], values: np.ndarray, param_name: str, split: Split,
    chosen: int = 0,
) -> list[go.Figure]:  # fmt: skip
    """Return the losses against λ beside the fit at the chosen λ, more of the chosen λ, then weights and inputs against λ.

    arrays: those of a snapshot of the path's live run; labels: those of the chosen member.
    """
    names = [name for name in OF_MEMBERS if name != "epoch" or arrays["epoch"].ndim == 2]
    member = {name: array[chosen] if name in names else array for name, array in arrays.items()}
    is_signed = len(arrays["path_nonzero"]) == 1 and split.n_outputs == 1
    main, more = plot_fit(member, labels, split)
    if "map" in arrays:
        main.layout.meta = {**main.layout.meta, "images": [in_levels(image) for image in main.layout.meta["images"]]}
    weights = plot_histograms(member)  # one axis for all λ: that a penalty pulls the weights together is seen
    at_chosen = [plot_losses(member), weights, *more]
    n_layers = len(arrays["path_nonzero"])
    below = [plot_weight_paths(arrays, values, param_name, n_layers, chosen)]
    if "path_inputs" in arrays:
        below.append(plot_input_paths(arrays, values, param_name, split.feature_names, is_signed, chosen))
    below.append(plot_path_sparsity(arrays, values, param_name, chosen))
    title = SHORT_TITLES.get(main.layout.meta["title"], main.layout.meta["title"])
    sizes = {2: "half", 4: "half"}
    return [
        with_facts(plot_path_losses(arrays, values, param_name, chosen), size="wide", height=None),
        at_scrub(main, SCRUB, names, title=title),
        *(
            at_scrub(figure, SCRUB, names, PREDICTED, group=CHOSEN, size=sizes.get(len(at_chosen), "third"))
            for figure in at_chosen
        ),
        *(with_facts(figure, group=ALL, size=sizes.get(len(below), "third")) for figure in below),
    ]


def describe_path_page(arrays: Arrays, values: np.ndarray, texts: Sequence[str], split: Split) -> dict[str, str]:
    """Return the text alternatives of the charts over all λ."""
    described = {
        "path": describe_path_losses(arrays, values, texts),
        "path_sparsity": describe_path_sparsity(arrays, texts),
        "weight_paths": describe_weight_paths(arrays, texts),
    }
    if "path_inputs" in arrays:
        described["input_paths"] = describe_input_paths(arrays, split.feature_names, texts)
    return described


def describe_member(
    arrays: Arrays, labels: Mapping[str, Sequence[str]], constants: Arrays, kind: str
) -> dict[str, str]:
    """Return the text alternatives of fit and histograms at one λ, from its own arrays."""
    return {"histograms": describe_histograms(arrays), **describe_fit(arrays, labels, constants, kind)}


def to_levels(values: np.ndarray, bounds: tuple[float, float]) -> np.ndarray:
    """Return `map` as the colours it will be painted in, 0 to 255: a quarter of the bytes. nan (not begun) stays nan.

    bounds: the values of the first and the last colour, see `map_bounds`.
    """
    low, high = bounds
    levels = np.round(np.clip((values - low) / (high - low), 0, 1) * (N_COLORS - 1))
    return levels.astype(np.float32 if np.isnan(levels).any() else np.uint8)


def from_levels(levels: np.ndarray, bounds: tuple[float, float]) -> np.ndarray:
    """Return the values that `to_levels` has rounded."""
    low, high = bounds
    return np.asarray(low + levels.astype(float) / (N_COLORS - 1) * (high - low))


def with_facts(figure: go.Figure, **about: Any) -> go.Figure:
    """Return the figure with some of its facts for the page (size, height, group) replaced."""
    figure.layout.meta = {**figure.layout.meta, **about}
    return figure


def in_levels(image: Mapping[str, Any]) -> dict[str, Any]:
    """Return a picture whose array holds colours, see `to_levels`; its table still tells the values."""
    return {**image, "range": [0.0, N_COLORS - 1.0], "told": {**image["told"], "levels": image["range"]}}
