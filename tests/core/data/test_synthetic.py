"""Curves, surfaces, class shapes and features against numbers by hand; the Bayes floor against a formula."""

from __future__ import annotations

import numpy as np
import pytest

from core.data import synthetic


def test_curves_by_hand() -> None:
    np.testing.assert_allclose(synthetic.sine(np.array([0.0, 0.25, -0.25])), [0, 1, -1], atol=1e-12)
    np.testing.assert_allclose(synthetic.cubic(np.array([-1.0, 0.5, 1.0])), [-1, -1, 1])
    np.testing.assert_array_equal(synthetic.step(np.array([-0.1, 0.0, 0.1])), [-1, 1, 1])
    np.testing.assert_allclose(
        synthetic.doppler(np.array([0.0, 0.65, 1.0])), [0, 0.476970 * np.sin(3 * np.pi), 0], atol=1e-6
    )


def test_surfaces_by_hand() -> None:
    np.testing.assert_allclose(synthetic.plane(np.array([[6.0, 6.0], [-6, 0], [2, 1]])), [1, -0.5, 0.25])
    np.testing.assert_allclose(
        synthetic.multi_gaussian(np.array([[-4, 2.5], [0, 3.5], [2, 0], [4, -2.5]])), [1, -0.5, 0, -1]
    )


def test_features_by_hand() -> None:
    features = synthetic.make_features(np.array([[2.0, -3.0]]), ("x", "y", "x2", "y2", "xy", "sin_x", "sin_y"))
    np.testing.assert_allclose(features, [[2, -3, 4, 9, -6, np.sin(2), np.sin(-3)]])
    np.testing.assert_allclose(synthetic.make_features(np.array([[2.0, -3.0]]), ("xy", "x")), [[-6, 2]])


@pytest.mark.parametrize("name", list(synthetic.CLASSES))
def test_shapes_fill_the_square(name: str) -> None:
    labels = np.arange(600) % 2
    points = synthetic.CLASSES[name](labels, np.random.default_rng(0))
    assert points.shape == (600, 2)
    assert 2 < np.abs(points).max() <= 6


def test_class_regions() -> None:
    labels, rng = np.arange(400) % 2, np.random.default_rng(1)
    radius = np.hypot(*synthetic.circle(labels, rng).T)
    assert radius[labels == 1].max() <= 2.5 and radius[labels == 0].min() >= 3.5
    points = synthetic.xor(labels, rng)
    np.testing.assert_array_equal(points.prod(axis=1) > 0, labels == 1)


def test_bayes_probabilities_of_two_clouds() -> None:
    """Two round normal clouds at ±(2, 2) of variance v = 0.7² + noise²: log-odds = 4 (x + y) / v."""
    points = np.random.default_rng(0).uniform(-1, 1, (50, 2))
    noise_std = 2.0
    p = synthetic.bayes_probabilities("gaussians", points, 2, noise_std, np.random.default_rng(1))
    exact = 1 / (1 + np.exp(-4 * points.sum(axis=1) / (0.49 + noise_std**2)))
    np.testing.assert_allclose(p[:, 1], exact, atol=0.01)
    np.testing.assert_allclose(p.sum(axis=1), 1)


def test_class_floors_by_hand() -> None:
    two = synthetic.class_floors(np.array([[0.75, 0.25], [0.5, 0.5]]), np.array([0, 1]))
    assert two["cross_entropy"] == pytest.approx((np.log(4 / 3) + np.log(2)) / 2)
    assert two["mse"] == pytest.approx((0.25 + 1) / 2)  # E[±1 | x] = -0.5 and 0, targets -1 and 1
    three = synthetic.class_floors(np.array([[0.5, 0.3, 0.2]]), np.array([1]))
    assert three["mse"] == pytest.approx(0.25 + 0.49 + 0.04)
