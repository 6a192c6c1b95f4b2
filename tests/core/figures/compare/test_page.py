"""The figures of the side-by-side studies: pure, described, bound to arrays that exist, one style per variant."""

from __future__ import annotations

import re
from functools import partial

import numpy as np
import plotly.graph_objects as go
import pytest

from core.figures.compare.curves import plot_overlay, plot_variants
from core.figures.compare.geometry import plot_geometry
from core.figures.compare.page import LEAST_GAP, no_shorter, short_titles
from core.figures.features.inputs import (
    HOLLOW,
    MAX_BARS,
    plot_in_use,
    plot_inputs,
    plot_pixel_use,
    plot_scores,
    plot_twins,
)
from core.figures.fit import plot_predicted
from core.figures.remedies.ablation import plot_ablation, plot_label_noise
from core.figures.styles import COMBINED, STYLES, styles_of
from core.readings.compare.curves import describe_overlay, describe_variants, range_arrays
from core.readings.compare.geometry import describe_geometry
from core.readings.features.inputs import describe_along, describe_inputs, lost_arrays
from core.readings.remedies.ablation import ablation_arrays, describe_ablation, describe_label_noise
from core.studies.compare.variants import VARIANTS
from core.studies.remedies.remedy import DEFAULT_REMEDIES

V = [("none", "No penalty"), ("l1_proximal", "L1"), ("l2", "L2")]
R = [("nothing", "Nothing"), ("l2", "L2"), ("l2+early_stopping", "Both")]
LABELS = ("x → unit 1", "y → unit 1")
VALUES = np.array([0.001, 0.1])
LOST = lost_arrays(VALUES, np.array([[False, True], [False, False]]))
NAMES, ROLES = ["signal 1", "duplicate of signal 1", "noise 1"], ["informative", "duplicate", "noise"]


def make_arrays() -> dict[str, np.ndarray]:
    """Return what the studies' reading functions give, small."""
    rng = np.random.default_rng(0)
    series = ("val_loss", "train_loss", "gap", "n_zero", "weight_norm")
    curves = {f"{name}{edge}": rng.random((3, 4)) for name in series for edge in ("", "_low", "_high")}
    strength = np.array([[2.0, 1.0, 0.5], [1.0, 0.0, 0.0]])
    scores = {
        f"score_{p}_{what}": np.array([0.2, 1.0]) for p in ("l1", "l2", "group_l1") for what in ("precision", "recall")
    }
    return {
        "epoch": np.arange(4.0), **curves, **range_arrays(curves, np.zeros(3, dtype=bool)),
        "overlay_x": np.tile(np.linspace(-1, 1, 5), (3, 1)), "overlay_share": rng.random((3, 5)),
        "overlay_zero": np.array([0.0, 0.8, 0.0]), "geometry_x": np.linspace(-1, 1, 4), "geometry_y": np.linspace(-1, 1, 4),
        "geometry_loss": rng.random((4, 4)), "geometry_now_x": np.array([[0.5]]), "geometry_now_y": np.array([[-0.2]]),
        "diamond": rng.random((1, 2, 5)), "circle": rng.random((1, 2, 9)), "path": rng.random((2, 6)),
        **ablation_arrays(rng.random((3, 4)), rng.random((3, 4))), "noise_share": np.array([0.0, 0.5]),
        **{f"noise_{name}{e}": rng.random((3, 2)) for name in ("val_loss", "train_score") for e in ("", "_low", "_high")},
        "input_strength": strength, "input_zero": np.where(strength == 0, 0.0, np.nan),
        **scores, **LOST, "cv_min_x": np.array([-3.0, -3.0]), "cv_1se_x": np.array([-1.0, -1.0]),
        **{f"{name}_{p}": np.array([0.5, 1.0]) for name in ("in_use", "twin") for p in ("l1", "l2", "group_l1")},
        "pixels": rng.random((2, 8, 8)), "change_epoch": np.array([2.0]), "change_loss": np.array([0.5]),
    }  # fmt: skip


PLOTS = {
    **{name: partial(plot_variants, variants=V, series=name, has_band=True) for name in ("val_loss", "gap", "n_zero")},
    "norm": partial(plot_variants, variants=V, series="weight_norm"), "overlay": partial(plot_overlay, variants=V),
    "geometry": plot_geometry, "ablation": partial(plot_ablation, remedies=R),
    "noise_loss": partial(plot_label_noise, remedies=R, series="noise_val_loss"),
    "noise_score": partial(plot_label_noise, remedies=R, series="noise_train_score"),
    "inputs": partial(plot_inputs, names=NAMES, roles=ROLES, array="input_strength[@lambda]"),
    "unknown": partial(plot_inputs, names=NAMES, array="input_strength[@lambda]"),
    "scores": partial(plot_scores, values=VALUES),
    "in_use": partial(plot_in_use, values=VALUES, n_inputs=3), "twins": partial(plot_twins, values=VALUES),
    "pixels": partial(plot_pixel_use, array="pixels[@lambda]"),
}  # fmt: skip
TEXTS = [
    partial(describe_variants, variants=V, series="val_loss"), partial(describe_overlay, variants=V),
    partial(describe_geometry, labels=LABELS), partial(describe_ablation, remedies=R),
    partial(describe_label_noise, remedies=R, series="noise_val_loss"),
    lambda arrays: describe_inputs(arrays["input_strength"][0], NAMES),
    partial(describe_along, array="score_l1_recall", texts=["0", "1"]),
]  # fmt: skip


def bound_names(figure: go.Figure) -> list[str]:
    binds = [name for trace in figure.data for name in ((trace.meta or {}).get("bind", {})).values()]
    return [*binds, *(name for auto in figure.layout.meta["auto"].values() for name in auto["arrays"])]


@pytest.mark.parametrize("name", PLOTS)
def test_same_arrays_give_the_same_figure_whatever_was_drawn_between_and_stay_untouched(name: str) -> None:
    arrays = make_arrays()
    figure = PLOTS[name](arrays)
    text = figure.to_json()
    others = {key: np.flip(value) * 3 + 1 for key, value in make_arrays().items()}
    other = PLOTS[name](others)
    assert figure.to_json() == text  # a later figure writes into no earlier one
    assert other.to_json() != text
    other.data[0].update(name="spoilt", meta=None)
    other.layout.update(meta=None, xaxis=None)
    assert PLOTS[name](make_arrays()).to_json() == text
    for key, value in make_arrays().items():
        np.testing.assert_array_equal(arrays[key], value)


@pytest.mark.parametrize("name", PLOTS)
def test_bindings_name_arrays_that_exist(name: str) -> None:
    arrays = make_arrays()
    bound = bound_names(PLOTS[name](arrays))
    assert bound
    for each in bound:
        if each in ("at:lambda", "at:moment", "span:y", "label:changes"):
            continue
        found = re.fullmatch(r"(?:ghost:)?(\w+)((?:\[(?:\d+|@lambda)\])*)", each)
        assert found and found[1] in arrays, each
        array = arrays[found[1]]
        for part in re.findall(r"\[(\d+)\]", found[2]):
            array = array[int(part)]  # raises where there is no such row


@pytest.mark.parametrize("name", PLOTS)
def test_meta_and_axes_say_what_is_shown(name: str) -> None:
    figure = PLOTS[name](make_arrays())
    meta = figure.layout.meta
    assert meta["name"] and meta["title"] and meta["look_for"].endswith(".") and meta["legend"]
    assert figure.layout.xaxis.title.text and (figure.layout.yaxis.title.text or figure.layout.yaxis.ticktext)


@pytest.mark.parametrize("describe", TEXTS)
def test_text_alternative_carries_numbers(describe) -> None:  # type: ignore[no-untyped-def]
    assert re.search(r"\d", describe(make_arrays()))


def test_every_variant_and_remedy_has_a_style_of_its_own() -> None:
    for keys in ([v.key for v in VARIANTS], [r.key for r in DEFAULT_REMEDIES]):
        styles = styles_of(keys)
        assert len(set(styles)) == len(keys)
        assert len({(style.color, style.dash) for style in styles}) == len(keys)
    assert styles_of(["l1+l2", "l2", "l1+dropout"]) == [COMBINED[0], STYLES["l2"], COMBINED[1]]


def test_the_legend_names_the_test_only_where_it_can_be_shown() -> None:
    arrays = ablation_arrays(np.ones((len(R), 2)))
    legends = [
        [one["label"] for one in plot_ablation(arrays, R, has_test=has).layout.meta["legend"]] for has in (True, False)
    ]
    assert legends == [["validation, one start", "test, one start", "median"], ["validation, one start", "median"]]


def test_ablation_points_by_hand() -> None:
    arrays = ablation_arrays(np.array([[1.0, 3.0, np.nan], [2.0, 2.0, 5.0]]))
    np.testing.assert_allclose(arrays["ablation_val_median"], [2.0, 2.0])
    np.testing.assert_allclose(arrays["ablation_val_level"], [1.16, 0.16])
    assert np.isnan(arrays["ablation_test_x"]).all() and arrays["ablation_val_x"].size == 6
    assert "test" not in describe_ablation(arrays, R[:2])


def test_a_variant_that_diverged_may_leave_the_chart_unless_all_have() -> None:
    curves = {
        name: values
        for name, values in make_arrays().items()
        if re.match("val_loss|train_loss|gap|n_zero|weight", name)
    }
    curves["val_loss"] = np.array([[0.5, 0.2], [0.5, 0.1], [0.5, 1e7]])
    curves["train_loss"], curves["val_loss_high"] = np.zeros((3, 2)), np.full((3, 2), 0.3)
    curves["val_loss_low"] = np.full((3, 2), -9.0)  # a band below a loss of 0
    limits = range_arrays(curves, np.array([False, False, True]))
    np.testing.assert_allclose(limits["val_loss_range"], [0, 0.1, 0.5])
    assert range_arrays(curves, np.ones(3, dtype=bool))["val_loss_range"][2] == 1e7
    assert limits["gap_range"][0] == min(curves[n][:2].min() for n in ("gap", "gap_low", "gap_high"))


def test_curves_draw_before_the_first_record() -> None:
    empty = {name: values[:, :0] if values.ndim == 2 else values[:0] for name, values in make_arrays().items()}
    assert "nothing recorded" in describe_variants(empty, V, "gap")
    assert [trace.name for trace in plot_variants(empty, V, "gap").data] == ["No penalty", "L1", "L2", "you are here"]


def test_small_charts_of_predictions_name_their_target_above_them() -> None:
    constants = {
        "target_train": np.array([0.0, 1.0]),
        "target_val": np.array([1.0]),
        "target_name": np.array(["disease"]),
    }
    figure = short_titles(plot_predicted({"pred_train": np.zeros(2), "pred_val": np.zeros(1)}, constants), "disease")
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("true", "predicted")
    assert figure.layout.meta["look_for"].startswith("Disease. Training points")
    assert short_titles(plot_overlay(make_arrays(), V), "disease") == plot_overlay(make_arrays(), V)


def test_long_names_of_remedies_stand_in_lines_with_room_for_each() -> None:
    long = [*R, ("many", "L1 + L2 + dropout + augmentation + ensemble of 5")]
    n = len(long)
    arrays = ablation_arrays(np.ones((n, 2)))
    short, wide = plot_ablation(ablation_arrays(np.ones((n - 1, 2))), R), plot_ablation(arrays, long)
    lines = wide.layout.yaxis.ticktext[-1].split("<br>")
    assert " ".join(lines) == long[-1][1] and max(map(len, lines)) <= 22
    assert wide.layout.meta["height"] / n > short.layout.meta["height"] / (n - 1)
    assert short.layout.margin.l < wide.layout.margin.l <= 22 * 7 + 14


def test_a_diverged_value_is_crossed_at_the_foot_of_the_charts_along_lambda() -> None:
    (cross,) = [trace for trace in plot_in_use(make_arrays(), VALUES, 3).data if trace.name == "diverged"]
    np.testing.assert_allclose([cross.x, cross.y], [[-1], [0]])


def test_bars_of_noise_are_hollow_as_in_the_legend_and_what_is_not_drawn_is_told() -> None:
    bars = plot_inputs(make_arrays(), NAMES, ROLES, "input_strength[@lambda]").data[0]
    assert [color == HOLLOW for color in bars.marker.color] == [False, False, True]
    many = {"input_strength": np.ones(MAX_BARS + 5)}
    figure = plot_inputs(many, ["noise"] * (MAX_BARS + 5), ["noise"] * (MAX_BARS + 5))
    assert f"The first {MAX_BARS} of {MAX_BARS + 5} inputs are drawn" in figure.layout.meta["look_for"]
    assert len(figure.data[0].x) == MAX_BARS


def test_what_lies_beyond_the_axis_of_the_weights_is_said() -> None:
    assert "beyond" in plot_overlay(make_arrays(), V).layout.meta["look_for"]
    assert "beyond" in describe_overlay(make_arrays(), V)
    assert "±1," in describe_overlay(make_arrays(), V)


def test_the_shapes_have_the_colours_of_their_legend() -> None:
    figure = plot_geometry(make_arrays())
    drawn = {trace.name: (trace.line.color or trace.marker.color) for trace in figure.data[1:4]}
    assert drawn == {entry["label"]: entry["color"] for entry in figure.layout.meta["legend"][:3]}


def test_the_axis_of_gaps_has_a_least_length():
    gap = plot_variants(make_arrays(), V, "gap")
    assert no_shorter(gap, LEAST_GAP).layout.meta["auto"]["yaxis"]["least"] == LEAST_GAP
