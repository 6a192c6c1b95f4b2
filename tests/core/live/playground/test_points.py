"""Points under a running network: no reset, a mark, a record that repeats the run, and words where some are missing."""

import json

import numpy as np
import pytest

from core import Experiment, train
from core.data import load_split
from core.live.playground.needs import playground_needs
from core.live.playground.run import MAX_EXCHANGES, playground_run
from core.settings.points import pack
from core.stream.commands import Pause, Points, Reset, Run, Set, Step, parse_message
from core.stream.mailbox import Mailbox
from tests.core.live.rewound import all_frames

A = pack([(x / 10, (x % 4) / 3, x // 2 % 2) for x in range(-9, 10, 2)] + [(0.05, 0.3, 0, True)])
B = pack([(x / 10, -(x % 3) / 2, x // 2 % 2) for x in range(-9, 8, 2)] + [(0.05, 0.3, 1, True)])


def live(name="my_curve", points=A, **settings):
    one = Experiment(data={"name": name, "points": points}, network={"hidden_sizes": [6]}, training={"n_epochs": 40})
    one = one.replace(**{"batch_size": 4, "n_train": 10, **settings})
    return playground_run(one, load_split(one.data))


def steps(run, n):
    for _ in range(n):
        run.obey(Step())
        run.train_for(1.0)


@pytest.mark.parametrize("name", ["my_curve", "my_plane"])
def test_a_change_goes_on_without_a_reset_and_the_record_repeats_the_run(name):
    run = live(name)
    steps(run, 3)
    weights = run.training.trainer.stack.parameters.clone()
    run.obey(Points(points=B))
    assert run.training.n_epochs_done == 3 and bool((run.training.trainer.stack.parameters == weights).all())
    assert run.experiment.data.points == B and run.started_as.data.points == A
    steps(run, 2)
    run.obey(Set(name="l2", value=0.01))
    run.obey(Points(points=A))
    run.obey(Run())
    while run.state == "running":
        run.train_for(0.01)
    assert [(c["step"], c["name"]) for c in run.changes] == [(9, "points"), (15, "l2"), (15, "points")]
    again = train(run.started_as, changes=run.changes, progress=False)
    assert np.array_equal(again.parameters, run.training.trainer.stack.parameters[0].numpy())
    assert again.history["val_loss"][-1] == run.training.history.records[-1]["val_loss"][0]


def test_losses_are_those_on_the_new_points_at_once_also_while_it_stands():
    run = live()
    steps(run, 2)
    run.obey(Points(points=B))
    found = run.snapshot()
    now = run.training.trainer.measure()
    assert found.meta["epoch"] == 2 and found.meta["points"] == B
    assert found.arrays["train_loss"][-1] == np.float32(now.train_loss[0])
    assert found.arrays["val_loss"][-1] == np.float32(now.val_loss[0])
    assert found.arrays["best_epoch"].tolist() == [2]  # losses on other points are no rivals
    assert len(found.arrays["drawn_train0_x"]) == 9


def test_a_drag_is_one_mark_and_what_was_not_trained_on_is_no_change():
    run = live()
    run.obey(Points(points=B, gesture=1))  # before the first step: the run starts as this
    assert run.changes == [] and run.started_as.data.points == B
    steps(run, 1)
    for gesture, points in ((2, A), (2, B), (3, A)):
        run.obey(Points(points=points, gesture=gesture))
    assert [change["value"] for change in run.changes] == [A]
    steps(run, 1)
    run.obey(Points(points=B, gesture=3))
    found = run.snapshot()
    assert (
        found.meta["labels"]["changes"] == ["10 training points from epoch 1", "9 training points from epoch 2"]
        or len(run.marks) == 2
    )
    assert all(
        mark["value"] in (9, 10) for mark in found.meta["changes"]
    )  # not the points themselves, at every snapshot


def test_a_past_moment_has_the_points_of_then():
    run = live()
    steps(run, 2)
    run.obey(Points(points=B))
    steps(run, 2)
    run.snapshot()
    assert [(f["epoch"], f["points"]) for f in all_frames(run).meta["frames"]] == [
        (0, A),
        (1, A),
        (2, A),
        (3, B),
        (4, B),
    ]


def test_the_last_training_point_gone_it_stands_still_and_goes_on_with_the_next():
    run = live(n_epochs=1_000_000)  # more than compiled steps make meanwhile
    run.obey(Run())
    run.train_for(0.01)
    run.obey(Points(points=""))
    assert (run.state, run.can_go_on) == ("paused", False)
    run.obey(Run())
    assert run.state == "paused"
    assert run.snapshot().meta["verdict"]["text"].startswith("No training points")
    run.obey(Points(points=B))
    assert run.state == "running"
    run.obey(Points(points=""))
    run.obey(Pause())
    run.obey(Points(points=B))
    assert run.state == "paused" and run.can_go_on


@pytest.mark.parametrize(
    ("name", "points", "words"),
    [
        ("my_curve", [], "No training points"),
        ("my_curve", [(0.0, 1.0)], "No validation points"),
        ("my_curve", [(0.0, 1.0, 0, True)], "No training points"),
        ("my_plane", [], "No training points"),
        ("my_plane", [(0.0, 1.0), (2.0, 1.0), (2.0, 2.0, 1, True)], "All training points are of one class"),
        ("my_plane", [(0.0, 1.0), (2.0, 1.0, 1)], "No validation points"),
    ],
)
def test_too_few_points_are_said_and_no_run_breaks(name, points, words):
    run = live(name, pack(points))
    steps(run, 3)
    found = run.snapshot()
    assert found.meta["verdict"]["kind"] == "missing" and found.meta["verdict"]["text"].startswith(words)
    assert not any("nan" in text or "inf" in text for text in found.meta["readouts"].values())
    assert not any("nan" in text for text in found.meta["descriptions"].values())
    run.obey(Points(points=B))
    steps(run, 2)
    assert run.snapshot().meta["verdict"]["kind"] != "missing" and run.state == "paused"


def test_a_finished_run_goes_on_to_show_what_other_points_do():
    run = live()
    run.obey(Run())
    while run.state == "running":
        run.train_for(0.01)
    run.obey(Points(points=B))
    assert run.state == "running"


def test_what_was_put_away_goes_on_with_the_points_of_then():
    run, other = live(), live()
    steps(run, 3)
    run.obey(Points(points=B))
    steps(run, 2)
    other.resume(run.keep())
    assert other.experiment == run.experiment and other.changes == run.changes
    for one in (run, other):
        steps(one, 3)
    assert bool((run.training.trainer.stack.parameters == other.training.trainer.stack.parameters).all())
    other.obey(Reset())
    assert other.started_as.data.points == B and other.changes == []


def test_the_record_is_bounded(monkeypatch):
    monkeypatch.setattr("core.live.playground.run.MAX_EXCHANGES", 3)
    run = live()
    for i in range(8):
        steps(run, 1)
        run.obey(Points(points=(A, B)[i % 2 == 0]))
    assert len(run.changes) == 3 and run.n_forgotten == 5 and run.keep().meta["n_forgotten"] == 5
    assert MAX_EXCHANGES * 1201 < 2_500_000


def test_other_data_take_no_points():
    one = Experiment(data={"name": "sine"}, network={"hidden_sizes": [4]})
    run = playground_run(one, load_split(one.data))
    run.obey(Points(points=A))
    assert run.experiment == one and "points" not in run.snapshot().meta


def test_points_are_live_and_their_number_is_no_other_run():
    one = live().experiment
    assert playground_needs(one).key == playground_needs(one.replace(points=B, n_train=9)).key
    assert playground_needs(one).key != playground_needs(one.replace(n_point_classes=3)).key


def test_a_message_is_checked_and_a_newer_one_takes_the_place_of_one_that_waits():
    assert parse_message(json.dumps({"type": "points", "points": A, "gesture": 4})) == Points(points=A, gesture=4)
    for points in ("2abc", 5, "1" + 201 * "gfRfBi"):
        with pytest.raises(ValueError, match=r"The message was refused: .*points"):
            parse_message(json.dumps({"type": "points", "points": points}))
    mailbox = Mailbox()
    for command in (Points(points=A), Points(points=B), Run(), Points(points=A)):
        mailbox.put(command)
    assert mailbox.take() == [Points(points=B), Run(), Points(points=A)]
