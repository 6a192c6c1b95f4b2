"""The Features page's live run: what is seen and said along λ."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.data import load_split
from core.live.features.run import MAX_VALUES, check_features, features_run, values_of
from core.live.run import LiveRun
from core.settings.experiment import Experiment
from core.stream.commands import Run
from core.stream.snapshot import Snapshot
from core.studies.features.selection import DIGITS, DUPLICATES, TASK, VALUES

SHORT = TASK.replace(n_epochs=150, values=(0.0, 0.06, 0.25))


def table_of(member: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Return the table of one λ as {penalty: {head: cell}}."""
    table = member["tables"]["kept"]
    return {row["cells"][0]: dict(zip(table["heads"][1:], row["cells"][1:], strict=True)) for row in table["rows"]}


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
        table = table_of(member)
        assert table["L1"]["Inputs in use"] == said["in_use_l1"]
        assert n_in == int(table["L1"]["Signals found"].split()[0]) + int(table["L1"]["Falsely kept"])
        assert table["L2"]["Falsely kept"] == table["No penalty (λ = 0)"]["Falsely kept"] == "20"
    assert table_of(members[0])["L1"]["Falsely kept"] == "20" and table_of(members[2])["L1"]["Missed"] == "0"


def test_the_table_is_the_weights_counted_by_hand(shown: Snapshot) -> None:
    """The signals are the first three of 23 inputs; what is in use is read off the sums of |w| on the page."""
    for i, member in enumerate(shown.meta["members"]):
        in_use = shown.arrays["input_strength_l1"][i] > 0
        found, false = int(in_use[:3].sum()), int(in_use[3:].sum())
        said = table_of(member)["L1"]
        assert (said["Signals found"], said["Missed"], said["Falsely kept"]) == (
            f"{found} of 3",
            str(3 - found),
            str(false),
        )
        assert said["Links exactly zero"] == f"{23 - in_use.sum()} of 23"  # one link each
        assert (said["Precision"], said["Recall"]) == (f"{found / (found + false):.2f}", f"{found / 3:.2f}")
        assert shown.arrays["score_l1_precision"][i] == pytest.approx(found / (found + false))
        assert shown.arrays["score_l1_recall"][i] == pytest.approx(found / 3)


def test_where_nothing_is_in_use_there_is_no_precision() -> None:
    _, snapshot = trained(SHORT.replace(values=(0.06, 50.0)))
    assert table_of(snapshot.meta["members"][2])["L1"]["Precision"] == "–"
    assert np.isnan(snapshot.arrays["score_l1_precision"][2]) and snapshot.arrays["score_l1_recall"][2] == 0
    assert "0 of 23" in snapshot.meta["members"][2]["descriptions"]["inputs_l1"]
    assert "none at λ 50; L2 0.13" in snapshot.meta["descriptions"]["scores"]


def test_the_choice_of_lambda_is_told(shown: Snapshot) -> None:
    text = shown.meta["verdict"]["text"]
    assert "λ_min = 0.06" in text and "λ_1se = 0.25" in text
    assert ("asks for more penalty" in text) == (
        shown.arrays["score_l1_precision"][2] > shown.arrays["score_l1_precision"][1]
    )


def test_before_the_run_nothing_is_claimed() -> None:
    run = features_run(SHORT, load_split(SHORT.data))
    snapshot = run.snapshot()
    assert snapshot.meta["verdict"]["text"].startswith("Not started.")
    assert snapshot.arrays["cv_min_x"].size == snapshot.arrays["cv_1se_x"].size == 0


def test_the_subgradient_is_said_to_keep_all() -> None:
    _, snapshot = trained(SHORT.replace(l1_method="subgradient", n_epochs=20))
    assert snapshot.meta["verdict"]["text"].startswith("No input is out: no link is exactly zero")


def test_a_linear_model_whose_output_layer_is_free_is_told_apart() -> None:
    _, snapshot = trained(SHORT.replace(penalize_output=False, n_epochs=20))
    assert "the only layer, the output, is not penalised" in snapshot.meta["verdict"]["text"]


def test_duplicates_are_told_apart() -> None:
    _, snapshot = trained(DUPLICATES.replace(n_epochs=150, values=(0.0, 0.1, 0.2)))
    assert snapshot.arrays["twin_l1"].shape == (3,)
    note = snapshot.meta["members"][2]["tables"]["kept"]["rows"][-1]["note"]
    l1, l2 = (f"{snapshot.arrays[f'twin_{p}'][2]:.0%}" for p in ("l1", "l2"))
    assert note.startswith(
        f"The largest of a signal and its duplicates has {l1} of their weight with L1 and {l2} with L2"
    )


def test_group_l1_takes_whole_inputs_out_where_l1_takes_single_links_and_this_is_said() -> None:
    task = TASK.replace(hidden_sizes=(16,), learning_rate=0.01, n_epochs=300, values=(0.0, 0.02, 0.5))
    _, snapshot = trained(task)
    arrays, members = snapshot.arrays, snapshot.meta["members"]
    n_out = 23 - arrays["in_use_group_l1"]
    assert (arrays["zero_links_group_l1"] == 16 * n_out).all() and n_out[2] > 10
    assert arrays["zero_links_l1"][1] > 200 and arrays["in_use_l1"][1] > 10
    table = members[2]["tables"]["kept"]
    assert [row["cells"][0] for row in table["rows"]] == ["No penalty (λ = 0)", "L1", "Group L1", "L2"]
    zeros = int(arrays["zero_links_group_l1"][2])
    assert f"those of whole inputs: {zeros} of {zeros}; with L1" in table["rows"][2]["note"]
    assert members[2]["readouts"]["in_use_group_l1"] == f"{23 - n_out[2]:.0f} of 23"
    assert "Best precision along λ" in table["rows"][2]["note"]
    rooms = [member["tables"]["kept"]["rows"][2]["room"] for member in members]
    assert len(set(rooms)) == 1 and len(rooms[0]) >= len(table["rows"][2]["note"])


def test_without_hidden_layers_group_l1_is_l1_and_this_is_said(shown: Snapshot) -> None:
    np.testing.assert_allclose(shown.arrays["input_strength_group_l1"], shown.arrays["input_strength_l1"], atol=1e-6)
    assert all("this is L1" in member["tables"]["kept"]["rows"][2]["note"] for member in shown.meta["members"])
    assert all("Best" not in member["tables"]["kept"]["rows"][2]["note"] for member in shown.meta["members"])


def test_exact_copies_are_not_said_to_be_chosen_between() -> None:
    """Between equal inputs L1 has no reason to choose: any division costs the same, and the start decides."""
    task = DUPLICATES.replace(n_epochs=300, values=(0.0, 0.1), duplicate_correlation=1.0)
    _, snapshot = trained(task)
    assert snapshot.arrays["twin_l1"][1] < 0.9
    assert "L1 keeps one" not in snapshot.meta["members"][1]["tables"]["kept"]["rows"][-1]["note"]


def test_digits_are_pictures_in_which_a_pixel_that_is_out_is_empty() -> None:
    _, snapshot = trained(DIGITS.replace(n_epochs=15, values=(0.0, 0.01)))
    pixels, strength = snapshot.arrays["pixels_l1"], snapshot.arrays["input_strength_l1"]
    assert pixels.shape == (2, 8, 8)
    assert np.array_equal(np.isnan(pixels).reshape(2, 64), strength == 0)
    said = table_of(snapshot.meta["members"][1])["L1"]
    zeros, n_links = (int(number.replace(",", "")) for number in said["Links exactly zero"].split(" of "))
    assert n_links == 64 * 32 and zeros > 32 * (strength[1] == 0).sum()  # an input may lose some of its links only
    assert list(said) == ["Inputs in use", "Links exactly zero", "Validation loss"]
    assert "Nobody knows" in snapshot.meta["verdict"]["text"] or "No input is out" in snapshot.meta["verdict"]["text"]


def test_a_diverged_lambda_is_marked_and_the_others_go_on() -> None:
    wild = SHORT.replace(optimizer="sgd", learning_rate=0.1, values=(0.0, 0.06, 1e6), n_epochs=30)
    _, snapshot = trained(wild)
    members = snapshot.meta["members"]
    assert members[2]["readouts"]["in_use_l2"] == "diverged" and members[2]["descriptions"]["inputs_l2"].startswith(
        "Diverged"
    )
    assert table_of(members[2])["L2"]["Precision"] == "diverged"
    assert members[1]["readouts"]["in_use_l2"] == "23 of 23"
    assert snapshot.arrays["lost_x"].tolist() == [pytest.approx(6)] and snapshot.arrays["lost_y"].tolist() == [0]
    assert "L2 diverged at λ = 1e6." in snapshot.meta["verdict"]["text"]
    assert np.isfinite(snapshot.arrays["input_strength_l2"]).all()


def test_a_fold_that_diverged_is_marked_in_the_cross_validation() -> None:
    """At a huge λ the proximal step holds every weight at zero, whatever the learning rate; without it nothing does."""
    wild = SHORT.replace(
        optimizer="sgd", learning_rate_schedule="constant", learning_rate=0.95, values=(0.0, 1e6), n_epochs=600
    )
    _, snapshot = trained(wild)
    assert snapshot.arrays["cv_lost"].tolist() == [5] and np.isfinite(snapshot.arrays["cv_mean"]).tolist() == [
        False,
        True,
    ]
    assert table_of(snapshot.meta["members"][1])["No penalty (λ = 0)"]["Inputs in use"] == "diverged"
    assert snapshot.meta["members"][1]["readouts"]["in_use_l1"] == "0 of 23"


def test_where_all_diverged_nothing_is_advised_but_the_remedy() -> None:
    wild = SHORT.replace(optimizer="sgd", learning_rate=5.0, l1_method="subgradient", values=(0.0, 0.06), n_epochs=60)
    _, snapshot = trained(wild)
    assert snapshot.meta["state"] == "diverged" and snapshot.meta["banner"]["remedy"]
    assert snapshot.meta["verdict"]["text"] == "Every network diverged: nothing is to be learned from this run."


def test_what_is_said_in_the_middle_is_said_to_be_for_now() -> None:
    run = features_run(SHORT, load_split(SHORT.data))
    run.obey(Run())
    while run.training.n_epochs_done < 5:
        run.train_for(0.001)
    assert run.snapshot().meta["verdict"]["text"].startswith("So far: ")


def test_a_list_of_lambdas_that_ends_too_early_is_told() -> None:
    _, snapshot = trained(SHORT.replace(values=(0.0, 0.01, 0.06)))
    assert "λ_min is the largest λ of the list" in snapshot.meta["verdict"]["text"]


def test_few_training_rows_are_told_of() -> None:
    _, snapshot = trained(SHORT.replace(n_train=5, n_epochs=20))
    assert "Each fold trains on about 84 rows" in snapshot.meta["verdict"]["text"]


def test_too_many_values_are_refused_in_words() -> None:
    check_features(TASK.replace(values=tuple(np.linspace(0, 1, MAX_VALUES))))
    with pytest.raises(ValueError, match="expected at most 50 on this page, 0 included, received 51"):
        check_features(TASK.replace(values=tuple(np.linspace(0.1, 1, MAX_VALUES))))


def test_a_large_stack_does_not_send_hundreds_of_strengths(shown: Snapshot) -> None:
    assert len(shown.meta["strengths"]) < 10
