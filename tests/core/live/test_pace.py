"""The law of a story, by numbers of hand; and a run that follows it trains what it would at full speed."""

import numpy as np
import pytest

from core import Experiment
from core.data import load_split
from core.live.pace import BUNCH_S, LAG_S, Pacing, due_s
from core.live.playground.run import playground_run
from core.live.run import LiveRun
from core.live.study import live_study
from core.stream.commands import Pace, Pause, Reset, Run, Set, Step
from core.stream.mailbox import Mailbox

SINE = Experiment(
    data={"name": "sine", "noise_std": 0.3}, network={"hidden_sizes": [8]}, training={"n_epochs": 200, "batch_size": 8}
)


class Clock:
    now = 50.0

    def __call__(self) -> float:
        return self.now


def paced(pace: str | float = "story", experiment: Experiment = SINE) -> tuple[LiveRun, Clock]:
    run, clock = playground_run(experiment, load_split(experiment.data)), Clock()
    run.pacing = Pacing(experiment.training.n_epochs, "full", clock)
    run.obey(Pace(pace=pace))
    return run, clock


def epochs_after(run: LiveRun, clock: Clock, seconds: float) -> int:
    """Let time pass in small pieces, and return the epochs done then."""
    until = clock.now + seconds
    while clock.now < until - 1e-9:
        clock.now += min(0.01, until - clock.now)
        run.train_for(10.0)
    return run.training.n_epochs_done


@pytest.mark.parametrize(
    ("epoch", "seconds"), [(1, 0.0), (10, 1.0), (100, 3.0), (1000, 5.0), (10**5, 5.0), (2, 0.30103), (20, 1.60206)]
)
def test_a_story_takes_a_second_to_epoch_10_and_two_for_each_factor_of_ten_after_it(epoch: int, seconds: float) -> None:
    assert due_s(epoch, "story", 1000) == pytest.approx(seconds, abs=1e-5)
    assert due_s(epoch, "slow", 1000) == pytest.approx(4 * seconds, abs=1e-4)
    assert due_s(epoch, "full", 1000) == 0.0


def test_a_number_is_epochs_per_second() -> None:
    assert [due_s(epoch, 4.0, 1000) for epoch in (1, 2, 5, 4001)] == [0.0, 0.25, 1.0, 1000.0]


def test_a_run_passes_the_epochs_when_they_are_due() -> None:
    run, clock = paced()
    run.obey(Run())
    run.train_for(10.0)
    assert run.training.n_epochs_done == 1 and run.rest_s == pytest.approx(0.30103, abs=1e-5)
    assert epochs_after(run, clock, 1.005) == 10
    assert epochs_after(run, clock, 2.0) == 100
    assert run.snapshot().meta["pace"] == "story"
    assert epochs_after(run, clock, 1.0) == 200 and run.state == "finished" and run.rest_s == 0


def test_after_its_story_a_run_goes_on_at_full_speed() -> None:
    run, clock = paced()
    run.obey(Run())
    epochs_after(run, clock, 6.0)
    run.obey(Run())
    run.train_for(10.0)
    assert run.training.n_epochs_done == 400


@pytest.mark.parametrize("pace", ["slow", "story", 30.0])
def test_what_is_trained_and_kept_does_not_depend_on_the_pace(pace: str | float) -> None:
    runs = paced("full"), paced(pace)
    for run, clock in runs:
        for _ in range(20):
            run.obey(Step())
            run.train_for(10.0)
        run.obey(Set(name="l2", value=0.02))
        run.obey(Run())
        while run.state == "running":
            clock.now += 0.003
            run.train_for(0.0001)
    assert runs[1][1].now > 51.0, "it did wait"
    (fast, _), (slow, _) = runs
    for name, values in fast.training.arrays().items():
        np.testing.assert_array_equal(slow.training.arrays()[name], values, name)
    assert [moment.epoch for moment in slow.moments] == [moment.epoch for moment in fast.moments]
    for ours, theirs in zip(slow.moments, fast.moments, strict=True):
        np.testing.assert_array_equal(ours.parameters, theirs.parameters)


def test_a_changed_strength_begins_the_story_again_and_an_equal_one_does_not() -> None:
    run, clock = paced()
    run.obey(Run())
    assert epochs_after(run, clock, 3.005) == 100
    run.obey(Set(name="l2", value=0.01))
    run.train_for(10.0)
    assert run.training.n_epochs_done == 101, "a hand sees something at once"
    assert epochs_after(run, clock, 1.005) == 110
    run.obey(Set(name="l2", value=0.01))
    assert epochs_after(run, clock, 2.0) == 200


def test_a_hand_that_drags_does_not_stall_the_run() -> None:
    run, clock = paced()
    run.obey(Run())
    epochs_after(run, clock, 1.0)
    before = run.training.n_epochs_done
    for i in range(60):
        clock.now += 1 / 60
        run.obey(Set(name="l2", value=i * 1e-4, gesture=1))
        run.train_for(10.0)
    assert run.training.n_epochs_done - before >= 59


def test_a_run_that_stood_goes_on_where_its_story_was() -> None:
    run, clock = paced()
    run.obey(Run())
    epochs_after(run, clock, 1.005)
    run.obey(Pause())
    assert run.rest_s == 0
    clock.now += 1000
    run.obey(Step())
    run.train_for(10.0)
    assert run.training.n_epochs_done == 11, "Step waits for nothing"
    run.obey(Run())
    run.train_for(10.0)
    assert run.training.n_epochs_done == 11
    assert epochs_after(run, clock, 0.1) == 12
    run.obey(Reset())
    run.obey(Run())
    assert epochs_after(run, clock, 1.005) == 10


def test_a_run_that_cannot_follow_does_not_hurry_later() -> None:
    run, clock = paced()
    run.obey(Run())
    run.train_for(10.0)
    clock.now += 100  # nobody looked, or each epoch takes long
    run.train_for(10.0)
    ahead = max(epoch for epoch in range(1, 20) if due_s(epoch, "story", 200) <= LAG_S + due_s(2, "story", 200))
    assert run.training.n_epochs_done <= ahead


def test_a_pace_that_is_changed_goes_on_from_here() -> None:
    run, clock = paced(2.0)
    run.obey(Run())
    assert epochs_after(run, clock, 2.005) == 5
    run.obey(Pace(pace=100.0))
    assert epochs_after(run, clock, 0.105) in (14, 15, 16)
    run.obey(Pace(pace="full"))
    run.train_for(10.0)
    assert run.state == "finished"


def test_the_study_rests_until_the_next_epoch_is_due_and_shows_what_is_new_before() -> None:
    mailbox = Mailbox()
    steps = live_study(lambda: playground_run(SINE, load_split(SINE.data)))(mailbox)
    next(steps)
    mailbox.put(Pace(pace=0.5))
    mailbox.put(Run())
    mailbox.wants_snapshot = True
    shown = next(steps)
    assert shown is not None and shown.meta["epoch"] == 1 and shown.meta["pace"] == 0.5
    assert not mailbox.is_idle and 1.5 < mailbox.rest_s <= 2.0
    mailbox.owes_snapshot = False
    assert next(steps) is None, "nothing is new"
    mailbox.put(Pace(pace="full"))
    next(steps)
    assert mailbox.rest_s == 0
    steps.close()


def test_epochs_that_are_due_within_a_blink_are_trained_together() -> None:
    run, clock = paced(1000.0)
    run.obey(Run())
    run.train_for(10.0)
    assert run.rest_s == BUNCH_S
    clock.now += BUNCH_S
    run.train_for(10.0)
    assert run.training.n_epochs_done == 16


def test_a_run_that_was_put_away_keeps_its_pace() -> None:
    run, clock = paced(3.0)
    run.obey(Run())
    epochs_after(run, clock, 1.0)
    other = playground_run(SINE, load_split(SINE.data))
    other.resume(run.keep())
    assert other.pacing.pace == 3.0 and other.state == "running"
