"""People's arrays: the right numbers, or a sentence with the argument, what was expected and what was received."""

from __future__ import annotations

import copy
import pickle
import warnings
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import torch

from core import Experiment, Split, train
from core.data.arrays import check_inputs, check_numbers, check_targets

WANTED = np.array([[1.0, 2.0], [3.0, 4.0]])
SMALL = Experiment(network={"hidden_sizes": [4]}, training={"n_epochs": 3})
READ_ONLY = WANTED.copy()
READ_ONLY.flags.writeable = False


@pytest.mark.parametrize(
    "values",
    [
        [[1, 2], [3, 4]],
        ((1.0, 2), (Decimal(3), np.float32(4))),
        WANTED.astype(np.int8),
        WANTED.astype(np.float16),
        WANTED.astype(np.longdouble),
        WANTED.astype(">f8"),
        np.asfortranarray(WANTED),
        WANTED[::-1][::-1],
        READ_ONLY,
        np.ma.masked_array(WANTED, mask=np.zeros((2, 2))),
        torch.tensor(WANTED),
        torch.tensor(WANTED, requires_grad=True),
        pd.DataFrame(WANTED),
        pd.DataFrame({"a": pd.array([1, 3], dtype="Int64"), "b": pd.array([2.0, 4.0], dtype="Float64")}),
        pd.DataFrame({"a": [1, 3], "b": [2.0, 4.0]}, index=[7, 7]),
        WANTED.astype(object),
    ],
)
def test_numbers_are_read_however_they_come(values: Any) -> None:
    array = check_inputs("X_train", values)
    np.testing.assert_array_equal(array, WANTED)
    assert array.dtype == np.float64 and array.dtype.isnative


def test_what_is_read_is_a_copy() -> None:
    given = WANTED.copy()
    check_inputs("X_train", given)[:] = 0
    np.testing.assert_array_equal(given, WANTED)


def test_booleans_are_numbers_in_tables_and_lists() -> None:
    table = pd.DataFrame({"old": [True, False], "price": [1.5, 2.5], "sold": pd.array([True, False], dtype="boolean")})
    np.testing.assert_array_equal(check_inputs("X_train", table), [[1, 1.5, 1], [0, 2.5, 0]])
    np.testing.assert_array_equal(check_inputs("X_train", [[True], [False]]), [[1], [0]])


NOT_NUMBERS = [
    (np.ma.masked_array(WANTED, mask=[[1, 0], [0, 0]]), "X_train: expected a value everywhere, received a masked one"),
    (
        pd.DataFrame({"a": pd.array([1, None], dtype="Int64")}),
        "X_train: expected finite numbers, received 1 that are nan",
    ),
    (pd.DataFrame({"a": pd.array([True, None], dtype="boolean")}), "X_train: expected a value everywhere, received 1"),
    ([[1.0, None], [3.0, None]], "X_train: expected a value everywhere, received 2 missing"),
    (pd.DataFrame({"a": [1.0, None]}), "X_train: expected finite numbers, received 1 that are nan or infinite"),
    ([[1, 2], [3]], "X_train: expected numbers, with as many in every row, received rows of 1 to 2"),
    (np.array([[1, 2], [3]], dtype=object), "X_train: expected numbers, with as many in every row, received rows of 1"),
    ([["a", "b"]], "X_train: expected numbers, received text such as 'a'"),
    ([[1, "b"]], "X_train: expected numbers, received text such as 'b' in column 2"),
    ([["1", "2"]], "X_train: expected numbers, received text such as '1' in column 1"),
    (pd.DataFrame({"rooms": [1, 2], "town": ["Ulm", "Bonn"]}), "received text such as 'Ulm' in column 'town'"),
    (pd.DataFrame({"day": pd.to_datetime(["2026-01-01"])}), "X_train: expected numbers, received dates"),
    (WANTED * 1j, "X_train: expected numbers, received complex numbers"),
    ({1.0, 2.0}, "X_train: expected numbers, received a set"),
    ({"a": [1.0]}, "X_train: expected numbers, received a dict"),
    (None, "X_train: expected numbers, received None"),
    ("12", "X_train: expected numbers, received"),
    (3.0, r"X_train: expected shape \(rows, features\)"),
    (iter([1.0]), "X_train: expected numbers, received a list_iterator"),
    ([[10**400]], "X_train: expected finite numbers, received one that is too large"),
    (
        [[1e39]],
        r"X_train: expected numbers from -1e\+18 to 1e\+18, received one of size 1e\+39, too large to be squared",
    ),
    ([[-1e300]], "received one of size 1e.300"),
    (np.array([[1e39]], dtype=np.longdouble), "received one of size 1e.39"),
    (np.array([[np.longdouble("1e400")]]), "X_train: expected finite numbers, received 1"),
]


@pytest.mark.parametrize(("values", "message"), NOT_NUMBERS)
def test_what_is_no_number_is_said_in_our_words(values: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_inputs("X_train", values)
    y = [0.0] * (len(values) if hasattr(values, "__len__") else 1)
    with pytest.raises(ValueError, match=r"^X_train: expected .* received"):
        Split.from_arrays(values, y, [[1.0]], [0.0], task="regression")


def test_large_inputs_and_targets_whose_products_would_be_infinite_are_refused() -> None:
    X = [[1e12], [2.0]]
    with pytest.raises(ValueError, match=r"X_train: expected inputs and targets .* received inputs up to 1e\+12"):
        Split.from_arrays(X, [0.0, 1.0], X, [0.0, 1.0], task="regression")
    with pytest.raises(ValueError, match=r"received inputs up to 1 and targets up to 1e\+39|too large to be squared"):
        Split.from_arrays([[1.0]], [1e39], [[1.0]], [0.0], task="regression")
    Split.from_arrays([[1.0]], [1e17], [[1.0]], [0.0], task="regression")


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
@pytest.mark.parametrize(("x", "y"), [(1e8, 1.0), (1.0, 1e17), (1e8, 1e8)])
def test_what_is_accepted_has_finite_losses_and_gradients(optimizer: str, x: float, y: float) -> None:
    split = Split.from_arrays([[x], [-x]], [y, -y], [[x]], [y], task="regression")
    rate = 1e-3 if optimizer == "adam" else 1e-3 / x**2
    linear = SMALL.replace(hidden_sizes=(), optimizer=optimizer, learning_rate=rate, n_epochs=2)
    run = train(linear, split=split, progress=False)
    still = train(linear.replace(learning_rate=1e-30), split=split, progress=False)
    assert np.isfinite(run.history["train_loss"]).all() and not np.array_equal(run.weights[0], still.weights[0])


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        ([0, 1, 2, 0], [0, 1, 2]),
        ([1, 2, 2, 1], [1, 2]),
        ([2019, 2020, 2020, 2019], [2019, 2020]),
        ([-1, 1, 1, -1], [-1, 1]),
        ([7.0, 3.0, 5.0, 7.0], [3, 5, 7]),
        ([True, False, False, True], [False, True]),
        (pd.Series([2, 4, 4, 2], index=[9, 9, 8, 7]), [2, 4]),
        (pd.array([2, 4, 4, 2], dtype="Int64"), [2, 4]),
        (torch.tensor([1, 2, 2, 1]), [1, 2]),
        (np.array([200, 3, 3, 200], dtype=np.uint8), [3, 200]),
    ],
)
def test_labels_are_as_many_classes_as_there_are_different_ones(labels: Any, classes: list[Any]) -> None:
    X = np.arange(4.0)[:, None]
    split = Split.from_arrays(X, labels, X[:3], labels[:3], task="classification")
    assert split.classes.tolist() == classes and split.n_classes == len(classes)
    assert split.classes[split.y_train].tolist() == [int(label) for label in labels]
    assert split.classes[split.y_val].tolist() == [int(label) for label in labels[:3]]
    assert split.y_train.dtype == np.int64 and split.class_names[0] == f"class {classes[0]}"


def test_a_label_of_one_part_alone_is_a_class_of_both() -> None:
    split = Split.from_arrays([[0.0], [1.0]], [5, 6], [[2.0]], [9], task="classification")
    assert split.classes.tolist() == [5, 6, 9] and split.y_val.tolist() == [2]


def test_a_single_label_has_a_second_class_beside_it() -> None:
    split = Split.from_arrays([[0.0]], [3], [[2.0]], [3], task="classification")
    assert split.n_classes == 2 and split.classes[split.y_train].tolist() == [3]
    assert np.isfinite(train(SMALL, split=split, progress=False).history["val_loss"]).all()


def test_labels_that_are_all_different_are_no_classes() -> None:
    X = np.arange(1001.0)[:, None]
    with pytest.raises(ValueError, match=r"y_train: expected at most 1,000 classes .* received 1,001 different values"):
        Split.from_arrays(X, np.arange(1001), X[:2], [0, 1], task="classification")


@pytest.mark.parametrize("labels", [(2019, 2020), (-1, 1), (2, 5), (1, 2, 3)])
@pytest.mark.parametrize("loss", ["auto", "mse"])
def test_predictions_are_in_the_order_of_the_classes(labels: tuple[int, ...], loss: str) -> None:
    rng = np.random.default_rng(0)
    numbers = np.arange(60) % len(labels)
    X = numbers[:, None] * 4.0 + rng.normal(size=(60, 1)) * 0.1
    y = np.array(labels)[numbers]
    split = Split.from_arrays((X - X.mean()) / X.std(), y, (X[:9] - X.mean()) / X.std(), y[:9], task="classification")
    run = train(SMALL.replace(hidden_sizes=(8,), n_epochs=400, loss=loss), split=split, progress=False)
    assert run.classes[run.predict(split.X_train).argmax(1)].tolist() == y.tolist()
    assert run.history["train_score"][-1] == 1


def test_encoding_labels_changes_no_number_of_a_run() -> None:
    rng = np.random.default_rng(0)
    X, numbers = rng.normal(size=(30, 2)), np.arange(30) % 3
    runs = [
        train(SMALL, split=Split.from_arrays(X, y, X[:9], y[:9], task="classification"), progress=False)
        for y in (numbers, numbers + 2019)
    ]
    assert np.array_equal(runs[0].history["val_loss"], runs[1].history["val_loss"])


def test_a_table_names_its_features_and_its_columns_stay_in_order() -> None:
    table = pd.DataFrame({"rooms": [1.0, 2.0], "age": [3.0, 4.0]})
    split = Split.from_arrays(table, [1.0, 2.0], table, [1.0, 2.0], task="regression")
    assert split.feature_names == ("rooms", "age")
    with pytest.raises(ValueError, match=r"X_val: expected the columns of X_train .* rooms, age, received age, rooms"):
        Split.from_arrays(table, [1.0, 2.0], table[["age", "rooms"]], [1.0, 2.0], task="regression")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_predict_takes_any_layout_without_a_warning(dtype: str) -> None:
    X = np.random.default_rng(0).normal(size=(6, 2))
    split = Split.from_arrays(X, X[:, 0], X, X[:, 0], task="regression")
    run = train(SMALL, split=split, progress=False, dtype=dtype)
    wanted = run.predict(X)
    fixed = X.copy()
    fixed.flags.writeable = False
    layouts = (
        fixed,
        np.asfortranarray(X),
        X[::-1][::-1],
        X.astype(">f8"),
        X.tolist(),
        pd.DataFrame(X),
        torch.tensor(X),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for given in (*layouts, X.astype(object), np.repeat(X, 2, 0)[::2], np.ma.masked_array(X)):
            assert np.array_equal(run.predict(given), wanted)
        assert np.array_equal(run.predict(X[::-1]), wanted[::-1])
        assert np.array_equal(run.predict(X[:, ::-1]), run.predict(X[:, ::-1].copy()))
        assert run.predict(np.zeros((0, 2))).shape == (0,)


@pytest.mark.parametrize(
    "X", [[1.0, 2.0], [[1.0]], [[1.0, 2.0, 3.0]], [["a", "b"]], [[1.0], [2.0, 3.0]], [[1e39, 0.0]], None]
)
def test_predict_refuses_what_does_not_fit(X: Any) -> None:
    rows = np.zeros((3, 2))
    run = train(SMALL, split=Split.from_arrays(rows, [0, 1, 2], rows, [0, 1, 2], task="regression"), progress=False)
    with pytest.raises(ValueError, match=r"^X: expected .* received"):
        run.predict(X)


def test_targets_have_one_number_for_each_row() -> None:
    assert check_targets("y_val", [1, 2], 2).dtype == np.int64
    with pytest.raises(ValueError, match=r"y_val: expected shape \(2,\), one target for each row, received \(2, 1\)"):
        check_targets("y_val", [[1], [2]], 2)


def test_whole_numbers_stay_whole() -> None:
    assert check_numbers("y", [2**53 + 1]).tolist() == [2**53 + 1]


def test_masked_rows_in_a_list_are_masked_values_too() -> None:
    rows = [np.ma.array([1.0, 2.0, 3.0], mask=[0, 1, 0])] * 4
    with pytest.raises(ValueError, match="received 4 masked ones"):
        check_inputs("X_train", rows)


def test_16_bit_floats_of_torch_are_numbers() -> None:
    read = check_inputs("X", torch.tensor([[1.5, 2.0]], dtype=torch.bfloat16))
    assert read.dtype == np.float32 and read.tolist() == [[1.5, 2.0]]


@pytest.mark.parametrize(
    ("matrix", "call"),
    [(scipy.sparse.csr_array(np.eye(3)), ".toarray()"), (torch.eye(3).to_sparse(), ".to_dense()")],
    ids=["scipy", "torch"],
)
def test_a_sparse_matrix_is_told_what_to_call(matrix: Any, call: str) -> None:
    with pytest.raises(ValueError, match=f"X_train: .* received a sparse matrix; call {call}"):
        check_inputs("X_train", matrix)


def test_a_decimal_that_signals_is_no_number() -> None:
    with pytest.raises(ValueError, match="X: expected finite numbers"):
        check_inputs("X", [[Decimal("sNaN")]])


@pytest.mark.parametrize("offset", [1e7, 1e9, 1e12])
def test_differences_that_float32_cannot_tell_are_refused_and_learned_in_float64(offset: float) -> None:
    experiment = Experiment(
        network={"hidden_sizes": [], "activation": "linear"}, training={"optimizer": "sgd", "learning_rate": 0.1}
    )
    split = Split.from_arrays([[0.0], [1.0]], [offset, offset + 1], [[0.5]], [offset + 0.5], task="regression")
    with pytest.raises(ValueError, match="y_train: expected differences that float32 can tell"):
        train(experiment, split, progress=False)
    run = train(experiment, split, progress=False, dtype="float64")
    assert run.history["train_loss"][-1] < 1e-6 * max(1, (offset * 1e-12) ** 2)


def test_inputs_that_float32_cannot_tell_apart_are_refused_by_column() -> None:
    X = [[0.0, 1e8], [1.0, 1e8 + 1]]
    split = Split.from_arrays(X, [0.0, 1.0], X, [0.0, 1.0], task="regression")
    with pytest.raises(ValueError, match=r"X_train: .* in column 2"):
        train(Experiment(), split, progress=False)


def test_house_prices_are_told_apart_by_float32() -> None:
    experiment = Experiment(
        network={"hidden_sizes": [], "activation": "linear"}, training={"optimizer": "sgd", "learning_rate": 0.1}
    )
    split = Split.from_arrays([[0.0], [1.0]], [20000, 20001], [[0.5]], [20000.5], task="regression")
    assert train(experiment, split, progress=False).history["train_loss"][-1] < 1e-4


def test_predict_refuses_a_table_whose_columns_stand_in_another_order() -> None:
    table = pd.DataFrame(np.random.default_rng(0).normal(size=(8, 3)), columns=["a", "b", "c"])
    split = Split.from_arrays(table, table["a"], table, table["a"], task="regression")
    run = train(Experiment(training={"n_epochs": 2}), split, progress=False)
    assert np.array_equal(run.predict(table), run.predict(table.to_numpy()))
    assert run.predict(table.rename(columns=str.upper)).shape == (8,)  # names of another world say nothing
    for other in (table[["c", "b", "a"]], table.rename(columns={"c": "d"})):
        with pytest.raises(ValueError, match="X: expected the columns of X_train in the same order, a, b, c, received"):
            run.predict(other)


@pytest.mark.parametrize("activation", ["tanh", "relu", "leaky_relu", "gelu", "linear"])
def test_a_run_can_be_pickled_and_copied(activation: str) -> None:
    experiment = Experiment(network={"hidden_sizes": [4], "activation": activation}, training={"n_epochs": 2})
    run, X = train(experiment, progress=False), np.linspace(-1, 1, 5)[:, None]
    for other in (pickle.loads(pickle.dumps(run)), copy.deepcopy(run)):
        assert np.array_equal(other.predict(X), run.predict(X))


def test_another_default_device_is_put_aside() -> None:
    experiment = Experiment(training={"n_epochs": 2, "batch_size": 8})
    plain = train(experiment, progress=False)
    with torch.device("meta"):
        assert np.array_equal(train(experiment, progress=False).history["val_loss"], plain.history["val_loss"])
