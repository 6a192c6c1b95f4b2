"""Figures of the path and of cross-validation: arrays by hand, bindings, texts, bounds of the axis."""

from __future__ import annotations

import re
from functools import partial

import numpy as np
import plotly.graph_objects as go
import pytest

from core.figures.cv.fold_curves import plot_fold_curves, plot_refit
from core.figures.cv.losses import plot_cv, plot_folds, plot_test
from core.figures.path.curves import plot_path_losses, plot_path_sparsity
from core.figures.path.grid import plot_grid
from core.figures.path.weights import plot_input_paths, plot_weight_paths
from core.figures.strengths import borders, strength_axis, zero_break
from core.readings.cv.fold_curves import MAX_NUMBERS, describe_fold_curves, describe_refit, fold_curve_arrays
from core.readings.cv.losses import cv_arrays, describe_cv, describe_folds, describe_test
from core.readings.path.curves import describe_path_losses, describe_path_sparsity, path_arrays
from core.readings.path.grid import describe_grid, grid_arrays
from core.readings.path.weights import describe_input_paths, describe_weight_paths, input_arrays, weight_arrays
from core.readings.strengths import flat_lines, positions, top_places

VALUES = np.array([0.0, 1e-3, 1e-2, 1e-1, 1.0])
TEXTS = ["0", "0.001", "0.01", "0.1", "1"]
RATES = np.array([1e-3, 1e-2])
SHAPES = ((2, 3), (3, 1))
KINDS = ["overfits", "overfits", "fits", "collapsed", "diverged"]
VAL = np.array([0.9, 0.7, 0.5, 1.0, np.inf])
FOLDS = np.array([[3.0, 3.0], [0.5, 1.5], [1.5, 1.5], [4.0, 4.0], [5.0, 5.0]])
ERROR = FOLDS.std(1, ddof=1) / np.sqrt(2)
CURVES = np.arange(30.0).reshape(5, 2, 3)
IS_VAL = np.array([[1, 0, 1, 0], [0, 1, 0, 1]], dtype=bool)
TEST = {name: np.array([0.2, 0.4]) for name in ("train_loss", "test_loss", "standard_error")}
LABELS = ("chosen", "no penalty")


def make_arrays() -> dict[str, np.ndarray]:
    """Return every array that these figures bind to."""
    counts = np.array([[6, 5, 4, 0, 6], [3, 3, 2, 0, 3]])
    arrays = path_arrays(VALUES, "l1", VAL / 2, VAL, KINDS, counts, np.maximum(counts - 1, 0))
    arrays |= weight_arrays(np.arange(45.0).reshape(9, 5), SHAPES)
    arrays |= input_arrays(np.array([[2.0, 1, 1, 0, 0], [1, 0, 0, 0, 0]]))
    arrays |= grid_arrays(np.array([[1.0, 0.5, np.nan, 2, 5], [3, 2, 1, 4, 0.5]]), VALUES, "l1", RATES)
    arrays |= fold_curve_arrays(np.array([0, 1, 4]), CURVES, CURVES + 1)
    arrays |= {"refit_epoch": np.arange(3.0), "refit_loss": CURVES[0]}
    return arrays | cv_arrays(VALUES, "l1", FOLDS, ERROR, FOLDS, 1e-3, 1e-2, np.array([0, 0, 0, 1, 2]))


QUANTILES = {"path_quantiles": np.arange(30.0).reshape(6, 5)}
PLOTS = {
    "losses": partial(plot_path_losses, values=VALUES, param_name="l1", chosen=2),
    "weights": partial(plot_weight_paths, values=VALUES, param_name="l1", n_layers=2),
    "inputs": partial(plot_input_paths, values=VALUES, param_name="l1", names=["age", "bmi"]),
    "sparsity": partial(plot_path_sparsity, values=VALUES, param_name="l1"),
    "grid": partial(plot_grid, values=VALUES, param_name="l1", learning_rates=RATES),
    "cv": partial(plot_cv, values=VALUES, param_name="l1", chosen=1),
    "fold_curves": partial(plot_fold_curves, chosen=1),
    "refit": partial(plot_refit, labels=LABELS),
    "folds": lambda arrays: plot_folds(IS_VAL, np.array([0, 0, 1, 1]), ["a", "b"]),
    "test": lambda arrays: plot_test(LABELS, ["0.1", "0"], TEST),
}
CONSTANT = {"folds", "test"}  # figures that are not of the run's arrays
TEXTS_OF = {
    "losses": partial(describe_path_losses, values=VALUES, texts=TEXTS),
    "weights": partial(describe_weight_paths, texts=TEXTS),
    "inputs": partial(describe_input_paths, names=["age", "bmi"], texts=TEXTS),
    "sparsity": partial(describe_path_sparsity, texts=TEXTS),
    "grid": partial(describe_grid, values=VALUES, learning_rates=RATES),
    "cv": partial(describe_cv, values=VALUES, texts=TEXTS, best=1e-3, one_se=1e-2),
    "fold_curves": lambda arrays: describe_fold_curves("0.1", *CURVES[1:3, :, 0]),
    "refit": partial(describe_refit, labels=LABELS),
    "folds": lambda arrays: describe_folds(IS_VAL),
    "test": lambda arrays: describe_test(LABELS, ["0.1", "0"], TEST),
}


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


def bound_names(figure: go.Figure) -> list[str]:
    binds = [name for trace in figure.data for name in ((trace.meta or {}).get("bind", {})).values()]
    return binds + [name for auto in figure.layout.meta["auto"].values() for name in auto["arrays"]]


@pytest.mark.parametrize("name", PLOTS)
def test_bindings_name_arrays_that_exist(name: str) -> None:
    arrays = make_arrays()
    for bound in bound_names(PLOTS[name](arrays)):
        if bound in ("at:lambda", "span:y"):
            continue
        found = re.fullmatch(r"(\w+)(?:\[(\d+)\]|\[@lambda\])?", bound)
        assert found and found[1] in arrays
        assert found[2] is None or int(found[2]) < len(arrays[found[1]])


@pytest.mark.parametrize("name", PLOTS)
def test_meta_and_text_alternative(name: str) -> None:
    meta = PLOTS[name](make_arrays()).layout.meta
    assert meta["name"] and meta["title"] and meta["look_for"].endswith(".")
    assert meta["size"] in ("half", "full")
    assert re.search(r"\d", TEXTS_OF[name](make_arrays()))


@pytest.mark.parametrize("name", ["losses", "weights", "inputs", "sparsity", "cv"])
def test_a_click_picks_a_value_and_its_line_follows(name: str) -> None:
    figure = PLOTS[name](make_arrays())
    assert figure.layout.meta["pick"] == "lambda"
    lines = [trace for trace in figure.data if trace.meta and trace.meta["bind"].get("x") == "at:lambda"]
    assert len(lines) == 1 and lines[0].meta["bind"]["y"] == "span:y"


@pytest.mark.parametrize("name", ["losses", "weights", "inputs", "sparsity", "cv", "grid"])
def test_the_table_of_a_chart_calls_its_places_by_their_strength(name: str) -> None:
    names = PLOTS[name](make_arrays()).layout.meta["names"]
    assert names["x"]["texts"] == ["0", "0.001", "0.01", "0.1", "1"]
    np.testing.assert_allclose(names["x"]["places"], [-3.6, -3, -2, -1, 0])
    assert name != "grid" or len(names["y"]["texts"]) == len(RATES)


def test_no_word_above_a_region_stands_on_another() -> None:
    values, losses = np.geomspace(1e-4, 1, 21), np.ones(21)
    kinds = ["overfits"] * 15 + ["fits"] * 4 + ["underfits"] * 2
    layers = np.ones((1, 21))
    places = path_arrays(values, "l2", losses, losses, kinds, layers, layers)["path_label_x"]
    np.testing.assert_allclose(places, [-2.6, -0.7, np.nan])  # of -4 … 0: the last two are .6 apart, .8 is needed


def test_path_arrays_by_hand() -> None:
    arrays = make_arrays()
    np.testing.assert_array_equal(arrays["path_val"], [0.9, 0.7, 0.5, 1.0, np.nan])
    np.testing.assert_array_equal(arrays["path_is_overfits"], [1, 1, 0, 0, 0])
    np.testing.assert_array_equal(arrays["path_is_underfits"], [0, 0, 0, 1, 0])
    np.testing.assert_allclose(arrays["path_label_x"], [-3.3, -2, -1])
    np.testing.assert_allclose([arrays["path_best_x"], arrays["path_best_y"]], [[-2], [0.5]])
    np.testing.assert_allclose(arrays["path_diverged_x"], [0])
    np.testing.assert_array_equal(arrays["path_top"], [9, 8, 6, 0, np.nan])
    np.testing.assert_array_equal(arrays["path_top_y"], [1, 1, 1, 1, np.nan])  # no text where there is no count


def test_at_a_tie_the_larger_value_is_best_and_without_numbers_there_is_none() -> None:
    counts = np.zeros((1, 3))
    tied = path_arrays(VALUES[1:4], "l1", np.ones(3), np.ones(3), ["fits"] * 3, counts, counts)
    np.testing.assert_allclose(tied["path_best_x"], [-1])
    empty = path_arrays(VALUES[1:4], "l1", np.full(3, np.nan), np.full(3, np.nan), ["diverged"] * 3, counts, counts)
    untrained = path_arrays(VALUES[1:4], "l1", np.ones(3), np.ones(3), ["not started"] * 3, counts, counts)
    assert empty["path_best_x"].size == untrained["path_best_x"].size == 0
    assert list(plot_path_losses(empty, VALUES[1:4], "l1").layout.yaxis.range) == [0, 0.5]
    assert "nothing" in describe_path_losses(empty, VALUES[1:4], TEXTS[1:4])


def test_zero_stands_left_of_the_break_and_the_rest_at_its_logarithm() -> None:
    np.testing.assert_allclose(positions(VALUES, "l1"), [-3.6, -3, -2, -1, 0])
    np.testing.assert_allclose(positions(np.array([0, 0.3, 0.9]), "dropout_rate"), [0, 0.3, 0.9])
    assert -3.6 < zero_break(VALUES, "l1")[0]["x0"] < -3
    assert zero_break(VALUES[1:], "l1") == [] and zero_break(VALUES, "dropout_rate") == []


def test_ticks_are_zero_and_powers_of_ten_or_halves_on_a_short_axis() -> None:
    long = strength_axis(VALUES, "l1")
    assert long["ticktext"][:3] == ["0", "10<sup>−3</sup>", "10<sup>−2</sup>"]
    np.testing.assert_allclose(long["tickvals"], [-3.6, -3, -2, -1, 0])
    assert strength_axis(np.array([0.01, 0.05]), "l2")["ticktext"] == ["10<sup>−2</sup>", "0.02", "0.05"]
    assert "tickvals" not in strength_axis(np.array([0.0]), "l2")


def test_cells_meet_halfway_whatever_the_order() -> None:
    left, right = borders(np.array([3.0, 0.0, 1.0]))
    np.testing.assert_allclose(left, [2, -0.5, 0.5])
    np.testing.assert_allclose(right, [4, 0.5, 2])


def test_counts_stand_at_seven_places_with_both_ends() -> None:
    places = top_places(34)
    assert len(places) == 7 and places[0] == 0 and places[-1] == 33
    assert top_places(3).tolist() == [0, 1, 2]


def test_counts_of_a_path_of_l2_say_that_their_zeros_are_rounding() -> None:
    arrays = make_arrays()
    for plot in (plot_path_losses, plot_cv):
        captions = [plot(arrays, VALUES, name).layout.annotations[0].text for name in ("l1", "l2")]
        assert captions == ["non-zero weights", "non-zero weights (below 1e-38 a number counts as 0)"]
    assert np.float32(1e-38) < np.finfo(np.float32).tiny  # numbers below tiny are flushed to zero while training


def test_curves_in_one_line_are_kept_apart() -> None:
    np.testing.assert_array_equal(flat_lines(np.array([[1, 2], [3, 4]])), [1, 2, np.nan, 3, 4, np.nan])


def test_weights_come_singly_or_as_quantiles() -> None:
    arrays = weight_arrays(np.arange(45.0).reshape(9, 5), SHAPES)
    assert {key: value.size for key, value in arrays.items()} == {"path_weights_0": 36, "path_weights_1": 18}
    assert arrays["path_weights_1"][0] == 30
    assert set(weight_arrays(np.zeros((6, 5)), SHAPES)) == {"path_quantiles"}
    figure = plot_weight_paths(QUANTILES, VALUES, "l1", 2)
    assert len(figure.data) == 7 and figure.layout.meta["title"].startswith("Size")
    text = describe_weight_paths(QUANTILES, TEXTS)
    assert text == "Weights against λ: the largest |w| is 25 at λ 0 and 29 at λ 1."


def test_many_inputs_are_one_bundle_with_their_names_under_the_pointer() -> None:
    names = [f"pixel {i}" for i in range(20)]
    figure = plot_input_paths(input_arrays(np.ones((20, 5))), VALUES, "l1", names)
    assert len(figure.data) == 2
    assert figure.data[0].text[6] == "pixel 1" and len(figure.data[0].x) == len(figure.data[0].text)


def test_cv_arrays_by_hand() -> None:
    arrays = make_arrays()
    np.testing.assert_allclose(arrays["cv_mean"], [3, 1, 1.5, 4, 5])
    np.testing.assert_allclose(arrays["cv_se"], [0, 0.5, 0, 0, 0])
    np.testing.assert_allclose(arrays["cv_min_x"], [-3, -3])
    np.testing.assert_allclose(arrays["cv_1se_x"], [-2, -2])
    unknown = cv_arrays(VALUES, "l1", FOLDS * np.nan, ERROR, FOLDS, float("nan"), float("nan"))
    assert unknown["cv_min_x"].size == 0
    assert "nothing" in describe_cv(unknown, VALUES, TEXTS, float("nan"), float("nan"))
    assert len(plot_cv(unknown, VALUES, "l1").data) == 6


def test_grid_levels_by_hand() -> None:
    arrays = make_arrays()
    np.testing.assert_allclose(arrays["grid_level"][0], [np.log10(2), 0, np.nan, np.log10(4), 1])
    np.testing.assert_allclose([arrays["grid_best_x"], arrays["grid_best_y"]], [[-3], [-3]])
    assert grid_arrays(np.full((2, 5), np.inf), VALUES, "l1", RATES)["grid_best_x"].size == 0


def test_the_strip_sorts_rows_by_class_and_fold() -> None:
    figure = plot_folds(IS_VAL, np.array([1, 1, 0, 0]), ["a", "b"])
    np.testing.assert_array_equal(np.array(figure.data[0].z), [[1, 0, 1, 0], [0, 1, 0, 1]])
    assert figure.layout.shapes[0].x0 == 2


def test_fold_curves_are_means_over_the_folds_and_long_ones_are_thinned() -> None:
    arrays = fold_curve_arrays(np.array([0, 1, 4]), CURVES, CURVES + 1)
    np.testing.assert_allclose(arrays["fold_train"][0], [1.5, 2.5, 3.5])
    np.testing.assert_allclose(arrays["fold_val"][4], [26.5, 27.5, 28.5])
    np.testing.assert_array_equal(arrays["fold_lines"][0], [1, 2, 3, np.nan, 4, 5, 6, np.nan])
    np.testing.assert_array_equal(arrays["fold_line_epoch"], [0, 1, 4, np.nan, 0, 1, 4, np.nan])
    long = np.arange(1001)
    many = np.broadcast_to(long.astype(float), (50, 10, 1001))
    thin = fold_curve_arrays(long, many, many)
    assert thin["fold_lines"].size <= MAX_NUMBERS + 3 * 500 and thin["fold_epoch"][-1] == 1000
    np.testing.assert_array_equal(thin["fold_val"][7], thin["fold_epoch"])


def test_values_with_a_diverged_fold_are_marked() -> None:
    arrays = make_arrays()
    np.testing.assert_allclose(arrays["cv_lost_x"], [-1, 0])
    np.testing.assert_allclose(arrays["cv_lost"], [1, 2])
    lost = describe_fold_curves("1", np.array([1.0, np.nan]), np.array([2.0, np.nan]))
    assert "1 of 2 folds have no loss" in lost
