"""A link that repeats a run: written and read without loss, the same numbers, and the hand may take over."""

import numpy as np
import pytest

from core import Experiment
from core.data import load_split
from core.live.playground.needs import playground_needs
from core.live.playground.replay import MAX_CHANGES, Change, changes_of, read_replay, write_changes
from core.live.playground.run import playground_run
from core.stream.commands import Pace, Points, Reset, Run, Set, Step
from tests.core.live.playground.test_points import A, B

EXPERIMENT = Experiment(data={"n_train": 12}, network={"hidden_sizes": [6]}, training={"n_epochs": 30, "batch_size": 5})


def live(experiment=EXPERIMENT, changes=(), pace="full"):
    run = playground_run(experiment, load_split(experiment.data), changes=changes)
    run.obey(Pace(pace=pace))
    return run


def to_the_end(run):
    run.obey(Run())
    while run.state == "running":
        run.train_for(0.01)


def steps(run, n):
    for _ in range(n):
        run.obey(Step())
        run.train_for(1.0)


def weights(run):
    return run.training.trainer.stack.parameters[0].numpy().copy()


def replayed(run):
    """Open the link of a run elsewhere."""
    link = run.link()
    start = run.experiment.replace(**{name: float(value) for name, value in link["start"].items()})
    replay = read_replay(link["changes"], start)
    assert replay.end == run.experiment
    return live(replay.start, replay.changes)


def a_changed_run():
    """Strengths moved between epochs, inside an epoch, and after the end."""
    run = live()
    steps(run, 3)
    run.obey(Set(name="l2", value=0.02, gesture=5))
    run.training.advance(2)
    run.obey(Set(name="l2", value=0.03, gesture=5))
    run.obey(Set(name="l1", value=0.001, gesture=6))
    to_the_end(run)
    run.obey(Set(name="l2", value=0.0, gesture=7))
    to_the_end(run)
    return run


def test_a_link_repeats_a_run_bit_for_bit():
    run = a_changed_run()
    assert run.link() == {"start": {"l1": "0.0", "l2": "0.0"}, "changes": "l2:9:0.02:11:0.03,l1:11:0.001,l2:90:0.0"}
    again = replayed(run)
    to_the_end(again)
    assert again.training.n_epochs_done == run.training.n_epochs_done == 60
    assert np.array_equal(weights(again), weights(run)) and again.changes == run.changes
    assert [mark["value"] for mark in again.marks] == [0.03, 0.001, 0.0] == [mark["value"] for mark in run.marks]
    assert again.link() == run.link()


@pytest.mark.parametrize("batch_size", [5, None])
@pytest.mark.parametrize("pace", ["full", 1e6])
def test_the_pace_of_the_repetition_changes_no_number(batch_size, pace):
    one = EXPERIMENT.replace(batch_size=batch_size)
    changes = [Change(7, "l2", 0.05, 1), Change(20, "learning_rate", 0.002, 2)]
    runs = [live(one, changes, "full"), live(one, changes, pace)]
    for run in runs:
        to_the_end(run)
        assert [(change["step"], change["value"]) for change in run.changes] == [(7, 0.05), (20, 0.002)]
    assert np.array_equal(weights(runs[0]), weights(runs[1]))
    plain = live(one)
    to_the_end(plain)
    assert not np.array_equal(weights(plain), weights(runs[0]))


def test_the_hand_takes_over_what_it_moves_and_leaves_the_rest():
    run = live(changes=[Change(9, "l2", 0.02, 1), Change(15, "l1", 0.001, 2), Change(18, "l2", 0.5, 3)])
    steps(run, 4)
    assert run.experiment.regularization.l2 == 0.02
    run.obey(Set(name="l2", value=0.3, gesture=10))
    to_the_end(run)
    assert (run.experiment.regularization.l2, run.experiment.regularization.l1) == (0.3, 0.001)
    assert run.to_come == []


def test_a_reset_keeps_the_strengths_of_now_and_repeats_nothing():
    run = live(changes=[Change(9, "l2", 0.02, 1), Change(12, "l2", 0.04, 2)])
    steps(run, 3)
    steps(run, 1)
    run.obey(Reset())
    assert run.link() is None and run.to_come == [] and run.started_as.regularization.l2 == 0.02


def test_what_is_still_to_come_survives_being_put_away():
    changes = [Change(9, "l2", 0.02, 1), Change(40, "l1", 0.001, 2)]
    whole, run = live(changes=changes), live(changes=changes)
    to_the_end(whole)
    steps(run, 5)
    other = live()
    other.resume(run.keep())
    assert other.link() == whole.link() == run.link()
    to_the_end(other)
    assert np.array_equal(weights(other), weights(whole))


def test_several_changes_at_one_step_are_one_and_gestures_are_kept_apart():
    noted = [
        {"step": 4, "name": "l2", "value": 0.1},
        {"step": 4, "name": "l2", "value": 0.2},
        {"step": 5, "name": "l2", "value": 0.3},
        {"step": 8, "name": "l2", "value": 0.4},
        {"step": 8, "name": "l1", "value": 0.5},
    ]
    found = changes_of(noted, [noted[2], noted[3], noted[4]])
    assert write_changes(found) == "l2:4:0.2:5:0.3,l2:8:0.4,l1:8:0.5"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("l2", "steps from 1"),
        ("l2:3", "steps from 1"),
        ("l2:0:0.1", "steps from 1"),
        ("l2:²:0.1", "steps from 1"),
        ("seed:3:1", "one of l1"),
        ("<b>:3:1", "<b>"),
        ("l2:3:x", "a number"),
        ("l2:3:nan", "l2"),
        ("l2:3:-1", "l2"),
        ("l2:9:0.1,l1:3:0.1", "never fall"),
        (",".join(f"l2:{i}:0.1" for i in range(1, MAX_CHANGES + 2)), f"at most {MAX_CHANGES}"),
    ],
)
def test_a_link_that_cannot_be_read_says_why(text, word):
    with pytest.raises(ValueError, match="expected") as error:
        read_replay(text, EXPERIMENT)
    assert word in str(error.value)


def test_a_run_with_too_many_changes_or_drawn_points_says_that_its_link_does_not_repeat_it():
    run = live(EXPERIMENT.replace(n_epochs=100))
    for i in range(MAX_CHANGES + 1):
        run.training.advance(1)
        run.obey(Set(name="l2", value=0.001 * (i + 1), gesture=1))
    assert run.link().keys() == {"why"} and "101 changes" in run.link()["why"]
    drawn = Experiment(data={"name": "my_curve", "points": A}, network={"hidden_sizes": [4]}, training={"n_epochs": 9})
    run = live(drawn.replace(n_train=10))
    steps(run, 2)
    run.obey(Points(points=B))
    assert "points" in run.link()["why"]


def test_a_run_that_repeats_others_changes_is_another_run():
    assert playground_needs(EXPERIMENT).key == playground_needs(EXPERIMENT.replace(l2=0.1)).key
    assert playground_needs(EXPERIMENT, "l2:3:0.1").key != playground_needs(EXPERIMENT).key
