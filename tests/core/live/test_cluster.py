"""Pieces of studies on a local cluster of Dask's, with real processes, and everything that can go wrong there."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import joblib
import numpy as np
import pytest

from core import Experiment, cross_validate, sweep
from core.engine.threads import use_one_thread
from core.live import side_by_side
from core.live.side_by_side import LostPiece
from core.stream import cluster
from core.stream.cluster import ClusterTeam
from core.stream.commands import Run, Stop
from core.studies.base.rounds import answer_round
from tests.core.live.test_side_by_side import EXPERIMENT, assert_same, path_run, tell, train

pytest.importorskip("distributed")
pytestmark = [pytest.mark.timeout(600), pytest.mark.filterwarnings("ignore")]
ROOT = Path(__file__).parents[3]
LONG = EXPERIMENT.replace(n_epochs=600)


class Cluster:
    """A scheduler and workers, each a program of its own as on other machines: no nanny, so that what dies stays dead."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.workers = folder, []
        self.scheduler = self._start(
            "scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", str(folder / "address.json")
        )
        wait_until((folder / "address.json").exists)
        self.address = json.loads((folder / "address.json").read_text())["address"]

    def _start(self, *words: str) -> subprocess.Popen:
        log = (self.folder / "log.txt").open("ab")
        command = [sys.executable, "-m", "distributed.cli.dask_" + words[0], *words[1:]]
        env = {**os.environ, "PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__WORKER__DAEMON": "False"}
        return subprocess.Popen(command, cwd=self.folder, env=env, stdout=log, stderr=log)

    def add_worker(self) -> subprocess.Popen:
        self.workers.append(self._start("worker", self.address, "--no-nanny", "--nthreads", "1", "--no-dashboard"))
        return self.workers[-1]

    def end(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


def wait_until(is_so, seconds: float = 200.0) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@pytest.fixture
def two(tmp_path, monkeypatch) -> Iterator[Cluster]:
    monkeypatch.setattr(side_by_side, "WORTH_S", 0.0)
    made = Cluster(tmp_path)
    made.add_worker(), made.add_worker()
    yield made
    made.end()


@pytest.fixture
def team(two) -> Iterator[ClusterTeam]:
    team = ClusterTeam(two.address, use_one_thread, answer_round)
    team.call()
    wait_until(lambda: len(team.ready()) == 2)
    yield team
    team.end()


def started(team, experiment=EXPERIMENT):
    run = path_run(team, experiment)
    run.obey(Run())
    return run


def here(experiment=EXPERIMENT):
    run = path_run(None, experiment)
    run.obey(Run())
    train(run)
    return run


def test_a_study_on_a_cluster_is_the_one_here_bit_for_bit(team):
    run = started(team)
    train(run, lambda r: r.training.where == "2 workers of the cluster")
    train(run)
    assert_same(run, here())


def test_a_worker_killed_in_mid_piece_is_replaced_by_another(two, team):
    run = started(team, LONG)
    train(run, lambda r: r.training.n_epochs_done >= 50)
    two.workers[0].send_signal(signal.SIGKILL)
    train(run)
    assert run.state == "finished" and "began again from epoch" in run.training.said
    np.testing.assert_array_equal(run.training.state().parameters, here(LONG).training.state().parameters)
    epochs = run.training.arrays()["epoch"]
    assert (np.diff(epochs) > 0).all()  # nothing twice


def test_a_piece_that_always_kills_its_worker_is_given_up(two, team):
    for _ in range(
        5
    ):  # two pieces may end three each at once: a seventh is left, so that the cluster does not count as gone
        two.add_worker()
    wait_until(lambda: len(team.ready()) == 7)
    team._work = kill_the_worker
    run, began = started(team), time.monotonic()
    with pytest.raises(LostPiece, match="ended 3 workers of the cluster one after another"):
        train(run, lambda r: team.is_gone)
    assert time.monotonic() - began < 100 and run.training.n_epochs_done >= 0
    assert np.isfinite(run.training.state().val_loss).all()  # what was found so far stays


def kill_the_worker(content: bytes) -> bytes:
    os.kill(os.getpid(), signal.SIGKILL)
    return b""


def hang_once(content: bytes, folder: str) -> bytes:
    try:
        (Path(folder) / "hung").touch(exist_ok=False)
    except FileExistsError:
        return answer_round(content)
    time.sleep(600)
    return b""


def test_a_hung_piece_is_given_to_another_after_its_deadline(two, team, monkeypatch, tmp_path):
    monkeypatch.setattr(side_by_side, "LATE_S", 3.0)
    monkeypatch.setattr(side_by_side, "LATE_TIMES", 3.0)
    team._work = partial(hang_once, folder=str(tmp_path))
    run = started(team)
    train(run)
    assert "did not answer" in run.training.said
    assert_same(run, here())


def test_a_study_goes_on_here_when_the_scheduler_is_gone(two, team):
    run = started(team, LONG)
    train(run, lambda r: r.training.n_epochs_done >= 50)
    two.scheduler.kill()
    train(run)
    assert run.state == "finished" and "the study goes on here" in run.training.said
    assert team.is_gone and team.fault
    np.testing.assert_array_equal(run.training.state().parameters, here(LONG).training.state().parameters)


def test_a_cluster_that_nobody_has_started_is_told_so(monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_S", 0.5)
    team = ClusterTeam("tcp://127.0.0.1:9", use_one_thread, answer_round)
    team.call()
    wait_until(lambda: team.is_gone)
    assert team.fault.startswith("no scheduler answers at tcp://127.0.0.1:9")
    team.end()


def test_stop_ends_the_rounds_and_keeps_what_was_found(team):
    run = started(team, LONG)
    train(run, lambda r: r.training.n_epochs_done >= 50)
    began = time.monotonic()
    tell(run, Stop())
    assert run.state == "stopped" and time.monotonic() - began < 20
    wait_until(lambda: not team._out)
    assert run.is_keepable and np.isfinite(run.training.state().val_loss).all()


def test_studies_of_a_notebook_go_where_joblib_is_told(two):
    from distributed import Client

    experiment = Experiment(data={"name": "diabetes", "n_train": 60}, training={"n_epochs": 5, "batch_size": 10})
    values = [0.0, 0.01, 0.1, 1.0]

    def found():
        path = sweep(experiment, "l2", values, progress=False)
        cv = cross_validate(experiment, "l2", values, 3, progress=False)
        return path.state.parameters, path.history["val_loss"], cv.val_loss

    local = found()
    with Client(two.address, timeout=30) as client:
        client.wait_for_workers(2)
        with joblib.parallel_config(backend="dask"):
            remote = found()
    for ours, theirs in zip(remote, local, strict=True):
        np.testing.assert_array_equal(ours, theirs)
