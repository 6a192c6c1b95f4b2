"""Drawn points as text: there and back exactly, short, and a clear sentence for every text that is none."""

import re

import numpy as np
import pytest

from core import Experiment
from core.settings.experiment import MAX_QUERY_CHARS
from core.settings.points import MAX_CHARS, MAX_COORDINATE, MAX_POINTS, Point, pack, unpack


def random_points(n, seed=0):
    rng = np.random.default_rng(seed)
    places = np.round(rng.uniform(-MAX_COORDINATE, MAX_COORDINATE, (n, 2)), 3)
    return tuple(Point(float(x), float(y), int(rng.integers(4)), bool(rng.integers(2))) for x, y in places)


def test_one_point_by_hand():
    # x 0.5 → 500 + 32768 = 33268, class 1: 4·33268 + 1 = 133073 = 32·64² + 31·64 + 17 → "gfR"
    # y -1  → 31768, validation:   4·31768 + 2 = 127074 = 31·64² + 1·64 + 34 → "fBi"
    assert pack([(0.5, -1, 1, True)]) == "1gfRfBi"
    assert unpack("1gfRfBi") == (Point(0.5, -1.0, 1, True),)
    assert pack([]) == "" and unpack("") == ()
    assert unpack(pack([(0.25, 0.5)])) == (Point(0.25, 0.5, 0, False),)


def test_every_number_of_three_decimals_goes_there_and_back():
    points = random_points(MAX_POINTS)
    assert unpack(pack(points)) == points
    assert len(pack(points)) == MAX_CHARS == 1201
    ends = [(x, y) for x in (-MAX_COORDINATE, 0.0, MAX_COORDINATE) for y in (-MAX_COORDINATE, MAX_COORDINATE)]
    assert [point[:2] for point in unpack(pack(ends))] == ends
    assert unpack(pack([(0.12345, -0.9999)]))[0][:2] == (0.123, -1.0)


def test_two_hundred_points_travel_in_a_link():
    experiment = Experiment(data={"name": "my_plane", "points": random_points(MAX_POINTS), "n_point_classes": 4})
    query = experiment.to_query()
    assert Experiment.from_query(query) == (experiment, [])
    assert re.fullmatch("[A-Za-z0-9_-]+", query["points"])  # needs no escaping in an address
    assert sum(map(len, (*query, *query.values()))) < MAX_QUERY_CHARS / 8


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2gfRfBi", "expected points of version 1, as this program writes them, received version '2'"),
        ("1gfRfB", "expected up to 200 points of 6 letters after the version, received 6 letters"),
        ("1gfRfB!", "expected the letters A to Z, a to z, 0 to 9, - and _, received '!'"),
        ("1AAAAAA", "expected points as this program writes them, received 'AAAAAA' among them"),  # -32.768 is none
        ("1gfRfBj", "expected points as this program writes them, received 'gfRfBj' among them"),  # the last bit is 0
        ("1" + 201 * "gfRfBi", "expected up to 200 drawn points"),
        ("<script>", "expected points of version 1"),
        ("1" + 6 * "ä", "expected the letters"),
    ],
)
def test_a_bad_text_in_a_link_gets_a_sentence_and_no_points(text, words):
    experiment, problems = Experiment.from_query({"data": "my_curve", "points": text})
    assert experiment.data.points == "" and len(problems) == 1
    assert "data.points: " + words in problems[0]


@pytest.mark.parametrize(
    "points",
    [
        [(0.0, 1.0)] * 201, [(0.0,)], [(0.0, 40.0)], [(0.0, float("nan"))], [(0.0, 1.0, 4)], [(0.0, 1.0, -1)], [(0.0, 1.0, 0.5)],
        [(0.0, 1.0, 0, 2)], [("0", 1.0)], [5], 5, [(0.0, 1.0, 0, False, 0)],
    ],
)  # fmt: skip
def test_points_that_are_none_are_refused_with_what_was_expected(points):
    with pytest.raises(ValueError, match=r"data\.points: expected up to 200 .*, received "):
        Experiment(data={"name": "my_curve", "points": points})
