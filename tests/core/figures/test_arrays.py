"""Diagram and matrix arrays against numbers by hand."""

from __future__ import annotations

import numpy as np

from core.readings.network import MAX_TILE, diagram_arrays, matrices_array, strongest_of_blocks


def test_diagram_links_by_sign_and_strength_and_none_for_zero() -> None:
    arrays = diagram_arrays([np.array([[2.0, -0.01, 0.0], [0.2, -0.5, -3.0]]), np.array([[0.05], [0.0], [1.0]])])
    count = {s: [arrays[f"link_{s}_{k}_x"].size // 3 for k in range(5)] for s in ("pos", "neg")}
    assert count == {"pos": [0, 1, 1, 0, 2], "neg": [1, 0, 0, 1, 1]}
    np.testing.assert_allclose(arrays["link_neg_4_x"], [0, 1, np.nan])  # second input to third hidden unit
    np.testing.assert_allclose(arrays["link_neg_4_y"], [0.25, 1 / 6, np.nan])
    np.testing.assert_allclose(arrays["node_x"], [0, 0, 1, 1, 1, 2])


def test_matrices_stand_side_by_side_with_the_first_input_on_top() -> None:
    pictures = matrices_array([np.array([[[1.0, -0.25], [0.0, 4.0]]] * 2), np.array([[[0.01]]] * 2)])
    assert pictures.shape == (2, 2, 4)
    np.testing.assert_allclose(pictures[1], [[0, 4, np.nan, np.nan], [1, -0.25, np.nan, 0.01]])


def test_a_large_matrix_shows_the_strongest_weight_of_each_block() -> None:
    w = np.zeros((2, 2 * MAX_TILE, 3 * MAX_TILE - 1))
    w[0, 1, 2], w[0, 0, 0], w[1, -1, -1] = -5, 3, 0.5
    small = strongest_of_blocks(w)
    assert small.shape == (2, MAX_TILE, MAX_TILE)
    assert small[0, 0, 0] == -5 and small[1, -1, -1] == 0.5 and np.count_nonzero(small) == 2
