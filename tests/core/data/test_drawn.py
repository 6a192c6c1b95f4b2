"""Drawn points: what is made of them, what is known of them, and copies of other data."""

from functools import partial

import numpy as np
import pytest

from core import Experiment, bias_variance, cross_validate, sweep, train
from core.data import DATASETS, info_of, load_split
from core.data.drawn import MAX_COPIED_VAL, REACH, can_be_copied, copied, points_of, with_points
from core.data.limits import settle
from core.data.synthetic import make_features
from core.presets import START
from core.settings.points import MAX_POINTS, pack
from core.telling import with_data

CURVE = [(-0.5, 1.0), (0.25, -2.0, 3), (1.0, 0.5, 0, True)]
PLANE = [(1.0, 2.0, 0), (-3.0, 4.0, 2), (5.0, -6.0, 1, True), (0.0, 0.0, 3)]


def on(name, points, **data):
    return Experiment(
        data={"name": name, "points": points, **data}, network={"hidden_sizes": [4]}, training={"n_epochs": 5}
    )


def test_a_curve_is_as_drawn_and_scaled_by_the_canvas_alone():
    split = load_split(on("my_curve", CURVE).data, np.float64)
    grid = np.linspace(-1, 1, 201)
    assert split.y_train.tolist() == [1.0, -2.0] and split.y_val.tolist() == [0.5]  # the class means nothing here
    np.testing.assert_allclose(split.X_train[:, 0], np.array([-0.5, 0.25]) / grid.std())
    assert split.points_val.tolist() == [[1.0]]
    assert (split.x_mean[0], split.y_mean, split.y_scale) == (pytest.approx(0), 0, 1)
    assert split.noise_floor is None and split.floors == {} and split.grid.truth is None and len(split.X_test) == 0


def test_a_plane_leaves_out_what_is_of_no_class_and_beyond_the_canvas():
    data = on("my_plane", [*PLANE, (7.5, 0.0, 0)], n_point_classes=3).data
    split = load_split(data, np.float64)
    assert split.y_train.tolist() == [0, 2] and split.y_val.tolist() == [1]
    assert split.points_train.tolist() == [[1, 2], [-3, 4]] and (split.n_classes, split.n_outputs) == (3, 3)
    assert info_of(data).description.endswith("2 more are not used: beyond the canvas, or of a class beyond these.")
    assert len(points_of(data.model_copy(update={"n_point_classes": 4}))) == 4


def test_features_of_a_plane_are_scaled_over_the_canvas():
    one = on("my_plane", PLANE).replace(features=("x2", "sin_y"))
    split = load_split(one.data, np.float64)
    axis = np.linspace(-7, 7, 63)
    everywhere = make_features(np.array([(x, y) for y in axis for x in axis]), ("x2", "sin_y"))
    raw = make_features(np.array([[1.0, 2.0]]), ("x2", "sin_y"))
    np.testing.assert_allclose(split.X_train, (raw - everywhere.mean(0)) / everywhere.std(0))
    np.testing.assert_allclose(split.grid.X, (everywhere - everywhere.mean(0)) / everywhere.std(0))


def test_another_point_changes_no_input_of_the_others():
    before, after = (load_split(on("my_curve", points).data) for points in (CURVE, [*CURVE, (0.9, 3.9)]))
    assert np.array_equal(after.X_train[:-1], before.X_train) and np.array_equal(after.grid.X, before.grid.X)


@pytest.mark.parametrize(
    ("name", "points"), [("my_curve", CURVE), ("my_plane", PLANE), ("my_curve", []), ("my_plane", [])]
)
def test_what_is_known_before_loading_is_what_is_loaded(name, points):
    data = settle(on(name, points))[0].data
    info, split = info_of(data), load_split(data)
    assert info.n_inputs(data) == split.n_features
    assert (info.n_val(0.3), info.n_test(), info.n_classes) == (len(split.y_val), len(split.y_test), split.n_classes)
    assert info.task == split.task and info.kind == split.kind and info.n_outputs() == split.n_outputs
    assert data.n_train == max(5, len(split.y_train)) and not info.has_noise and not info.is_synthetic


def test_what_means_nothing_for_drawn_points_goes_back_to_its_default_without_a_word():
    odd = on("my_curve", CURVE, noise_std=1.0, label_noise=0.2, val_fraction=0.5, n_train=77, n_point_classes=4)
    settled, sentences = settle(odd.replace(loss="cross_entropy"))
    assert sentences == [] and settled == on("my_curve", CURVE, n_train=5)
    assert settle(START.replace(points=pack(CURVE), n_point_classes=3)) == (START, [])


@pytest.mark.parametrize("name", DATASETS)
def test_the_training_points_of_each_curve_and_of_each_plane_with_classes_can_be_copied(name):
    one = with_data(START, name).replace(n_train=30)
    split = load_split(one.data)
    if not can_be_copied(info_of(one.data)):
        with pytest.raises(
            ValueError, match="split: expected points of a curve, or of 2 to 4 classes on a plane, received"
        ):
            copied(one, split)
        return
    mine = copied(one, split)
    assert settle(mine) == (mine, []) and mine.network == one.network and mine.training == one.training
    drawn = load_split(mine.data)
    across, up = REACH[mine.data.name]
    raw = (
        split.points_train
        if split.n_classes
        else np.column_stack([split.points_train, split.y_train * split.y_scale + split.y_mean])
    )
    kept = (np.abs(raw) <= (across, up)).all(1)
    found = drawn.points_train if split.n_classes else np.column_stack([drawn.points_train, drawn.y_train])
    np.testing.assert_allclose(found, raw[kept], atol=0.0006)
    assert split.n_classes == 0 or drawn.y_train.tolist() == split.y_train[kept].tolist()
    assert 0 < len(drawn.y_val) <= MAX_COPIED_VAL


def test_a_copy_holds_as_many_points_as_a_drawing():
    one = START.replace(n_train=400)
    drawn = load_split(copied(one, load_split(one.data)).data)
    assert (len(drawn.y_train), len(drawn.y_val)) == (MAX_POINTS, 0)


def test_to_drawn_points_and_back_the_other_data_have_their_settings_again():
    drawn = settle(with_data(START, "my_curve"))[0]
    assert settle(with_data(drawn, "sine"))[0].data == START.data


@pytest.mark.parametrize("points", [[], [(0.0, 1.0, 0, True)]])
def test_without_a_training_point_every_study_says_what_it_needs(points):
    one = on("my_curve", points)
    with pytest.raises(
        ValueError, match=r"points: expected at least one training point, received 0 training points and"
    ):
        train(one, progress=False)
    for study in (partial(sweep, one, "l2", [0.0, 0.1]), partial(cross_validate, one, "l2", [0.0])):
        with pytest.raises(
            ValueError, match=r"expected at least 5 training points and one validation point, received 0 tr"
        ):
            study(progress=False)


def test_without_a_validation_point_one_network_can_be_trained_and_nothing_chosen():
    one = on("my_curve", [(0.0, 1.0), (0.5, 0.0)])
    fit = train(one, progress=False)
    assert np.isfinite(fit.history["train_loss"]).all() and np.isnan(fit.history["val_loss"]).all()
    with pytest.raises(
        ValueError, match="and one validation point, received 2 training points and 0 validation points"
    ):
        sweep(one, "l2", [0.0, 0.1], progress=False)


def test_many_training_sets_cannot_be_had_of_one_drawing():
    with pytest.raises(
        ValueError, match="data: expected a task of which many training sets can be had, received drawn points"
    ):
        bias_variance(on("my_curve", CURVE), "l2", [0.0], progress=False)


@pytest.mark.parametrize("name", ["my_curve", "my_plane"])
def test_the_studies_train_on_drawn_points(name):
    rng = np.random.default_rng(0)
    points = [(float(x), float(y), i % 2, i % 3 == 0) for i, (x, y) in enumerate(rng.uniform(-1, 1, (24, 2)))]
    one = with_points(on(name, points), pack(points))
    path = sweep(one, "l2", [0.0, 0.1], progress=False)
    assert np.isfinite(path.history["val_loss"]).all()
    cv = cross_validate(one, "l2", [0.0, 0.1], n_splits=3, progress=False)
    assert cv.val_loss.shape == (2, 3) and np.isfinite(cv.val_loss).all()
