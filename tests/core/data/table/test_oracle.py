"""A table against scikit-learn's own tools, a bundled data set, and rows that must not matter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_diabetes
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from core import Experiment, Split, load_table, train
from core.data import load_split
from core.data.fitting import fitted_on
from core.data.table.encoding import fit_encoding
from core.data.table.splitting import table_rows, table_split
from core.settings.experiment import DataConfig
from core.studies.cv.cross_validation import plan_cross_validation
from core.studies.cv.refit import refit


def passengers(n: int = 400) -> pd.DataFrame:
    """Return a table like that of the passengers of a ship: numbers and words with gaps, two classes."""
    rng = np.random.default_rng(1)
    age = rng.normal(30, 12, n).round(1)
    age[rng.random(n) < 0.2] = np.nan
    fare = rng.lognormal(3, 1, n).round(4)
    fare[rng.random(n) < 0.01] = np.nan
    port = rng.choice(["C", "Q", "S", None], n, p=[0.2, 0.1, 0.65, 0.05])
    sex = rng.choice(["female", "male"], n)
    return pd.DataFrame(
        {"class": rng.integers(1, 4, n), "sex": sex, "age": age, "fare": fare, "port": port,
         "survived": np.where(rng.random(n) < np.where(sex == "male", 0.2, 0.7), "yes", "no")}
    )  # fmt: skip


def birds(n: int = 300) -> pd.DataFrame:
    """Return a table like that of penguins: four measures, two words, three classes."""
    rng = np.random.default_rng(2)
    kind = rng.integers(0, 3, n)
    measures = {name: (scale * (1 + 0.2 * kind) + rng.normal(0, scale / 10, n)).round(1)
                for name, scale in (("bill", 40), ("depth", 17), ("flipper", 200), ("mass", 4000))}  # fmt: skip
    measures["mass"][::40] = np.nan
    island = rng.choice(["Biscoe", "Dream", "Torgersen"], n)
    return pd.DataFrame({**measures, "island": island, "sex": rng.choice(["f", "m", None], n, p=[0.45, 0.45, 0.1]),
                         "species": np.array(["A", "C", "G"])[kind]})  # fmt: skip


def houses(n: int = 500) -> pd.DataFrame:
    """Return a table like that of house prices: wide numbers, a word of many values, and values to predict."""
    rng = np.random.default_rng(3)
    area = rng.lognormal(5, 0.4, n).round()
    lot = rng.lognormal(9, 0.7, n).round()
    lot[rng.random(n) < 0.18] = np.nan
    place = rng.choice([f"N{i:02d}" for i in range(18)], n)
    return pd.DataFrame({"area": area, "lot": lot, "place": place, "heating": rng.choice(["gas", "wood"], n, p=[0.97, 0.03]),
                         "price": (1000 * area + 0.1 * np.nan_to_num(lot) + rng.normal(0, 9000, n)).round()})  # fmt: skip


FRAMES = {"passengers": passengers, "birds": birds, "houses": houses}


def sklearn_inputs(frame: pd.DataFrame, names: list[str], train: np.ndarray) -> np.ndarray:
    """Return the columns as scikit-learn encodes them, fitted on the training rows: numbers, flags and words of each column."""
    steps: list[tuple[str, Any, list[str]]] = []
    fitted = frame.iloc[train]
    for name in names:
        if frame[name].dtype.kind in "if":
            scaled = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
            flag = [("flag", MissingIndicator(features="all"))] if fitted[name].isna().mean() > 0.05 else []
            steps.append((name, FeatureUnion([("scaled", scaled), *flag]), [name]))
        else:
            # "￿" comes after all letters, as our "(missing)" comes last
            filled = FunctionTransformer(lambda column: column.fillna("\uffff").astype(str))
            words = OneHotEncoder(sparse_output=False, drop="if_binary", handle_unknown="ignore")
            steps.append((name, make_pipeline(filled, words), [name]))
    return np.asarray(ColumnTransformer(steps).fit(fitted).transform(frame), dtype=np.float64)


@pytest.mark.parametrize("name", FRAMES)
def test_inputs_are_those_of_scikit_learn(name: str) -> None:
    frame = FRAMES[name]()
    table = load_table(frame)
    rows, _, _ = table_rows(table, seed=0, val_fraction=0.2)
    encoded = fit_encoding(table.inputs, rows)
    expected = sklearn_inputs(frame, list(frame.columns[:-1]), rows)
    assert expected.shape == encoded.standardised.shape
    assert np.abs(encoded.standardised - expected).max() < 1e-12


@pytest.mark.parametrize("name", FRAMES)
def test_a_csv_file_is_the_same_table_as_the_frame(name: str) -> None:
    frame = FRAMES[name]()
    a = Split.from_table(load_table(frame))
    b = Split.from_table(load_table(frame.to_csv(index=False).encode()))
    assert a.feature_names == b.feature_names and a.class_names == b.class_names
    for part in ("X_train", "y_train", "X_val", "y_val", "X_test", "y_test"):
        assert np.array_equal(getattr(a, part), getattr(b, part))


@pytest.mark.parametrize("name", FRAMES)
def test_nothing_of_other_rows_reaches_the_fit(name: str) -> None:
    frame = FRAMES[name]()
    table = load_table(frame)
    train_rows, val, test = table_rows(table, seed=0, val_fraction=0.2)
    wild = frame.copy()
    for column in frame.columns[:-1]:
        is_number = frame[column].dtype.kind in "if"
        wild[column] = wild[column].astype(float if is_number else object)
        wild.loc[np.concatenate([val, test]), column] = 1e9 if is_number else "never seen"
        wild.loc[val[:20], column] = np.nan if is_number else None
    changed = load_table(wild, kinds={c: "category" for c in frame.columns[:-1] if frame[c].dtype.kind not in "if"})
    now = fit_encoding(changed.inputs, train_rows)
    then = fit_encoding(table.inputs, train_rows)
    assert now.names == then.names
    assert np.array_equal(now.mean, then.mean) and np.array_equal(now.scale, then.scale)
    assert np.array_equal(now.standardised[train_rows], then.standardised[train_rows])


@pytest.mark.parametrize("name", FRAMES)
def test_inputs_of_a_fold_are_those_of_scikit_learn_fitted_on_its_rows(name: str) -> None:
    frame = FRAMES[name]()
    table = load_table(frame)
    parts = table_rows(table, seed=0, val_fraction=0.2)
    split = table_split(table, seed=0, val_fraction=0.2, dtype=np.float64)
    pool, order = np.concatenate(parts[:2]), np.concatenate(parts)
    fold = np.random.default_rng(7).random(len(pool)) < 0.8
    now = fitted_on(split, fold)
    ours = np.concatenate([now.X_train, now.X_val, now.X_test])
    expected = sklearn_inputs(frame, list(frame.columns[:-1]), pool[fold])[order]
    assert expected.shape == ours.shape and np.abs(ours - expected).max() < 1e-12


@pytest.mark.parametrize("name", FRAMES)
def test_nothing_of_the_rows_held_out_reaches_a_fold(name: str) -> None:
    frame = FRAMES[name]()
    train_rows, val, test = table_rows(load_table(frame), seed=0, val_fraction=0.2)
    fold = np.random.default_rng(7).random(len(train_rows) + len(val)) < 0.8
    held_out = np.concatenate([np.concatenate([train_rows, val])[~fold], test])
    wild, columns = frame.copy(), frame.columns[:-1]
    for column in columns:
        is_number = frame[column].dtype.kind in "if"
        wild[column] = wild[column].astype(float if is_number else object)
        wild.loc[held_out, column] = 1e4 * np.arange(1, len(held_out) + 1) if is_number else "never seen"
        if column != columns[0]:  # equal rows would be kept together
            wild.loc[held_out[:20], column] = np.nan if is_number else None
    kinds = {c: "category" for c in columns if frame[c].dtype.kind not in "if"}
    then, now = (
        fitted_on(table_split(load_table(f, kinds=kinds), 0, 0.2, dtype=np.float64), fold) for f in (frame, wild)
    )
    rows = [np.concatenate([split.X_train, split.X_val])[fold] for split in (then, now)]
    values = [dict(zip(split.feature_names, X.T, strict=True)) for split, X in zip((then, now), rows, strict=True)]
    for input_name in values[0].keys() | values[1].keys():
        if input_name in values[0] and input_name in values[1]:
            assert np.allclose(values[0][input_name], values[1][input_name], rtol=0, atol=1e-8), input_name
        else:  # what only rows held out have is no input of theirs, though other folds may train on it
            assert not values[input_name in values[1]][input_name].any(), input_name


def test_cross_validation_and_refit_of_a_table_fit_it_anew() -> None:
    frame = passengers()
    split = Split.from_table(load_table(frame), seed=0)
    e = Experiment(network={"hidden_sizes": [2]}, training={"n_epochs": 2})
    plan = plan_cross_validation(e, "l2", [0.0, 0.1], 4, split)
    age = plan.pool.X[:, :, split.feature_names.index("age")].numpy()
    for X, rows in zip(age, plan.is_train, strict=True):
        assert abs(X[rows].mean()) < 1e-6 and abs(X[rows].std() - 1) < 1e-6
    again = refit(e, "l2", {"mine": 0.1}, split, progress=False)
    raw = frame["age"].to_numpy()[np.concatenate(table_rows(load_table(frame), 0, 0.2))]
    n_pool = len(split.y_train) + len(split.y_val)
    filled = np.where(np.isnan(raw), np.nanmedian(raw[:n_pool]), raw)
    expected = (filled - filled[:n_pool].mean()) / filled[:n_pool].std()
    at = split.feature_names.index("age")
    assert np.allclose(again.plan.split.X_test[:, at], expected[n_pool:], atol=1e-5)


def test_a_bundled_set_as_a_table_gives_the_same_history() -> None:
    bunch = load_diabetes(as_frame=True, scaled=False)
    table = load_table(bunch.frame)
    experiment = Experiment(
        data={"name": "diabetes", "n_train": 150, "seed": 3}, network={"hidden_sizes": [8]}, training={"n_epochs": 20}
    )
    own = table_split(table, seed=3, val_fraction=experiment.data.val_fraction, n_train=150)
    theirs = load_split(experiment.data)
    assert np.array_equal(own.X_train, theirs.X_train) and np.array_equal(own.y_test, theirs.y_test)
    a, b = train(experiment, progress=False), train(experiment, split=own, progress=False)
    for name, values in a.history.items():
        assert np.array_equal(values, b.history[name]), name


def test_the_default_is_60_20_20_each_class_alike() -> None:
    split = Split.from_table(load_table(birds()))
    sizes = [len(y) for y in (split.y_train, split.y_val, split.y_test)]
    assert np.allclose(np.array(sizes) / sum(sizes), (0.6, 0.2, 0.2), atol=0.01)
    shares = [np.bincount(y, minlength=3) / len(y) for y in (split.y_train, split.y_val, split.y_test)]
    assert np.allclose(shares, np.mean(shares, axis=0), atol=0.02)


def test_a_config_of_equal_rows_trains_from_a_notebook() -> None:
    split = Split.from_table(load_table(passengers(), "survived"), seed=4)
    run = train(Experiment(network={"hidden_sizes": [4]}, training={"n_epochs": 30}), split=split, progress=False)
    assert run.history["train_loss"][-1] < run.history["train_loss"][0]
    assert DataConfig().name == "sine"  # what the experiment says of its own data is not read
