"""Every figure: pure, described, and bound to arrays that exist."""

from __future__ import annotations

import re
from functools import partial

import numpy as np
import plotly.graph_objects as go
import pytest
import torch

from core.figures.fit import plot_confusion, plot_curve, plot_pixels, plot_plane, plot_predicted, plot_ranking
from core.figures.losses import plot_losses
from core.figures.network import plot_diagram, plot_matrices
from core.figures.theme import COLORS, GROUPS, to_palette
from core.figures.weights import plot_histograms, plot_sparsity
from core.measures import count_weights
from core.measures.histograms import weight_histograms
from core.readings.fit import (
    describe_confusion,
    describe_curve,
    describe_pixels,
    describe_plane,
    describe_predicted,
    describe_ranking,
)
from core.readings.losses import describe_losses
from core.readings.network import describe_diagram, describe_matrices, diagram_arrays, matrices_array
from core.readings.weights import describe_histograms, describe_sparsity

RNG = np.random.default_rng(0)
WEIGHTS = [RNG.normal(size=(2, 4)), RNG.normal(size=(4, 1))]
NAMES = ["age", "bmi"]


def make_arrays() -> dict[str, np.ndarray]:
    """Return every array a live run sends, small."""
    epoch = np.arange(5.0)
    history = {name: 1 / (1 + epoch) for name in ("train_loss", "val_loss", "penalty", "objective")}
    marks = {name: np.array([1.0]) for name in ("best_epoch", "best_val_loss", "change_epoch", "change_loss")}
    lines = {name: np.array([0.0, 4.0]) for name in ("floor_x", "floor_y")}
    fits = {
        "fit_y": np.linspace(0, 1, 6), "map": np.full((6, 6), 0.7), "pixels": np.eye(8), "rank_value": np.array([2.0, 1.0]),
        "confusion": np.array([[3, 1], [0, 4]]), "pred_train": np.zeros(3), "pred_val": np.ones(2),
    }  # fmt: skip
    counts = count_weights([torch.as_tensor(w)[None] for w in WEIGHTS])
    sparsity = {name: getattr(counts, name)[0].numpy() for name in ("n_zero", "n_small", "n_rest")}
    ridges = {name: values[0] for name, values in weight_histograms([w[None] for w in WEIGHTS]).items()}
    network = {**diagram_arrays(WEIGHTS), "matrices": matrices_array([w[None] for w in WEIGHTS])[0]}
    return {"epoch": epoch, **history, **marks, **lines, **fits, **network, **sparsity, **ridges}


def make_constants(n_classes: int = 0, n_dims: int = 2) -> dict[str, np.ndarray]:
    """Return the constants of a small split."""
    return {
        "points_train": RNG.normal(size=(3, n_dims)), "points_val": RNG.normal(size=(2, n_dims)),
        "target_train": np.array([0, 1, 0]), "target_val": np.array([1, 0]), "grid_x": np.linspace(-1, 1, 6),
        "grid_y": np.linspace(-1, 1, 6), "truth": np.linspace(-1, 1, 6), "noise_std": np.array([0.1]),
        "n_classes": np.array([n_classes]), "class_names": np.array([f"c{i}" for i in range(n_classes)]),
        "feature_names": np.array(["x", "y"]), "point_names": np.array(["x", "y"]), "target_name": np.array(["y"]),
    }  # fmt: skip


CURVE, PLANE, BINARY, THREE = make_constants(0, 1), make_constants(0), make_constants(2), make_constants(3)
PLOTS = {
    "losses": plot_losses, "curve": partial(plot_curve, constants=CURVE), "plane": partial(plot_plane, constants=PLANE),
    "binary": partial(plot_plane, constants=BINARY), "three": partial(plot_plane, constants=THREE),
    "pixels": plot_pixels, "confusion": partial(plot_confusion, class_names=["a", "b"]),
    "ranking": partial(plot_ranking, names=NAMES), "predicted": partial(plot_predicted, constants=PLANE),
    "histograms": plot_histograms, "sparsity": plot_sparsity, "diagram": plot_diagram, "matrices": plot_matrices,
}  # fmt: skip
CONSTANT = {"plane", "binary", "three"}  # the map itself comes as a picture
TEXTS = [
    describe_losses, partial(describe_curve, constants=CURVE), partial(describe_plane, constants=BINARY),
    describe_pixels, describe_confusion, partial(describe_ranking, names=NAMES),
    partial(describe_predicted, constants=PLANE), describe_histograms, describe_sparsity, describe_diagram,
    describe_matrices,
]  # fmt: skip


def bound_names(figure: go.Figure) -> list[str]:
    """Return every array name that a figure's traces, images and ranges use."""
    binds = [name for trace in figure.data for name in ((trace.meta or {}).get("bind", {})).values()]
    images = [image["array"] for image in figure.layout.meta["images"]]
    autos = [name for auto in figure.layout.meta["auto"].values() for name in auto["arrays"]]
    return [*binds, *images, *autos]


@pytest.mark.parametrize("name", PLOTS)
def test_same_arrays_give_the_same_figure_whatever_was_drawn_between_and_stay_untouched(name: str) -> None:
    arrays = make_arrays()
    figure = PLOTS[name](arrays)
    text = figure.to_json()
    others = {key: np.flip(value) * 3 + 1 for key, value in make_arrays().items()}
    other = PLOTS[name](others)
    assert figure.to_json() == text  # a later figure writes into no earlier one
    assert (other.to_json() == text) == (name in CONSTANT)
    other.data[0].update(name="spoilt", meta=None)
    other.layout.update(meta=None, xaxis=None)
    assert PLOTS[name](make_arrays()).to_json() == text
    for key, value in make_arrays().items():
        np.testing.assert_array_equal(arrays[key], value)


@pytest.mark.parametrize("name", PLOTS)
def test_bindings_name_arrays_that_exist(name: str) -> None:
    arrays = make_arrays()
    for bound in bound_names(PLOTS[name](arrays)):
        found = re.fullmatch(r"(?:ghost:)?(\w+)(?:\[(\d+)\])?", bound)
        if bound.startswith(("label:", "at:", "span:")):
            continue  # texts, and what the page knows by itself: the place on a slider, the ends of an axis
        assert found and found[1] in arrays
        assert found[2] is None or int(found[2]) < len(arrays[found[1]])


@pytest.mark.parametrize("name", PLOTS)
def test_meta_tells_name_title_and_what_to_look_for(name: str) -> None:
    meta = PLOTS[name](make_arrays()).layout.meta
    assert meta["name"] and meta["title"] and meta["look_for"].endswith(".")
    assert all(len(image["palette"]) == 6 * 256 for image in meta["images"])


@pytest.mark.parametrize("describe", TEXTS)
def test_text_alternative_carries_numbers(describe) -> None:  # type: ignore[no-untyped-def]
    assert re.search(r"\d", describe(make_arrays()))


def test_losses_draw_before_the_first_record() -> None:
    empty = {name: np.zeros(0) for name in make_arrays()}
    assert len(plot_losses(empty).data) == 8
    assert "nothing" in describe_losses(empty)


def test_colours_that_share_a_chart_are_distinct() -> None:
    for group in GROUPS:
        assert len({COLORS[meaning] for meaning in group}) == len(group)


def test_long_class_names_stand_on_end_with_room_above_the_title() -> None:
    few, many = (plot_confusion(make_arrays(), ["heard"] * n).layout for n in (2, 10))
    assert (few.xaxis.tickangle, few.margin.b) == (0, 44)
    assert many.xaxis.tickangle == -90 and many.margin.b >= 30 + 5 * 7


def test_three_class_map_keeps_a_sure_class_in_its_own_colours() -> None:
    image = plot_plane(make_arrays(), THREE).layout.meta["images"][0]
    low, high = image["range"]
    index = [round(255 * min(max((v - low) / (high - low), 0), 1)) for v in (0.0, 0.999, 1.001, 1.999, 2.01, 2.999)]
    assert [min(i // 85, 2) for i in index] == [0, 0, 1, 1, 2, 2]
    assert len(to_palette(["#000000"] * 256)) == 1536
