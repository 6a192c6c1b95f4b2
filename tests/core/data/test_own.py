"""The data set "My table": found by its hash as long as somebody keeps it, and gone with him."""

from __future__ import annotations

import gc
import pickle
import weakref
from dataclasses import replace

import numpy as np
import pytest
from sklearn.datasets import load_diabetes

from core import Experiment, load_table, sweep, train
from core.data import info_of, load_split
from core.data.limits import settle
from core.data.own import ABSENT, OWN, is_here, load_own
from core.data.table import Table
from core.data.table.shelf import Shelf, the_shelf
from core.figures.playground.page import plot_main_fit
from core.live.making import OnSplit, WithTable, split_of
from core.live.playground.run import playground_run
from core.settings.experiment import DataConfig

TEXT = "x,c,y\n" + "".join(f"{i * 7 % 31},{'uvw'[i % 3]},{'ab'[i * i % 5 % 2]}\n" for i in range(200))


def config(table: Table, **more: object) -> DataConfig:
    return DataConfig(name=OWN, table=table.digest, reading=table.choices.to_text(), val_fraction=0.2, **more)  # type: ignore[arg-type]


def test_a_table_is_found_by_hash_and_choices_and_goes_with_who_keeps_it() -> None:
    table = the_shelf().put(load_table(TEXT, kinds={"x": "category"}))
    data = config(table, n_train=40)
    assert is_here(data) and not is_here(data.model_copy(update={"reading": ""}))
    rows = weakref.ref(split_of(data))
    kept = weakref.ref(table)
    assert split_of(data) is rows()
    del table
    gc.collect()
    assert kept() is None and rows() is None and not is_here(data)
    with pytest.raises(
        ValueError, match=r"table: expected a table that is open, received the hash '[0-9a-f]{16}' of one that"
    ):
        load_split(data)
    assert info_of(data) is ABSENT


def test_an_experiment_on_it_survives_a_link_and_trains() -> None:
    table = the_shelf().put(load_table(TEXT))
    experiment = Experiment(data=config(table, n_train=50), network={"hidden_sizes": [4]}, training={"n_epochs": 10})
    assert Experiment.from_query(experiment.to_query()) == (experiment, [])
    assert settle(experiment) == (experiment, [])
    run = train(experiment, progress=False)
    assert run.history["train_loss"][-1] < run.history["train_loss"][0]
    assert sweep(experiment, "l2", [0.0, 0.1], progress=False).history["val_loss"].shape[0] == 2


def test_what_is_known_before_loading_is_what_is_loaded() -> None:
    table = the_shelf().put(load_table(TEXT))
    data = config(table, n_train=60, seed=3)
    info, split = info_of(data), load_split(data)
    assert info.n_inputs(data) == split.n_features == 4
    assert (info.n_val(0.2), info.n_test()) == (len(split.y_val), len(split.y_test))
    assert info.max_train(0.2) == 200 - len(split.y_val) - len(split.y_test)
    assert len(split.y_train) == 60 and info.task == split.task and info.n_classes == split.n_classes == 2
    largest = settle(Experiment(data=data.model_copy(update={"n_train": 5000})))[0]
    assert largest.data.n_train == info.max_train(0.2)


def test_a_loss_is_read_in_the_targets_own_unit_too() -> None:
    table = the_shelf().put(
        load_table("x,z,price\n" + "".join(f"{i * 7 % 31},{i % 9},{i * i % 97 * 1000}\n" for i in range(150)))
    )
    experiment = Experiment(data=config(table, n_train=60), network={"hidden_sizes": []}, training={"n_epochs": 5})
    split = load_split(experiment.data)
    run = playground_run(experiment, split)
    state = run.training.state()
    assert run.view.readouts(run, state)["score"].startswith("R² ")
    predicted = train(experiment.replace(n_epochs=1), progress=False)  # at epoch 0 both are the same network
    assert predicted.history["val_loss"][0] == pytest.approx(float(state.val_loss[0]))
    error = np.sqrt(float(state.val_loss[0])) * split.y_scale
    assert error > 1000 and run.view.readouts(run, state)["val_loss_own"] == f"off by {error:,.0f}"


def test_it_is_the_bundled_set_where_the_rows_are_the_same() -> None:
    table = the_shelf().put(load_table(load_diabetes(as_frame=True, scaled=False).frame))
    own = DataConfig(name=OWN, table=table.digest, reading=table.choices.to_text(), n_train=120, seed=5)
    e = Experiment(data=own, network={"hidden_sizes": [8]}, training={"n_epochs": 15})
    theirs = e.replace(data="diabetes")
    a, b = train(e, progress=False), train(theirs, progress=False)
    for name, values in a.history.items():
        assert np.array_equal(values, b.history[name]), name


def test_other_data_forget_the_file() -> None:
    table = the_shelf().put(load_table(TEXT))
    experiment = Experiment(data=config(table, n_train=40)).replace(data="sine", n_train=20)
    assert settle(experiment)[0].data.table == settle(experiment)[0].data.reading == ""


def test_noise_and_wrong_labels_spoil_what_they_name() -> None:
    table = the_shelf().put(load_table(TEXT))
    clean, data = load_split(config(table, n_train=100)), config(table, n_train=100, label_noise=0.2)
    wrong = load_split(data)
    assert (wrong.y_train != clean.y_train).sum() == 20 and np.array_equal(wrong.y_val, clean.y_val)
    noisy = load_split(config(table, n_train=100, noise_std=0.5))
    change = noisy.X_val - clean.X_val
    assert 0.4 < change[:, 0].std() < 0.6 and not change[:, 1:].any()  # words are not blurred
    more = load_split(config(table, n_train=110, noise_std=0.5))
    assert np.allclose(more.y_val, noisy.y_val)


def test_more_rows_keep_the_units_of_the_first() -> None:
    table = the_shelf().put(load_table(TEXT))
    data = config(table, n_train=30)
    one, two = load_own(data), load_own(data, factor=2)
    assert two.feature_names == one.feature_names and len(two.y_train) == 60
    assert np.array_equal(two.X_train[:30], one.X_train) and np.array_equal(two.X_val, one.X_val)


def describe(experiment: Experiment, split: object) -> Experiment:
    return experiment


class Holder:
    """A run in the eyes of `WithTable`."""


def make_holder() -> Holder:
    return Holder()


def test_a_run_in_another_process_brings_its_table_and_keeps_it() -> None:
    table = the_shelf().put(load_table(TEXT))
    data = config(table, n_train=40)
    sent = pickle.dumps(WithTable(make_holder, table))
    expected = load_split(data).X_train
    del table
    gc.collect()
    assert not is_here(data)
    run = pickle.loads(sent)()
    gc.collect()
    assert is_here(data) and np.array_equal(split_of(data).X_train, expected)
    del run
    gc.collect()
    assert not is_here(data)
    assert OnSplit(describe, Experiment())() == Experiment()


def test_the_shelf_is_bounded_in_bytes() -> None:
    shelf, a = Shelf(max_bytes=6000), load_table(TEXT)
    assert shelf.put(a) is a and shelf.put(load_table(TEXT)) is a and shelf.n_bytes == a.n_bytes > 3000
    with pytest.raises(
        ValueError, match="table: expected room for 0 MB, received none: the server holds as many tables"
    ):
        shelf.put(replace(a, digest="0" * 16))
    del a
    gc.collect()
    assert shelf.n_bytes == 0


def test_one_number_is_a_curve_and_two_are_a_map_of_their_own_range() -> None:
    one = the_shelf().put(load_table("size,price\n" + "".join(f"{i * 7 % 101},{i * i % 97}\n" for i in range(150))))
    split = load_split(config(one, n_train=60))
    assert split.kind == "curve" and split.grid is not None and split.grid.y is None and split.grid.truth is None
    assert split.grid.x[0] < split.points_train.min() and split.grid.x[-1] > split.points_val.max()  # type: ignore[union-attr]
    assert np.allclose(split.grid.X[:, 0], (split.grid.x - split.x_mean[0]) / split.x_scale[0], atol=1e-6)
    assert np.allclose(split.points_train, split.X_train * split.x_scale + split.x_mean, atol=1e-3)
    rows = "".join(f"{i * 7 % 101},{i * 3 % 29 / 100},{'abc'[i * i % 7 % 3]}\n" for i in range(150))
    two = the_shelf().put(load_table("size,age,kind\n" + rows))
    split = load_split(config(two, n_train=60))
    assert split.kind == "plane" and split.point_names == ("size", "age") and split.grid is not None
    n = len(split.grid.x)
    raw = np.array([split.grid.x[9], split.grid.y[5]])  # type: ignore[index]
    assert np.allclose(split.grid.X.reshape(n, n, 2)[5, 9], (raw - split.x_mean) / split.x_scale, atol=1e-6)
    figure = plot_main_fit({"map": np.zeros((n, n))}, {}, split)
    assert figure.layout.xaxis.title.text == "size" and figure.layout.yaxis.title.text == "age"
    assert figure.layout.yaxis.scaleanchor is None  # years and metres are not of one unit


def test_a_curve_of_unknown_truth_says_nothing_of_it() -> None:
    table = the_shelf().put(load_table("size,price\n" + "".join(f"{i * 7 % 101},{i * i % 97}\n" for i in range(150))))
    split = load_split(config(table, n_train=60))
    figure = plot_main_fit({"fit_y": np.zeros(201)}, {}, split)
    assert {"true function", "noise"}.isdisjoint(trace.name for trace in figure.data)
    assert "true function" not in [item["label"] for item in figure.layout.meta["legend"]]
    assert figure.layout.xaxis.title.text == "size" and figure.layout.yaxis.title.text == "price"
