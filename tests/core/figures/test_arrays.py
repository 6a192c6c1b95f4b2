"""Histogram, diagram and matrix arrays against numbers by hand and NumPy."""

from __future__ import annotations

import numpy as np

from core.figures import diagram_arrays, histogram_arrays, matrices_array, sparsity_arrays


def test_zero_spike_by_hand() -> None:
    arrays = histogram_arrays([np.array([[0.0, 0.5], [0.0, -0.5]]), np.array([[0.3], [0.0], [0.1], [0.2]])])
    np.testing.assert_allclose(arrays["zero_share"], [0.5, 0.25])
    np.testing.assert_allclose(arrays["spike_y"], [1, 1.45, np.nan, 0, 0.225, np.nan])
    np.testing.assert_allclose(arrays["hist_y"] - arrays["hist_density"], [[1.0] * 41, [0.0] * 41])
    assert arrays["hist_density"].max() == 0.9


def test_density_follows_numpy_histogram_without_the_zeros() -> None:
    w = np.random.default_rng(1).normal(size=(20, 10))
    w[:3] = 0
    arrays = histogram_arrays([w])
    x = arrays["hist_x"]
    half = (x[1] - x[0]) / 2
    edges = np.append(x - half, x[-1] + half)
    expected = np.histogram(w[w != 0], bins=edges, density=True)[0]
    np.testing.assert_allclose(arrays["hist_density"][0], 0.9 * expected / expected.max())


def test_histogram_of_zeros_and_of_broken_weights_is_flat() -> None:
    arrays = histogram_arrays([np.zeros((2, 2)), np.full((2, 1), np.nan)])
    np.testing.assert_array_equal(arrays["hist_density"], 0)
    np.testing.assert_array_equal(arrays["zero_share"], [1, 0])


def test_sparsity_counts_by_hand() -> None:
    arrays = sparsity_arrays([np.array([[0.0, 5e-4, -5e-4, 1e-3, -2.0]])])
    assert [int(arrays[name][0]) for name in ("n_zero", "n_small", "n_rest")] == [1, 2, 2]


def test_diagram_links_by_sign_and_strength_and_none_for_zero() -> None:
    arrays = diagram_arrays([np.array([[2.0, -0.01, 0.0], [0.2, -0.5, -3.0]]), np.array([[0.05], [0.0], [1.0]])])
    count = {s: [arrays[f"link_{s}_{k}_x"].size // 3 for k in range(5)] for s in ("pos", "neg")}
    assert count == {"pos": [0, 1, 1, 0, 2], "neg": [1, 0, 0, 1, 1]}
    np.testing.assert_allclose(arrays["link_neg_4_x"], [0, 1, np.nan])  # second input to third hidden unit
    np.testing.assert_allclose(arrays["link_neg_4_y"], [0.25, 1 / 6, np.nan])
    np.testing.assert_allclose(arrays["node_x"], [0, 0, 1, 1, 1, 2])


def test_matrices_stand_side_by_side_with_the_first_input_on_top() -> None:
    picture = matrices_array([np.array([[1.0, -0.25], [0.0, 4.0]]), np.array([[0.01]])])
    np.testing.assert_allclose(picture, [[0, 1, np.nan, np.nan], [1, -0.5, np.nan, 0.1]])
