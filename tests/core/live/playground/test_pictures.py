"""The small pictures of the presets: those that are kept are those that a run gives."""

import json
from pathlib import Path

import numpy as np
import pytest

from core.data import load_split
from core.live.playground.pictures import picture
from core.presets import PRESETS
from core.readings.fit import split_constants

KEPT = json.loads((Path(__file__).resolve().parents[4] / "assets" / "presets.json").read_text())


@pytest.mark.parametrize("name", PRESETS)
def test_the_kept_picture_is_what_a_run_ends_with(name):
    made, kept = picture(PRESETS[name].experiment), KEPT[name]
    assert [part["kind"] for part in made] == [part["kind"] for part in kept]
    for now, then in zip(made, kept, strict=True):
        # A run may differ by rounding on another machine; what stays memorised is far larger than that.
        np.testing.assert_allclose(now["points"], then["points"], atol=0.15 if now["kind"] == "line" else 0.011)


def test_every_preset_has_one():
    assert KEPT.keys() == PRESETS.keys()


def test_a_curve_goes_through_its_points_where_it_memorises():
    split = load_split(PRESETS["memorise"].experiment.data)
    target = split_constants(split)["target_val"]
    parts = {part["kind"]: np.array(part["points"]) for part in KEPT["memorise"]}
    x = split_constants(split)["points_train"][:, 0]
    np.testing.assert_allclose(parts["points"][:, 0], (x + 1) / 2, atol=0.02)
    on_curve = np.interp(parts["points"][:, 0], *parts["line"].T)
    assert np.median(np.abs(on_curve - parts["points"][:, 1])) < 0.1 < np.ptp(target)
