"""Stacks side by side in threads: the same numbers as one after another."""

import threading

import numpy as np
import pytest

from core import Experiment, cross_validate
from core.studies import threads
from core.studies.cross_validation import plan_cross_validation
from core.studies.threads import count_threads, train_to_the_end
from core.studies.training import Training

SMALL = Experiment(
    data={"name": "diabetes", "n_train": 60},
    network={"hidden_sizes": [8, 8]},
    regularization={"dropout_rate": 0.2},
    training={"batch_size": 10, "n_epochs": 20, "learning_rate": 0.003},
)
VALUES = [0.0, 0.01, 0.1]


@pytest.mark.parametrize("n_threads", [1, 2, 5, 50])
@pytest.mark.parametrize("memory_bytes", [1 << 30, 200_000])
def test_any_number_of_threads_gives_the_numbers_of_one_stack(n_threads, memory_bytes):
    plan = plan_cross_validation(SMALL, "l2", VALUES, 3)
    one = Training(plan)
    one.run()
    cut = plan_cross_validation(SMALL, "l2", VALUES, 3, memory_bytes=memory_bytes)
    ours, theirs = train_to_the_end(cut, n_threads=n_threads), one.state()
    np.testing.assert_allclose(ours.val_loss, theirs.val_loss, atol=1e-5)
    np.testing.assert_allclose(ours.parameters, theirs.parameters, atol=1e-4)
    assert np.array_equal(ours.start_loss, theirs.start_loss) and (ours.epoch == 20).all()


def test_equal_calls_give_equal_bits():
    first, second = (cross_validate(SMALL, "l2", VALUES, 3, progress=False) for _ in range(2))
    assert np.array_equal(first.val_loss, second.val_loss)


def test_a_diverged_member_is_nan_and_the_others_are_not():
    experiment = SMALL.replace(optimizer="sgd", learning_rate=0.05, dropout_rate=0.0)
    state = train_to_the_end(plan_cross_validation(experiment, "l2", [0.01, 1e4], 3), n_threads=2)
    assert state.is_diverged.tolist() == [False, True] * 3 and np.isfinite(state.parameters).all()


def test_what_a_thread_raises_is_raised_and_no_thread_stays(monkeypatch):
    def fail(training):
        raise ZeroDivisionError

    monkeypatch.setattr(Training, "step", fail)
    before = threading.active_count()
    with pytest.raises(ZeroDivisionError):
        train_to_the_end(plan_cross_validation(SMALL, "l2", VALUES, 3), n_threads=2)
    assert threading.active_count() == before


def test_an_interrupt_ends_the_threads(monkeypatch):
    def interrupt(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(threads, "wait", interrupt)
    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        train_to_the_end(plan_cross_validation(SMALL.replace(n_epochs=1_000_000), "l2", VALUES, 3), n_threads=2)
    assert threading.active_count() == before


def test_there_is_at_least_one_core():
    assert count_threads() >= 1
