"""A recording shows what the run shows, is made once, and whoever goes on from it trains what would have been trained."""

import threading

import numpy as np
import pytest

from core import Experiment
from core.data import load_split
from core.live.playground.recording import (
    Shelf,
    is_same_run,
    playground_run_from,
    recalling_run,
    record,
    the_shelf,
)
from core.live.playground.run import Origin, PlaygroundRun, playground_run
from core.presets import PRESETS
from core.stream.commands import Recall, Reset, Run, Set
from core.stream.snapshot import decode
from tests.core.live.rewound import all_frames

SINE = Experiment(
    data={"name": "sine", "noise_std": 0.3, "n_train": 20},
    network={"hidden_sizes": [8]},
    training={"n_epochs": 150, "batch_size": 6, "optimizer": "adam"},
    regularization={"dropout_rate": 0.1},
)


@pytest.fixture(scope="module")
def recorded():
    return record(SINE)


def to_the_end(run: PlaygroundRun, *commands) -> PlaygroundRun:
    for command in (*commands, Run()):
        run.obey(command)
    while run.state == "running":
        run.train_for(0.05)
    return run


def uninterrupted(experiment: Experiment = SINE) -> PlaygroundRun:
    return playground_run(experiment, load_split(experiment.data))


def assert_equal_runs(ours: PlaygroundRun, theirs: PlaygroundRun) -> None:
    for name, values in theirs.training.arrays().items():
        np.testing.assert_array_equal(ours.training.arrays()[name], values, name)
    np.testing.assert_array_equal(ours.training.state().parameters, theirs.training.state().parameters)
    assert [moment.epoch for moment in ours.moments] == [moment.epoch for moment in theirs.moments]
    shown, expected = ours.snapshot(), theirs.snapshot()
    assert shown.arrays.keys() == expected.arrays.keys()
    for name, values in expected.arrays.items():
        np.testing.assert_array_equal(shown.arrays[name], values, name)
    assert shown.meta["verdict"] == expected.meta["verdict"]


def test_its_frames_are_those_of_a_run_and_end_at_its_last_epoch(recorded) -> None:
    run = to_the_end(uninterrupted())
    frames = all_frames(run)
    epochs = frames.arrays["frame_epoch"].tolist()
    assert recorded.frames.arrays["frame_epoch"].tolist()[: len(epochs)] == epochs
    assert recorded.frames.arrays["frame_epoch"][-1] == 150 and recorded.frames.meta["frames"][-1]["epoch"] == 150
    for name, values in frames.arrays.items():
        np.testing.assert_array_equal(recorded.frames.arrays[name][: len(values)], values, name)
    np.testing.assert_array_equal(recorded.last.arrays["val_loss"], run.snapshot().arrays["val_loss"])
    for facts in recorded.frames.meta["frames"]:
        assert facts["readouts"]["epoch"] == f"{facts['epoch']:,}"
    sent = decode(recorded.frames.encoded)
    assert sent.kind == "frames" and sent.meta["has_more"] is False
    assert len(sent.meta["frames"]) == len(sent.meta["due_s"]) == len(sent.arrays["fit_y"])


def test_the_matrices_of_a_large_network_stand_in_a_part_of_their_own() -> None:
    large = SINE.replace(hidden_sizes=[32, 32], n_epochs=20)
    one, frames = record(large), all_frames(to_the_end(uninterrupted(large)))
    n = len(frames.arrays["frame_epoch"])
    assert one.later.arrays.keys() == {"matrices"}
    np.testing.assert_array_equal(one.later.arrays["matrices"][:n], frames.arrays["matrices"])
    assert len(one.later.arrays["matrices"]) == len(one.frames.meta["frames"])
    assert "matrices" not in one.frames.arrays and "matrices" not in one.last.arrays
    assert frames.arrays.keys() - {"matrices"} == one.frames.arrays.keys()


def test_a_small_network_has_nothing_that_comes_later(recorded) -> None:
    assert recorded.later.arrays == {} and decode(recorded.later.encoded).kind == "frames"


def test_it_says_when_each_moment_is_due_in_a_story(recorded) -> None:
    due = dict(zip((f["epoch"] for f in recorded.frames.meta["frames"]), recorded.frames.meta["due_s"], strict=True))
    assert due[0] == due[1] == 0.0 and due[10] == 1.0 and due[150] == pytest.approx(1 + 2 * (np.log10(150) - 1))


def test_the_word_at_the_star_comes_when_the_validation_loss_has_turned() -> None:
    one = record(PRESETS["memorise"].experiment)
    words = [facts["labels"]["turn"][0] for facts in one.frames.meta["frames"]]
    assert words[0] == " " and words[-1] == "turns here"
    turns = one.frames.meta["frames"][words.index("turns here", 30)]["epoch"]
    assert turns > one.last.arrays["best_epoch"][0], "never before its lowest"


@pytest.mark.parametrize("epoch", [0, 1, 10, 60, 150])
def test_a_run_that_goes_on_from_a_recorded_moment_equals_the_uninterrupted_one_bit_for_bit(recorded, epoch) -> None:
    run = playground_run_from(recorded, epoch)
    at = run.training.n_epochs_done
    assert at == recorded.moment(epoch).epoch and abs(at - epoch) <= 5
    assert run.state == ("finished" if at == 150 else "paused") and run.moments[-1].epoch[0] == at
    whole = uninterrupted()
    to_the_end(whole)
    if epoch == 150:  # Run goes on for as many epochs again; beside the end, a recorded moment, the same ones are kept
        to_the_end(run), to_the_end(whole)
        np.testing.assert_array_equal(run.training.state().parameters, whole.training.state().parameters)
        return
    assert_equal_runs(to_the_end(run), whole)


def test_a_strength_that_is_moved_there_acts_as_if_it_had_been_moved_in_the_run(recorded) -> None:
    epoch = recorded.moment(70).epoch
    ours = to_the_end(playground_run_from(recorded, epoch), Set(name="l2", value=0.05))
    theirs = uninterrupted()
    theirs.obey(Run())
    while theirs.training.n_epochs_done < epoch:
        if theirs.training.step():
            theirs._end_of_epoch()
    assert_equal_runs(ours, to_the_end(theirs, Set(name="l2", value=0.05)))
    assert ours.changes == theirs.changes


def test_going_on_leaves_the_recording_as_it_is(recorded) -> None:
    first = to_the_end(playground_run_from(recorded, 30), Set(name="l1", value=0.5))
    again = to_the_end(playground_run_from(recorded, 30), Set(name="l1", value=0.5))
    assert_equal_runs(again, first)


def test_a_run_recalls_a_moment_of_its_own_recording_before_it_has_begun_and_only_then(monkeypatch, recorded) -> None:
    monkeypatch.setattr(the_shelf(), "_made", {"x": recorded})
    split = load_split(SINE.data)
    run = recalling_run(SINE.replace(n_splits=7), split)  # how it is studied is no part of the run
    version, n_begun = run.snapshot().version, run.n_begun
    run.obey(Recall(epoch=40))
    shown = run.snapshot()
    assert shown.meta["epoch"] == recorded.moment(40).epoch and shown.version > version
    assert shown.meta["n_begun"] > n_begun and shown.meta["state"] == "paused"
    assert run.experiment.study.n_splits == 7
    run.obey(Recall(epoch=100))
    assert run.training.n_epochs_done == recorded.moment(40).epoch, "it has begun"
    run.obey(Reset())
    assert run.training.n_epochs_done == 0
    for other in (
        recalling_run(SINE.replace(l2=0.01), split),
        recalling_run(SINE.replace(seed=5), split),
        recalling_run(SINE, split),
    ):
        if is_same_run(other.experiment, SINE):
            other.view.origin = Origin(other.training.trainer.stack.parameters[0].numpy(), None, "elsewhere")
        other.obey(Recall(epoch=40))
        assert other.training.n_epochs_done == 0


def test_a_recording_is_made_once_however_many_ask_at_once(recorded) -> None:
    made = []

    def make(experiment: Experiment):
        made.append(experiment)
        return recorded

    shelf, found = Shelf(make, n_most=2), []
    threads = [threading.Thread(target=lambda: found.append(shelf.get("memorise"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [PRESETS["memorise"].experiment] and found == [recorded] * 8
    for preset in ("l2", "l1"):
        shelf.get(preset)
    assert shelf._made.keys() == {"l2", "l1"}, "no more than so many are kept"


def test_an_unknown_preset_is_said() -> None:
    with pytest.raises(ValueError, match=r"preset: expected one of memorise, .*received 'bees'"):
        Shelf().get("bees")
