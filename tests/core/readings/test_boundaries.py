"""Boundaries as line segments: a circle has its radius and its length, a straight line its place."""

import numpy as np
import pytest

from core.readings.boundaries import level_lines

AXIS = np.linspace(-2, 2, 41)
X, Y = np.meshgrid(AXIS, AXIS)


def lengths(x, y):
    ends = np.stack([x, y], 1).reshape(-1, 3, 2)
    assert np.isnan(ends[:, 2]).all() and np.isfinite(ends[:, :2]).all()
    return np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1)


def test_a_circle_has_its_radius_and_its_length():
    x, y = level_lines((X**2 + Y**2)[None], AXIS, AXIS, 1.0)
    radius = np.hypot(x, y)
    assert np.nanmax(np.abs(radius - 1)) < 0.005
    assert lengths(x, y).sum() == pytest.approx(2 * np.pi, rel=0.01)


def test_a_tilted_plane_is_cut_in_an_exact_line():
    x, y = level_lines((X + 2 * Y + 0.3)[None], AXIS, AXIS, 0.55)
    assert np.nanmax(np.abs(x + 2 * y + 0.3 - 0.55)) < 1e-12
    assert lengths(x, y).sum() == pytest.approx(4 * 5**0.5 / 2)  # from edge to edge


def test_several_maps_give_the_lines_of_each():
    one = [level_lines((X + c)[None], AXIS, AXIS, 0.0) for c in (0.33, -1.21)]
    both = level_lines(np.stack([X + 0.33, X - 1.21]), AXIS, AXIS, 0.0)
    assert sorted(set(np.round(both[0][np.isfinite(both[0])], 9))) == pytest.approx([-0.33, 1.21])
    assert len(both[0]) == sum(len(x) for x, _ in one)


def test_a_saddle_has_two_segments_in_its_middle_cell():
    x, _ = level_lines(np.array([[[1.0, 0.0], [0.0, 1.0]]]), np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    assert len(x) == 6


def test_a_map_on_one_side_has_no_line():
    assert level_lines(np.ones((2, 5, 5)), AXIS[:5], AXIS[:5])[0].size == 0
