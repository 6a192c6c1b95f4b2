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
        self.scheduler: subprocess.Popen | None = None

    def call(self, n_workers: int) -> None:
        """Have a scheduler that lives and so many workers, starting what is missing; a test may have killed the others."""
        if self.scheduler is None or self.scheduler.poll() is not None:
            self.end()
            self._start_scheduler()
        self.workers = [worker for worker in self.workers if worker.poll() is None]
        while len(self.workers) < n_workers:
            command = ("worker", self.address, "--no-nanny", "--nthreads", "1", "--no-dashboard")
            self.workers.append(self._start(*command))
        for worker in self.workers[n_workers:]:
            worker.kill()
            worker.wait()
        del self.workers[n_workers:]

    def _start_scheduler(self) -> None:
        file = self.folder / "address.json"
        file.unlink(missing_ok=True)
        self.scheduler = self._start("scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
        wait_until(lambda: file.exists() and file.read_text().strip().endswith("}"))
        self.address = json.loads(file.read_text())["address"]

    def _start(self, *words: str) -> subprocess.Popen:
        log = (self.folder / "log.txt").open("ab")
        command = [sys.executable, "-m", "distributed.cli.dask_" + words[0], *words[1:]]
        env = {**os.environ, "PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__WORKER__DAEMON": "False"}
        return subprocess.Popen(command, cwd=self.folder, env=env, stdout=log, stderr=log)

    def end(self) -> None:
        for process in (*self.workers, *([self.scheduler] if self.scheduler else [])):
            process.kill()
            process.wait()
        self.workers, self.scheduler = [], None


def wait_until(is_so, seconds: float = 200.0) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def machines(tmp_path_factory) -> Iterator[Cluster]:
    """One cluster for all tests: to start a worker costs more than most of them."""
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    yield made
    made.end()


@pytest.fixture
def two(machines, monkeypatch) -> Cluster:
    monkeypatch.setattr(side_by_side, "WORTH_S", 0.0)
    machines.call(2)
    return machines


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


def hang_once(content: bytes, folder: str) -> bytes:
    try:
        (Path(folder) / "hung").touch(exist_ok=False)
    except FileExistsError:
        return answer_round(content)
    while Path(folder, "hung").exists():
        time.sleep(0.05)
    return b""


def test_a_hung_piece_is_given_to_another_after_its_deadline(team, monkeypatch, tmp_path):
    """The deadline comes when the other worker has answered all that it was asked: on a busy machine it is late, too."""
    team._work = partial(hang_once, folder=str(tmp_path))
    try:
        run = started(team)
        train(
            run, lambda r: (tmp_path / "hung").exists() and sum(bool(share.asked) for share in r.training.shares) == 1
        )
        with monkeypatch.context() as patch:
            patch.setattr(side_by_side, "LATE_S", 0.5)
            patch.setattr(side_by_side, "LATE_TIMES", 0.0)
            train(run, lambda r: "did not answer" in r.training.said)
        train(run)
    finally:
        (tmp_path / "hung").unlink(missing_ok=True)  # the worker is needed
    assert run.state == "finished"
    assert_same(run, here())


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


# --- tests that kill: last, so that little has to be started anew ---


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
    two.call(7)  # two pieces may end three each at once: a seventh is left, so that the cluster does not count as gone
    wait_until(lambda: len(team.ready()) == 7)
    team._work = kill_the_worker
    run, began = started(team), time.monotonic()
    try:
        with pytest.raises(LostPiece, match="ended 3 workers of the cluster one after another"):
            train(run, lambda r: team.is_gone)
    finally:
        two.end()  # what waits there still would kill the workers of other tests
    assert time.monotonic() - began < 100 and run.training.n_epochs_done >= 0
    assert np.isfinite(run.training.state().val_loss).all()  # what was found so far stays


def kill_the_worker(content: bytes) -> bytes:
    os.kill(os.getpid(), signal.SIGKILL)
    return b""


def test_a_study_goes_on_here_when_the_scheduler_is_gone(two, team):
    run = started(team, LONG)
    train(run, lambda r: r.training.n_epochs_done >= 50)
    two.scheduler.kill()
    train(run)
    assert run.state == "finished" and "the study goes on here" in run.training.said
    assert team.is_gone and team.fault
    np.testing.assert_array_equal(run.training.state().parameters, here(LONG).training.state().parameters)
