"""A live run is put away while it trains and goes on from there: same numbers, same record, same words."""

from __future__ import annotations

import numpy as np
import pytest

from core import train
from core.data import load_split
from core.live import keeping
from core.live.compare.run import compare_run
from core.live.features.run import features_run
from core.live.keeping import Keeper
from core.live.path.run import path_run
from core.live.playground.run import Origin, playground_run
from core.live.remedies.run import RemediesRun
from core.live.study import live_study
from core.measures.verdict import Reach
from core.settings.experiment import Experiment
from core.stream.commands import Pause, Reset, Run, Set, Step
from core.stream.job import Job
from core.stream.mailbox import Mailbox
from core.stream.snapshot import Snapshot, decode
from core.studies.compare.variants import TASK
from core.studies.features import selection as features
from core.studies.remedies.remedy import POINTS

BASE = Experiment(
    data={"name": "moons", "n_train": 40}, network={"hidden_sizes": (8,)}, training={"n_epochs": 60, "batch_size": 16}
)
FEATURES = features.TASK.replace(n_epochs=60, values=(0.0, 0.06))
RUNS = {
    "playground": lambda: playground_run(BASE, load_split(BASE.data)),
    "long": lambda: playground_run(BASE.replace(n_epochs=10**6), load_split(BASE.data)),
    "path": lambda: path_run(BASE, load_split(BASE.data)),
    "compare": lambda: compare_run(TASK.replace(n_epochs=60), load_split(TASK.data)),
    "features": lambda: features_run(FEATURES, load_split(FEATURES.data)),
}


def epochs(run, n):
    for _ in range(n):
        run.obey(Step())
        run.train_for(20.0)


def on_disk(kept: Snapshot) -> Snapshot:
    return decode(kept.encoded)


@pytest.mark.parametrize("name", RUNS)
def test_a_run_that_was_put_away_shows_and_trains_what_it_would_have(name: str) -> None:
    first, second = RUNS[name](), RUNS[name]()
    epochs(first, 12)
    first.obey(Set(name="learning_rate", value=0.003))
    epochs(first, 5)
    second.resume(on_disk(first.keep()))
    for _ in range(2):
        ours, theirs = second.snapshot(), first.snapshot()
        assert ours.arrays.keys() == theirs.arrays.keys()
        for key, values in theirs.arrays.items():
            if key == "path":  # of Compare's geometry: leads through the moments for rewind, which are not kept
                continue
            np.testing.assert_array_equal(ours.arrays[key], values, err_msg=key)
        same = {key: value for key, value in theirs.meta.items() if key not in ("version", "n_begun")}
        assert {key: ours.meta[key] for key in same} == same
        epochs(first, 7), epochs(second, 7)
    assert second.experiment == first.experiment and second.started_as == first.started_as


def test_the_record_of_changes_still_repeats_the_run() -> None:
    first, second = RUNS["playground"](), RUNS["playground"]()
    epochs(first, 9)
    first.obey(Set(name="l2", value=0.01))
    epochs(first, 3)
    second.resume(on_disk(first.keep()))
    second.obey(Set(name="l1", value=0.002))
    second.obey(Run())
    while second.state == "running":
        second.train_for(1.0)
    again = train(second.started_as, changes=second.changes, progress=False)
    np.testing.assert_array_equal(second.training.trainer.stack.parameters[0].numpy(), again.parameters)


def test_what_a_run_continues_from_is_kept_for_its_reset() -> None:
    parameters = RUNS["playground"]().training.trainer.stack.parameters[0].numpy() + 1
    reach = Reach(0.01, "the lowest on the path it comes from", 0.005)
    first = playground_run(BASE, load_split(BASE.data), Origin(parameters, reach, "From the λ path"))
    epochs(first, 4)
    second = RUNS["playground"]()
    second.resume(on_disk(first.keep()))
    assert second.view.origin.reach == reach and second.snapshot().meta["verdict"] == first.snapshot().meta["verdict"]
    assert second.training.history.peak_train_loss == first.training.history.peak_train_loss
    assert second.snapshot().meta["origin"] == "From the λ path"
    second.obey(Reset())
    np.testing.assert_array_equal(second.training.trainer.stack.parameters[0].numpy(), parameters)


def test_a_running_run_goes_on_running_and_can_be_rewound_from_there() -> None:
    first, second = RUNS["long"](), RUNS["long"]()
    first.obey(Run())
    first.train_for(0.02)
    second.resume(on_disk(first.keep()))
    assert second.state == "running"
    second.obey(Pause())
    moments = second.stored_frames(-1).meta["frames"]
    assert [moment["epoch"] for moment in moments] == [0, second.training.n_epochs_done]


def test_of_a_study_that_cannot_be_kept_it_is_said_how_far_it_had_come() -> None:
    run = RemediesRun(POINTS.replace(n_remedy_starts=2, n_epochs=5))
    kept = on_disk(run.keep())
    assert kept.arrays == {} and kept.meta["reached"].startswith("part 1 of ")
    other = RemediesRun(POINTS.replace(n_remedy_starts=2, n_epochs=5))
    other.resume(kept)
    assert other.state == "paused"


def test_what_was_kept_of_other_settings_is_an_error_that_is_said() -> None:
    first = playground_run(BASE.replace(hidden_sizes=(9,)), load_split(BASE.data))
    kept = on_disk(first.keep())
    job = Job(
        live_study(RUNS["playground"], Snapshot(0, {**kept.meta, "experiment": BASE.model_dump_json()}, kept.arrays))
    )
    job.run_slice()
    assert job.error is not None and "expected 'parameters' of shape" in job.error


class Clock:
    now = 100.0

    def monotonic(self) -> float:
        return self.now


def test_a_run_is_put_away_every_ten_seconds_when_it_stands_and_when_it_is_dropped(monkeypatch) -> None:
    clock = Clock()
    monkeypatch.setattr(keeping, "time", clock)
    mailbox, kept = Mailbox(), []
    mailbox.put_away, mailbox.slice_s = kept.append, 0.001
    steps = live_study(RUNS["long"])(mailbox)
    next(steps)
    assert kept == [], "nothing has happened yet"
    clock.now += keeping.STANDING_S
    mailbox.put(Step())
    while mailbox.is_idle is False or not kept:
        next(steps)
    assert [k.meta["epoch"] for k in kept] == [1] and kept[0].meta["state"] == "paused"
    mailbox.put(Run())
    next(steps)
    assert len(kept) == 1, "it runs, and was put away just now"
    clock.now += keeping.EVERY_S
    while len(kept) == 1:
        next(steps)
    assert kept[1].meta["state"] == "running" and kept[1].meta["epoch"] > 1
    mailbox.put(Pause())
    next(steps)
    steps.close()
    assert kept[-1].meta["epoch"] >= kept[1].meta["epoch"]


def test_nothing_is_put_away_where_nobody_keeps_it() -> None:
    mailbox = Mailbox()
    run = RUNS["playground"]()
    keeper = Keeper(mailbox)
    keeper.look(run)
    keeper.put_away(run)


def test_a_strength_changed_before_is_remembered_and_one_changed_later_is_not_kept_with_it() -> None:
    first, second = RUNS["playground"](), RUNS["playground"]()
    epochs(first, 2)
    first.obey(Set(name="l1", value=0.5))
    kept = first.keep()
    first.obey(Set(name="l2", value=0.5))
    second.resume(on_disk(kept))
    assert [change["name"] for change in second.changes] == ["l1"] and second.changed == {"l1"}
