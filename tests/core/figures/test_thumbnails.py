"""The pictures of the data sets: those that are kept are those of the data, one each, every mark inside its own place."""

import re
from pathlib import Path

import numpy as np
import pytest

from core.data import DATASETS, load_split
from core.figures.theme import CLASS_COLORS
from core.figures.thumbnails import SIDE, picture, sprite, telling_inputs
from core.settings.experiment import DataConfig

KEPT = (Path(__file__).resolve().parents[3] / "assets" / "datasets.svg").read_text()
CIRCLE = re.compile(r'<circle cx="([\d.-]+)" cy="([\d.-]+)" r="1.7" fill="(#\w+)"/>')


def test_the_kept_picture_is_the_one_of_the_data():
    made, kept = sprite(), KEPT
    number = re.compile(r"-?\d+\.\d")
    assert number.sub("_", made).strip() == number.sub("_", kept).strip()
    np.testing.assert_allclose(
        [float(n) for n in number.findall(made)], [float(n) for n in number.findall(kept)], atol=0.11
    )
    assert kept.count("<g ") == len(DATASETS) and f"0 0 {SIDE * len(DATASETS)} {SIDE}" in kept


@pytest.mark.parametrize("name", DATASETS)
def test_every_mark_is_inside_its_place(name):
    marks = CIRCLE.findall("".join(picture(name)))
    assert marks or DATASETS[name].kind == "images"
    assert all(0 < float(x) < SIDE and 0 < float(y) < SIDE for x, y, _ in marks)


def test_points_are_where_they_are_with_the_colour_of_their_class_and_up_is_up():
    split = load_split(DataConfig(name="gaussians", n_train=90, noise_std=0.0))
    marks = CIRCLE.findall("".join(picture("gaussians")))
    assert [colour for *_, colour in marks] == [CLASS_COLORS[label] for label in split.y_train]
    for axis, sign in ((0, 1), (1, -1)):
        drawn = np.array([float(mark[axis]) for mark in marks])
        assert np.corrcoef(drawn, split.X_train[:, axis])[0, 1] * sign > 0.9999


def test_a_table_shows_the_inputs_that_tell():
    split = load_split(DataConfig(name="informative_classes", n_train=40))
    assert all(split.relevance.is_informative[list(telling_inputs(split))])
