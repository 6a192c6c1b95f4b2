"""Grids of λ: the default, a list typed by hand, edges."""

import numpy as np
import pytest

from core.studies.base.values import (
    default_values,
    edge_of,
    elastic_net_terms,
    extended_values,
    parse_values,
    value_texts,
)


def test_the_default_grid_is_zero_and_33_values_evenly_spaced_in_the_logarithm():
    values = default_values()
    assert len(values) == 34
    assert values[0] == 0 and values[1] == pytest.approx(1e-5) and values[-1] == pytest.approx(1.0)
    assert np.diff(np.log10(values[1:])) == pytest.approx(5 / 32)


@pytest.mark.parametrize("text", ["0.1, 1e-3;0.1\n 0 -0 ", "1e-3 0 .1", "0,0.001,0.1,"])
def test_a_typed_list_comes_back_sorted_and_each_once(text):
    assert parse_values(text).tolist() == [0.0, 0.001, 0.1]
    assert not np.signbit(parse_values(text)[0])


@pytest.mark.parametrize(
    "text, words",
    [
        ("", "at least one number"),
        (" ,; ", "at least one number"),
        ("0.1, abc", "received 'abc'"),
        ("0.1, <b>", "received '<b>'"),
        ("1 -0.5", "from 0 up, received '-0.5'"),
        ("nan", "from 0 up, received 'nan'"),
        ("1e999", "from 0 up, received '1e999'"),
        (" ".join(str(i) for i in range(10_000)), "at most 500 different numbers, received 10,000"),
        ("x" * 1000, "received '" + "x" * 79 + "…'$"),
    ],
)
def test_a_bad_list_is_answered_in_words(text, words):
    with pytest.raises(ValueError, match=words):
        parse_values(text)


def test_ten_thousand_times_the_same_number_is_one_number():
    assert parse_values("0.5 " * 10_000).tolist() == [0.5]


def test_edges():
    values = np.array([0.01, 0.1, 1.0])
    assert [edge_of(values, v) for v in values] == ["low", "", "high"]
    assert edge_of(np.array([0.0, 0.1, 1.0]), 0.0) == ""
    assert edge_of(np.array([0.0, 0.1, 1.0]), 0.1) == ""
    assert edge_of(values, float("nan")) == "" and edge_of(np.array([0.1]), 0.1) == ""


def test_a_grid_grows_by_a_decade_with_its_own_spacing():
    values = np.array([0.0, 0.01, 0.1, 1.0])
    assert extended_values(values, "high").tolist() == pytest.approx([0, 0.01, 0.1, 1, 10])
    assert extended_values(values, "low").tolist() == pytest.approx([0, 0.001, 0.01, 0.1, 1])
    assert extended_values(values, "").tolist() == values.tolist()
    fine = extended_values(default_values(), "high")
    assert len(fine) == 34 + 7 and np.diff(np.log10(fine[1:])) == pytest.approx(5 / 32)
    assert extended_values(np.array([0.3, 0.9]), "high", "dropout_rate").tolist() == [0.3, 0.9]


def test_a_single_value_grows_by_a_decade_too_and_nothing_beyond_the_bounds():
    single = extended_values(np.array([0.0, 0.1]), "high")
    assert single.tolist() == pytest.approx([0, 0.1, *(10 ** np.array([-0.75, -0.5, -0.25, 0.0]))])
    assert extended_values(np.array([0.0]), "high").tolist() == [0.0]
    assert extended_values(np.array([1e5, 1e6]), "high").tolist() == [1e5, 1e6]
    full = np.geomspace(1e-3, 1.0, 500)
    assert len(extended_values(full, "high")) == 500 and len(extended_values(full[3:], "low")) == 500


def test_elastic_net_terms_by_hand():
    alpha, ratio = elastic_net_terms(0.4, 0.5)
    assert 2 * alpha * ratio == pytest.approx(0.2)  # l1
    assert alpha * (1 - ratio) == pytest.approx(0.2)  # l2


def test_texts_are_short():
    values = [0, 1e-5, 3.1623e-5, 0.001, 0.0316, 0.5, 1, 10, 250, 1e6]
    assert value_texts(values) == ["0", "1e-5", "3.2e-5", "0.001", "0.032", "0.5", "1", "10", "250", "1e6"]


def test_texts_have_as_many_digits_as_tell_values_apart():
    assert value_texts([0.1, 0.104, 0.2]) == ["0.1", "0.104", "0.2"]
    assert value_texts([1e-5, 1.01e-5, 1.0101e-5]) == ["1e-5", "1.01e-5", "1.0101e-5"]
    assert value_texts([99.6, 250.1, 250.2]) == ["99.6", "250.1", "250.2"]
    assert value_texts([0.1, 0.1]) == ["0.1", "0.1"]
    close = np.nextafter(0.1, 1)
    assert len(set(value_texts([0.1, close]))) == 2
