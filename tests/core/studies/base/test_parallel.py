"""Stacks side by side in processes: the same numbers as one after another."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch
from joblib import Parallel

from core import Experiment, cross_validate
from core.studies.base import parallel
from core.studies.base.parallel import count_cores, train_to_the_end
from core.studies.base.training import Training
from core.studies.cv.cross_validation import plan_cross_validation

SMALL = Experiment(
    data={"name": "diabetes", "n_train": 60},
    network={"hidden_sizes": [8, 8]},
    regularization={"dropout_rate": 0.2},
    training={"batch_size": 10, "n_epochs": 20, "learning_rate": 0.003},
)
VALUES = [0.0, 0.01, 0.1]


@pytest.mark.parametrize("n_processes", [1, 2])
@pytest.mark.parametrize("memory_bytes", [1 << 30, 200_000])
def test_any_number_of_processes_gives_the_numbers_of_one_stack(n_processes, memory_bytes):
    plan = plan_cross_validation(SMALL, "l2", VALUES, 3)
    one = Training(plan)
    one.run()
    cut = plan_cross_validation(SMALL, "l2", VALUES, 3, memory_bytes=memory_bytes)
    ours, theirs = train_to_the_end(cut, n_processes=n_processes), one.state()
    np.testing.assert_allclose(ours.val_loss, theirs.val_loss, atol=1e-5)
    np.testing.assert_allclose(ours.parameters, theirs.parameters, atol=1e-4)
    assert np.array_equal(ours.start_loss, theirs.start_loss) and (ours.epoch == 20).all()


@pytest.mark.parametrize("n_pieces", [1, 2, 4, 16])
def test_pieces_share_out_every_member_and_none_has_two_folds(n_pieces):
    plan = plan_cross_validation(SMALL.replace(dropout_rate=0.0), "l2", np.geomspace(1e-4, 1, 11), 5)
    pieces = plan.pieces(plan.parts[0], n_pieces)
    assert sorted(np.concatenate(pieces)) == list(range(55)) and all(len(piece) for piece in pieces)
    assert n_pieces == 1 or all(len(set(piece // 11)) == 1 for piece in pieces)


def test_a_piece_carries_the_rows_and_masks_of_its_own_members_only():
    plan = plan_cross_validation(SMALL, "l2", np.geomspace(1e-4, 1, 40), 5)
    pieces = plan.pieces(plan.parts[0], 5)
    sent = [len(pickle.dumps(plan.alone(piece))) for piece in pieces]
    pool = plan.pool
    fold = pool.X[0].nbytes + pool.targets.nbytes + sum(m.nbytes for m in (pool.is_train, pool.is_val)) / 5
    assert len(pieces) == 5 and max(sent) < fold + 20_000  # for strengths and the experiment
    assert max(sent) < len(pickle.dumps(plan)) / 4


def test_members_trained_alone_see_the_rows_and_the_scaling_of_the_plan():
    plan = plan_cross_validation(SMALL, "l2", VALUES, 3)
    members = np.array([8, 1, 5])  # of three folds
    ours = Training(plan.alone(members)).trainer
    theirs = Training(replace(plan, parts=(members,))).trainer
    for m in range(3):
        part = slice(m, m + 1)
        assert torch.equal(ours.pool.inputs_of(part), theirs.pool.inputs_of(part))
    for name in ("is_train", "is_val", "targets"):
        assert torch.equal(getattr(ours.pool, name), getattr(theirs.pool, name))
    assert torch.equal(ours.members["l2"], theirs.members["l2"]) and ours.members.seeds == theirs.members.seeds


def test_equal_calls_give_equal_bits():
    first, second = (cross_validate(SMALL, "l2", VALUES, 3, progress=False) for _ in range(2))
    assert np.array_equal(first.val_loss, second.val_loss)


def test_a_diverged_member_is_nan_and_the_others_are_not():
    experiment = SMALL.replace(optimizer="sgd", learning_rate=0.05, dropout_rate=0.0)
    state = train_to_the_end(plan_cross_validation(experiment, "l2", [0.01, 1e4], 3), n_processes=2)
    assert state.is_diverged.tolist() == [False, True] * 3 and np.isfinite(state.parameters).all()


def test_what_a_process_raises_is_raised():
    broken = replace(plan_cross_validation(SMALL, "l2", VALUES, 3), start=np.zeros(3))  # of another network
    with pytest.raises(RuntimeError, match="must match"):
        train_to_the_end(broken, n_processes=2)


def test_a_short_plan_stays_in_this_process_and_a_long_one_takes_all_cores(monkeypatch):
    asked = []

    class Noted(Parallel):
        def __init__(self, n_jobs, **more):
            asked.append(n_jobs)
            super().__init__(n_jobs=1, **more)

    monkeypatch.setattr(parallel, "Parallel", Noted)
    plan = plan_cross_validation(SMALL, "l2", VALUES, 3)
    train_to_the_end(plan)
    monkeypatch.setattr(parallel, "WORTH_S", 0.0)
    train_to_the_end(plan)
    assert asked == [1, count_cores()] and count_cores() >= 1
