"""The live run: it obeys, repeats, ends and diverges as the page promises."""

import numpy as np
import pytest

from core import Experiment
from core.data import DATASETS, load_split
from core.runtime.commands import Pause, Reseed, Reset, Run, Set, Step, Stop
from core.runtime.live import MAX_FRAMES, LiveRun

SINE = Experiment(data={"name": "sine", "noise_std": 0.3}, network={"hidden_sizes": [8]}, training={"n_epochs": 40})


def live(experiment=SINE):
    return LiveRun(experiment, load_split(experiment.data))


def run_to_the_end(run):
    run.obey(Run())
    while run.state == "running":
        run.train_for(0.01)
    return run


def test_it_starts_paused_and_step_trains_one_epoch():
    run = live()
    assert run.state == "paused"
    run.obey(Step())
    run.train_for(1.0)
    assert (run.state, run.trainer.n_epochs_done) == ("paused", 1)


def test_reset_repeats_the_same_run_and_reseed_another():
    run = run_to_the_end(live())
    assert run.state == "finished"
    first = run.snapshot()
    run.obey(Reset())
    again = run_to_the_end(run).snapshot()
    assert np.array_equal(first.arrays["val_loss"], again.arrays["val_loss"])
    assert again.version > first.version
    run.obey(Reseed(seed=5))
    other = run_to_the_end(run).snapshot()
    assert other.meta["seed"] == 5
    assert not np.array_equal(first.arrays["val_loss"], other.arrays["val_loss"])


def test_a_changed_strength_takes_effect_without_a_reset_and_is_recorded():
    run = live()
    run.obey(Step())
    run.train_for(1.0)
    run.obey(Set(name="l1", value=5.0))
    assert run.trainer.n_epochs_done == 1
    run.obey(Step())
    run.train_for(1.0)
    assert run.changes == [{"epoch": 1, "step": 1, "name": "l1", "value": 5.0}]
    assert run.snapshot().arrays["change_epoch"].tolist() == [1.0]
    for _ in range(20):
        run.obey(Step())
        run.train_for(1.0)
    assert run.trainer.stack.weights[0].abs().max() == 0


def test_divergence_is_a_reported_state_with_finite_charts_and_a_remedy():
    experiment = SINE.replace(optimizer="sgd", learning_rate=1e3, activation="linear")
    run = run_to_the_end(live(experiment))
    snapshot = run.snapshot()
    assert run.state == "diverged"
    assert "learning rate of 1000" in snapshot.meta["banner"]["text"]
    assert np.isfinite(snapshot.arrays["fit_y"]).all()
    for command in (Set(name="learning_rate", value=0.01), Reset(), Run()):
        run.obey(command)
    assert run.state == "running"


def test_stop_and_pause():
    run = live()
    run.obey(Run())
    run.obey(Pause())
    assert run.state == "paused"
    run.obey(Stop())
    run.obey(Run())
    assert run.state == "stopped"


def test_frames_hold_the_moments_seen_so_far_thinned():
    run = run_to_the_end(live(SINE.replace(n_epochs=350)))
    frames = run.stored_frames(-1)
    epochs = frames.arrays["frame_epoch"]
    assert len(epochs) <= MAX_FRAMES and epochs[0] == 0
    assert all(len(values) == len(epochs) for values in frames.arrays.values())
    assert [facts["epoch"] for facts in frames.meta["frames"]] == epochs.tolist()


@pytest.mark.parametrize("name", DATASETS)
def test_every_data_set_gives_a_snapshot_that_can_be_sent(name):
    experiment = SINE.replace(data=name, n_epochs=2)
    snapshot = run_to_the_end(live(experiment)).snapshot()
    assert len(snapshot.encoded) > 1000
    assert np.isfinite(snapshot.arrays["train_loss"]).all()
