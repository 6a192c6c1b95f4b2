"""Pieces of a live study side by side: the same records, moments and weights as here, whatever happens on the way."""

import threading
import time

import numpy as np
import pytest

from core import Experiment
from core.data import load_split
from core.live import side_by_side
from core.live.path.run import PathRun, PathView, plan_of
from core.live.side_by_side import LostPiece, SideBySide
from core.stream.commands import Pause, Reset, Run, Set, Step
from core.studies.base.training import Training
from tests.core.live.teams import ThreadTeam

EXPERIMENT = Experiment(
    data={"name": "diabetes", "n_train": 60}, network={"hidden_sizes": [8]}, regularization={"dropout_rate": 0.1},
    training={"batch_size": 10, "n_epochs": 120, "learning_rate": 0.003}, study={"values": (0.0, 0.001, 0.01, 0.1, 1.0)},
)  # fmt: skip


@pytest.fixture(autouse=True)
def _worth_it(monkeypatch):
    monkeypatch.setattr(side_by_side, "WORTH_S", 0.0)
    monkeypatch.setattr(side_by_side, "ROUND_S", 0.01)


def path_run(team=None, experiment=EXPERIMENT):
    split = load_split(experiment.data)

    def make(now):
        plan = plan_of(now, split)
        return Training(plan) if team is None else SideBySide(plan, [team])

    return PathRun(experiment, make, PathView(experiment, split))


def tell(run, command):
    until = time.monotonic() + 30
    while not run.settle():
        run.train_for(0.01)
        assert time.monotonic() < until
    run.obey(command)


def train(run, until=lambda run: run.state != "running"):
    end = time.monotonic() + 100  # beside busy neighbours
    while not until(run):
        run.train_for(0.005)
        if run.rest_s:
            time.sleep(0.001)
        assert time.monotonic() < end, run.state


def assert_same(ours, theirs):
    assert ours.training.n_epochs_done == theirs.training.n_epochs_done
    one, other = ours.training.state(), theirs.training.state()
    for name in ("parameters", "val_loss", "epoch", "n_zero_per_layer"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), name)
    histories = ours.training.arrays(), theirs.training.arrays()
    assert histories[0]["epoch"].tolist() == histories[1]["epoch"].tolist()
    np.testing.assert_array_equal(histories[0]["val_loss"], histories[1]["val_loss"])
    assert [m.epoch for m in ours._moments.kept] == [m.epoch for m in theirs._moments.kept]
    for mine, its in zip(ours._moments.kept, theirs._moments.kept, strict=True):
        np.testing.assert_array_equal(mine.state.parameters, its.state.parameters)
    for mine, its in zip(ours.training.best(), theirs.training.best(), strict=True):
        np.testing.assert_array_equal(mine, its)


@pytest.fixture
def here():
    run = path_run()
    run.obey(Run())
    train(run)
    return run


@pytest.mark.parametrize("n_places", [1, 2])
def test_a_study_side_by_side_has_the_records_moments_and_weights_of_one_here(here, n_places):
    team = ThreadTeam(n_places)
    run = path_run(team)
    run.obey(Run())
    train(run)
    assert run.state == "finished" and min(team.n_asked) > 2
    assert_same(run, here)
    team.end()


def test_what_travels_is_a_piece_once_and_then_a_few_numbers():
    team = ThreadTeam(2)
    run = path_run(team)
    run.obey(Run())
    train(run)
    assert sorted(team.sent)[-2] > 10_000 and np.median(team.sent) < 6_000
    team.end()


def test_commands_act_at_the_end_of_an_epoch_and_what_is_noted_repeats_the_run_exactly():
    team = ThreadTeam(2)
    run = path_run(team)
    run.obey(Run())
    train(run, lambda r: r.training.n_epochs_done >= 20)
    assert run.training.where == "2 processes" and "· 2 processes" in run.snapshot().meta["readouts"]["epoch"]
    tell(run, Set(name="l2", value=0.3, member=3))
    train(run, lambda r: r.training.n_epochs_done >= 40)
    tell(run, Pause())
    assert run.state == "paused" and run.is_keepable
    tell(run, Step())
    train(run)
    assert run.state == "paused"
    tell(run, Set(name="dropout_rate", value=0.0))
    tell(run, Run())
    train(run)
    assert run.state == "finished"
    other = path_run()
    other.training.run(changes=run.changes)
    assert len(run.changes) == 2
    np.testing.assert_array_equal(run.training.state().parameters, other.training.state().parameters)
    tell(run, Reset())
    assert run.training.n_epochs_done == 0 and run.training.where == ""
    team.end()


def test_a_finished_study_goes_on(here):
    team = ThreadTeam(2)
    runs = [here, path_run(team)]
    runs[1].obey(Run())
    train(runs[1])
    for run in runs:
        tell(run, Run())
        train(run)
        assert run.training.n_epochs_done == 240
    assert_same(runs[1], runs[0])
    team.end()


def test_what_is_kept_on_the_way_goes_on_here_bit_for_bit(here):
    team = ThreadTeam(2)
    run = path_run(team)
    run.obey(Run())
    train(run, lambda r: r.training.n_epochs_done >= 30)
    kept = run.keep()
    assert kept.arrays and 0 < kept.meta["epoch"] <= run.training.n_epochs_done
    other = path_run()
    other.resume(kept)
    train(other)
    np.testing.assert_array_equal(other.training.state().parameters, here.training.state().parameters)
    team.end()


@pytest.mark.parametrize("n", [1, 3, 6])
def test_a_place_that_dies_is_replaced_and_no_number_changes(here, n):
    def fail(place, number):
        if place == 1 and number == n:
            raise EOFError("died")

    team = ThreadTeam(2, fail)
    run = path_run(team)
    run.obey(Run())
    train(run)
    assert team.restarted == [1] and "its part of the networks began again from epoch" in run.training.said
    assert run.snapshot().meta["banner"]["kind"] == "workers"
    assert_same(run, here)
    team.end()


def test_light_rounds_lead_back_to_the_last_whole_state(here, monkeypatch):
    monkeypatch.setattr(side_by_side, "SMALL_BYTES", 0)

    def fail(place, number):
        if number == 9:
            raise EOFError("died")

    team = ThreadTeam(2, fail)
    run = path_run(team)
    run.obey(Run())
    train(run)
    assert sorted(set(team.restarted)) == [0, 1]
    assert_same(run, here)
    team.end()


def test_a_piece_that_always_kills_its_place_is_given_up_in_bounded_time():
    def fail(place, number):
        if place == 0:
            raise EOFError("died")

    team = ThreadTeam(2, fail)
    run = path_run(team)
    run.obey(Run())
    with pytest.raises(LostPiece, match=r"ended 3 processes one after another.*What was found so far stays"):
        train(run)
    assert team.restarted == [0, 0]
    team.end()


def test_a_piece_that_hangs_is_given_to_another_after_its_deadline(here, monkeypatch):
    monkeypatch.setattr(side_by_side, "LATE_S", 0.3)
    monkeypatch.setattr(side_by_side, "LATE_TIMES", 1.0)
    free = threading.Event()
    team = ThreadTeam(2, lambda place, number: free.wait(20) if (place, number) == (0, 4) else None)
    run = path_run(team)
    run.obey(Run())
    train(run)
    free.set()
    assert team.restarted[0] == 0 and "did not answer" in run.training.said
    assert_same(run, here)
    team.end()


@pytest.mark.parametrize("small_bytes", [0, 500_000])
def test_where_the_team_is_gone_the_study_goes_on_here(here, monkeypatch, small_bytes):
    monkeypatch.setattr(side_by_side, "SMALL_BYTES", small_bytes)
    team = ThreadTeam(2)
    run = path_run(team)
    run.obey(Run())
    train(run, lambda r: r.training.n_epochs_done >= 50)
    team.is_gone = True
    train(run)
    assert run.state == "finished" and "the study goes on here" in run.training.said
    assert_same(run, here)
    team.end()


def test_what_is_wrong_with_the_work_is_told_and_not_tried_again():
    def fail(place, number):
        raise ValueError("content: expected other bytes")

    team = ThreadTeam(2, fail)
    run = path_run(team)
    run.obey(Run())
    with pytest.raises(ValueError, match="expected other bytes"):
        train(run)
    assert team.restarted == []
    team.end()
