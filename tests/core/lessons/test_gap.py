"""Lesson 1 on curves by hand, and its goal on a real run."""

import numpy as np
import pytest

from core.lessons import gap
from core.lessons.catalog import LESSONS
from core.lessons.measuring import SLICE_S
from core.lessons.record import Record
from core.live.making import split_of
from core.live.playground.run import playground_run
from core.stream.commands import Run, Set

EPOCH = np.arange(101.0)
TRAIN = np.exp(-EPOCH / 10)


def record(val: np.ndarray, train: np.ndarray = TRAIN) -> Record:
    return Record({"epoch": EPOCH, "train_loss": train, "val_loss": val}, {"state": "finished", "changes": []})


@pytest.mark.parametrize(
    ("val", "answer"),
    [
        (TRAIN + EPOCH / 100, "rises"),
        (np.maximum(TRAIN, 0.5), "stays"),
        (1 - EPOCH / 200, "falls"),
        (TRAIN + (EPOCH > 50), "sudden"),
        (np.where(EPOCH < 50, 1 - EPOCH / 100, 0.5 + (EPOCH - 50) / 1000), None),
    ],
)
def test_the_shape_of_a_curve(val: np.ndarray, answer: str | None) -> None:
    assert gap.shape(record(val)).answer == answer


def test_numbers_of_a_curve_by_hand() -> None:
    val = np.abs(EPOCH - 40) / 100 + 0.2
    numbers = gap.shape(record(val)).numbers
    assert (numbers["lowest"], numbers["best_epoch"], numbers["last"], numbers["times"]) == (
        "0.200",
        "40",
        "0.800",
        "4.0",
    )


def test_when_to_stop_is_where_it_is_lowest_of_three() -> None:
    assert gap.when_to_stop(record(np.abs(EPOCH - 10) / 100 + 0.2)).answer == "early"
    assert gap.when_to_stop(record(1 - EPOCH / 200)).answer == "end"
    assert gap.when_to_stop(record(np.full(101, 0.5))).answer is None
    assert gap.when_to_stop(record(1 - EPOCH / 200, train=np.ones(101))).answer is None  # nothing known by heart


def test_the_goal_counts_at_any_epoch_since_the_move() -> None:
    val = np.concatenate([np.abs(np.arange(51.0) - 20) / 100 + 0.2, np.abs(np.arange(50.0) - 10) / 100 + 0.1])
    facts = {"state": "finished", "changes": [{"epoch": 50, "name": "l2", "value": 0.003}]}
    found = gap.is_healed(Record({"epoch": EPOCH, "train_loss": TRAIN, "val_loss": val}, facts))
    assert found.answer == "met" and val[-1] > 0.2  # it has risen above the goal again
    assert found.numbers == {"target": "0.200", "reached": "0.100", "epoch": "61"}
    at_once = {**facts, "changes": [{"epoch": 100, "name": "l2", "value": 0.003}]}
    assert gap.is_healed(Record({"epoch": EPOCH, "train_loss": TRAIN, "val_loss": val}, at_once)).answer == "open"


def test_the_goal_is_met_by_the_penalty_that_the_hint_names() -> None:
    experiment = LESSONS["gap"].experiment
    run = playground_run(experiment, split_of(experiment.data))
    for command, answer in ((Run(), "open"), (Set(name="l2", value=0.003), "met")):
        run.obey(command)
        while run.state == "running":
            run.train_for(SLICE_S)
        assert gap.is_healed(Record.of(run.snapshot())).answer == answer
