"""Remedies: who is in which stack, equal budgets, pairs, and the claims the page makes, over ten starts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.data import load_split
from core.engine import Trainer
from core.readings.remedies.words import row_sentence
from core.settings.experiment import Experiment
from core.studies.remedies.choice import OFF, combinations, left_out, look_every, single_remedies
from core.studies.remedies.remedy import (
    AUGMENTATION,
    DIGITS,
    DROPOUT,
    EARLY_STOPPING,
    ENSEMBLE,
    L1,
    L2,
    MORE_DATA,
    NOTHING,
    POINTS,
    SINGLE,
    combine,
    plan_label_noise,
    plan_remedies,
    strengths_text,
)
from core.studies.remedies.run import RemedyRow, RemedyRun, label_noise_arrays, load_rows
from core.studies.remedies.tuning import candidates, plan_tuning, tuned

SHORT = POINTS.replace(n_epochs=12, hidden_sizes=(6,))


def finish(run: RemedyRun) -> list[RemedyRow]:
    while not run.is_done:
        run.advance(10)
    return run.rows()


def by_key(rows: list[RemedyRow]) -> dict[str, RemedyRow]:
    return {row.cell.remedy.key: row for row in rows}


@pytest.fixture(scope="module")
def points() -> RemedyRun:
    run = RemedyRun(plan_remedies(POINTS))
    finish(run)
    return run


def test_every_network_has_one_place_and_starts_are_shared() -> None:
    plan = plan_remedies(SHORT, (NOTHING, ENSEMBLE, L2, MORE_DATA), n_starts=3)
    assert plan.factors == (1, 4)
    places = np.concatenate([plan.members_of(cell).ravel() for cell in plan.cells_of(1)])
    assert places.tolist() == list(range(3 * (1 + 5 + 1)))
    seeds = np.array(plan.seeds(1))
    for cell in plan.cells_of(1):
        assert seeds[plan.members_of(cell)[:, 0]].tolist() == [0, 1, 2]
    assert len(set(seeds[plan.members_of(plan.cells[1])].ravel())) == 15
    assert plan.column(1, "l2") == [0.0] * 18 + [L2.l2] * 3


def test_two_remedies_of_zero_strength_give_identical_networks() -> None:
    twin = replace(NOTHING, key="twin")
    off = {"l1": 0.0, "l2": 0.0, "dropout_rate": 0.0, "augment": 0.0}
    weak = [replace(remedy, key=f"no {remedy.key}", **off) for remedy in (L1, DROPOUT, AUGMENTATION)]  # type: ignore[arg-type]
    run = RemedyRun(plan_remedies(SHORT, (NOTHING, twin, *weak, L2, AUGMENTATION, DROPOUT), n_starts=2))
    rows = finish(run)
    for row in rows[1:5]:
        assert np.array_equal(row.val_loss, rows[0].val_loss) and np.array_equal(row.train_loss, rows[0].train_loss)
    assert not np.array_equal(rows[5].val_loss, rows[0].val_loss)


def test_equal_budgets_are_equal_in_steps() -> None:
    run = RemedyRun(plan_remedies(SHORT, (NOTHING, L2, ENSEMBLE, MORE_DATA), n_starts=2))
    rows = by_key(finish(run))
    n_steps = 12 * 2  # 12 epochs, 40 rows in batches of 20
    assert {stack.trainer.n_steps_done for stack in run.stacks.values()} == {n_steps}
    for key in ("nothing", "l2", "more_data"):
        assert rows[key].train_steps.tolist() == [n_steps] * 2
    assert rows["ensemble"].train_steps.tolist() == [5 * n_steps] * 2
    assert rows["ensemble"].n_weights == 5 * rows["nothing"].n_weights


def test_more_data_keeps_the_units_and_the_other_rows() -> None:
    few, many = load_rows(POINTS), load_rows(POINTS, 4)
    np.testing.assert_allclose(many.X_train[:40], few.X_train, atol=1e-5)
    assert len(many.X_train) == 160 and np.array_equal(many.X_val, few.X_val)
    values = POINTS.replace(data="sine", n_train=20, noise_std=0.3)
    few, many = load_rows(values), load_rows(values, 3)
    np.testing.assert_allclose(many.y_train[:20], few.y_train, atol=1e-5)
    assert len(many.y_train) == 60


def test_a_run_of_one_remedy_is_the_plain_training() -> None:
    rows = finish(RemedyRun(plan_remedies(SHORT, (NOTHING, L2), n_starts=1)))
    from core import train  # the public face trains the same network

    run = train(SHORT.replace(l2=L2.l2), progress=False)
    assert rows[1].val_loss[0] == pytest.approx(run.history["val_loss"][-1], abs=1e-5)
    assert rows[1].train_loss[0] == pytest.approx(run.history["train_loss"][-1], abs=1e-5)


def test_losses_are_numpy_s_without_dropout_and_with_the_ensemble_s_probabilities_averaged() -> None:
    run = RemedyRun(plan_remedies(SHORT, (NOTHING, DROPOUT, AUGMENTATION, ENSEMBLE), n_starts=2))
    rows, stack = finish(run), run.stacks[1]
    X, y = stack.split.X_val.astype(float), stack.split.y_val
    hidden = stack.trainer.stack.weights[0].numpy(), stack.trainer.stack.biases[0].numpy()
    last = stack.trainer.stack.weights[1].numpy(), stack.trainer.stack.biases[1].numpy()
    z = np.maximum(X @ hidden[0] + hidden[1], 0) @ last[0] + last[1]  # (M, n, 1): evaluation mode, ReLU
    p = 1 / (1 + np.exp(-z[..., 0]))
    for row in rows:
        for start, places in enumerate(run.plan.members_of(row.cell)):
            mean = p[places].mean(0)
            loss = -np.log(np.where(y == 1, mean, 1 - mean)).mean()
            assert row.val_loss[start] == pytest.approx(loss, rel=1e-4)
            assert row.val_score[start] == pytest.approx(((mean > 0.5) == y).mean())


def test_each_network_of_a_stack_has_its_own_dropout_rate() -> None:
    weak = replace(DROPOUT, key="weak", dropout_rate=0.1)
    together = by_key(finish(RemedyRun(plan_remedies(SHORT, (NOTHING, weak, DROPOUT), n_starts=2))))
    for remedy in (NOTHING, weak, DROPOUT):
        alone = finish(RemedyRun(plan_remedies(SHORT, (remedy,), n_starts=2)))[0]
        np.testing.assert_allclose(together[remedy.key].train_loss, alone.train_loss, atol=1e-5)
    losses = [together[remedy.key].train_loss for remedy in (NOTHING, weak, DROPOUT)]
    assert not np.allclose(losses[0], losses[1]) and not np.allclose(losses[1], losses[2])


def test_wrong_labels_are_those_of_the_task() -> None:
    noisy = SHORT.replace(label_noise=0.2)
    run = RemedyRun(plan_remedies(noisy, (NOTHING,), n_starts=1))
    pool, split = run.stacks[1].trainer.pool, load_split(noisy.data)
    rows = pool.is_train[0] > 0
    assert np.array_equal(pool.targets[rows, 0].numpy(), split.y_train)


def test_early_stopping_reads_its_own_best_weights_and_cost(points: RemedyRun) -> None:
    rows, stack = by_key(points.rows()), points.stacks[1]
    row = rows["early_stopping"]
    places = np.searchsorted(stack.watched, points.plan.members_of(row.cell)[:, 0])
    np.testing.assert_allclose(row.val_loss, stack.stopping.best_loss[places], rtol=1e-4)
    assert (row.train_steps == 2 * stack.stopping.stopped_epoch[places]).all()
    assert (row.train_steps < rows["nothing"].train_steps).all()


def test_augmentation_never_sees_a_validation_row_or_a_target(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[torch.Tensor] = []
    run = RemedyRun(plan_remedies(SHORT, (NOTHING, AUGMENTATION), n_starts=1))
    trainer = run.stacks[1].trainer
    X, targets, plain = trainer.pool.X.clone(), trainer.pool.targets.clone(), trainer.augment
    assert plain is not None

    def spy(batch: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        seen.append(batch.reshape(-1, batch.shape[-1]).clone())
        return plain(batch, generator)

    monkeypatch.setattr(trainer, "augment", spy)
    finish(run)
    assert torch.equal(trainer.pool.X, X) and torch.equal(trainer.pool.targets, targets)
    validation = X[0][trainer.pool.is_val[0] > 0]
    assert len(seen) == trainer.n_steps_done and not any((torch.cdist(rows, validation) == 0).any() for rows in seen)


def test_every_remedy_lowers_the_median_validation_loss_of_the_default_task(points: RemedyRun) -> None:
    rows = points.rows()
    nothing = np.median(rows[0].val_loss)
    assert len(rows[0].val_loss) == 10
    for row in rows[1:]:
        assert np.median(row.val_loss) < nothing, row.cell.remedy.label
    assert np.median(rows[0].gap) > max(np.median(row.gap) for row in rows[1:])
    losses = points.look_at_test()
    assert all(np.median(loss) < np.median(losses[0]) for loss in losses[1:])


def test_only_l1_removes_weights(points: RemedyRun) -> None:
    rows = by_key(points.rows())
    assert (rows["l1"].n_nonzero < 0.2 * rows["l1"].n_weights).all()
    assert (rows["l2"].n_nonzero == rows["l2"].n_weights).all()


def test_each_remedy_is_said_to_help_or_not(points: RemedyRun) -> None:
    rows = points.rows()
    assert row_sentence(rows[0], rows[0], True).endswith("of the training rows as labelled: it knows them by heart.")
    assert "Lower by more than the spread" in row_sentence(by_key(rows)["l2"], rows[0], True)


def test_the_test_rows_are_read_at_the_end_only() -> None:
    run = RemedyRun(plan_remedies(SHORT, (NOTHING,), n_starts=1))
    with pytest.raises(ValueError, match="look_at_test: expected finished training"):
        run.look_at_test()


@pytest.mark.parametrize("task", [POINTS, DIGITS])
def test_the_page_s_tasks_are_memorised_at_every_share_of_wrong_labels(task: Experiment) -> None:
    arrays = label_noise_arrays(finish(RemedyRun(plan_label_noise(task, (NOTHING,), n_starts=3))))
    assert (arrays["noise_train_score"] >= 0.995).all()


def test_the_remedies_are_those_the_experiment_can_have() -> None:
    assert single_remedies(POINTS) == SINGLE
    few = single_remedies(DIGITS.replace(n_train=400))
    assert (few[-1].label, few[-1].data_factor) == ("2 × the data", 2)
    assert "more_data" not in {r.key for r in single_remedies(DIGITS.replace(n_train=900))}
    assert "dropout" not in {r.key for r in single_remedies(DIGITS.replace(hidden_sizes=()))}


def test_the_study_s_strengths_reach_the_remedies_and_their_combinations() -> None:
    own = SHORT.replace(
        remedy_l1=0.1, remedy_l2=0.2, remedy_dropout=0.3, patience=7, min_delta=0.02, remedy_augment=1.5, n_ensemble=3,
        first_combination=("dropout", "early_stopping"),
    )  # fmt: skip
    singles = {remedy.key: remedy for remedy in single_remedies(own)}
    assert (singles["l1"].l1, singles["l2"].l2, singles["dropout"].dropout_rate) == (0.1, 0.2, 0.3)
    assert (singles["augmentation"].augment, singles["ensemble"].n_networks) == (1.5, 3)
    assert singles["ensemble"].label == "Ensemble of 3"
    first = combinations(own, list(singles.values()))[0]
    assert (first.dropout_rate, first.patience, first.min_delta) == (0.3, 7, 0.02)
    assert strengths_text(first) == "rate 0.3, patience 7 epochs, min_delta 0.02"


def test_tuning_begins_from_the_defaults_but_keeps_min_delta_and_the_ensemble() -> None:
    own = SHORT.replace(tune_remedies=True, remedy_l1=0.0, patience=1, min_delta=0.02, n_ensemble=3)
    singles = {remedy.key: remedy for remedy in single_remedies(own)}
    assert (singles["l1"], singles["early_stopping"].patience) == (L1, EARLY_STOPPING.patience)
    assert (singles["early_stopping"].min_delta, singles["ensemble"].n_networks) == (0.02, 3)
    assert look_every(own) == look_every(SHORT) == 5 and look_every(SHORT.replace(patience=2)) == 2


def test_a_remedy_of_strength_0_is_nothing_and_says_so() -> None:
    off = SHORT.replace(remedy_l1=0.0, remedy_l2=0.0, remedy_dropout=0.0, remedy_augment=0.0)
    singles = single_remedies(off)
    rows = by_key(finish(RemedyRun(plan_remedies(off, singles, n_starts=2))))
    for key in ("l1", "l2", "dropout", "augmentation"):
        assert np.array_equal(rows[key].val_loss, rows["nothing"].val_loss)
        assert (
            row_sentence(rows[key], rows["nothing"], True).startswith(OFF)
            and strengths_text(rows[key].cell.remedy) == "–"
        )
    assert OFF not in "".join(
        rows[key].cell.remedy.why for key in ("nothing", "early_stopping", "ensemble", "more_data")
    )


def test_a_patience_longer_than_the_training_still_gives_the_best_weights_back() -> None:
    long = POINTS.replace(patience=1000, n_epochs=100)
    run = RemedyRun(plan_remedies(long, single_remedies(long)[:5], n_starts=2))
    rows = by_key(finish(run))
    early, stopping = rows["early_stopping"], run.stacks[1].stopping
    assert early.train_steps.tolist() == rows["nothing"].train_steps.tolist() == [200, 200]
    np.testing.assert_allclose(early.val_loss, stopping.best_loss, rtol=1e-4)
    assert (early.val_loss < 0.7 * rows["nothing"].val_loss).all()
    assert "patience has not run out in any start" in row_sentence(early, rows["nothing"], True)


def test_a_larger_min_delta_stops_earlier() -> None:
    def stops(**values: float) -> np.ndarray:
        own = POINTS.replace(n_epochs=100, **values)
        plan = plan_remedies(own, single_remedies(own)[:5], n_starts=3, look_every=look_every(own))  # as the page does
        rows = by_key(finish(RemedyRun(plan)))
        assert "patience has run out in 3 of 3 starts" in row_sentence(rows["early_stopping"], rows["nothing"], True)
        return rows["early_stopping"].train_steps

    plain = stops()
    assert (
        stops(min_delta=10) == 2 * 20
    ).all()  # no fall is that large: it stops once the patience of 20 epochs is over
    assert (stops(min_delta=0.05) <= plain).all()
    assert (stops(patience=2) <= plain).all() and (stops(patience=2) % (2 * 2) == 0).all()


def test_what_was_asked_for_and_cannot_be_is_said() -> None:
    assert left_out(POINTS) == []
    same = POINTS.replace(first_combination=("l1", "l2"), second_combination=("l2", "l1"))
    assert left_out(same) == ["Both combinations are the same: the table has it once."]
    linear = POINTS.replace(
        hidden_sizes=(), first_combination=("l2", "dropout"), second_combination=("l1", "l2", "dropout")
    )
    assert left_out(linear) == [
        "Dropout is left out: without hidden layers there are no units to switch off.",
        "The first combination is left out: only L2 remains of it.",
        "The second combination is now L1 + L2 only.",
    ]
    full = DIGITS.replace(n_train=900, second_combination=("more_data", "ensemble"))
    assert left_out(full)[0].startswith("More data are left out: 900 of at most ")
    assert "The second combination is left out: only Ensemble remains of it." in left_out(full)


def test_combinations_are_made_of_the_remedies_there_are() -> None:
    chosen = POINTS.replace(first_combination=("l1", "dropout"), second_combination=("ensemble", "l2", "augmentation"))
    stronger = tuple(replace(r, l1=0.1) if r.key == "l1" else r for r in single_remedies(chosen))
    first, second = combinations(chosen, stronger)
    assert (first.key, first.l1, first.dropout_rate) == ("l1+dropout", 0.1, DROPOUT.dropout_rate)
    assert second.label == "Ensemble of 5 + L2 + augmentation" and second.n_networks == 5
    assert combinations(chosen, single_remedies(chosen.replace(hidden_sizes=())))[0].key.startswith("ensemble")
    same = POINTS.replace(first_combination=("l1", "l2"), second_combination=("l2", "l1"))
    assert len(combinations(same, SINGLE)) == 1


def test_strengths_in_words() -> None:
    assert strengths_text(NOTHING) == "–"
    assert strengths_text(combine(L2, EARLY_STOPPING)) == "λ₂ = 0.01, patience 20 epochs"


def test_a_run_can_stand_between_two_looks() -> None:
    run = RemedyRun(plan_remedies(SHORT, (NOTHING, EARLY_STOPPING), n_starts=1))
    whole = RemedyRun(plan_remedies(SHORT, (NOTHING, EARLY_STOPPING), n_starts=1))
    while not run.is_done:
        run.advance(1e-9)
    for one, other in zip(run.rows(), finish(whole), strict=True):
        assert np.array_equal(one.val_loss, other.val_loss) and np.array_equal(one.train_steps, other.train_steps)


def test_a_network_without_remedy_learns_all_wrong_labels_by_heart() -> None:
    plan = plan_label_noise(DIGITS, (NOTHING, EARLY_STOPPING), shares=(0.0, 0.3, 0.5), n_starts=1)
    rows = finish(RemedyRun(plan))
    assert [row.cell.label_noise for row in rows] == [0.0, 0.3, 0.5] * 2
    assert all(row.train_score[0] == 1.0 for row in rows[:3])  # wrong labels included
    assert rows[0].val_loss < rows[1].val_loss < rows[2].val_loss
    assert all(early.val_loss < late.val_loss for early, late in zip(rows[3:], rows[:3], strict=True))


def test_a_diverging_remedy_leaves_the_others_untouched() -> None:
    wild = replace(L2, key="wild", l2=1e6)
    values = SHORT.replace(optimizer="sgd", learning_rate=0.1)
    together = by_key(finish(RemedyRun(plan_remedies(values, (NOTHING, wild), n_starts=2))))
    alone = finish(RemedyRun(plan_remedies(values, (NOTHING,), n_starts=2)))[0]
    assert not np.isfinite(together["wild"].val_loss).any()
    np.testing.assert_allclose(together["nothing"].val_loss, alone.val_loss, atol=1e-6)
    assert "No run stayed finite." in row_sentence(together["wild"], together["nothing"], True)


def test_combinations_have_the_settings_of_both() -> None:
    both = combine(L2, EARLY_STOPPING)
    assert (both.l2, both.patience, both.label) == (L2.l2, EARLY_STOPPING.patience, "L2 + early stopping")
    assert both.n_networks == 1 and combine(ENSEMBLE, L1).n_networks == 5


def test_tuning_gives_each_remedy_as_many_candidates_and_keeps_the_best() -> None:
    assert {len(candidates(remedy)) for remedy in (L1, L2, DROPOUT, AUGMENTATION, EARLY_STOPPING)} == {5}
    assert candidates(NOTHING) == [NOTHING] and candidates(MORE_DATA) == [MORE_DATA]
    run = plan_tuning(SHORT, (NOTHING, L2, DROPOUT), n_starts=1)
    rows = finish(run)
    assert len(rows) == 10
    chosen = tuned((NOTHING, L2, DROPOUT), rows)
    assert [remedy.key for remedy in chosen] == ["nothing", "l2", "dropout"]
    l2_rows = {row.cell.remedy.l2: row.val_loss[0] for row in rows if row.cell.remedy.key.startswith("l2")}
    assert l2_rows[chosen[1].l2] == min(l2_rows.values())


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: plan_remedies(SHORT, n_starts=0), "n_starts: expected"),
        (lambda: plan_remedies(SHORT, (L1, L1)), "remedies: expected"),
        (lambda: plan_remedies(SHORT.replace(n_train=200), (MORE_DATA,)), "data_factor: expected at most 2"),
        (lambda: plan_label_noise(Experiment()), "data: expected a task with classes"),
        (lambda: plan_label_noise(DIGITS, shares=(0.7,)), "shares: expected"),
    ],
)
def test_bad_plans_are_explained(make, words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=words):
        make()


def test_the_plan_of_the_table_covers_every_remedy() -> None:
    assert {remedy.key for remedy in SINGLE} == {
        "nothing", "l1", "l2", "dropout", "early_stopping", "augmentation", "ensemble", "more_data",
    }  # fmt: skip
    assert isinstance(RemedyRun(plan_remedies(SHORT, SINGLE, 1)).stacks[4].trainer, Trainer)


def test_label_noise_arrays_hold_medians_by_remedy_and_share() -> None:
    run = RemedyRun(plan_label_noise(SHORT, (NOTHING, L2), shares=(0.0, 0.5), n_starts=3))
    rows = finish(run)
    arrays = label_noise_arrays(rows)
    assert arrays["noise_share"].tolist() == [0.0, 0.5]
    assert arrays["noise_val_loss"].shape == arrays["noise_train_score"].shape == (2, 2)
    assert arrays["noise_val_loss"][1, 0] == pytest.approx(np.median(rows[2].val_loss))


def test_each_start_draws_its_own_wrong_labels_the_same_for_all_remedies() -> None:
    plan = plan_label_noise(SHORT, (NOTHING, L2), shares=(0.0, 0.3), n_starts=3)
    stack = RemedyRun(plan).stacks[1]
    pool, places = stack.trainer.pool, [plan.members_of(cell)[:, 0] for cell in plan.cells]
    labels = [[pool.targets[pool.is_train[m] > 0].flatten().tolist() for m in starts] for starts in places]
    clean, noisy = labels[:2]
    assert clean[0] == clean[1] == clean[2] and labels[2:] == labels[:2]
    assert len({tuple(y) for y in noisy}) == 3
    n_wrong = round(0.3 * len(clean[0]))
    assert [sum(a != b for a, b in zip(y, clean[0], strict=True)) for y in noisy] == [n_wrong] * 3
    fixed = RemedyRun(plan_remedies(SHORT.replace(label_noise=0.3), (NOTHING,), 1)).stacks[1].trainer.pool
    assert (
        noisy[0] == fixed.targets[fixed.is_train[0] > 0].flatten().tolist()
    )  # the first is that of the data themselves


def test_label_noise_has_the_lowest_and_the_highest_of_its_draws() -> None:
    rows = finish(RemedyRun(plan_label_noise(SHORT, (NOTHING, L2), shares=(0.0, 0.5), n_starts=3)))
    arrays = label_noise_arrays(rows)
    for name, values in (("val_loss", rows[1].val_loss), ("train_score", rows[1].train_score)):
        assert arrays[f"noise_{name}_low"][0, 1] == values.min() and arrays[f"noise_{name}_high"][0, 1] == values.max()
