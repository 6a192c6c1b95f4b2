"""The Remedies study as a job: its parts, its commands, what it shows, stops and exports."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from core.live.remedies.run import RemediesRun, check_study, count_networks, estimate_study_s
from core.live.study import live_study
from core.readings.remedies.tables import edge_note
from core.settings.experiment import Experiment
from core.stream.commands import Found, Look, Pause, Reseed, Reset, Run, Stop
from core.stream.job import Mailbox
from core.stream.snapshot import Snapshot, decode
from core.studies.remedies.remedy import DIGITS, POINTS

SHORT = POINTS.replace(n_epochs=8, hidden_sizes=(6,), n_remedy_starts=2)


def finish(run: RemediesRun) -> RemediesRun:
    run.obey(Run())
    while run.state == "running":
        run.train_for(5)
    return run


@pytest.fixture(scope="module")
def done() -> RemediesRun:
    return finish(RemediesRun(SHORT))


def test_it_stands_at_the_first_step_until_run() -> None:
    run = RemediesRun(SHORT)
    meta = run.snapshot().meta
    assert (meta["state"], meta["readouts"]["progress"], meta["can_go_on"]) == ("paused", "0%", True)
    assert meta["verdict"]["text"].startswith("Not started.")
    assert [row["cells"][0] for row in meta["tables"]["remedies"]["rows"]][:3] == ["Nothing", "L1", "L2"]
    assert all(
        len(row["cells"]) == len(meta["tables"]["remedies"]["heads"]) for row in meta["tables"]["remedies"]["rows"]
    )


def test_the_networks_counted_are_those_trained(done: RemediesRun) -> None:
    counts = count_networks(SHORT)
    assert list(counts) == ["remedies", "label noise"]
    assert (done.table_run.n_networks, done.run.n_networks) == tuple(counts.values())
    assert "tuning" in count_networks(SHORT.replace(tune_remedies=True))
    assert list(count_networks(SHORT.replace(data="sine"))) == ["remedies"]


def test_the_end_has_both_tables_and_says_so(done: RemediesRun) -> None:
    snapshot = done.snapshot()
    meta, arrays = snapshot.meta, snapshot.arrays
    assert (meta["state"], meta["can_go_on"], meta["readouts"]["part"]) == ("finished", False, "finished")
    assert "memorise" in meta["tables"]["noise"]["rows"][0]["note"] and "validation loss" in meta["verdict"]["text"]
    assert np.isfinite(arrays["noise_val_loss"]).all() and np.isfinite(arrays["ablation_val_x"]).all()
    assert {"ablation", "noise_val_loss", "noise_train_score"} <= set(meta["descriptions"])
    assert decode(snapshot.encoded).meta["tables"] == meta["tables"]


def test_the_costs_in_the_table_are_the_steps_made(done: RemediesRun) -> None:
    cells = {row["cells"][0]: row["cells"] for row in done.snapshot().meta["tables"]["remedies"]["rows"]}
    assert cells["Nothing"][6] == "16 (× 1)"  # 8 epochs of 2 batches
    assert cells["Ensemble of 5"][6] == "80 (× 5)" and cells["Ensemble of 5"][7].endswith("(× 5)")
    assert cells["4 × the data"][6] == "16 (× 1)"


def test_the_test_rows_are_closed_until_the_look_and_only_after_training() -> None:
    run = RemediesRun(SHORT.replace(data="sine", n_train=20))
    run.obey(Look())
    assert run.test is None and "not looked at" in str(run.tables())
    finish(run)
    assert np.isnan(run.snapshot().arrays["ablation_test_x"]).all()
    run.obey(Look())
    seen = run.test
    assert seen is not None and np.isfinite(run.snapshot().arrays["ablation_test_x"]).all()
    assert "on the test rows" in run.summary()
    run.obey(Look())
    assert run.test is seen
    run.obey(Reset())
    run.obey(Look())
    assert run.test is None and not finish(run).snapshot().meta["has_looked"]
    run.obey(Look())
    np.testing.assert_equal(run.test, seen)


def test_what_is_there_stays_when_it_is_stopped_and_is_exported() -> None:
    run = RemediesRun(SHORT)
    run.obey(Run())
    while run.progress == 0:
        run.train_for(1e-9)
    run.obey(Pause())
    assert run.state == "paused" and 0 < run.progress < 1
    run.obey(Stop())
    lines = list(csv.DictReader(run.export().splitlines()))
    assert run.snapshot().meta["state"] == "stopped" and len(lines) == 2 * len(run.rows)
    run.obey(Run())
    assert run.state == "stopped"


def test_a_study_that_stands_shows_its_last_steps() -> None:
    run = RemediesRun(SHORT)
    run.obey(Run())
    run.snapshot()
    run.train_for(1e-9)
    run.obey(Pause())
    steps = run.snapshot().meta["readouts"]["steps"]
    assert run.rows[0].train_steps.tolist() == [int(steps)] * 2 and int(steps) > 0


def test_reset_gives_the_same_numbers_and_another_start_others(done: RemediesRun) -> None:
    run = RemediesRun(SHORT)
    first = finish(run).rows[0].val_loss
    run.obey(Reset())
    assert (run.state, run.progress) == ("paused", 0.0)
    assert np.array_equal(finish(run).rows[0].val_loss, first)
    run.obey(Reseed(seed=7))
    assert not np.array_equal(finish(run).rows[0].val_loss, first)


def test_tuned_strengths_are_candidates_and_reach_the_combinations() -> None:
    run = finish(RemediesRun(SHORT.replace(tune_remedies=True, data="sine", n_train=20)))
    remedies = {row.cell.remedy.key: row.cell.remedy for row in run.rows}
    assert remedies["l2"].l2 in (0.001, 0.003, 0.01, 0.03, 0.1)
    assert remedies["l2+augmentation"].l2 == remedies["l2"].l2
    assert remedies["l2+early_stopping"].patience == remedies["early_stopping"].patience


def test_tuning_says_what_it_tried_at_which_cost_and_what_it_kept() -> None:
    run = RemediesRun(SHORT.replace(tune_remedies=True, data="sine", n_train=20))
    before = run.snapshot().meta["tables"]["tuning"]["rows"]
    assert [line["cells"][0] for line in before] == ["L1", "L2", "Dropout", "Early stopping", "Augmentation"]
    assert before[1]["cells"][1] == "λ₂ = 0.001: –" and all(line["best"] == [] for line in before)
    finish(run)
    lines = list(csv.DictReader(run.export().splitlines()))
    tried = [line for line in lines if line["study"] == "tuning"]
    budget = 8 * 1 * 15  # epochs · steps · networks
    for line in run.snapshot().meta["tables"]["tuning"]["rows"]:
        label, *places = line["cells"]
        losses = [float(text.rsplit(": ")[1]) for text in places]
        assert losses[line["best"][0] - 1] == min(losses) and len(line["best"]) == 1
        kept = places[line["best"][0] - 1].rsplit(": ")[0]
        assert kept == next(row["strengths"] for row in lines if row["study"] == "remedies" and row["remedy"] == label)
        steps = [int(row["train_steps"]) for row in tried if row["remedy"] == label]
        assert len(steps) == 15
        assert sum(steps) <= budget if label == "Early stopping" else sum(steps) == budget


def test_a_best_strength_at_the_end_of_the_list_is_remarked_on() -> None:
    nan = float("nan")
    assert "may do better" in edge_note([0.5, 0.6, 0.7]) and "may do better" in edge_note([nan, 0.6, 0.5])
    assert edge_note([0.6, 0.5, 0.7]) == edge_note([0.5, 0.5, 0.7]) == edge_note([nan, 0.5, nan]) == ""
    assert "None stayed finite" in edge_note([nan, nan, nan])


def test_as_a_job_it_yields_snapshots_with_growing_progress() -> None:
    mailbox = Mailbox()
    steps = live_study(lambda: RemediesRun(SHORT))(mailbox)
    assert isinstance(next(steps), Snapshot)
    mailbox.put(Run())
    shown = []
    while not (shown and shown[-1]["state"] == "finished"):
        mailbox.wants_snapshot = True
        if (snapshot := next(steps)) is not None:
            shown.append(snapshot.meta)
    epochs = [meta["epoch"] for meta in shown]
    assert epochs == sorted(epochs) and epochs[-1] == 100
    assert mailbox.is_idle and mailbox.answer is not None and b"remedies" in mailbox.answer(Found())


def test_a_study_that_would_take_too_long_is_refused_with_what_to_do() -> None:
    for experiment in (POINTS, DIGITS):
        check_study(experiment)
        assert estimate_study_s(experiment) < 60
    with pytest.raises(ValueError, match="Choose fewer epochs"):
        check_study(Experiment().replace(n_epochs=1_000_000))
