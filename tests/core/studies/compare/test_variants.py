"""Comparing penalties: pairs, per-member methods, reading by hand, and the claims over ten starts."""

from __future__ import annotations

import numpy as np
import pytest

from core import train
from core.data import load_split
from core.measures.histograms import overlaid_histograms
from core.settings.experiment import Experiment
from core.studies.base.training import Training
from core.studies.compare.variants import (
    TASK,
    VARIANTS,
    make_training,
    mean_and_std,
    plan_compare,
    read_curves,
    read_table,
)

SHORT = TASK.replace(n_epochs=15, hidden_sizes=(6, 6))
SPLIT = load_split(SHORT.data)


def run(experiment: Experiment, *variants: str, **settings: object) -> Training:
    training = make_training(experiment.replace(variants=variants, **settings), SPLIT)
    training.run()
    return training


def by_variant(training: Training, name: str) -> np.ndarray:
    return training.plan.by_variant(training.arrays()[name])  # type: ignore[attr-defined]


LEFT_OUT = {
    "dropout": ("dropout", "weight_decay", "group_l1"), "elastic_net": ("elastic_net", "weight_decay", "group_l1"),
    "l1_subgradient": ("l1_subgradient", "elastic_net", "dropout"),
}  # fmt: skip
SIX_WITHOUT = {name: [v.key for v in VARIANTS if v.key not in left_out] for name, left_out in LEFT_OUT.items()}


ALL_ZERO = {v.setting: 0.0 for v in VARIANTS if v.setting}


@pytest.mark.parametrize("left_out", SIX_WITHOUT)
@pytest.mark.parametrize(
    "settings",
    [
        {"n_epochs": 300, "n_starts": 2}, {"data": "sine", "optimizer": "sgd", "learning_rate": 0.05},
        {"n_train": 51, "batch_size": None, "n_epochs": 60},
        {"data": "sine", "n_train": 50, "activation": "tanh", "batch_size": None, "n_epochs": 60},
        {"data": "diabetes", "n_train": 50, "hidden_sizes": (16, 16), "batch_size": None, "n_epochs": 60},
    ],
)  # fmt: skip
def test_variants_of_zero_strength_have_identical_histories(left_out: str, settings: dict) -> None:
    """To the last bit, wherever in the stack a variant stands."""
    experiment = SHORT.replace(variants=SIX_WITHOUT[left_out], **{"n_starts": 1, **settings, **ALL_ZERO})
    training = make_training(experiment, load_split(experiment.data))
    training.run()
    for name in ("train_loss", "val_loss", "weight_norm", "n_zero"):
        values = by_variant(training, name)
        for v in range(1, 6):
            np.testing.assert_array_equal(values[v], values[0], err_msg=f"{name} {v}")


def test_variants_of_zero_strength_do_not_feel_the_dropout_of_another() -> None:
    zero = {v.setting: 0.0 for v in VARIANTS if v.setting not in ("", "compare_dropout")}
    values = by_variant(run(SHORT, *SIX_WITHOUT["elastic_net"], n_starts=2, **zero), "val_loss")
    assert all(np.array_equal(values[v], values[0]) for v in range(1, 5)) and not np.allclose(values[5], values[0])


ALONE = {
    "none": {}, "l1_proximal": {"l1": 0.003}, "l1_subgradient": {"l1": 0.003, "l1_method": "subgradient"},
    "l2": {"l2": 0.003}, "elastic_net": {"l1": 0.0015, "l2": 0.0015}, "activity_l2": {"activity_l2": 0.003},
    "dropout": {"dropout_rate": 0.3}, "weight_decay": {"weight_decay": 0.003}, "group_l1": {"group_l1": 0.003},
}  # fmt: skip


@pytest.mark.parametrize("key", ALONE)
def test_a_variant_among_others_is_the_same_network_alone(key: str) -> None:
    names = next(names for names in SIX_WITHOUT.values() if key in names)
    training = run(SHORT, *names)
    place = [v.key for v in training.plan.variants].index(key)  # type: ignore[attr-defined]
    ours = training.arrays()
    theirs = train(SHORT.replace(**ALONE[key]), SPLIT, progress=False).history
    _, i, j = np.intersect1d(ours["epoch"], theirs["epoch"], return_indices=True)
    assert len(i) > 5  # how often a stack is measured depends on its size
    np.testing.assert_allclose(ours["val_loss"][place, i], theirs["val_loss"][j], atol=1e-5)


def test_on_the_default_task_over_ten_starts_only_the_proximal_step_gives_exact_zeros() -> None:
    """Three thousand epochs of all four, as the page opens."""
    training = make_training(TASK.replace(n_starts=10), load_split(TASK.data))
    training.run()
    names = [variant.key for variant in training.plan.variants]  # type: ignore[attr-defined]
    zeros = dict(zip(names, by_variant(training, "n_zero")[:, :, -1], strict=True))
    assert (zeros["l1_proximal"] > 0.9 * training.trainer.stack.n_weights).all()
    assert all((zeros[name] == 0).all() for name in ("none", "l1_subgradient"))
    # Unused weights shrink for ever under L2: to 1e-37 by now, where float32 may round one to zero and float64 has room.
    exact = Training(plan_compare(TASK.replace(n_starts=10, variants=("l2",)), load_split(TASK.data), "float64"))
    exact.run()
    assert (by_variant(exact, "n_zero")[0, :, -1] == 0).all()
    assert (np.abs(exact.network().parameters.numpy()).min(axis=1) < 1e-30).all()


def test_dials_move_one_variant_while_training_goes_on() -> None:
    training = make_training(SHORT.replace(variants=("none", "l2", "elastic_net"), n_starts=2, l1_share=0.25), SPLIT)
    members = training.trainer.members
    training.step()
    assert training.set("l2", 0.1, 1) and training.set("l1", 0.02, 2)
    assert members["l2"].flatten().tolist() == pytest.approx([0, 0, 0.1, 0.1, 0.015, 0.015])
    assert members["l1"].flatten().tolist() == pytest.approx([0, 0, 0, 0, 0.005, 0.005])
    assert training.settings() == {"compare_l2": 0.1, "compare_elastic": 0.02}
    for name, member in (("l1", 0), ("l1", 1), ("dropout_rate", 2), ("l2", 3)):
        assert not training.set(name, 0.5, member), "no such dial"
    assert training.settings() == {"compare_l2": 0.1, "compare_elastic": 0.02}


def test_a_diverging_variant_leaves_the_others_untouched() -> None:
    sgd = SHORT.replace(optimizer="sgd", learning_rate=0.1)
    wild = run(sgd, "none", "l1_proximal", "l2", compare_l2=1e6)
    calm = run(sgd, "none", "l1_proximal", "l2", compare_l2=0.0)
    assert np.array_equal(by_variant(wild, "val_loss")[:2], by_variant(calm, "val_loss")[:2])
    assert wild.is_diverged.tolist() == [False, False, True]
    curves = read_curves(wild.plan, wild.arrays())  # type: ignore[arg-type]
    assert np.isfinite(curves["val_loss"][:2]).all() and np.isnan(curves["val_loss"][2, -1])
    rows = read_table(wild.plan, wild.state())  # type: ignore[arg-type]
    assert np.isnan(rows[2].val_loss).all() and rows[2].sentence == "no run stayed finite."


def test_mean_and_band_by_hand() -> None:
    values = np.array([[[1.0], [3.0], [np.nan]], [[np.nan], [np.nan], [np.nan]], [[5.0], [np.nan], [np.nan]]])
    mean, std = mean_and_std(values)
    np.testing.assert_allclose(mean, [[2.0], [np.nan], [5.0]])
    np.testing.assert_allclose(std, [[np.sqrt(2)], [0.0], [0.0]])


def test_curves_by_hand() -> None:
    plan = plan_compare(SHORT.replace(variants=("none", "l2"), n_starts=2), SPLIT)
    # Members: none start 0, none start 1, L2 start 0, L2 start 1; two records.
    history = {
        "epoch": np.array([0, 5]), "train_loss": np.full((4, 2), 0.5), "n_zero": np.zeros((4, 2), int),
        "val_loss": np.array([[1.0, 2.0], [1.0, 4.0], [1.0, 0.8], [1.0, 1.0]]), "weight_norm": np.ones((4, 2)),
    }  # fmt: skip
    curves = read_curves(plan, history)
    np.testing.assert_allclose(curves["val_loss"], [[1, 3], [1, 0.9]])
    np.testing.assert_allclose(curves["val_loss_high"][0], [1, 3 + np.sqrt(2)])
    np.testing.assert_allclose(curves["gap"], [[0.5, 2.5], [0.5, 0.4]])


def test_curves_leave_out_a_start_that_diverged_unless_all_did() -> None:
    plan = plan_compare(SHORT.replace(variants=("none", "l2"), n_starts=2), SPLIT)
    loss = np.array([[1.0, 2.0, 3.0], [1.0, 1e7, np.nan], [1.0, 1e6, np.nan], [1.0, 3e6, np.nan]])
    history = {"epoch": np.arange(3), **{name: loss for name in ("train_loss", "val_loss", "n_zero", "weight_norm")}}
    curves = read_curves(plan, history)
    np.testing.assert_allclose(curves["val_loss"], [[1, 2, 3], [1, 2e6, np.nan]])
    np.testing.assert_allclose(curves["val_loss_high"][0], [1, 2, 3])


def test_the_table_holds_the_raw_numbers_of_a_moment_and_compares_with_the_first() -> None:
    training = run(SHORT, "none", "l1_proximal", n_starts=3, n_epochs=150)
    rows, last = read_table(training.plan, training.state()), training.arrays()  # type: ignore[arg-type]
    assert rows[1].val_loss.tolist() == last["val_loss"][3:, -1].tolist()
    np.testing.assert_allclose(rows[0].gap, (last["val_loss"] - last["train_loss"])[:3, -1])
    assert rows[1].n_zero.tolist() == last["n_zero"][3:, -1].tolist() and min(rows[1].n_zero) > 0
    mean = last["val_loss"][:, -1].reshape(2, 3).astype(float).mean(1)
    assert rows[0].sentence == ""
    assert f"mean validation loss {mean[1]:.3f} against {mean[0]:.3f} with 'No penalty'" in rows[1].sentence


def test_overlaid_histograms_share_their_bins_and_sum_to_one() -> None:
    rng = np.random.default_rng(0)
    weights = rng.normal(size=(2, 3, 50)) * [[[0.1]], [[0.3]]]
    weights[1, 2, :20], weights[0, 0, 0] = 0.0, 2.0
    arrays = overlaid_histograms(weights, n_bins=21)
    assert {name: values.shape for name, values in arrays.items()} == {
        "overlay_x": (2, 3, 22), "overlay_share": (2, 3, 22), "overlay_zero": (2, 3),
    }  # fmt: skip
    np.testing.assert_allclose(arrays["overlay_share"][..., :-1].sum(2) + arrays["overlay_zero"], 1)
    assert arrays["overlay_zero"][1, 2] == 0.4
    for moment, x in zip(weights, arrays["overlay_x"], strict=True):
        usual = np.sort(np.abs(moment[moment != 0]))[int(0.98 * (moment != 0).sum())]
        reach = next(step for step in (0.2, 0.5, 1.0, 2.0, 5.0) if min(2 * usual, np.abs(moment).max()) <= step)
        assert np.abs(moment).max() > reach or reach == 1.0  # the outlier of the first moment lies beyond
        edges = np.linspace(-reach, reach, 22)
        np.testing.assert_allclose(x, np.tile(edges, (3, 1)), atol=1e-12)
    expected = [np.histogram(np.clip(w[w != 0], -reach, reach), bins=edges)[0] / 50 for w in weights[1]]
    np.testing.assert_allclose(arrays["overlay_share"][1, :, :-1], expected)
