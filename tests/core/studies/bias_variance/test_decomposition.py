"""Bias and variance of real networks: members are the runs they stand for, the parts are those of their predictions."""

import numpy as np
import pytest

from core import Experiment, bias_variance
from core.data import Split
from core.data.sets import draw_sets
from core.measures.bias_variance import decompose
from core.studies.base.cost import work_of
from core.studies.base.training import Training
from core.studies.bias_variance.decomposition import plan_bias_variance, read_bias_variance
from core.studies.playground.fit import train

SINE = Experiment(
    data={"name": "sine", "n_train": 20, "noise_std": 0.3}, network={"hidden_sizes": (32,)},
    training={"learning_rate": 0.02, "n_epochs": 800},
)  # fmt: skip
SHORT = SINE.replace(n_epochs=30)
MOONS = SHORT.replace(data="moons", noise_std=0.5)


def test_each_member_is_the_run_of_its_set_its_start_and_its_strength():
    result = bias_variance(SHORT, "l2", [0.0, 0.01], n_sets=3, n_starts=2, progress=False)
    sets = draw_sets(SHORT.data, 3)
    assert result.predictions.shape == (2, 3, 2, 201)
    for i, r, s in ((0, 0, 0), (1, 2, 1), (0, 1, 0)):
        alone = SHORT.replace(l2=(0.0, 0.01)[i], seed=SHORT.training.seed + 2 * r + s)
        split = Split.from_arrays(sets.X[r], sets.y[r], sets.X[0], sets.y[0], task="regression")
        run = train(alone, split=split, progress=False)
        np.testing.assert_allclose(result.predictions[i, r, s], run.predict(result.X), atol=1e-4)


def test_the_parts_are_those_of_the_predictions_and_add_up():
    result = bias_variance(SHORT, "l2", [0.0, 0.1, 1.0], n_sets=4, n_starts=3, progress=False)
    parts = decompose(result.predictions, result.truth)
    np.testing.assert_array_equal(result.bias2, parts.bias2)
    np.testing.assert_allclose(result.risk, ((result.predictions - result.truth) ** 2).mean((1, 2, 3)))
    np.testing.assert_allclose(result.risk, result.bias2 + result.variance_data + result.variance_start)
    interval = result.interval("risk")
    np.testing.assert_allclose(interval.mean(1), result.risk)
    np.testing.assert_allclose(np.diff(interval, axis=1)[:, 0], 4 * result.standard_error["risk"])


def test_a_stronger_l2_trades_variance_for_bias_and_the_least_risk_lies_between():
    """The page's task: from λ = 0 to 1 bias² goes from under .04 to over .6, variance from the data from over .1 to under .1."""
    result = bias_variance(SINE, "l2", [0.0, 0.003, 1.0], n_sets=10, n_starts=2, progress=False)
    assert result.bias2[0] < 0.04 < 0.6 < result.bias2[2]
    assert result.variance_data[2] < 0.1 < result.variance_data[0]
    assert result.risk[1] < 0.7 * result.risk[0] < result.risk[2]


def test_a_wider_network_has_less_bias_and_its_variance_from_the_start_does_not_grow():
    """What the page says of width: wider is not simply more variance."""
    result = bias_variance(SINE, "width", [1, 2, 8, 64], n_sets=10, n_starts=2, progress=False)
    assert result.bias2[0] > 0.4 > 10 * result.bias2[3]
    assert result.variance_start[3] < result.variance_start[1]
    assert result.variance_data[3] < 2 * result.variance_data[2]


def test_a_width_is_the_network_of_that_width():
    result = bias_variance(SHORT, "width", [3, 9], n_sets=3, n_starts=2, progress=False)
    sets = draw_sets(SHORT.data, 3)
    split = Split.from_arrays(sets.X[1], sets.y[1], sets.X[0], sets.y[0], task="regression")
    run = train(SHORT.replace(hidden_sizes=(3,), seed=3), split=split, progress=False)
    np.testing.assert_allclose(result.predictions[0, 1, 1], run.predict(result.X), atol=1e-4)


def test_classes_are_split_in_three_ways():
    result = bias_variance(MOONS, "l2", [0.0, 0.3], n_sets=3, n_starts=2, progress=False)
    assert result.predictions.shape == (2, 3, 2, 300, 2) and result.truth.shape == (300, 2)
    np.testing.assert_allclose(result.risk, ((result.predictions - result.truth) ** 2).sum(-1).mean((1, 2, 3)))
    q, p = np.maximum(result.predictions, 1e-12), result.truth
    kl = np.where(p > 0, p * np.log(np.maximum(p, 1e-12) / q), 0).sum(-1).mean((1, 2, 3))
    np.testing.assert_allclose(result.log_loss.risk, kl)
    wrong = (result.predictions.argmax(-1) != p.argmax(-1)).mean((1, 2, 3))
    np.testing.assert_allclose(result.zero_one.error, wrong)


def test_the_noise_on_top_of_the_risk_is_the_loss_on_fresh_noisy_rows():
    """Squared error against noisy targets of fresh sets = risk + σ², within what 3,000 rows can tell."""
    result = bias_variance(SHORT, "l2", [0.01], n_sets=3, n_starts=2, progress=False)
    x = result.X[:, 0]
    rows = draw_sets(SHORT.data, 160)
    fresh = rows.X[10:].reshape(-1), rows.y[10:].reshape(-1)
    answers = np.stack([np.interp(fresh[0], x, p) for p in result.predictions[0].reshape(6, -1)])
    assert ((answers - fresh[1]) ** 2).mean() == pytest.approx(float(result.risk[0]) + result.noise, rel=0.08)


def test_real_rows_have_no_known_truth():
    digits = Experiment(
        data={"name": "digits", "n_train": 60}, network={"hidden_sizes": (8,)}, training={"n_epochs": 5}
    )
    result = bias_variance(digits, "l2", [0.0], n_sets=3, n_starts=2, progress=False)
    assert not result.is_known and np.isnan(result.noise) and np.isfinite(result.risk).all()


def test_a_value_of_which_a_network_diverged_is_nan_and_the_others_stand():
    wild = SHORT.replace(optimizer="sgd", learning_rate=0.05)
    result = bias_variance(wild, "l2", [0.0, 1e5], n_sets=3, n_starts=2, progress=False)
    assert np.isfinite(result.risk[0]) and np.isnan(result.risk[1])
    assert np.isfinite(result.standard_error["risk"][0]) and np.isnan(result.standard_error["risk"][1])


def test_a_stack_cut_into_parts_gives_the_same_numbers():
    whole = plan_bias_variance(SHORT, "width", [2, 4], 3, 2)
    parted = plan_bias_variance(SHORT, "width", [2, 4], 3, 2, memory_bytes=20_000)
    assert whole.n_stacks == 1 < parted.n_stacks
    results = []
    for plan in (whole, parted):
        training = Training(plan)
        training.run()
        results.append(read_bias_variance(plan, training.state()))
    np.testing.assert_allclose(results[0].predictions, results[1].predictions, atol=1e-5)


def test_the_plan_costs_what_its_numbers_say():
    plan = plan_bias_variance(SHORT, "l2", [0.0, 0.1], 4, 2)
    work = work_of(SHORT, 16, n_rows=80, n_train=20)
    assert (plan.work.seconds, plan.work.n_bytes) == (work.seconds, work.n_bytes)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("l2", [0.1], 2, 2), "n_sets: expected a whole number from 3 to 50, received 2"),
        (("l2", [0.1], 3, 1), "n_starts: expected a whole number from 2 to 10, received 1"),
        (("l4", [0.1], 3, 2), "param_name: expected one of"),
        (("width", [0.1], 3, 2), "widths: expected whole numbers"),
    ],
)
def test_bad_arguments_are_refused_in_words(arguments, words):
    with pytest.raises(ValueError, match=words):
        bias_variance(SHORT, *arguments, progress=False)


def test_what_does_not_fit_the_result_is_refused_in_words():
    result = bias_variance(SHORT, "l2", [0.1], 3, 2, progress=False)
    with pytest.raises(ValueError, match=r"name: expected one of bias2, .* received 'bias'"):
        result.interval("bias")
    with pytest.raises(ValueError, match="data: expected classes"):
        _ = result.zero_one
