"""The live run of bias and variance: arrays that are the study's numbers, and words that are theirs."""

from __future__ import annotations

import numpy as np
import pytest

from core import bias_variance
from core.data import load_split
from core.live.bias_variance.run import bias_variance_run, bias_variance_work, values_of
from core.readings.bias_variance.parts import parts_sentence
from core.settings.experiment import Experiment
from core.stream.commands import Run
from core.stream.snapshot import Snapshot
from core.studies.base.cost import in_stacks
from core.studies.bias_variance.decomposition import DIGITS, MOONS, TASK, WIDTHS

SHORT = TASK.replace(n_epochs=60, values=(0.0, 0.01, 1.0), n_sets=4)


def trained(experiment: Experiment) -> Snapshot:
    run = bias_variance_run(experiment, load_split(experiment.data))
    run.obey(Run())
    while run.state == "running":
        run.train_for(5)
    return run.snapshot()


@pytest.fixture(scope="module")
def shown() -> Snapshot:
    return trained(SHORT)


def test_the_page_shows_what_python_computes(shown: Snapshot) -> None:
    result = bias_variance(SHORT, "l2", [0.0, 0.01, 1.0], n_sets=4, n_starts=2, progress=False)
    for name in ("bias2", "variance_data", "variance_start", "risk"):
        np.testing.assert_allclose(shown.arrays[f"bv_{name}"], getattr(result, name), rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(shown.arrays["bv_error"], 2 * result.standard_error["risk"], rtol=1e-3)
    assert (
        shown.meta["members"][1]["readouts"]["risk"]
        == f"{result.risk[1]:.3f} ± {2 * result.standard_error['risk'][1]:.3f}"
    )
    best = int(np.argmin(result.risk))
    assert shown.arrays["bv_best_y"] == pytest.approx([result.risk[best]])
    assert shown.meta["verdict"]["text"] == parts_sentence(result, ["0", "0.01", "1"], "λ")


def test_the_bundle_is_every_network_and_its_mean_their_average(shown: Snapshot) -> None:
    bundle = shown.arrays["bundle"].reshape(3, 8, 202)
    assert np.isnan(bundle[..., -1]).all()
    np.testing.assert_allclose(bundle[..., :-1].mean(1), shown.arrays["bundle_mean"], atol=1e-5)
    np.testing.assert_array_equal(shown.arrays["own"][1, 2].reshape(2, 202), bundle[1, 4:6])
    split = load_split(SHORT.data)
    np.testing.assert_allclose(shown.arrays["set_x_0"][0], split.points_train[:, 0], rtol=1e-6)
    raw = split.y_train * split.y_scale + split.y_mean
    np.testing.assert_allclose(shown.arrays["set_y_0"][0], raw, atol=1e-5)


def test_boundaries_lie_where_a_network_is_undecided_and_votes_are_shares() -> None:
    snapshot = trained(MOONS.replace(n_epochs=40, values=(0.0, 0.1), n_sets=3))
    arrays = snapshot.arrays
    assert arrays["votes"].shape == (2, 32, 32) and set(np.unique(np.round(arrays["votes"] * 6, 4))) <= set(range(7))
    assert arrays["lines_x"].shape == arrays["lines_y"].shape and arrays["own_x"].shape[:2] == (2, 3)
    n_own = np.isfinite(arrays["own_x"][0]).sum()
    assert n_own == np.isfinite(arrays["lines_x"][0]).sum() > 100  # the sets' lines are all lines
    points = np.isfinite(arrays["set_x_0"]).sum(1) + np.isfinite(arrays["set_x_1"]).sum(1)
    assert points.tolist() == [60, 60, 60]
    for part in ("error", "bias", "hurts", "helps"):
        assert np.isfinite(arrays[f"bv_zero_{part}"]).all()
    np.testing.assert_allclose(
        arrays["bv_zero_error"], arrays["bv_zero_bias"] + arrays["bv_zero_hurts"] - arrays["bv_zero_helps"], atol=1e-6
    )


def test_before_the_run_nothing_is_claimed() -> None:
    snapshot = bias_variance_run(SHORT, load_split(SHORT.data)).snapshot()
    assert snapshot.meta["verdict"]["text"].startswith("Not started.")


def test_widths_are_told_as_widths_and_what_width_does_is_read_off_the_numbers() -> None:
    task = TASK.replace(vary="width", n_epochs=100, n_sets=4)
    snapshot = trained(task)
    assert values_of(task) == WIDTHS
    text = snapshot.meta["verdict"]["text"]
    arrays = snapshot.arrays
    assert "at width" in text and "Wider: bias² falls" in text
    total = arrays["bv_variance_data"] + arrays["bv_variance_start"]
    assert ("wider is not simply more variance" in text) == (total[-1] <= total[0])


def test_rows_without_a_known_truth_have_no_noise() -> None:
    snapshot = trained(DIGITS.replace(n_epochs=3, values=(0.0,), n_sets=3))
    assert np.isnan(snapshot.arrays["bv_noise"]).all() and "bundle" not in snapshot.arrays
    np.testing.assert_allclose(snapshot.arrays["bv_top"], snapshot.arrays["bv_risk"])


def test_a_lambda_that_diverged_is_said_and_the_others_stand() -> None:
    wild = SHORT.replace(optimizer="sgd", learning_rate=0.05, values=(0.0, 1e5))
    snapshot = trained(wild)
    assert snapshot.meta["members"][1]["readouts"]["risk"] == "diverged"
    assert np.isnan(snapshot.arrays["bv_risk"][1]) and np.isfinite(snapshot.arrays["bv_risk"][0])


def test_the_work_is_that_of_the_plan_that_is_made() -> None:
    for task in (SHORT, SHORT.replace(vary="width")):
        run = bias_variance_run(task, load_split(task.data))
        work = bias_variance_work(task)
        plan = run.training.plan.work
        assert (work.n_members, work.sizes, work.n_rows, work.n_train) == (
            plan.n_members,
            plan.sizes,
            plan.n_rows,
            plan.n_train,
        )
        assert work == in_stacks(work, 8) and run.training.plan.n_stacks == work.n_stacks
