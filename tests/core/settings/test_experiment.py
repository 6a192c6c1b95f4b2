"""Experiments survive JSON and links exactly; what cannot be used is refused in words."""

from typing import Any
from urllib.parse import parse_qs

import pytest

from core import Experiment
from core.settings.experiment import (
    FLAT_NAMES,
    SECTIONS,
    STUDIES,
    bounds_of,
    choices_of,
    expected_of,
    flat_names,
    format_value,
    label_of,
    parse_value,
    read_setting,
)

# One value of each setting that is not its default.
OTHER = {
    "data": "spiral3", "n_train": 77, "noise_std": 0.123456789, "label_noise": 0.25, "val_fraction": 0.2,
    "features": ("xy", "sin_x"), "data_seed": 999_999, "hidden_sizes": (5, 4, 3), "activation": "leaky_relu",
    "l1": 1e-5, "l2": 3.3e-7, "l1_method": "subgradient", "activity_l2": 0.01, "dropout_rate": 0.9,
    "weight_decay": 0.1, "group_l1": 1e-4,
    "penalize_output": False, "optimizer": "sgd", "learning_rate": 0.015, "momentum": 0.99,
    "learning_rate_schedule": "cosine", "batch_size": 7, "n_epochs": 123, "loss": "mse", "seed": 4,
    "param_name": "elastic", "l1_share": 0.25, "values": (0.0, 1e-5, 0.3), "path_start": "warm",
    "path_view": "rates",
    "n_remedy_starts": 4, "first_combination": ("dropout", "l1"), "second_combination": ("ensemble", "more_data", "l2"),
    "tune_remedies": True, "remedy_l1": 0.0, "remedy_l2": 0.125, "remedy_dropout": 0.25, "patience": 7, "min_delta": 0.015,
    "remedy_augment": 1.5, "n_ensemble": 3,
    "n_splits": 7, "n_repeats": 2, "n_starts": 9, "variants": ("none", "elastic_net", "dropout"),
    "compare_l1": 0.0, "compare_subgradient": 0.1, "compare_l2": 1e6, "compare_elastic": 0.2,
    "compare_weight_decay": 0.5, "compare_group_l1": 0.0, "compare_activity": 1e-5,
    "compare_dropout": 0.5, "geometry_of": "l2", "geometry_weights": (2, 3, 1, 4),
    "descent": "epochs", "vary": "width", "n_sets": 4, "n_set_starts": 3,
    "n_informative": 3, "n_noise_features": 7, "n_duplicates": 2, "duplicate_correlation": 0.5,
    "points": "1gAAgfQg-hfwa", "n_point_classes": 3, "table": "0123456789012345", "reading": "target-3,4-category,5-out",
}  # fmt: skip


def test_every_setting_is_tried():
    assert set(OTHER) == set(FLAT_NAMES)


def test_the_settings_of_the_studies_may_be_given_and_read_together():
    apart = Experiment(grid={"values": [0.0, 0.1]}, folds={"n_splits": 3}, compare={"variants": ["none", "l2"]})
    together = Experiment(study={"values": [0.0, 0.1], "n_splits": 3, "variants": ["none", "l2"]})
    assert together == apart and Experiment(study=together.study) == apart
    assert together.study == apart.study and apart.study.n_splits == 3
    assert vars(apart.study) == {
        name: apart.get(name) for name, (section, _) in FLAT_NAMES.items() if section in STUDIES
    }
    assert Experiment.model_validate_json('{"study": {"l1_share": 0.25}}') == Experiment(grid={"l1_share": 0.25})
    assert Experiment(grid={"l1_share": 0.25}, study={"values": [0.1]}).grid.model_dump() == {
        "param_name": "l2", "l1_share": 0.25, "values": (0.1,)
    }  # fmt: skip


@pytest.mark.parametrize(
    ("study", "words"),
    [
        (3, r"study: expected its settings by name, such as study=\{'values': …\}, received 3"),
        ({"n_split": 3}, r"study.n_split: expected one of param_name, .*, received 'n_split'; did you mean 'n_splits'"),
        ({"l2": 0.1}, r"study.l2: .*l2 belongs to regularization: Experiment\(regularization=\{'l2': 0.1\}\)"),
        ({"n_splits": 2}, "folds.n_splits: expected a whole number from 3 to 10, received 2"),
        ({1: 2}, "study.1: expected one of param_name"),
    ],
)
def test_what_is_no_setting_of_a_study_is_refused_in_words(study, words):
    with pytest.raises(ValueError, match=words):
        Experiment(study=study)


def test_two_settings_of_one_flat_name_are_refused():
    assert flat_names(SECTIONS) == FLAT_NAMES
    with pytest.raises(ValueError, match=r"again\.l1: expected a name of its own, received that of regularization\.l1"):
        flat_names({**SECTIONS, "again": SECTIONS["regularization"]})


@pytest.mark.parametrize("name", OTHER)
def test_a_link_with_one_setting_gives_it_back(name):
    experiment = Experiment().replace(**{name: OTHER[name]})
    assert experiment.get(name) == OTHER[name] != Experiment().get(name)
    assert Experiment.from_query(experiment.to_query()) == (experiment, [])


def test_a_link_and_json_with_every_setting_give_them_back():
    experiment = Experiment().replace(**OTHER)
    assert set(experiment.to_query()) == {"v", *FLAT_NAMES}
    assert Experiment.from_query(experiment.to_query()) == (experiment, [])
    assert Experiment.model_validate_json(experiment.model_dump_json()) == experiment


@pytest.mark.parametrize("name", FLAT_NAMES)
def test_every_setting_reads_back_what_it_shows(name):
    value = OTHER[name]
    assert read_setting(Experiment(), name, format_value(value)).get(name) == value


@pytest.mark.parametrize("name", [name for name in FLAT_NAMES if bounds_of(name) != (None, None)])
def test_values_beyond_the_bounds_are_refused_by_label(name):
    for bound, beyond in zip(bounds_of(name), (-1, 1), strict=True):
        with pytest.raises(ValueError, match=f"^{label_of(name)}: expected .* received") as error:
            read_setting(Experiment(), name, bound + beyond)
        assert expected_of(name) in str(error.value)


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("hidden_sizes", "64-0", "joined by '-', such as 64-64, or none; received '64-0'."),
        ("hidden_sizes", "1-1-1-1-1-1-1", "up to 6 whole numbers"),
        ("hidden_sizes", "513", "from 1 to 512"),
        ("hidden_sizes", "wide", "received 'wide'"),
        ("batch_size", "0", "Batch size: expected a whole number from 1 to 2,000, or all; received '0'."),
        ("n_train", "4", "Training points: expected a whole number from 5 to 14,000; received '4'."),
        ("n_train", "9.5", "received '9.5'"),
        ("learning_rate", "0", "Learning rate: expected a number above 0 and at most 1,000; received '0'."),
        ("learning_rate", "nan", "received 'nan'"),
        ("activation", "swish", "Activation: expected tanh, relu, "),
        ("variants", "l2,l2", "Penalties to compare: expected one to six of none, l1_proximal, "),
        ("geometry_weights", "1-2-3", "joined by '-', such as 1-3-1-2, or none; received '1-2-3'."),
        ("geometry_weights", "1-2-3-3", "two different sources"),
        ("variants", "", "one to six of"),
        ("l1", "x" * 1000, "received '" + "x" * 79 + "…'."),
    ],
)
def test_what_was_typed_wrongly_is_refused_in_words(name, typed, sentence):
    with pytest.raises(ValueError, match="expected") as error:
        read_setting(Experiment(), name, typed)
    assert sentence in str(error.value)


def test_words_for_all_rows_and_for_no_layers():
    assert read_setting(Experiment(), "batch_size", " all ").training.batch_size is None
    assert parse_value("batch_size", "none") is None
    assert read_setting(Experiment(), "hidden_sizes", "none").network.hidden_sizes == ()


def test_a_list_left_empty_in_a_link_is_none():
    experiment, problems = Experiment.from_query({"hidden_sizes": "", "values": ""})
    assert (experiment.network.hidden_sizes, experiment.grid.values, problems) == ((), (), [])


def test_choices():
    assert choices_of("optimizer") == ("sgd", "adam")
    assert choices_of("features")[:3] == ("x", "y", "x2")
    assert choices_of("hidden_sizes") == choices_of("l1") == choices_of("batch_size") == ()


def test_what_is_no_setting_is_left_out_of_a_link_and_named_shortly():
    experiment, problems = Experiment.from_query({"n_trian": "30", "l2": "0.1"})
    assert experiment == Experiment().replace(l2=0.1)
    assert problems == ["The link has 'n_trian', which is not a setting: it is left out."]


def test_of_many_wrong_values_in_a_link_the_first_few_are_named():
    experiment, problems = Experiment.from_query({"values": ",".join(["-1"] * 500)})
    assert experiment == Experiment() and len(problems) == 1
    assert problems[0].count("received -1") == 3 and "and 497 more" in problems[0] and len(problems[0]) < 500
    (problem,) = Experiment.from_query({"values": ",".join(["abc"] * 500)})[1]
    assert "grid.values: expected up to 500 numbers from 0 to 1,000,000, received 'abc'" in problem


@pytest.mark.parametrize(
    "query",
    ["l2=0.1", "?l2=0.1", "https://lab.example.org/path?l2=0.1", parse_qs("l2=0.1"), {"l2": "0.1"}],
    ids=["text", "with ?", "link", "parse_qs", "mapping"],
)
def test_a_link_is_read_in_every_form(query: Any) -> None:
    experiment, problems = Experiment.from_query(query)
    assert experiment.regularization.l2 == 0.1 and problems == []


def test_what_is_no_link_is_refused_in_words() -> None:
    for query in (None, ["l2=0.1"], 3):
        with pytest.raises(ValueError, match="query: expected a link or its parameters by name, received"):
            Experiment.from_query(query)
    for value in (None, ["1", "2"], 0.1):
        _, problems = Experiment.from_query({"l2": value})
        assert len(problems) == 1 and "l2: expected one text" in problems[0]
    assert len(Experiment.from_query({1: 2})[1]) == 1
