"""The live cross-validation and its refit: what the page shows at any moment, and what it can carry on from."""

import math
import re

import numpy as np
import pytest

from core import Experiment, cross_validate
from core.data import load_split
from core.live.cv import refit as refits
from core.live.cv import run as live
from core.live.study import live_study
from core.stream.commands import Found, Pause, Reset, Run, Step, Stop
from core.stream.job import Job
from core.stream.mailbox import NotAnswered
from core.stream.snapshot import decode
from core.studies.cv import cross_validation as study
from core.studies.cv.refit import CHOSEN_MIN, NO_PENALTY, candidates, evaluate_test, refit

SMALL = Experiment(
    data={"name": "diabetes", "n_train": 60},
    network={"hidden_sizes": [8]},
    training={"batch_size": 32, "n_epochs": 12, "learning_rate": 0.01},
    study={"values": [0.0, 0.01, 0.1, 1.0], "n_splits": 3},
)


def run_of(experiment=SMALL):
    return live.cross_validation_run(experiment, load_split(experiment.data))


def train(run):
    run.obey(Run())
    while run.state == "running":
        run.train_for(0.05)
    return run


def job_of(make_run, *commands):
    """Return a job, worked on here, that has obeyed these commands and shown what came out."""
    job = Job(live_study(make_run))
    job.run_slice()
    for command in commands:
        job.send(command)
        is_shown = False
        while not is_shown:  # until it stands still and has shown so
            job.mailbox.wants_snapshot = True
            job.run_slice()
            is_shown = job.mailbox.is_idle and not job.mailbox.wants_snapshot
    return job


def test_the_first_snapshot_has_everything_the_charts_bind_to():
    snapshot = run_of().snapshot()
    assert snapshot.meta["state"] == "paused" and snapshot.meta["epoch"] == 0
    assert snapshot.meta["verdict"] == {"kind": "not started", "text": snapshot.meta["verdict"]["text"]}
    assert "12 networks" in snapshot.meta["verdict"]["text"]
    assert snapshot.arrays["cv_mean"].shape == (4,) and snapshot.arrays["fold_val"].shape == (4, 1)
    readouts = decode(snapshot.encoded).meta["members"][0]["readouts"]
    assert re.fullmatch(r"\d+\.\d{3} ± \d+\.\d{3}", readouts["mean"]) and readouts["mean_own"].startswith("off by ")
    assert re.fullmatch(r"[+-]\d+\.\d+", readouts["gap"])


def test_at_its_end_it_shows_what_cross_validate_returns():
    job = job_of(run_of, Run())
    cv = live.found(job)
    whole = cross_validate(SMALL, "l2", SMALL.grid.values, 3, progress=False)
    assert job.latest.meta["state"] == "finished"
    assert np.array_equal(cv.val_loss, whole.val_loss) and (cv.best, cv.one_se) == (whole.best, whole.one_se)
    np.testing.assert_allclose(job.latest.arrays["cv_mean"], whole.mean, rtol=1e-6)
    np.testing.assert_allclose(job.latest.arrays["fold_val"][:, -1], whole.mean, rtol=1e-6)
    np.testing.assert_allclose(job.latest.arrays["fold_train"][:, -1], whole.train_loss.mean(1), rtol=1e-6)
    assert cv.experiment.training.n_epochs == 12


def test_stopped_in_the_middle_it_keeps_what_is_trained_and_the_frame_can_be_exported():
    for last in (Pause(), Stop()):
        job = job_of(run_of, Step(), last)
        cv = live.found(job)
        assert job.latest.meta["state"] in ("paused", "stopped") and job.latest.meta["epoch"] == 1
        frame = cv.to_frame()
        assert len(frame) == 12 and np.isfinite(frame["val_loss"]).all()
        assert job.latest.meta["verdict"]["text"].startswith("So far")
        assert cv.experiment.training.n_epochs == 1


def test_a_plan_beyond_memory_is_shown_as_its_parts_come_and_starts_again(monkeypatch):
    whole = train(run_of()).snapshot()

    def small_plan(*args, **kwargs):
        return study.plan_cross_validation(*args, **{**kwargs, "memory_bytes": 3 * 26_300})

    monkeypatch.setattr(live, "plan_cross_validation", small_plan)
    run = run_of()
    n_stacks = run.training.plan.n_stacks
    assert n_stacks > 1
    run.obey(Run())
    while run.training.part == 0:
        run.train_for(0.0)
        run.training.step()
    run.obey(Pause())
    half = run.snapshot()
    assert half.meta["readouts"]["epoch"].endswith(f"part 2 of {n_stacks}")
    n_known = np.isfinite(half.arrays["cv_mean"]).sum()
    assert 0 < n_known < 4
    assert "not begun" in str(half.meta["members"])
    train(run)
    last = run.snapshot()
    np.testing.assert_allclose(last.arrays["cv_mean"], whole.arrays["cv_mean"], rtol=1e-5)
    shown = last.arrays["fold_val"][:, -1]
    np.testing.assert_allclose(shown, whole.arrays["fold_val"][:, -1], rtol=1e-5)
    run.obey(Reset())
    np.testing.assert_allclose(train(run).snapshot().arrays["cv_mean"], last.arrays["cv_mean"], rtol=1e-6)


def test_a_diverged_member_is_marked_and_its_neighbours_go_on():
    experiment = SMALL.replace(optimizer="sgd", learning_rate=0.05, values=(0.0, 0.01, 1e4), n_epochs=30)
    snapshot = train(run_of(experiment)).snapshot()
    assert snapshot.arrays["cv_lost"].tolist() == [3.0] and math.isnan(snapshot.arrays["cv_mean"][2])
    assert np.isfinite(snapshot.arrays["cv_mean"][:2]).all()
    assert snapshot.meta["members"][2]["readouts"] == {"mean": "3 diverged"}
    assert snapshot.meta["state"] == "finished" and snapshot.meta["banner"] is None


def test_when_all_diverge_it_says_so():
    experiment = SMALL.replace(optimizer="sgd", learning_rate=1e3, activation="linear", n_epochs=200)
    snapshot = train(run_of(experiment)).snapshot()
    assert snapshot.meta["state"] == "diverged" and "learning rate of 1000" in snapshot.meta["banner"]["text"]
    assert snapshot.meta["verdict"]["kind"] == "choosing"


def test_the_best_at_the_end_of_the_grid_is_told_once_it_is_trained():
    experiment = SMALL.replace(values=(0.0, 1e-3, 1e-2), n_epochs=60, hidden_sizes=(64,))
    run = run_of(experiment)
    run.obey(Run())
    run.train_for(0.0)
    assert "Extend" not in run.snapshot().meta["verdict"]["text"]
    snapshot = train(run).snapshot()
    cv = study.read_cross_validation(run.training.plan, run.training.state())
    assert cv.edge == "high" and snapshot.meta["verdict"]["kind"] == "at the edge"
    assert "largest λ of the grid" in snapshot.meta["verdict"]["text"] and "Extend" in snapshot.meta["verdict"]["text"]


def test_a_grid_that_cannot_grow_is_not_said_to(monkeypatch):
    monkeypatch.setattr("core.studies.base.values.MAX_VALUES", 3)
    run = train(run_of(SMALL.replace(values=(0.0, 1e-3, 1e-2), n_epochs=60, hidden_sizes=(64,))))
    verdict = run.snapshot().meta["verdict"]
    assert verdict["kind"] == "at the edge" and "Extend" not in verdict["text"]


def test_the_choice_in_words():
    cv = study.read_cross_validation(run_of().training.plan, train(run_of()).training.state())
    text = live.choice_in_words(cv)
    assert f"Lowest mean loss: λ_min = {cv.best:g}" in text


# --- the refit ---


def refit_job(values):
    return job_of(lambda: refits.refit_run(SMALL, load_split(SMALL.data), values), Run())


def test_the_refit_is_the_refit_of_a_notebook_and_gives_its_test_losses():
    values = {CHOSEN_MIN: 0.1, NO_PENALTY: 0.0, "again": 0.1}
    job = refit_job(values)
    ours, theirs = refits.opened(job), evaluate_test(refit(SMALL, "l2", values, progress=False))
    assert np.array_equal(ours.test_loss, theirs.test_loss) and ours.test_loss[0] == ours.test_loss[2]
    assert job.latest.arrays["refit_loss"].shape[0] == 3
    np.testing.assert_allclose(job.latest.arrays["refit_loss"][:, -1], theirs.train_loss, rtol=1e-6)
    assert "test" not in "".join(job.latest.arrays)


def test_a_refit_that_has_not_ended_gives_nothing_to_look_at():
    split = load_split(SMALL.data)
    job = job_of(lambda: refits.refit_run(SMALL, split, {"one": 0.1}), Step())
    assert refits.opened(job) is None and live.found(job) is None
    with pytest.raises(NotAnswered, match="nothing of that kind to give yet"):
        job.reply(Found())


def test_a_diverged_refit_has_no_test_loss():
    experiment = SMALL.replace(optimizer="sgd", learning_rate=0.05, n_epochs=30)
    values = {"fine": 0.01, "lost": 1e4}
    result = evaluate_test(refit(experiment, "l2", values, progress=False))
    assert np.isfinite(result.test_loss[0]) and math.isnan(result.test_loss[1])


def test_candidates_are_among_the_values():
    cv = live.found(job_of(run_of, Run()))
    assert set(candidates(cv).values()) <= {0.0, *cv.values.tolist()}
