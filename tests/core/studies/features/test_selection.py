"""Finding the features: scores by hand, the group view, and the claims over ten draws of the data."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import precision_score, recall_score

from core import cross_validate, sweep
from core.data import Relevance
from core.settings.experiment import Experiment
from core.studies.base.training import Training
from core.studies.features.selection import (
    DUPLICATES,
    TASK,
    VALUES,
    choice_sentence,
    choose_l1,
    duplicate_shares,
    folds_sentence,
    group_sentence,
    links_sentence,
    plan_features,
    read_arrays,
    read_inputs,
    score_inputs,
    twin_sentence,
)

# Two signals, a duplicate of the second, two noise inputs.
TRUTH = Relevance(np.array([True, True, False, False, False]), np.array([-1, -1, 1, -1, -1]))


@pytest.mark.parametrize(
    ("is_in", "found", "false", "precision", "recall"),
    [
        ([1, 1, 1, 1, 1], 2, 2, 3 / 5, 1.0),
        ([1, 0, 1, 0, 0], 2, 0, 1.0, 1.0),  # the duplicate stands in for its signal
        ([1, 0, 0, 1, 0], 1, 1, 1 / 2, 1 / 2),
        ([0, 0, 0, 0, 0], 0, 0, np.nan, 0.0),
    ],
)
def test_scores_by_hand(is_in: list[int], found: int, false: int, precision: float, recall: float) -> None:
    score = score_inputs(np.array(is_in, dtype=bool), TRUTH)
    assert (int(score.n_found), int(score.n_missed), int(score.n_false)) == (found, 2 - found, false)
    np.testing.assert_equal([float(score.precision), float(score.recall)], [precision, recall])


def test_scores_of_many_members_at_once() -> None:
    score = score_inputs(np.ones((2, 3, 5), dtype=bool), TRUTH)
    assert score.precision.shape == score.recall.shape == score.n_found.shape == (2, 3)


def test_scores_agree_with_scikit_learn_where_there_are_no_duplicates() -> None:
    truth = Relevance(np.arange(12) < 4, np.full(12, -1))
    is_in = np.random.default_rng(0).random((20, 12)) < 0.5
    score = score_inputs(is_in, truth)
    for row, precision, recall in zip(is_in, score.precision, score.recall, strict=True):
        assert precision == pytest.approx(precision_score(truth.is_informative, row))
        assert recall == pytest.approx(recall_score(truth.is_informative, row))


def test_shares_between_duplicates_by_hand() -> None:
    strength = np.array([[9.0, 1.0, 1.0, 5, 5], [9.0, 0.0, 2.0, 5, 5], [9.0, 0.0, 0.0, 5, 5]])
    np.testing.assert_allclose(duplicate_shares(strength, TRUTH)[:, 0], [0.5, 1.0, np.nan])
    with pytest.raises(ValueError, match="n_duplicates: expected"):
        duplicate_shares(strength, Relevance(np.ones(5, dtype=bool), np.full(5, -1)))


def test_an_input_is_out_when_all_its_links_are_zero() -> None:
    use = read_inputs(np.array([[0.0, 0, 0], [0, -2, 0], [1, 1, 1], [0, 0, 0]]))
    assert use.n_links.tolist() == [0, 1, 3, 0] and use.strength.tolist() == [0, 2, 3, 0]
    assert use.is_in.tolist() == [False, True, True, False]


def fit(experiment: Experiment, values: tuple[float, ...]):  # type: ignore[no-untyped-def]
    training = Training(plan_features(experiment, values))
    training.run()
    return training.plan, read_inputs(training.state().weights[0]), training


def test_no_penalty_is_the_same_on_both_paths_and_l2_never_drops_an_input() -> None:
    plan, use, _ = fit(TASK.replace(n_epochs=100), (0.0, 0.05, 0.5))
    strength = plan.by_penalty(use.strength)
    np.testing.assert_allclose(strength[0, 0], strength[1, 0], atol=1e-6)
    assert plan.by_penalty(use.is_in)[1].all()
    score = score_inputs(plan.by_penalty(use.is_in), plan.split.relevance)
    assert score.n_false[0, 2] < score.n_false[0, 1] < score.n_false[0, 0] == 20


def test_the_l1_path_is_the_sweep() -> None:
    plan, use, _ = fit(TASK.replace(n_epochs=50), (0.01, 0.1))
    path = sweep(TASK.replace(n_epochs=50), "l1", [0.01, 0.1], progress=False)
    np.testing.assert_allclose(plan.by_penalty(use.strength)[0], np.abs(path.weights[0]).sum(-1), atol=1e-5)


def test_l2_shares_between_duplicates_and_l1_keeps_one() -> None:
    shares = []
    for seed in range(10):
        plan, use, _ = fit(DUPLICATES.replace(data_seed=seed), (0.2,))
        shares.append(plan.by_penalty(duplicate_shares(use.strength, plan.split.relevance))[:, 0])
    l1, l2, _ = np.median(shares, axis=(0, 2))
    assert l1 > 0.95 and l2 < 0.65


def test_l1_finds_the_signals_at_the_one_standard_error_lambda() -> None:
    """The claim is about λ_1se on the default task. The λ of the lowest mean loss keeps about two noise inputs a signal."""
    values, scores, at_best = list(VALUES), [], []
    for seed in range(10):
        plan, use, training = fit(TASK.replace(data_seed=seed), VALUES)
        _, best, one_se = choose_l1(plan, training.state())
        score = score_inputs(plan.by_penalty(use.is_in)[0], plan.split.relevance)
        chosen = values.index(one_se)
        scores.append((score.recall[chosen], score.precision[chosen]))
        at_best.append(score.precision[values.index(best)])
    recall, precision = np.median(scores, axis=0)
    assert recall >= 0.9 and precision >= 0.8
    assert np.median(at_best) < 0.5


def test_the_folds_of_the_plan_are_the_cross_validation() -> None:
    values = (0.0, 0.03, 0.3)
    experiment = TASK.replace(n_epochs=40)
    plan, _, training = fit(experiment, values)
    losses, best, one_se = choose_l1(plan, training.state())
    result = cross_validate(experiment, "l1", values, progress=False)
    np.testing.assert_allclose(losses, result.val_loss, rtol=1e-4)
    assert (best, one_se) == (result.best, result.one_se)


@pytest.mark.parametrize("values", [(), (-0.1,), (float("nan"),)])
def test_bad_values_are_explained(values: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match=r"expected at least one number|expected a number from 0 to|finite number"):
        plan_features(TASK, values)


def test_arrays_for_the_figures_of_two_moments() -> None:
    experiment = TASK.replace(n_epochs=40, n_duplicates=1)
    plan, _, training = fit(experiment, (0.0, 0.03, 0.3))
    first = training.state().weights[0]
    arrays = read_arrays(plan, np.concatenate([0 * first, first]), plan.split.relevance)
    assert arrays["input_strength_l1"].shape == (6, 24)
    assert (arrays["input_zero_l1"][:3] == 0).all() and np.isnan(arrays["twin_l1"][:3]).all()
    assert np.array_equal(arrays["input_zero_l1"] == 0, arrays["input_strength_l1"] == 0)
    assert arrays["in_use_l2"].tolist() == [0] * 3 + [24] * 3
    assert arrays["score_l2_recall"][3:].tolist() == [1.0] * 3 and arrays["score_l1_precision"][5] > 0.5
    assert "score_l1_recall" not in read_arrays(plan, first, None)


@pytest.mark.parametrize(
    ("precision", "recall", "words"),
    [
        ([0.3, 0.9], [1.0, 1.0], "Selecting inputs asks for more penalty than predicting"),
        ([0.3, 0.9], [1.0, 0.5], "loses signals too"),
        ([0.9, 0.9], [1.0, 1.0], "no closer to the truth"),
    ],
)
def test_the_choice_of_lambda_is_judged_by_the_numbers(precision, recall, words) -> None:  # type: ignore[no-untyped-def]
    text = choice_sentence(["0.01", "0.1"], (0, 1), np.array(precision), np.array(recall))
    assert words.lower() in text.lower() and f"λ_min = 0.01: precision {precision[0]:.2f}, recall 1.00." in text
    same = choice_sentence(["0.01", "0.1"], (1, 1), np.array(precision), np.array(recall))
    assert same.startswith("Cross-validation gives one λ for both rules. λ_min = 0.1")


def test_a_stronger_lambda_that_is_closer_to_the_truth_is_named() -> None:
    values, recall = ["0.01", "0.1", "0.3", "1"], np.array([1.0, 1.0, 1.0, 0.5])
    text = choice_sentence(values, (0, 1), np.array([0.2, 0.4, 0.8, 1.0]), recall)
    assert text.endswith("A still stronger λ = 0.3 finds as many signals with precision 0.80.")
    assert "still stronger" not in choice_sentence(values, (0, 1), np.array([0.2, 0.8, 0.8, 1.0]), recall)


def test_a_lambda_that_keeps_nothing_has_no_precision_to_speak_of() -> None:
    precision, recall = np.array([0.5, np.nan, np.nan]), np.array([1.0, 0.0, 0.0])
    text = choice_sentence(["0.1", "0.5", "1"], (0, 1), precision, recall)
    assert text == "λ_min = 0.1: precision 0.50, recall 1.00. λ_1se = 0.5: L1 keeps no input at all."
    kept_noise = choice_sentence(["0.1", "0.5"], (0, 0), np.array([0.0, np.nan]), np.array([0.0, 0.0]))
    assert "still stronger" not in kept_noise  # keeping nothing is no better way to find nothing


def test_folds_of_another_size_than_the_training_rows_are_told_of() -> None:
    assert folds_sentence(300, 100, 5) == "" == folds_sentence(200, 180, 5)
    assert "Each fold trains on about 84 rows" in folds_sentence(5, 100, 5) and "shown on 5" in folds_sentence(
        5, 100, 5
    )


def test_the_twins_are_said_to_be_shared_or_not() -> None:
    assert "L1 keeps one, L2 shares" in twin_sentence(0.97, 0.55)
    assert "keeps one" not in twin_sentence(0.8, 0.55) and "shares" not in twin_sentence(0.97, 0.9)
    assert twin_sentence(float("nan"), 0.5) == "No signal that has a duplicate is in use with both."


def test_what_is_said_of_groups_is_what_the_numbers_do() -> None:
    assert links_sentence(1, (5, 5), (5, 5)) == "Each input has one link here, a group of one: this is L1."
    assert links_sentence(4, (0, 9), (0, 4)) == "No link is exactly zero."
    assert links_sentence(4, (8, 9), (8, 4)) == "Links at zero that are those of whole inputs: 8 of 8; with L1 4 of 9."
    recall = {"l1": np.array([1.0, 1.0, 0.5]), "group_l1": np.array([1.0, 1.0, 1.0])}
    precision = {"l1": np.array([0.2, 0.4, 1.0]), "group_l1": np.array([0.2, 1.0, np.nan])}
    assert group_sentence(recall, precision) == " Best precision along λ: 1.00 with group L1, 0.40 with L1."
    precision["group_l1"] = np.array([0.2, 0.5, 0.75])
    at_end = "with group L1 (its last λ: take a longer list)"
    assert group_sentence(recall, precision) == f" Best precision along λ: 0.75 {at_end}, 0.40 with L1."
    recall["l1"] = np.array([0.5, 0.5, 0.5])
    assert group_sentence(recall, precision) == (
        f" Best precision along λ: 0.75 at recall 1.00 {at_end}, 1.00 at 0.50 with L1."
    )
