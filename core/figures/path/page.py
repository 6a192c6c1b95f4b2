"""Which charts the λ path page shows, in its order, and what they say in words. Read `curves.py` for the charts of all λ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go

from core.figures.losses import plot_losses
from core.figures.path.curves import plot_path_losses, plot_path_sparsity
from core.figures.path.weights import plot_input_paths, plot_weight_paths
from core.figures.playground.page import plot_fit
from core.figures.scrubbed import at_scrub
from core.figures.weights import plot_histograms
from core.readings.arrays import N_COLORS, Arrays
from core.words import say

if TYPE_CHECKING:
    from core.data.split import Split


SCRUB = "lambda"
CHOSEN, ALL = say("At the chosen λ"), say("All λ")
PREDICTED = ("pred_train", "pred_val")  # one network's wild answers do not flatten the chart of another
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
    sizes = {2: "half", 4: "half"}
    return [
        with_facts(plot_path_losses(arrays, values, param_name, chosen), size="wide", height=None),
        at_scrub(main, SCRUB, names, title=title_at_chosen(split, main)),
        *(
            at_scrub(figure, SCRUB, names, PREDICTED, group=CHOSEN, size=sizes.get(len(at_chosen), "third"))
            for figure in at_chosen
        ),
        *(with_facts(figure, group=ALL, size=sizes.get(len(below), "third")) for figure in below),
    ]


def title_at_chosen(split: Split, main: go.Figure) -> str:
    """Return what the chart of the fit is called beside the one of all λ."""
    if split.kind == "curve":
        return say("The fit at the chosen λ")
    if split.kind == "plane":
        return say("Map at chosen λ") if split.n_classes else say("Surface at chosen λ")
    return str(main.layout.meta["title"])


def with_facts(figure: go.Figure, **about: Any) -> go.Figure:
    """Return the figure with some of its facts for the page (size, height, group) replaced."""
    figure.layout.meta = {**figure.layout.meta, **about}
    return figure


def in_levels(image: Mapping[str, Any]) -> dict[str, Any]:
    """Return a picture whose array holds colours, see `to_levels`; its table still tells the values."""
    return {**image, "range": [0.0, N_COLORS - 1.0], "told": {**image["told"], "levels": image["range"]}}
