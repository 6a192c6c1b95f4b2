"""Every public function and every argument of it, given wrong things: a ValueError "argument: expected …, received …"."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import core
from core import (
    Experiment,
    Split,
    candidates,
    cross_validate,
    evaluate_test,
    load_table,
    refit,
    sweep,
    train,
)
from core.studies.double_descent.trained import TASK

EXPERIMENT = Experiment(
    data={"name": "diabetes", "n_train": 20},
    network={"hidden_sizes": []},
    training={"n_epochs": 3, "learning_rate": 0.01},
)
X, Y = [[0.0], [1.0], [2.0], [3.0]], [0.0, 1.0, 2.0, 3.0]
SPLIT = Split.from_arrays(X, Y, X, Y, task="regression")
RUN = train(EXPERIMENT, progress=False)
PATH = sweep(EXPERIMENT, "l2", [0.0, 0.1], progress=False)
CV = cross_validate(EXPERIMENT, "l2", [0.0, 0.1], 3, progress=False)
TEXT = "x,z,y\n" + "\n".join(f"{i * 3 % 17},{i % 5},{i * i % 97}" for i in range(50))
REFIT = refit(EXPERIMENT, "l2", candidates(CV), progress=False)

BRIEF = TASK.replace(n_epochs=2, n_train=30)

GOOD: dict[str, dict[str, Any]] = {
    "train": {"experiment": EXPERIMENT},
    "sweep": {"experiment": EXPERIMENT, "param_name": "l2", "values": [0.0, 0.1]},
    "sweep_learning_rates": {
        "experiment": EXPERIMENT,
        "param_name": "l2",
        "values": [0.0, 0.1],
        "learning_rates": [0.01],
    },
    "bias_variance": {
        "experiment": EXPERIMENT,
        "param_name": "l2",
        "values": [0.0, 0.1],
        "n_sets": 3,
        "n_starts": 2,
    },
    "cross_validate": {"experiment": EXPERIMENT, "param_name": "l2", "values": [0.0, 0.1], "n_splits": 3},
    "refit": {"experiment": EXPERIMENT, "param_name": "l2", "values": {"mine": 0.1}},
    "candidates": {"cv": CV},
    "evaluate_test": {"refit": REFIT},
    "double_descent": {"n_train": 20, "widths": (4,), "n_draws": 1},
    "load_table": {"source": TEXT},
    "epoch_descent": {"values": (0.0,), "epochs": (1, 10), "n_draws": 1},
    "trained_descent": {"widths": (2, 4), "values": (0.0,), "n_starts": 1, "experiment": BRIEF},
}
QUIET = ("candidates", "double_descent", "epoch_descent", "evaluate_test", "load_table")  # they have no progress line
FUNCTIONS: dict[str, Callable[..., Any]] = {name: getattr(core, name) for name in GOOD}
NAMES_OF_FIELDS = ("alpha", "", None, 3, ["l2"], np.array([0.0, 0.1]), EXPERIMENT)
LISTS = (None, 0.1, "0.1", ["0.1"], ["a"], [], [-1.0], [float("nan")], [True], [[0.1]], {0.1}, [0.1, None], [1e9],
         np.zeros(501), np.ma.masked_array([0.1], [True]), object())  # fmt: skip
BAD: dict[str, tuple[Any, ...]] = {
    "experiment": ({}, {"data": {"name": "sine"}}, None, "sine", X, np.zeros((3, 2)), Experiment, SPLIT, RUN, 3),
    "split": ((X, Y), [X, Y, X, Y], np.zeros((3, 2)), "float64", 0, (), {}, EXPERIMENT, Split),
    "progress": (None, "yes", 1, np.zeros(3), SPLIT),
    "dtype": ("float16", None, np.float64, 32, ["float32"], ""),
    "memory_bytes": (0, -1, 1.5, "1", True),
    "device": ("gpu", "cuda:", "CUDA", "", None, 0, ["cuda"], "cuda:99"),
    "epochs": (None, 5, "5", [], [-1], [2.5], [True], ["5"], [[5]], {}),
    "param_name": NAMES_OF_FIELDS,
    "values": LISTS,
    "learning_rates": (*LISTS, [0.0]),
    "n_splits": (0, 1, 10_000, 2.5, "3", None, True, [3]),
    "n_sets": (0, 2, 51, 3.5, "3", None, True, [3]),
    "data": ("sine", "mnist", None, 3, ["digits"], {}),
    "n_train": (0, 4, 2001, 20.5, "20", None, True),
    "label_noise": (-0.1, 0.6, "0.2", None, True, [0.2], float("nan")),
    "widths": (None, 5, "5", [], [0], [4001], [2.5], [True], ["5"], [[5]], {}),
    "n_draws": (0, 51, 1.5, "1", None, True),
    "n_starts": (0, 21, 2.5, "2", None, True, [2]),
    "n_repeats": (0, 101, 1.5, "3", None, True),
    "n_epochs": (0, -1, 1.5, "3", True, [3], 10**10),
    "start": ("hot", None, 3, ["cold"]),
    "l1_share": (-0.1, 1.1, "0.5", None, float("nan"), [0.5], True),
    "changes": ({}, {"step": 1, "name": "l2", "value": 0.1}, None, "l2", 3, [3], [{}], [("l2", 0.1)],
                [{"step": 1, "name": "l2"}], [{"step": 1.5, "name": "l2", "value": 0.1}],
                [{"step": "1", "name": "l2", "value": 0.1}], [{"step": -1, "name": "l2", "value": 0.1}],
                [{"step": True, "name": "l2", "value": 0.1}], [{"step": 1, "name": "n_epochs", "value": 3}],
                [{"step": 1, "name": ["l2"], "value": 3}], [{"step": 1, "name": "l2", "value": "0.1"}],
                [{"step": 1, "name": "l2", "value": -1}], [{"step": 1, "name": "l2", "value": None}],
                [{"step": 1, "name": "l2", "value": 0.1, "member": 1}]),
    "cv": (PATH, RUN, None, EXPERIMENT, [0.1], {}),
    "refit": (RUN, CV, PATH, None, "l2"),
    "source": (None, 3, "", [TEXT], "no such file.csv", np.zeros((3, 2)), SPLIT, EXPERIMENT),
    "target": ("no", 3, -1, True, 1.5, ["y"]),
    "group": ("no", 3, ["x"]),
    "time": ("no", 3, ["x"]),
    "task": ("ranking", 1, ["regression"], SPLIT),
    "kinds": ({"x": "float"}, {"no": "number"}, {"x": None}, ["x"], "number", {"x": ["number"]}),
    "inputs": ({"x": 1}, {"no": True}, {"x": "yes"}, ["x"], True),
    "separator": (".", "", 1, [","], True),
    "encoding": ("klingon", 1, "hex", ["utf-8"], ""),
    "header": (1, "yes", [True]),
    "seed": (-1, 1.5, True, "0", None, [0], 1_000_000),
    "drop_odd": (1, 0.0, "yes", [True]),
}  # fmt: skip
LABELLED = (None, 0.1, [0.1], "0.1", {}, {"a": "0.1"}, {"a": None}, {"a": -1.0}, {"a": float("nan")}, {0.1: 0.1}, CV)

CASES = [
    (function, argument, value)
    for function, call in FUNCTIONS.items()
    for argument in inspect.signature(call).parameters
    for value in (LABELLED if (function, argument) == ("refit", "values") else BAD[argument])
]


def test_the_table_is_of_the_whole_face() -> None:
    assert {*FUNCTIONS, "Experiment", "Split"} == set(core.__all__)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_good_call_is_good(function: str) -> None:
    quiet = {} if function in QUIET else {"progress": False}
    FUNCTIONS[function](**GOOD[function], **quiet)


@pytest.mark.parametrize(("function", "argument", "value"), CASES, ids=lambda value: f"{value!r:.20}")
def test_a_wrong_argument_is_named_with_what_was_expected_and_received(
    function: str, argument: str, value: object
) -> None:
    quiet = {} if function in QUIET else {"progress": False}
    with pytest.raises(ValueError) as error:
        FUNCTIONS[function](**{**GOOD[function], **quiet, argument: value})
    assert_in_our_words(str(error.value), argument)


def assert_in_our_words(sentence: str, argument: str) -> None:
    assert sentence.startswith(f"{argument}: expected "), sentence
    assert "received" in sentence and len(sentence) < 400 and "\n" not in sentence, sentence


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: train({"data": {"name": "sine"}}), "received a dict; write Experiment(**settings)"),
        (lambda: train(X, Y), "own arrays are a split: train(Experiment(), split=Split.from_arrays(X_train, "),
        (lambda: train(np.zeros((4, 2)), Y), "received an array of shape (4, 2); own arrays are a split"),
        (lambda: train(EXPERIMENT, split=(X, Y)), "make one with Split.from_arrays(X_train, y_train, X_val, y_val, "),
        (lambda: train(EXPERIMENT, X, Y), "split: expected a Split or None"),
        (lambda: sweep(EXPERIMENT, [0.1], "l2"), "param_name: expected one of l1, l2"),
        (lambda: sweep(EXPERIMENT, [0.1], "l2"), "received [0.1]; the name comes before the values"),
        (lambda: sweep(EXPERIMENT, "lr", [0.1]), "did you mean 'learning_rate'?"),
        (lambda: sweep(EXPERIMENT, "drop_out", [0.1]), "did you mean 'dropout_rate'?"),
        (lambda: refit(EXPERIMENT, "l2", 0.1), "values: expected values by label such as {'mine': 0.01}, received 0.1"),
        (lambda: refit(EXPERIMENT, "l2", {"λ_min": float("nan")}), "has diverged on a fold: lower the learning rate"),
        (lambda: evaluate_test(RUN), "refit: expected what refit(…) returns, a Refit, received a Fit"),
        (lambda: candidates(PATH), "cv: expected what cross_validate(…) returns, a CrossValidation, received a Path"),
        (lambda: train(EXPERIMENT, changes={"step": 1}), "received one dict; put it in a list: changes=[{…}]"),
        (
            lambda: sweep(EXPERIMENT, "l2", [0.1, -2.0]),
            "values: expected a number from 0 to 1,000,000 for l2, received -2",
        ),
    ],
)
def test_a_habit_from_elsewhere_is_told_what_to_write(call: Callable[[], Any], words: str) -> None:
    with pytest.raises(ValueError) as error:
        call()
    assert words in str(error.value)


# --- Split.from_arrays ---


@pytest.mark.parametrize("argument", ["X_train", "y_train", "X_val", "y_val"])
@pytest.mark.parametrize(
    "value",
    [None, "numbers", 3.0, [], [["a"], ["b"], ["c"], ["d"]], [[1], [2, 3], [4], [5]], [np.nan] * 4, [[np.inf]] * 4, {1.0},
     [[[1.0]]] * 4, object(), lambda: 3, [1j] * 4, [[1e39]] * 4, EXPERIMENT, iter(Y)],
    ids=lambda value: f"{value!r:.20}",
)  # fmt: skip
@pytest.mark.parametrize("task", ["regression", "classification"])
def test_wrong_arrays(argument: str, value: object, task: str) -> None:
    good = {"X_train": X, "y_train": Y, "X_val": X, "y_val": Y}
    with pytest.raises(ValueError) as error:
        Split.from_arrays(**{**good, argument: value}, task=task)  # type: ignore[arg-type]
    assert_in_our_words(str(error.value), argument)


@pytest.mark.parametrize("task", ["classify", None, 0, ["regression"], np.zeros(2)])
def test_wrong_tasks(task: Any) -> None:
    with pytest.raises(ValueError) as error:
        Split.from_arrays(X, Y, X, Y, task=task)
    assert_in_our_words(str(error.value), "task")


@pytest.mark.parametrize(
    ("argument", "value"),
    [("table", None), ("table", TEXT), ("table", SPLIT), ("seed", -1), ("seed", 1.5), ("seed", True), ("val_fraction", 0.05),
     ("val_fraction", "0.2"), ("val_fraction", True), ("n_train", 4), ("n_train", 10_000), ("n_train", 7.5)],
)  # fmt: skip
def test_wrong_divisions_of_a_table(argument: str, value: Any) -> None:
    with pytest.raises(ValueError) as error:
        Split.from_table(**{"table": load_table(TEXT), argument: value})
    assert_in_our_words(str(error.value), argument)


# --- Experiment ---

NO_NUMBER = (None, "3", b"3", "a", True, [3], {3}, float("nan"), float("inf"), -1e9, object(), np.array(["a"]), 3j)
FIELDS = [
    (section, field)
    for section, model in core.settings.experiment.SECTIONS.items()
    for field in model.model_fields
    if field != "batch_size"
]


@pytest.mark.parametrize("value", NO_NUMBER, ids=lambda value: f"{value!r:.20}")
@pytest.mark.parametrize(("section", "field"), FIELDS)
def test_wrong_settings(section: str, field: str, value: object) -> None:
    is_flag = field in ("penalize_output", "tune_remedies")
    if (
        (is_flag and value is True)
        or (field == "values" and value == [3])
        or (field == "hidden_sizes" and value == [3])
    ):
        return
    with pytest.raises(ValueError) as error:
        Experiment(**{section: {field: value}})
    assert str(error.value).startswith(f"{section}.{field}"), error.value
    assert ": expected " in str(error.value) and "received" in str(error.value) and "\n" not in str(error.value)
    with pytest.raises(ValueError, match="expected"):
        name = next(name for name, place in core.settings.experiment.FLAT_NAMES.items() if place == (section, field))
        Experiment().replace(**{name: value})


@pytest.mark.parametrize("value", ["32", "all", b"32", 0, 2.5, True, [32]])
def test_wrong_batch_sizes(value: object) -> None:
    with pytest.raises(
        ValueError, match=r"^training.batch_size: expected a whole number from 1 to 2,000, or all, received"
    ):
        Experiment(training={"batch_size": value})


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"l2": 0.1}, "l2: expected one of data, network, regularization, training, grid, path, folds, compare, remedies, "
                      "bias_variance, double_descent, received 'l2'; "
                      "l2 belongs to regularization: Experiment(regularization={'l2': 0.1})"),
        ({"lr": 0.1}, "learning_rate belongs to training: Experiment(training={'learning_rate': 0.1})"),
        ({"dataset": "sine"}, "received 'dataset'; did you mean 'data'?"),
        ({"trainig": {}}, "did you mean 'training'?"),
        ({"training": {"lr": 0.1}}, "training.lr: expected one of optimizer, learning_rate, "),
        ({"training": {"lr": 0.1}}, "received 'lr'; did you mean 'learning_rate'?"),
        ({"training": {"l2": 0.1}}, "l2 belongs to regularization: Experiment(regularization={'l2': 0.1})"),
        ({"network": {"n_epochs": 5}}, "n_epochs belongs to training: Experiment(training={'n_epochs': 5})"),
        ({"network": {"hidden_size": [5]}}, "did you mean 'hidden_sizes'?"),
        ({"network": {"zzz": 1}}, "network.zzz: expected one of hidden_sizes, activation, received 'zzz'"),
        ({"data": "diabetes"}, "data: expected its settings by name, such as data={'name': 'diabetes'}, received 'diabetes'"),
        ({"training": None}, "training: expected its settings by name, such as training={'optimizer': …}, received None"),
        ({"data": {"name": "iris"}}, "data.name: expected sine, cubic, "),
        ({"network": {"hidden_sizes": 64}}, "network.hidden_sizes: expected up to 6 whole numbers from 1 to 512"),
        ({"network": {"hidden_sizes": ["64"]}}, "received '64'"),
        ({"network": {"hidden_sizes": [64, 0]}}, "network.hidden_sizes.1: expected up to 6 whole numbers"),
        ({"regularization": {"penalize_output": "no"}}, "penalize_output: expected True or False, received 'no'"),
        ({"training": {"learning_rate": "0.1"}}, "training.learning_rate: expected a number above 0 and at most 1,000, "),
    ],
)  # fmt: skip
def test_wrong_settings_are_told_where_they_belong(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError) as error:
        Experiment(**settings)
    assert words in str(error.value)


def test_an_experiment_takes_its_sections_by_name() -> None:
    with pytest.raises(ValueError, match=r"Experiment: expected sections by name, .* received a dict without a name"):
        Experiment({"data": {"name": "sine"}})


def test_numbers_of_other_libraries_are_taken() -> None:
    given = Experiment(
        data={"n_train": np.int64(30), "noise_std": np.float32(0.5)},
        network={"hidden_sizes": np.array([8, 4])},
        training={"batch_size": np.uint8(7), "learning_rate": np.array(0.25), "n_epochs": 5.0},
        regularization={"penalize_output": np.bool_(False)},
        study={"values": np.array([0.0, 0.5])},
    )
    own = Experiment(
        data={"n_train": 30, "noise_std": 0.5},
        network={"hidden_sizes": [8, 4]},
        training={"batch_size": 7, "learning_rate": 0.25, "n_epochs": 5},
        regularization={"penalize_output": False},
        study={"values": [0.0, 0.5]},
    )
    assert given == own and type(given.data.n_train) is int


def test_numbers_of_other_libraries_are_taken_by_functions() -> None:
    change = {"step": np.int64(1), "name": "l2", "value": np.float32(0.5), "epoch": 1, "member": None}
    run = train(EXPERIMENT, progress=False, changes=[change])
    own = train(EXPERIMENT, progress=False, changes=[{"step": 1, "name": "l2", "value": 0.5}])
    assert np.array_equal(run.weights[0], own.weights[0]) and not np.array_equal(run.weights[0], RUN.weights[0])
    cv = cross_validate(EXPERIMENT, "l2", np.float32([0.0, 0.5]), np.int32(3), n_repeats=np.int64(1), progress=False)
    assert cv.values.tolist() == [0.0, 0.5]


def test_when_every_value_has_diverged_the_candidates_and_the_refit_say_so() -> None:
    wild = EXPERIMENT.replace(optimizer="sgd", learning_rate=1e3, n_epochs=200)
    cv = cross_validate(wild, "l2", [0.1, 1.0], 3, progress=False)
    assert np.isnan(cv.best) and (cv.n_diverged == 3).all()
    with pytest.raises(
        ValueError, match="cv: expected a strength that trained on every fold, received none: each of the 2"
    ):
        candidates(cv)
    with pytest.raises(
        ValueError, match=r"values: expected a number for 'best', received nan; .* lower the learning rate"
    ):
        refit(wild, "l2", {"best": cv.best}, progress=False)
