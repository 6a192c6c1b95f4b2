"""Finding the features: scores by hand, the group view, and the claims over ten draws of the data."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core import cross_validate, sweep
from core.config import Experiment
from core.data import Relevance, load_split
from core.studies.features import (
    DUPLICATES,
    TASK,
    VALUES,
    duplicate_shares,
    features_sentence,
    make_features_trainer,
    plan_features,
    read_arrays,
    read_inputs,
    score_inputs,
)

# Two signals, a duplicate of the second, two noise inputs.
TRUTH = Relevance(np.array([True, True, False, False, False]), np.array([-1, -1, 1, -1, -1]))


@pytest.mark.parametrize(
    ("is_in", "found", "false", "precision", "recall"),
    [
        ([1, 1, 1, 1, 1], 2, 2, 3 / 5, 1.0),
        ([1, 0, 1, 0, 0], 2, 0, 1.0, 1.0),  # the duplicate stands in for its signal
        ([1, 0, 0, 1, 0], 1, 1, 1 / 2, 1 / 2),
        ([0, 0, 0, 0, 0], 0, 0, 1.0, 0.0),
    ],
)
def test_scores_by_hand(is_in: list[int], found: int, false: int, precision: float, recall: float) -> None:
    score = score_inputs(np.array(is_in, dtype=bool), TRUTH)
    assert (int(score.n_found), int(score.n_missed), int(score.n_false)) == (found, 2 - found, false)
    assert (float(score.precision), float(score.recall)) == (precision, recall)


def test_scores_of_many_members_at_once() -> None:
    score = score_inputs(np.ones((2, 3, 5), dtype=bool), TRUTH)
    assert score.precision.shape == score.recall.shape == score.n_found.shape == (2, 3)
    text = features_sentence(score_inputs(np.array([1, 0, 0, 1, 0], dtype=bool), TRUTH), 2, "L1")
    assert text == "L1: 1 of 2 signals found, 1 noise inputs kept falsely (precision 0.50, recall 0.50)."


def test_shares_between_duplicates_by_hand() -> None:
    strength = np.array([[9.0, 1.0, 1.0, 5, 5], [9.0, 0.0, 2.0, 5, 5], [9.0, 0.0, 0.0, 5, 5]])
    np.testing.assert_allclose(duplicate_shares(strength, TRUTH)[:, 0], [0.5, 1.0, np.nan])
    with pytest.raises(ValueError, match="n_duplicates: expected"):
        duplicate_shares(strength, Relevance(np.ones(5, dtype=bool), np.full(5, -1)))


def test_an_input_is_out_when_all_its_links_are_zero() -> None:
    experiment = TASK.replace(hidden_sizes=(3,), n_noise_features=1)
    trainer = make_features_trainer(plan_features(experiment, (0.0,)), load_split(experiment.data))
    trainer.stack.weights[0][0] = torch.tensor([[0.0, 0, 0], [0, -2, 0], [1, 1, 1], [0, 0, 0]])
    use = read_inputs(trainer)
    assert use.n_links[0].tolist() == [0, 1, 3, 0] and use.strength[0].tolist() == [0, 2, 3, 0]
    assert use.is_in[0].tolist() == [False, True, True, False]


def fit(experiment: Experiment, values: tuple[float, ...]):  # type: ignore[no-untyped-def]
    split = load_split(experiment.data)
    plan = plan_features(experiment, values)
    trainer = make_features_trainer(plan, split)
    while trainer.n_epochs_done < experiment.training.n_epochs:
        trainer.run_epoch()
    return plan, read_inputs(trainer), split.relevance


def test_no_penalty_is_the_same_on_both_paths_and_l2_never_drops_an_input() -> None:
    plan, use, relevance = fit(TASK.replace(n_epochs=100), (0.0, 0.05, 0.5))
    strength = plan.by_penalty(use.strength)
    np.testing.assert_allclose(strength[0, 0], strength[1, 0], atol=1e-6)
    assert plan.by_penalty(use.is_in)[1].all()
    score = score_inputs(plan.by_penalty(use.is_in), relevance)
    assert score.n_false[0, 2] < score.n_false[0, 1] < score.n_false[0, 0] == 20


def test_the_l1_path_is_the_sweep() -> None:
    plan, use, _ = fit(TASK.replace(n_epochs=50), (0.01, 0.1))
    path = sweep(TASK.replace(n_epochs=50), "l1", [0.01, 0.1], progress=False)
    np.testing.assert_allclose(plan.by_penalty(use.strength)[0], np.abs(path.weights[0]).sum(-1), atol=1e-5)


def test_l2_shares_between_duplicates_and_l1_keeps_one() -> None:
    shares = []
    for seed in range(10):
        plan, use, relevance = fit(DUPLICATES.replace(data_seed=seed), (0.2,))
        shares.append(plan.by_penalty(duplicate_shares(use.strength, relevance))[:, 0])
    l1, l2 = np.median(shares, axis=(0, 2))
    assert l1 > 0.95 and l2 < 0.65


def test_l1_finds_the_signals_at_the_one_standard_error_lambda() -> None:
    """The claim is about λ_1se. The λ of the lowest mean loss keeps about two noise inputs for each signal."""
    values, scores, at_best = list(VALUES[1:]), [], []
    for seed in range(10):
        experiment = TASK.replace(data_seed=seed, n_epochs=150)
        plan, use, relevance = fit(experiment, tuple(values))
        result = cross_validate(experiment, "l1", values, progress=False)
        score = score_inputs(plan.by_penalty(use.is_in)[0], relevance)
        chosen = values.index(result.one_se)
        scores.append((score.recall[chosen], score.precision[chosen]))
        at_best.append(score.precision[values.index(result.best)])
    recall, precision = np.median(scores, axis=0)
    assert recall >= 0.9 and precision >= 0.8
    assert np.median(at_best) < 0.5


@pytest.mark.parametrize("values", [(), (-0.1,), (float("nan"),)])
def test_bad_values_are_explained(values: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="values: expected at least one strength"):
        plan_features(TASK, values)


def test_arrays_for_the_figures() -> None:
    experiment = TASK.replace(n_epochs=40)
    split = load_split(experiment.data)
    plan = plan_features(experiment, (0.0, 0.03, 0.3))
    trainer = make_features_trainer(plan, split)
    while trainer.n_epochs_done < 40:
        trainer.run_epoch()
    arrays = read_arrays(plan, trainer, split.relevance)
    np.testing.assert_allclose(arrays["score_lambda"], [0.01, 0.03, 0.3])
    assert arrays["input_strength_l1"].shape == (3, 23)
    assert np.array_equal(arrays["input_zero_l1"] == 0, arrays["input_strength_l1"] == 0)
    assert arrays["score_l2_recall"].tolist() == [1.0] * 3 and arrays["score_l1_precision"][2] > 0.5
    assert "score_l1_recall" not in read_arrays(plan, trainer, None)
