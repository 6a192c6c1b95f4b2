"""The Features page's live run: what is seen and said along λ."""

from __future__ import annotations

import numpy as np
import pytest

from core.config import Experiment
from core.data import load_split
from core.runtime.commands import Run
from core.runtime.features import features_run, values_of
from core.runtime.live import LiveRun
from core.runtime.snapshot import Snapshot
from core.studies.features import DIGITS, DUPLICATES, TASK, VALUES

SHORT = TASK.replace(n_epochs=150, values=(0.0, 0.06, 0.25))


def trained(experiment: Experiment) -> tuple[LiveRun, Snapshot]:
    run = features_run(experiment, load_split(experiment.data))
    run.obey(Run())
    while run.state == "running":
        run.train_for(5)
    return run, run.snapshot()


@pytest.fixture(scope="module")
def shown() -> Snapshot:
    return trained(SHORT)[1]


def test_zero_is_always_among_the_values() -> None:
    assert values_of(TASK) == VALUES
    assert values_of(TASK.replace(values=(0.1, 0.01))) == (0.0, 0.01, 0.1)


def test_arrays_have_the_values_in_front(shown: Snapshot) -> None:
    arrays = shown.arrays
    assert arrays["input_strength_l1"].shape == arrays["input_zero_l2"].shape == (3, 23)
    assert arrays["score_l1_precision"].shape == arrays["in_use_l2"].shape == arrays["cv_mean"].shape == (3,)
    np.testing.assert_allclose(arrays["input_strength_l1"][0], arrays["input_strength_l2"][0], atol=1e-6)


def test_what_is_said_of_a_lambda_is_what_its_network_keeps(shown: Snapshot) -> None:
    members = shown.meta["members"]
    assert (shown.meta["members_axis"], len(members)) == ("lambda", 3)
    for i, member in enumerate(members):
        n_in = int(np.isnan(shown.arrays["input_zero_l1"][i]).sum())
        said = member["readouts"]
        assert said["in_use_l1"] == f"{n_in} of 23" and said["in_use_l2"] == "23 of 23"
        assert n_in == int(said["found"].split()[0]) + int(said["false"])
    assert members[0]["readouts"]["false"] == "20" and members[2]["readouts"]["found"] == "3 of 3"


def test_the_choice_of_lambda_is_told(shown: Snapshot) -> None:
    text = shown.meta["verdict"]["text"]
    assert "λ_min = 0.06" in text and "λ_1se = 0.25" in text
    assert ("asks for more penalty" in text) == (
        shown.arrays["score_l1_precision"][2] > shown.arrays["score_l1_precision"][1]
    )


def test_before_the_run_nothing_is_claimed() -> None:
    run = features_run(SHORT, load_split(SHORT.data))
    assert run.snapshot().meta["verdict"]["text"].startswith("Not started.")


def test_the_subgradient_is_said_to_keep_all() -> None:
    _, snapshot = trained(SHORT.replace(l1_method="subgradient", n_epochs=20))
    assert snapshot.meta["verdict"]["text"].startswith("No input is out at any λ")


def test_duplicates_are_told_apart() -> None:
    _, snapshot = trained(DUPLICATES.replace(n_epochs=150, values=(0.0, 0.1, 0.2)))
    assert snapshot.arrays["twin_l1"].shape == (3,)
    assert "Of inputs that say the same" in snapshot.meta["verdict"]["text"]


def test_digits_are_pictures_in_which_a_pixel_that_is_out_is_empty() -> None:
    _, snapshot = trained(DIGITS.replace(n_epochs=15, values=(0.0, 0.01)))
    pixels, strength = snapshot.arrays["pixels_l1"], snapshot.arrays["input_strength_l1"]
    assert pixels.shape == (2, 8, 8)
    assert np.array_equal(np.isnan(pixels).reshape(2, 64), strength == 0)
    assert "Nobody knows" in snapshot.meta["verdict"]["text"] or "No input is out" in snapshot.meta["verdict"]["text"]


def test_a_diverged_lambda_is_marked_and_the_others_go_on() -> None:
    wild = SHORT.replace(optimizer="sgd", learning_rate=0.1, values=(0.0, 0.06, 1e6), n_epochs=30)
    _, snapshot = trained(wild)
    members = snapshot.meta["members"]
    assert members[2]["readouts"]["in_use_l2"] == "diverged" and members[2]["descriptions"]["inputs_l2"].startswith(
        "Diverged"
    )
    assert members[1]["readouts"]["in_use_l2"] == "23 of 23"
    assert np.isfinite(snapshot.arrays["input_strength_l2"]).all()


def test_a_large_stack_does_not_send_hundreds_of_strengths(shown: Snapshot) -> None:
    assert len(shown.meta["strengths"]) < 10
