import json
from typing import Any

import pytest

from core.stream.commands import (
    Frames,
    Pace,
    Pause,
    Ready,
    Recall,
    Reseed,
    Reset,
    Run,
    Set,
    Step,
    Stop,
    StopAt,
    parse_message,
)


@pytest.mark.parametrize(
    "message",
    [
        Set(name="l1", value=0.5),
        Run(),
        Pause(),
        Step(),
        Reset(),
        Reseed(seed=3),
        Stop(),
        Pace(pace="story"),
        Pace(pace=12.5),
        Recall(epoch=70),
        StopAt(when="best", value=100),
        StopAt(when="val_loss", value=0.2),
        StopAt(when="never"),
        Ready(version=2),
        Frames(after=-1),
    ],
)
def test_round_trip(message: Any) -> None:
    assert parse_message(message.model_dump_json()) == message


@pytest.mark.parametrize(
    "bad",
    [
        {"type": "set", "name": "n_train", "value": 5},
        {"type": "set", "name": "l1", "value": -1},
        {"type": "set", "name": "l1", "value": True},
        {"type": "set", "name": "l1", "value": "0.1"},
        {"type": "set", "name": "l1"},
        {"type": "set", "name": "learning_rate", "value": 0},
        {"type": "set", "name": "dropout_rate", "value": 0.95},
        {"type": "set", "name": "l1", "value": float("nan")},
        {"type": "set", "name": "l1", "value": float("inf")},
        {"type": "run", "extra": 1},
        {"type": "reseed", "seed": 1_000_000},
        {"type": "reseed", "seed": 1.5},
        {"type": "ready", "version": 10**40},
        {"type": "pace", "pace": "fast"},
        {"type": "pace", "pace": 0},
        {"type": "pace", "pace": True},
        {"type": "pace", "pace": 2e6},
        {"type": "pace", "pace": float("inf")},
        {"type": "pace"},
        {"type": "recall", "epoch": -1},
        {"type": "recall", "epoch": 1.5},
        {"type": "stop_at", "when": "epoch", "value": 0},
        {"type": "stop_at", "when": "best", "value": 2.5},
        {"type": "stop_at", "when": "train_loss", "value": -0.1},
        {"type": "stop_at", "when": "lunch", "value": 1},
        {"type": "explode"},
        {"no": "type"},
        [1],
        None,
    ],
)
def test_bad_messages_are_refused_in_words(bad: Any) -> None:
    with pytest.raises(ValueError, match="The message was refused: "):
        parse_message(json.dumps(bad))


@pytest.mark.parametrize("text", ["", "{", "[" * 4000, "\x00", '{"type":"set"' * 9])
def test_what_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="The message was refused: "):
        parse_message(text)
