"""`load_split`: which rows go where, noise, standardising, noise floors and the same arrays in every thread."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, get_args

import numpy as np
import pytest

from core.data import DATASETS, Split, bundled, known, load_split, split_rows, synthetic
from core.data.drawn import REACH
from core.data.own import OWN
from core.settings.experiment import DataConfig, DatasetName


def make(name: str, **values: Any) -> DataConfig:
    return DataConfig.model_validate({"name": name, **values})


def raw(split: Split, part: str) -> Any:
    """Undo the standardising of the inputs."""
    return getattr(split, f"X_{part}") * split.x_scale + split.x_mean


def test_registry_has_every_name() -> None:
    assert set(DATASETS) == set(get_args(DatasetName)) - {OWN, *REACH}
    files = (synthetic.INFOS, bundled.INFOS, known.INFOS)
    assert sum(len(infos) for infos in files) == len(DATASETS)  # each is told of once


@pytest.mark.parametrize("name", list(DATASETS))
def test_shapes_and_types(name: str) -> None:
    info, split = DATASETS[name], load_split(make(name, noise_std=0.2, n_train=30))
    d = split.n_features
    assert split.X_train.shape == (30, d) and split.X_train.dtype == np.float32
    assert split.X_val.shape == (info.n_val(0.3), d) and split.X_test.shape == (info.n_test(), d)
    assert split.y_train.dtype == (np.int64 if info.n_classes else np.float32)
    assert len(split.feature_names) == d and len(split.class_names) == info.n_classes == split.n_classes
    assert (split.kind, split.task) == (info.kind, info.task)
    assert (split.grid is None) == (info.kind not in ("curve", "plane"))
    assert (split.noise_floor is None) == (not info.is_synthetic or name == "reviews")  # with noise on word counts
    assert (split.relevance is None) == (not info.has_relevance)
    assert np.isfinite(split.X_train).all() and np.isfinite(split.X_val).all()


@pytest.mark.parametrize("name", ["sine", "spiral", "digits", "diabetes"])
def test_more_training_rows_keep_all_other_rows(name: str) -> None:
    few, many = (load_split(make(name, n_train=n, noise_std=0.1), np.float64) for n in (10, 60))
    if DATASETS[name].is_synthetic or name == "diabetes":  # digits: noise acts on standardised inputs
        np.testing.assert_allclose(raw(few, "train"), raw(many, "train")[:10], atol=1e-9)
        np.testing.assert_allclose(raw(few, "val"), raw(many, "val"), atol=1e-9)
    for part in ("val", "test"):
        y_few, y_many = (getattr(s, f"y_{part}") * s.y_scale + s.y_mean for s in (few, many))
        np.testing.assert_allclose(y_few, y_many, atol=1e-9)


@pytest.mark.parametrize("name", list(DATASETS))
def test_parts_share_no_row(name: str) -> None:
    config = make(name, n_train=DATASETS[name].max_train(0.3))
    parts = split_rows(config)
    assert sorted(np.concatenate(parts)) == list(range(DATASETS[name].n_pool))
    fewer_val = split_rows(make(name, n_train=10, val_fraction=0.2))
    assert set(fewer_val[1]) <= set(parts[1])
    np.testing.assert_array_equal(fewer_val[2], parts[2])


def test_too_many_training_rows_are_explained() -> None:
    with pytest.raises(ValueError, match=r"n_train: expected at most 89 for 'wine'.*received 90"):
        load_split(make("wine", n_train=90))


@pytest.mark.parametrize("name", ["sine", "xor", "plane", "breast_cancer"])
def test_standardising_sees_training_rows_only(name: str) -> None:
    split = load_split(make(name, n_train=15), np.float64)
    np.testing.assert_allclose(split.X_train.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(split.X_train.std(axis=0), 1)
    assert np.abs(split.X_val.mean(axis=0)).max() > 1e-3
    if split.task == "regression":
        assert split.y_train.mean() == pytest.approx(0, abs=1e-12) and split.y_train.std() == pytest.approx(1)


def test_constant_pixel_has_scale_one() -> None:
    split = load_split(make("digits"))
    assert split.x_scale[0] == 1.0  # the first pixel is 0 in every image
    np.testing.assert_array_equal(split.X_train[:, 0], 0)


@pytest.mark.parametrize(("name", "share"), [("circle", 0.25), ("spiral3", 0.5), ("wine", 0.1)])
def test_label_noise_changes_exactly_that_share_of_training_labels(name: str, share: float) -> None:
    clean, noisy = (load_split(make(name, n_train=50, label_noise=s)) for s in (0, share))
    assert np.sum(clean.y_train != noisy.y_train) == round(share * 50)
    assert noisy.y_train.min() >= 0 and noisy.y_train.max() < noisy.n_classes
    np.testing.assert_array_equal(clean.y_val, noisy.y_val)
    np.testing.assert_array_equal(clean.y_test, noisy.y_test)
    np.testing.assert_array_equal(clean.X_train, noisy.X_train)


def test_noise_of_regression_is_in_target_units() -> None:
    clean, noisy = (load_split(make("sine", noise_std=s, n_train=400), np.float64) for s in (0, 0.3))
    np.testing.assert_array_equal(clean.X_train, noisy.X_train)
    noise = (noisy.y_train * noisy.y_scale + noisy.y_mean) - (clean.y_train * clean.y_scale + clean.y_mean)
    assert noise.std() == pytest.approx(0.3, rel=0.1)


def test_noise_of_real_classes_is_in_standardised_units() -> None:
    clean, noisy = (load_split(make("wine", noise_std=s, n_train=80), np.float64) for s in (0, 0.5))
    assert (noisy.X_train - clean.X_train).std() == pytest.approx(0.5, rel=0.1)
    assert (noisy.X_val - clean.X_val).std() == pytest.approx(0.5, rel=0.15)


@pytest.mark.parametrize("name", ["sine", "doppler", "multi_gaussian"])
def test_regression_floor_is_the_noise_variance(name: str) -> None:
    split = load_split(make(name, noise_std=0.3, val_fraction=0.5))
    assert split.noise_floor == pytest.approx(0.3**2 / split.y_scale**2, rel=0.2)
    assert load_split(make(name)).noise_floor == 0.0


def test_regression_floor_is_the_loss_of_the_truth() -> None:
    split = load_split(make("sine", noise_std=0.2), np.float64)
    assert split.points_val is not None
    truth = (np.sin(2 * np.pi * split.points_val[:, 0]) - split.y_mean) / split.y_scale
    assert split.noise_floor == pytest.approx(np.mean((split.y_val - truth) ** 2))


def test_class_floor_grows_with_noise() -> None:
    floors = [load_split(make("spiral", noise_std=s)).noise_floor for s in (0, 0.3, 1.0, 3.0)]
    assert floors[0] == 0.0
    assert floors == sorted(floors)  # type: ignore[type-var]
    assert floors[3] == pytest.approx(np.log(2), rel=0.1)


def test_grids() -> None:
    curve = load_split(make("cubic", noise_std=0.1), np.float64)
    assert curve.grid is not None and curve.grid.y is None and curve.grid.truth is not None
    np.testing.assert_allclose(curve.grid.X[:, 0] * curve.x_scale + curve.x_mean, curve.grid.x)
    assert curve.grid.noise_std == 0.1
    flat = load_split(make("plane", features=("xy", "y")), np.float64)
    assert flat.grid is not None and flat.grid.y is not None and flat.grid.truth is not None
    n, row, column = len(flat.grid.x), 3, 5
    features = flat.grid.X[row * n + column] * flat.x_scale + flat.x_mean
    x, y = flat.grid.x[column], flat.grid.y[row]
    np.testing.assert_allclose(features, [x * y, y])
    assert flat.grid.truth[row, column] == pytest.approx((x + y) / 12)


def test_same_config_same_arrays_in_eight_threads() -> None:
    configs = [make(name, noise_std=0.3, n_train=40, label_noise=0.1) for name in DATASETS]
    with ThreadPoolExecutor(8) as pool:
        in_threads = list(pool.map(load_split, configs * 2))
    for config, split in zip(configs * 2, in_threads, strict=True):
        alone = load_split(config)
        for part in ("X_train", "y_train", "X_val", "y_val", "X_test", "y_test"):
            assert getattr(alone, part).tobytes() == getattr(split, part).tobytes()
        assert alone.floors == split.floors
    assert load_split(make("sine", seed=1)).X_val.tobytes() != load_split(make("sine")).X_val.tobytes()
