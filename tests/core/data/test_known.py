"""Tasks with known truth: what the dials do, that the truth is the law that made the rows, and the sources' numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression

from core.data import DATASETS, known, load_split
from core.data.split import RawRows
from core.settings.experiment import DataConfig, Experiment


def draw(name: str, **values: Any) -> RawRows:
    return known.MAKERS[name](DataConfig.model_validate({"name": name, **values}))


def test_effects_by_hand() -> None:
    np.testing.assert_allclose(known.effects(3), np.array([1, -0.75, 0.5]) / np.sqrt(1 + 0.5625 + 0.25))
    np.testing.assert_allclose(known.effects(1), [1.0])


@pytest.mark.parametrize("name", ["informative_regression", "informative_classes"])
def test_columns_names_and_roles_follow_the_dials(name: str) -> None:
    rows = draw(name, n_informative=2, n_noise_features=3, n_duplicates=3)
    assert rows.feature_names == (
        "signal 1", "signal 2", "duplicate of signal 1 (1)", "duplicate of signal 2 (1)", "duplicate of signal 1 (2)",
        "noise 1", "noise 2", "noise 3",
    )  # fmt: skip
    assert rows.relevance is not None
    assert rows.relevance.roles == ("informative",) * 2 + ("duplicate",) * 3 + ("noise",) * 3
    np.testing.assert_array_equal(rows.relevance.duplicate_of, [-1, -1, 0, 1, 0, -1, -1, -1])
    assert load_split(DataConfig(name=name)).relevance is not None  # type: ignore[arg-type]


def test_regression_is_the_weighted_sum_of_the_signals() -> None:
    rows = draw("informative_regression", n_informative=4, n_noise_features=2)
    fitted = LinearRegression().fit(rows.inputs, rows.y)
    np.testing.assert_allclose(fitted.coef_, [*known.effects(4), 0, 0], atol=1e-12)
    noisy = draw("informative_regression", n_informative=4, n_noise_features=2, noise_std=0.5)
    np.testing.assert_array_equal(noisy.inputs, rows.inputs)
    assert (noisy.y - rows.y).std() == pytest.approx(0.5, rel=0.05)


@pytest.mark.parametrize("noise_std", [0.0, 0.8])
def test_true_probabilities_are_what_a_logistic_fit_finds(noise_std: float) -> None:
    rows = draw("informative_classes", n_informative=3, n_noise_features=0, noise_std=noise_std)
    assert rows.probabilities is not None
    fitted = LogisticRegression(C=1e6).fit(rows.inputs, rows.y).predict_proba(rows.inputs)
    assert np.abs(fitted - rows.probabilities).mean() < 0.04  # sampling error of 1,000 rows
    # Calibration: among rows given about 80 %, about 80 % are of class 1.
    p = rows.probabilities[:, 1]
    assert rows.y[p > 0.5].mean() == pytest.approx(p[p > 0.5].mean(), abs=0.05)


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.95, 1.0])
def test_duplicates_have_the_correlation_of_the_dial(rho: float) -> None:
    rows = draw("informative_classes", n_duplicates=1, duplicate_correlation=rho, n_informative=2, n_noise_features=0)
    assert np.corrcoef(rows.inputs[:, 0], rows.inputs[:, 2])[0, 1] == pytest.approx(rho, abs=0.06)
    if rho == 1:
        np.testing.assert_allclose(np.corrcoef(rows.inputs[:, 0], rows.inputs[:, 2])[0, 1], 1)


def test_a_duplicate_without_correlation_is_pure_noise() -> None:
    rows = draw("informative_regression", n_informative=1, n_noise_features=1, n_duplicates=1, duplicate_correlation=0)
    assert rows.relevance is not None and rows.relevance.roles == ("informative", "noise", "noise")
    assert rows.feature_names == ("signal 1", "noise beside signal 1", "noise 1")


@pytest.mark.parametrize("name", ["informative_regression", "informative_classes", "vowels"])
def test_more_noise_inputs_keep_all_other_columns_and_the_targets(name: str) -> None:
    few, many = draw(name, n_noise_features=2), draw(name, n_noise_features=9)
    np.testing.assert_array_equal(few.inputs, many.inputs[:, : few.inputs.shape[1]])
    np.testing.assert_array_equal(few.y, many.y)


@pytest.mark.parametrize("name", list(known.MAKERS))
def test_the_registry_knows_the_number_of_inputs(name: str) -> None:
    data = DataConfig.model_validate({"name": name, "n_informative": 2, "n_noise_features": 7, "n_duplicates": 3})
    assert DATASETS[name].n_inputs(data) == load_split(data).n_features


def test_pure_noise_tells_nothing() -> None:
    rows = draw("informative_classes", n_noise_features=50)
    correlation = [abs(np.corrcoef(column, rows.y)[0, 1]) for column in rows.inputs[:, 5:].T]
    assert max(correlation) < 4 / np.sqrt(len(rows.y))


def test_telling_words_are_three_times_as_frequent_and_fillers_are_not() -> None:
    rows = draw("reviews")
    assert len(rows.feature_names) == len(set(rows.feature_names)) == 50
    praise, pan = (rows.inputs[rows.y == kind].mean(0) for kind in (1, 0))
    assert (praise[:6] / pan[:6]).mean() == pytest.approx(3, rel=0.15)
    assert (pan[6:12] / praise[6:12]).mean() == pytest.approx(3, rel=0.15)
    assert (praise[12:] / pan[12:]).mean() == pytest.approx(1, abs=0.05)
    assert rows.relevance is not None and rows.relevance.is_informative.sum() == 12


def test_log_odds_of_a_review_by_hand() -> None:
    """Two words of praise, none of blame: log-odds 2·log 3, so p = 9/10."""
    rows = draw("reviews")
    assert rows.probabilities is not None
    net = rows.inputs[:, :6].sum(1) - rows.inputs[:, 6:12].sum(1)
    np.testing.assert_allclose(rows.probabilities[net == 2, 1], 0.9)
    assert draw("reviews", noise_std=0.5).probabilities is None


def test_vowels_lie_around_the_published_means() -> None:
    rows = draw("vowels", n_noise_features=1)
    heed = rows.inputs[rows.y == 0, :3].mean(0)
    expected = (
        33 * np.array([270, 2290, 3010]) + 28 * np.array([310, 2790, 3310]) + 15 * np.array([370, 3200, 3730])
    ) / 76
    np.testing.assert_allclose(heed, expected, rtol=0.05)
    assert rows.class_names[9] == "heard" and rows.feature_names == (*known.FORMANTS, "noise channel 1")


def test_vowel_probabilities_are_those_of_the_published_mean_and_calibrated() -> None:
    p = known.vowel_probabilities(np.array([[270.0, 2290, 3010], [490, 1350, 1690]]), np.zeros(3))
    assert p[0, 0] > 0.9 and p[1, 9] > 0.99
    rows = draw("vowels")
    assert rows.probabilities is not None
    np.testing.assert_allclose(rows.probabilities.sum(1), 1)
    is_right = rows.probabilities.argmax(1) == rows.y
    assert is_right.mean() == pytest.approx(rows.probabilities.max(1).mean(), abs=0.03)


def test_the_dials_survive_json_and_link_and_old_links_keep_working() -> None:
    experiment = Experiment().replace(
        data="informative_classes", n_informative=3, n_noise_features=7, n_duplicates=2, duplicate_correlation=0.9
    )
    assert Experiment.model_validate_json(experiment.model_dump_json()) == experiment
    assert Experiment.from_query(experiment.to_query()) == (experiment, [])
    assert Experiment.from_query({"data": "sine", "n_train": "30"}) == (Experiment().replace(n_train=30), [])
    assert "n_informative" not in Experiment().to_query()


@pytest.mark.parametrize("setting", [{"n_informative": 0}, {"n_noise_features": -1}, {"duplicate_correlation": 1.1}])
def test_dials_out_of_bounds_are_explained(setting: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(setting))):
        Experiment().replace(**setting)
