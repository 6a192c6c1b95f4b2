"""Peeking: equal settings with independent errors are flattered by the expected maximum of normal numbers; real networks too."""

import numpy as np
import pytest

from core.studies.base.training import Training
from core.studies.cv.peeking import best_of
from core.studies.peeking.simulation import N_ROWS, N_SETTINGS, peek, plan_peeking, seeded, wrong_answers


@pytest.fixture(scope="module")
def real():
    plan = plan_peeking()
    training = Training(plan)
    training.run()
    return plan, wrong_answers(plan, training.state())


def test_equal_settings_are_flattered_as_theory_says():
    """Independent errors of 30 %: optimism = best_of(k)·√(p(1-p)/m), and fresh rows say 30 % whatever was chosen."""
    wrong = np.random.default_rng(0).random((50, 6000)) < 0.3
    peeks = peek(wrong, (1, 2, 10, 50), (100, 400), n_repeats=600)
    for j, m in enumerate((100, 400)):
        error = (0.3 * 0.7 / m) ** 0.5
        for i, k in enumerate((1, 2, 10, 50)):
            assert peeks.optimism[i, j] == pytest.approx(best_of(k) * error, rel=0.15, abs=0.1 * error)
    np.testing.assert_allclose(peeks.fresh.mean(-1), 0.3, atol=0.004)


def test_the_best_of_one_is_not_flattered_and_all_rows_are_no_luck():
    wrong = np.random.default_rng(1).random((5, 8000)) < np.array([[0.1], [0.2], [0.3], [0.4], [0.5]])
    peeks = peek(wrong, (1, 5), (50, 2000), n_repeats=300)
    assert abs(peeks.optimism[0, 0]) < 0.015
    assert peeks.optimism[1, 1] < 0.01 and peeks.fresh[1, 1].mean() == pytest.approx(0.1, abs=0.01)  # the best is found


def test_by_hand_the_winner_is_scored_on_all_rows_that_did_not_choose_it():
    """Setting 0 is wrong on 6 of 10 rows, setting 1 on 5: what the test rows do not have, the others do."""
    wrong = np.arange(10) < np.array([[6], [5]])
    peeks = peek(wrong, (1, 2), (3,), n_repeats=50)
    n_wrong = np.rint(3 * peeks.test + 7 * peeks.fresh)
    assert set(n_wrong.ravel()) == {5, 6}
    assert (peeks.test[1] <= peeks.test[0]).all() and (n_wrong[1] <= n_wrong[0]).all()  # setting 1 is never the worse


def test_real_networks_are_flattered_more_by_more_settings_and_less_by_more_rows(real):
    """What the page claims of its default: with 50 rows the best of 50 looks over 5 points better than it is."""
    peeks = peek(real[1])
    assert peeks.test.shape == (len(N_SETTINGS), len(N_ROWS), 200)
    assert (np.diff(peeks.test.mean(-1), axis=0) < 1e-9).all()  # a larger k never looks worse
    assert abs(peeks.optimism[0]).max() < 0.012  # one setting: no choice, no optimism
    assert peeks.optimism[-1, 0] > 0.05 and peeks.optimism[-1, 0] > 2 * peeks.optimism[-1, -1] > 0


def test_fresh_rows_are_of_no_training_row_and_their_errors_are_those_of_the_networks(real):
    plan, wrong = real
    assert wrong.shape == (50, 4800)
    train = {row.tobytes() for row in np.round(plan.sets.split.X_train, 5)}
    assert not train & {row.tobytes() for row in np.round(plan.sets.X[1:].reshape(-1, 45), 5)}
    assert 0.2 < wrong.mean() < 0.4


def test_the_page_s_task_takes_the_seeds_of_the_experiment():
    task = seeded(plan_peeking().experiment.replace(data_seed=3, seed=4, n_train=10))
    assert (task.data.seed, task.training.seed, task.data.n_train) == (3, 4, 60)


def test_more_settings_than_networks_are_refused_in_words():
    with pytest.raises(ValueError, match="n_settings: expected at most 3, the number of networks, received 4"):
        peek(np.zeros((3, 10), dtype=bool), (4,), (5,))


def test_more_test_rows_than_there_are_are_refused_in_words():
    with pytest.raises(ValueError, match="n_rows: expected fewer than the 10 fresh rows, received 10"):
        peek(np.zeros((3, 10), dtype=bool), (2,), (10,))
