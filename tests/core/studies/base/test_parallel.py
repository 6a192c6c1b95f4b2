"""Pieces side by side, in processes and in threads: bit for bit the numbers of one stack."""

from dataclasses import fields, replace

import joblib
import numpy as np
import pytest
import torch
from joblib import Parallel

from core import Experiment, bias_variance, cross_validate, sweep
from core.studies.base import parallel
from core.studies.base.parallel import count_processes, train_recorded, train_to_the_end
from core.studies.base.piece import Piece
from core.studies.base.state import MemberState, arrays_of, best_of
from core.studies.base.training import Training
from core.studies.cv.cross_validation import plan_cross_validation
from core.studies.path.sweep import plan_path

SMALL = Experiment(
    data={"name": "diabetes", "n_train": 60},
    network={"hidden_sizes": [8, 8]},
    regularization={"dropout_rate": 0.2},
    training={"batch_size": 10, "n_epochs": 20, "learning_rate": 0.003},
)
VALUES = [0.0, 0.01, 0.1]


def assert_same_bits(ours: MemberState, theirs: MemberState) -> None:
    for field in fields(MemberState):
        np.testing.assert_array_equal(getattr(ours, field.name), getattr(theirs, field.name), field.name)


@pytest.mark.parametrize("n_processes", [1, 2, 7])
@pytest.mark.parametrize("memory_bytes", [1 << 30, 200_000])
def test_any_number_of_processes_gives_the_numbers_of_one_stack(n_processes, memory_bytes):
    plan = plan_cross_validation(SMALL, "l2", VALUES, 3)
    one = Training(plan)
    one.run()
    cut = plan_cross_validation(SMALL, "l2", VALUES, 3, memory_bytes=memory_bytes)
    with joblib.parallel_config("threading"):
        ours = train_to_the_end(cut, n_processes=n_processes)
    assert_same_bits(ours, one.state())
    assert (ours.epoch == 20).all()


@pytest.mark.parametrize("memory_bytes", [1 << 30, 60_000])
def test_the_records_of_pieces_are_those_of_the_stacks(memory_bytes):
    experiment = SMALL.replace(n_epochs=700, hidden_sizes=[4], n_train=20)  # long enough for records to be thinned
    plan = plan_path(experiment, "l1", np.geomspace(1e-4, 0.3, 7), memory_bytes=memory_bytes)
    one = Training(plan)
    one.run()
    with joblib.parallel_config("threading"):
        _, state, histories = train_recorded(plan, n_processes=3)
    assert_same_bits(state, one.state())
    ours, theirs = arrays_of(plan, histories), one.arrays()
    assert ours.keys() == theirs.keys()
    for name in theirs:
        np.testing.assert_array_equal(ours[name], theirs[name], name)
    for found, expected in zip(best_of(plan, histories), one.best(), strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("n_pieces", [1, 2, 4, 16, 55])
def test_pieces_share_out_every_member_and_none_has_two_folds_or_one_member(n_pieces):
    plan = plan_cross_validation(SMALL.replace(dropout_rate=0.0), "l2", np.geomspace(1e-4, 1, 11), 5)
    pieces = plan.pieces(plan.parts[0], n_pieces)
    assert sorted(np.concatenate(pieces)) == list(range(55)) and all(len(piece) > 1 for piece in pieces)
    assert n_pieces == 1 or n_pieces > 4 or all(len(set(piece // 11)) == 1 for piece in pieces)
    path = plan_path(SMALL, "l2", VALUES)
    assert [len(piece) for piece in path.pieces(path.parts[0], 16)] == [3]


def test_a_piece_carries_the_rows_and_masks_of_its_own_members_only():
    plan = plan_cross_validation(SMALL, "l2", np.geomspace(1e-4, 1, 400), 5)
    pieces = plan.pieces(plan.parts[0], 5)
    sent = [len(Piece.of(plan, piece).to_bytes()) for piece in pieces]
    fold = plan.pool.X[0].nbytes + plan.pool.targets.nbytes
    assert len(pieces) == 5 and max(sent) < fold + 40_000  # two masks, strengths, the experiment
    assert max(sent) < plan.pool.is_train.nbytes / 10


def test_a_piece_is_the_same_after_a_journey_as_bytes():
    plan = plan_cross_validation(SMALL, "l2", VALUES, 3)
    members = np.array([8, 1, 5])  # of three folds
    ours = Training(Piece.from_bytes(Piece.of(plan, members).to_bytes()).plan).trainer
    theirs = Training(replace(plan, parts=(members,))).trainer
    for m in range(3):
        part = slice(m, m + 1)
        assert torch.equal(ours.pool.inputs_of(part), theirs.pool.inputs_of(part))
    for name in ("is_train", "is_val", "targets"):
        assert torch.equal(getattr(ours.pool, name), getattr(theirs.pool, name))
    assert torch.equal(ours.members["l2"], theirs.members["l2"]) and ours.members.seeds == theirs.members.seeds


def test_rows_that_count_several_times_travel_too():
    plan = plan_path(SMALL, "l2", VALUES)
    counts = torch.randint(0, 4, plan.pool.is_train.shape, generator=torch.Generator().manual_seed(0)).float()
    plan = replace(plan, pool=replace(plan.pool, is_train=counts))
    piece = Piece.from_bytes(Piece.of(plan, np.arange(3)).to_bytes())
    assert piece.masks.dtype == np.uint8 and torch.equal(piece.plan.pool.is_train, counts)


def test_the_public_functions_take_the_backend_that_joblib_is_told_and_give_the_same_bits(monkeypatch):
    def found():
        path = sweep(SMALL, "l2", [*VALUES, 1.0], progress=False)
        cv = cross_validate(SMALL, "l2", VALUES, 3, progress=False)
        bv = bias_variance(SMALL.replace(data="moons", n_train=20), "l2", VALUES, 4, 2, progress=False)
        return path.state.parameters, path.history["val_loss"], cv.val_loss, bv.predictions

    here = found()
    sent = []
    monkeypatch.setattr(parallel, "enumerate_trained", noted(parallel.enumerate_trained, sent))
    for backend in ("threading", "loky"):
        with joblib.parallel_config(backend, n_jobs=2):
            for ours, theirs in zip(found(), here, strict=True):
                np.testing.assert_array_equal(ours, theirs)
    assert len(sent) == 6 and min(sent) > 1


def noted(enumerate_trained, sent):
    def note(plan, pieces, *more):
        sent.append(len(pieces))
        return enumerate_trained(plan, pieces, *more)

    return note


def test_threads_of_this_process_leave_its_settings_alone():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with joblib.parallel_config("threading", n_jobs=2):
            cross_validate(SMALL, "l2", VALUES, 3, progress=False)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_a_diverged_member_is_nan_and_the_others_are_not():
    experiment = SMALL.replace(optimizer="sgd", learning_rate=0.05, dropout_rate=0.0)
    with joblib.parallel_config("threading"):
        state = train_to_the_end(plan_cross_validation(experiment, "l2", [0.01, 1e4], 3), n_processes=2)
    assert state.is_diverged.tolist() == [False, True] * 3 and np.isfinite(state.parameters).all()


def test_what_a_process_raises_is_raised():
    broken = replace(plan_cross_validation(SMALL, "l2", VALUES, 3), start=np.zeros(3))  # of another network
    with pytest.raises(RuntimeError, match="must match"):
        train_to_the_end(broken, n_processes=2)


def test_a_short_plan_stays_in_this_process_and_a_long_one_takes_all_cores(monkeypatch):
    plan = plan_cross_validation(SMALL, "l2", VALUES, 3)
    assert count_processes(plan) == 1
    with joblib.parallel_config(n_jobs=3):
        assert count_processes(plan) == 3
    monkeypatch.setattr(parallel, "WORTH_S", 0.0)
    monkeypatch.setattr(parallel, "count_cores", lambda: 2)
    assert count_processes(plan) == min(2, joblib.effective_n_jobs(-1))
    with joblib.parallel_config("sequential"):
        assert count_processes(plan) == 1


def test_a_plan_of_warm_starts_waits_for_its_neighbours_here(monkeypatch):
    monkeypatch.setattr(parallel, "Parallel", None)
    assert isinstance(Parallel, type)
    with joblib.parallel_config("threading", n_jobs=2):
        path = sweep(SMALL, "l2", VALUES, progress=False, start="warm")
    assert np.isfinite(path.state.val_loss).all()
