"""Histograms of stacks of weights against NumPy and numbers by hand."""

import numpy as np

from core.measures.histograms import overlaid_histograms, robust_reach, round_reach, weight_histograms


def test_each_member_has_the_counts_of_numpy_without_its_zeros():
    w = np.random.default_rng(1).normal(size=(3, 20, 10)) * np.array([0.1, 1, 30])[:, None, None]
    w[1, :3] = 0
    arrays = weight_histograms([w])
    for m in range(3):
        expected = np.histogram(w[m][w[m] != 0], bins=arrays["hist_x"][m])[0]
        np.testing.assert_array_equal(arrays["hist_count"][m, 0], expected)
        np.testing.assert_allclose(arrays["hist_y"][m, 0, :-1], 0.9 * expected / expected.max())
        assert arrays["hist_y"][m, 0, -1] == arrays["hist_y"][m, 0, -2]  # the last step reaches to the last edge
    np.testing.assert_allclose(arrays["zero_share"], [[0], [0.15], [0]])


def test_zero_spikes_and_baselines_by_hand():
    layers = [np.array([[[0.0, 0.5], [0.0, -0.5]]]), np.array([[[0.3], [0.0], [0.1], [0.2]]])]
    arrays = weight_histograms(layers)
    np.testing.assert_allclose(arrays["zero_share"], [[0.5, 0.25]])
    np.testing.assert_allclose(arrays["spike_y"], [[1, 1.45, np.nan, 0, 0.225, np.nan]])
    np.testing.assert_allclose(arrays["hist_y"][0].min(axis=1), [1.0, 0.0])


def test_zeros_and_broken_weights_are_flat():
    arrays = weight_histograms([np.zeros((1, 2, 2)), np.full((1, 2, 1), np.nan)])
    np.testing.assert_array_equal(arrays["hist_count"], 0)
    np.testing.assert_array_equal(arrays["hist_y"], [[[1.0] * 42, [0.0] * 42]])
    np.testing.assert_array_equal(arrays["zero_share"], [[1, 0]])


def test_the_reach_is_a_round_number_that_holds_all():
    np.testing.assert_allclose(round_reach(np.array([0.011, 0.2, 3.0, 9.9, 1.0])), [0.02, 0.2, 5, 10, 1])


def test_a_weight_far_beyond_the_axis_is_counted_at_its_own_end():
    w = np.concatenate([np.linspace(-1, 1, 200), [1e30]])[None, None]
    arrays = overlaid_histograms(w, n_bins=5)
    shares = arrays["overlay_share"][0, 0]
    np.testing.assert_allclose(shares[-1], shares[0] + 1 / 201)
    assert arrays["overlay_x"].max() == 2  # a round number above twice the usual weights would be 2


def test_one_large_weight_of_many_is_told_apart_and_makes_no_needle_of_the_others():
    usual = np.linspace(-1, 1, 201)
    usual = usual[usual != 0]
    arrays = weight_histograms([np.concatenate([usual, [50.0]])[None, :, None], np.array([[[0.5], [-3.0]]])])
    assert arrays["hist_x"][0, -1] == 5  # the small layer's -3 is one of its usual weights
    np.testing.assert_array_equal(arrays["over_n"], [[0, 1, 0, 0]])
    np.testing.assert_allclose(arrays["over_x"], [[-5, 5, -5, 5]])
    np.testing.assert_array_equal(np.isfinite(arrays["over_y"]), [[False, True, False, False]])
    assert arrays["hist_count"][0].sum() == 203 and arrays["hist_count"][0, 0, -1] == 1


def test_weights_without_an_outlier_all_lie_within_the_bins():
    w = np.random.default_rng(0).normal(size=(4, 500, 4))
    arrays = weight_histograms([w])
    np.testing.assert_array_equal(arrays["over_n"], 0)
    np.testing.assert_array_equal(robust_reach(np.zeros((2, 3))), 0)
    np.testing.assert_array_equal(robust_reach(np.array([[np.nan, np.inf, -0.25]])), 0.25)


def test_a_group_that_diverged_does_not_widen_the_bins_of_the_others():
    w = np.stack([np.linspace(-1, 1, 50), np.linspace(-900, 900, 50)])[None]
    kept = overlaid_histograms(w, n_bins=5, is_lost=np.array([False, True]))
    np.testing.assert_allclose(kept["overlay_x"][0, :, -1], [1, 1])
    np.testing.assert_allclose(kept["overlay_share"][..., :-1].sum(2), 1)  # its weights stand in the outermost bins
    all_lost = overlaid_histograms(w, n_bins=5, is_lost=np.ones(2, dtype=bool))
    np.testing.assert_array_equal(all_lost["overlay_x"], overlaid_histograms(w, n_bins=5)["overlay_x"])
