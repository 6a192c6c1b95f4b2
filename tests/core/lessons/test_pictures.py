"""What the sheets keep is what a run gives: trained again here for some, and of the right form for all."""

import json
from pathlib import Path

import numpy as np
import pytest

from core.lessons.catalog import LESSONS
from core.lessons.lesson import questions
from core.lessons.pictures import N_ACROSS, PICTURES, expected, thinned

KEPT = json.loads((Path(__file__).resolve().parents[3] / "assets" / "lessons.json").read_text(encoding="utf-8"))


def test_every_lesson_has_its_picture_and_its_answers() -> None:
    assert set(KEPT) == set(LESSONS) == set(PICTURES)
    for key, kept in KEPT.items():
        assert {int(place) for place in kept["asked"]} == set(questions(LESSONS[key]))
        for place, question in questions(LESSONS[key]).items():
            assert kept["asked"][str(place)]["answers"].count(question.intended) >= 4
        points = [point for line in kept["picture"]["lines"] for point in line["points"]]
        assert points and np.isfinite(points).all()


@pytest.mark.parametrize("key", ["gap", "labels", "zeros"])
def test_trained_again_it_is_the_same(key: str) -> None:
    again = expected(key, n_draws=1)
    for place, asked in again["asked"].items():
        assert asked["answers"][0] == KEPT[key]["asked"][place]["answers"][0]
    for line, kept in zip(again["picture"]["lines"], KEPT[key]["picture"]["lines"], strict=True):
        assert line["label"] == kept["label"]
        ends = np.array([line["points"][0], line["points"][-1]]), np.array([kept["points"][0], kept["points"][-1]])
        assert np.allclose(*ends, rtol=0.2, atol=0.02)  # another way of computing the steps rounds otherwise


def test_a_line_is_thinned_to_its_ends() -> None:
    x = np.arange(1000.0)
    points = thinned(x, x**2)
    assert len(points) <= N_ACROSS and points[0] == [0, 0] and points[-1] == [999, 998000]
