"""Histograms of stacks of weights against NumPy and numbers by hand."""

import numpy as np

from core.measures.histograms import overlaid_histograms, round_reach, weight_histograms


def test_each_member_has_the_densities_of_numpy_without_its_zeros():
    w = np.random.default_rng(1).normal(size=(3, 20, 10)) * np.array([0.1, 1, 30])[:, None, None]
    w[1, :3] = 0
    arrays = weight_histograms([w])
    for m in range(3):
        half = (arrays["hist_x"][m, 1] - arrays["hist_x"][m, 0]) / 2
        edges = np.append(arrays["hist_x"][m] - half, arrays["hist_x"][m, -1] + half)
        expected = np.histogram(w[m][w[m] != 0], bins=edges, density=True)[0]
        np.testing.assert_allclose(arrays["hist_density"][m, 0], 0.9 * expected / expected.max())
    np.testing.assert_allclose(arrays["zero_share"], [[0], [0.15], [0]])


def test_zero_spikes_and_baselines_by_hand():
    layers = [np.array([[[0.0, 0.5], [0.0, -0.5]]]), np.array([[[0.3], [0.0], [0.1], [0.2]]])]
    arrays = weight_histograms(layers)
    np.testing.assert_allclose(arrays["zero_share"], [[0.5, 0.25]])
    np.testing.assert_allclose(arrays["spike_y"], [[1, 1.45, np.nan, 0, 0.225, np.nan]])
    np.testing.assert_allclose((arrays["hist_y"] - arrays["hist_density"])[0], [[1.0] * 41, [0.0] * 41])


def test_zeros_and_broken_weights_are_flat():
    arrays = weight_histograms([np.zeros((1, 2, 2)), np.full((1, 2, 1), np.nan)])
    np.testing.assert_array_equal(arrays["hist_density"], 0)
    np.testing.assert_array_equal(arrays["zero_share"], [[1, 0]])


def test_the_reach_is_a_round_number_that_holds_all():
    np.testing.assert_allclose(round_reach(np.array([0.011, 0.2, 3.0, 9.9, 1.0])), [0.02, 0.2, 5, 10, 1])


def test_a_weight_far_beyond_the_axis_is_counted_at_its_own_end():
    w = np.concatenate([np.linspace(-1, 1, 200), [1e30]])[None, None]
    shares = overlaid_histograms(w, n_bins=5)["overlay_share"][0, 0]
    np.testing.assert_allclose(shares[-1], shares[0] + 1 / 201)


def test_a_group_that_diverged_does_not_widen_the_bins_of_the_others():
    w = np.stack([np.linspace(-1, 1, 50), np.linspace(-900, 900, 50)])[None]
    kept = overlaid_histograms(w, n_bins=5, is_lost=np.array([False, True]))
    np.testing.assert_allclose(kept["overlay_x"][0, :, -1], [0.8, 0.8])
    np.testing.assert_allclose(kept["overlay_share"].sum(2), 1)  # its weights stand in the outermost bins
    all_lost = overlaid_histograms(w, n_bins=5, is_lost=np.ones(2, dtype=bool))
    np.testing.assert_array_equal(all_lost["overlay_x"], overlaid_histograms(w, n_bins=5)["overlay_x"])
