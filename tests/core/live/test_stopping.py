"""A run pauses by itself where it was told to, says why, and trains up to there what it would have trained."""

import numpy as np
import pytest

from core import Experiment
from core.data import load_split
from core.live.compare.run import compare_run
from core.live.playground.run import playground_run
from core.live.run import LiveRun
from core.live.stopping import Stopping
from core.presets import START
from core.stream.commands import Reset, Run, Set, Step, StopAt
from core.stream.snapshot import decode
from core.studies.compare.variants import TASK

SINE = Experiment(
    data={"name": "sine", "noise_std": 0.3, "n_train": 15, "seed": 2},
    network={"hidden_sizes": [32]},
    training={"n_epochs": 150, "optimizer": "adam", "learning_rate": 0.02},
)


class Told:
    """A history with these validation losses at these epochs; the training loss is a tenth of them."""

    def __init__(self) -> None:
        self.epochs: list[int] = []
        self.records: list[dict[str, np.ndarray]] = []

    def add(self, epoch: int, loss: float) -> None:
        self.epochs.append(epoch)
        self.records.append({"val_loss": np.array([loss]), "train_loss": np.array([loss / 10])})


def first_stop(condition: StopAt, losses: list[tuple[int, float]]) -> tuple[int, str]:
    stopping, history = Stopping(), Told()
    stopping.set(condition)
    for epoch, loss in losses:
        history.add(epoch, loss)
        if why := stopping.look(epoch, history):  # type: ignore[arg-type]
            return epoch, why
    return -1, ""


FALLS_AND_RISES = [(1, 0.9), (2, 0.5), (3, 0.4), (4, 0.45), (6, 0.42), (8, 0.5), (10, 0.6)]


@pytest.mark.parametrize(
    ("condition", "epoch", "said"),
    [
        (StopAt(when="never"), -1, ""),
        (StopAt(when="epoch", value=4), 4, "Stopped at epoch 4, as you asked."),
        (StopAt(when="val_loss", value=0.45), 3, "Stopped at epoch 3: the validation loss has come down to 0.400, as you asked."),
        (StopAt(when="train_loss", value=0.05), 2, "Stopped at epoch 2: the training loss has come down to 0.050, as you asked."),
        (StopAt(when="val_loss", value=0.1), -1, ""),
        (StopAt(when="best", value=1), 4, "Stopped early at epoch 4: the validation loss was lowest at epoch 3, 0.400."),
        (StopAt(when="best", value=5), 8, "Stopped early at epoch 8: the validation loss was lowest at epoch 3, 0.400."),
        (StopAt(when="best", value=8), -1, ""),
    ],
)  # fmt: skip
def test_a_condition_is_met_where_the_numbers_say(condition: StopAt, epoch: int, said: str) -> None:
    assert first_stop(condition, FALLS_AND_RISES) == (epoch, said)


def test_a_loss_that_is_no_number_meets_nothing() -> None:
    assert first_stop(StopAt(when="val_loss", value=1.0), [(1, float("nan"))])[0] == -1
    assert first_stop(StopAt(when="best", value=5), [(1, 0.5), (3, float("nan")), (6, float("nan"))])[0] == 6


def until_it_stands(*commands, experiment: Experiment = SINE) -> LiveRun:
    run = playground_run(experiment, load_split(experiment.data))
    return go_on(run, *commands)


def go_on(run: LiveRun, *commands) -> LiveRun:
    for command in (*commands, Run()):
        run.obey(command)
    while run.state == "running":
        run.train_for(0.05)
    return run


def test_it_stops_at_an_epoch_says_so_and_goes_on_from_there_with_the_numbers_of_an_uninterrupted_run() -> None:
    run = until_it_stands(StopAt(when="epoch", value=57))
    shown = run.snapshot()
    assert (run.state, shown.meta["epoch"]) == ("paused", 57) and shown.arrays["epoch"][-1] == 57
    assert shown.meta["banner"]["text"] == "Stopped at epoch 57, as you asked."
    assert shown.meta["banner"]["remedy"]["commands"] == [{"type": "run"}]
    assert shown.meta["stop_at"] == {"when": "epoch", "value": 57}
    go_on(run)
    assert run.state == "finished" and run.snapshot().meta["banner"] is None
    whole = until_it_stands()
    np.testing.assert_array_equal(run.training.state().parameters, whole.training.state().parameters)


def test_early_stopping_by_eye_stops_after_the_turn_and_names_the_best_epoch() -> None:
    run, whole = until_it_stands(StopAt(when="best", value=60), experiment=START), until_it_stands(experiment=START)
    best = int(whole.training.history.best_epoch[0])
    epochs = whole.training.history.epochs
    stopped = run.training.n_epochs_done
    assert run.state == "paused" and stopped < 1000
    assert stopped == next(epoch for epoch in epochs if epoch >= int(run.training.history.best_epoch[0]) + 60)
    assert f"was lowest at epoch {best:,}" in run.stopped_why and run.training.history.best_epoch[0] == best


def test_it_holds_once_and_again_after_a_reset() -> None:
    run = until_it_stands(StopAt(when="train_loss", value=0.3))
    epoch = run.training.n_epochs_done
    assert run.state == "paused" and run.training.state().train_loss[0] <= 0.3
    assert go_on(run).state == "finished"
    go_on(run, Reset())
    assert (run.state, run.training.n_epochs_done) == ("paused", epoch)
    run.obey(Step())
    run.train_for(5.0)
    assert run.stopped_why == "" and run.training.n_epochs_done == epoch + 1


def test_a_changed_strength_counts_patience_anew() -> None:
    run = until_it_stands(StopAt(when="best", value=60), experiment=START)
    first = run.training.n_epochs_done
    go_on(run, Set(name="l2", value=0.003))
    assert run.training.n_epochs_done >= first + 60


def test_a_run_that_was_put_away_keeps_its_condition_and_why_it_stands() -> None:
    run = until_it_stands(StopAt(when="train_loss", value=0.3))
    other = playground_run(SINE, load_split(SINE.data))
    other.resume(decode(run.keep().encoded))
    assert other.stopping.condition == run.stopping.condition and other.stopped_why == run.stopped_why
    assert go_on(other).state == "finished"


def test_a_study_of_several_networks_has_no_such_condition() -> None:
    experiment = TASK.replace(n_epochs=10)
    run = go_on(compare_run(experiment, load_split(experiment.data)), StopAt(when="epoch", value=3))
    assert run.state == "finished"


def test_past_the_lowest_loss_that_very_epoch_is_kept_and_to_be_shown() -> None:
    run = until_it_stands(StopAt(when="best", value=60), experiment=START)
    best = int(run.training.history.best_epoch[0])
    assert run.snapshot().meta["rewind_to"] == best
    epochs = [int(state.epoch[0]) for state in run.moments]
    assert best in epochs and epochs == sorted(epochs)
    there = until_it_stands(StopAt(when="epoch", value=best), experiment=START).training.state()
    kept = run.moments[epochs.index(best)]
    np.testing.assert_array_equal(kept.parameters, there.parameters)
    assert kept.val_loss[0] == there.val_loss[0] == run.training.history.best_val_loss[0]
    sent, after = [], -1
    while True:
        piece = run.stored_frames(after)
        sent += piece.meta["numbers"]
        after = piece.version
        if not piece.meta["has_more"]:
            break
    assert sent == sorted(piece.meta["kept"])  # each once, though one was kept after those that follow it in time
    run.obey(Run())
    assert run.snapshot().meta["rewind_to"] is None


def test_other_conditions_show_the_present() -> None:
    assert until_it_stands(StopAt(when="epoch", value=57)).snapshot().meta["rewind_to"] is None
