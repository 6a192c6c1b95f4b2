"""Comparing penalties: pairs, per-member methods, reading by hand, and the claims over ten starts."""

from __future__ import annotations

import numpy as np
import pytest

from core import train
from core.data import load_split
from core.measures import History
from core.studies.compare import (
    ACTIVITY_L2,
    DROPOUT,
    ELASTIC_NET,
    L1_PROXIMAL,
    L1_SUBGRADIENT,
    L2,
    NO_PENALTY,
    TASK,
    VARIANTS,
    ComparePlan,
    make_compare_trainer,
    mean_and_std,
    plan_compare,
    read_curves,
    read_histograms,
    read_table,
    round_reach,
    set_strength,
)

SHORT = TASK.replace(n_epochs=15, hidden_sizes=(6, 6))
SPLIT = load_split(SHORT.data)


def run(plan: ComparePlan):  # type: ignore[no-untyped-def]
    trainer, history = make_compare_trainer(plan, SPLIT), History()
    history.add(trainer)
    while trainer.n_epochs_done < plan.experiment.training.n_epochs:
        trainer.run_epoch()
        history.add(trainer)
    return trainer, history.arrays()


def test_variants_of_zero_strength_have_identical_histories() -> None:
    variants = (NO_PENALTY, *(v.at(0.0) for v in (L1_PROXIMAL, L1_SUBGRADIENT, L2, ACTIVITY_L2)), DROPOUT)
    plan = plan_compare(SHORT, variants, n_starts=2)
    _, history = run(plan)
    for name in ("train_loss", "val_loss", "weight_norm", "n_zero"):
        values = plan.by_variant(history[name])
        for v in range(1, 5):
            assert np.array_equal(values[v], values[0]), (name, variants[v].label)
    assert not np.array_equal(plan.by_variant(history["val_loss"])[5], plan.by_variant(history["val_loss"])[0])


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: v.key)
def test_a_variant_among_others_is_the_same_network_alone(variant) -> None:  # type: ignore[no-untyped-def]
    others = [v for v in VARIANTS if v.key != variant.key][:5]
    plan = plan_compare(SHORT, (*others, variant))
    _, history = run(plan)
    settings = {n: getattr(variant, n) for n in ("l1", "l2", "activity_l2", "dropout_rate", "l1_method")}
    alone = train(SHORT.replace(**settings), progress=False).history
    _, ours, theirs = np.intersect1d(history["epoch"], alone["epoch"], return_indices=True)
    assert len(ours) > 5  # how often a stack is measured depends on its size
    np.testing.assert_allclose(history["val_loss"][5, ours], alone["val_loss"][theirs], atol=1e-5)


def test_over_ten_starts_only_the_proximal_step_gives_exact_zeros() -> None:
    plan = plan_compare(SHORT.replace(n_epochs=150), (NO_PENALTY, L1_PROXIMAL, L1_SUBGRADIENT, L2), n_starts=10)
    trainer, history = run(plan)
    zeros = plan.by_variant(history["n_zero"])[:, :, -1]
    assert (zeros[1] > 0.2 * trainer.stack.n_weights).all()
    assert (zeros[[0, 2, 3]] == 0).all()


def test_dials_move_one_variant_while_training_goes_on() -> None:
    plan = plan_compare(SHORT, (NO_PENALTY, L2, ELASTIC_NET), n_starts=2)
    trainer = make_compare_trainer(plan, SPLIT)
    trainer.run_epoch()
    plan = set_strength(plan, trainer, 1, 0.1)
    assert trainer.members.l2.flatten().tolist() == pytest.approx([0, 0, 0.1, 0.1, 0.0015, 0.0015])
    plan = set_strength(plan, trainer, 2, 0.02)
    assert (plan.variants[1].l2, plan.variants[2].l1, plan.variants[2].l2) == (0.1, 0.02, 0.02)
    before = trainer.stack.parameters.clone()
    trainer.run_epoch()
    assert not (trainer.stack.parameters == before).all(1).any()


def test_a_diverging_variant_leaves_the_others_untouched() -> None:
    sgd = SHORT.replace(optimizer="sgd", learning_rate=0.1)
    with_wild, history = run(plan_compare(sgd, (NO_PENALTY, L2.at(1e6))))
    _, alone = run(plan_compare(sgd, (NO_PENALTY,)))
    np.testing.assert_allclose(history["val_loss"][0], alone["val_loss"][0], atol=1e-6)
    assert not np.isfinite(history["val_loss"][1, -1])
    curves = read_curves(plan_compare(sgd, (NO_PENALTY, L2)), history)
    assert np.isfinite(curves["val_loss"][0]).all() and np.isnan(curves["val_loss"][1, -1])
    histograms = read_histograms(plan_compare(sgd, (NO_PENALTY, L2)), with_wild)
    assert np.isfinite(histograms["overlay_share"]).all()


def test_mean_and_band_by_hand() -> None:
    values = np.array([[[1.0], [3.0], [np.nan]], [[np.nan], [np.nan], [np.nan]], [[5.0], [np.nan], [np.nan]]])
    mean, std = mean_and_std(values)
    np.testing.assert_allclose(mean, [[2.0], [np.nan], [5.0]])
    np.testing.assert_allclose(std, [[np.sqrt(2)], [0.0], [0.0]])


def test_curves_and_table_by_hand() -> None:
    plan = plan_compare(SHORT, (NO_PENALTY, L2), n_starts=2)
    # Members: none start 0, none start 1, L2 start 0, L2 start 1; two records.
    history = {
        "epoch": np.array([0, 5]), "train_loss": np.full((4, 2), 0.5), "n_zero": np.zeros((4, 2), int),
        "val_loss": np.array([[1.0, 2.0], [1.0, 4.0], [1.0, 0.8], [1.0, 1.0]]), "weight_norm": np.ones((4, 2)),
        "val_score": np.ones((4, 2)),
    }  # fmt: skip
    curves = read_curves(plan, history)
    np.testing.assert_allclose(curves["val_loss"], [[1, 3], [1, 0.9]])
    np.testing.assert_allclose(curves["val_loss_high"][0], [1, 3 + np.sqrt(2)])
    np.testing.assert_allclose(curves["gap"], [[0.5, 2.5], [0.5, 0.4]])
    rows = read_table(plan, history)
    assert rows[0].sentence == "" and rows[0].val_loss.tolist() == [2.0, 4.0]
    assert rows[1].sentence.startswith("L2: median validation loss 0.9 against 3") and "lower" in rows[1].sentence


def test_overlaid_histograms_share_their_bins_and_sum_to_one() -> None:
    plan = plan_compare(SHORT.replace(n_epochs=60), (NO_PENALTY, L1_PROXIMAL), n_starts=3)
    trainer, _ = run(plan)
    arrays = read_histograms(plan, trainer, n_bins=21)
    assert arrays["overlay_x"].shape == (21,) and arrays["overlay_share"].shape == (2, 21)
    np.testing.assert_allclose(arrays["overlay_share"].sum(1) + arrays["overlay_zero"], 1)
    weights = trainer.stack.parameters[3:, : trainer.stack.n_weights].numpy()
    assert arrays["overlay_zero"][1] == pytest.approx((weights == 0).mean()) and arrays["overlay_zero"][0] == 0


def test_round_reach() -> None:
    assert [round_reach(np.array([v])) for v in (0.7, 1.0, -1.4, 3.0, 7.0)] == pytest.approx([1, 1, 2, 5, 10])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: plan_compare(SHORT, VARIANTS), "variants: expected 1 to 6"),
        (lambda: plan_compare(SHORT, (L2, L2)), "variants: expected 1 to 6, each once"),
        (lambda: plan_compare(SHORT, n_starts=21), "n_starts: expected"),
        (lambda: NO_PENALTY.at(0.1), "strength: 'No penalty' has none"),
    ],
)
def test_bad_plans_are_explained(make, words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=words):
        make()
