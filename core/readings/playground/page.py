"""What the charts of a single network say, by kind of data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.measures.numbers import Write, loss_text
from core.readings import fit
from core.readings.arrays import Arrays
from core.readings.losses import describe_losses
from core.readings.network import describe_diagram, describe_matrices
from core.readings.weights import describe_histograms, describe_sparsity

Labels = Mapping[str, Sequence[str]]


def describe_playground(
    arrays: Arrays, labels: Labels, constants: Arrays, kind: str, write: Write = loss_text
) -> dict[str, str]:
    """Return the text alternative of each chart by its name; `constants` as from `split_constants`, `write` for losses.

    Arrays that are missing (a stored moment has no loss curves) leave their chart out.
    """
    texts = {"histograms": describe_histograms(arrays), "sparsity": describe_sparsity(arrays)}
    if "train_loss" in arrays:
        texts["loss"] = describe_losses(arrays, write)
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
