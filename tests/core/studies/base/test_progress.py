"""The progress line: in terminals and notebooks, nowhere else, and always ended."""

from __future__ import annotations

import io
import sys
from typing import Any

import pytest

from core import Experiment, cross_validate, train
from core.studies.base.progress import ProgressBar, is_redrawable

SMALL = Experiment(
    data={"name": "diabetes", "n_train": 20},
    network={"hidden_sizes": []},
    training={"n_epochs": 200, "optimizer": "sgd"},
)
WILD = SMALL.replace(learning_rate=1e3)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Bare:
    """A stream that can be written to and nothing else, as some windows set it."""

    def write(self, text: str) -> None:
        raise AssertionError("nobody sees this")


class Closed(io.StringIO):
    def isatty(self) -> bool:
        raise ValueError("I/O operation on closed file")


# What ipykernel puts in the place of stderr: no terminal, though a line can be redrawn.
Notebook = type("OutStream", (io.StringIO,), {"__module__": "ipykernel.iostream", "isatty": lambda self: False})


@pytest.mark.parametrize("make", [Terminal, Notebook])
@pytest.mark.parametrize("experiment", [SMALL, WILD], ids=["trains", "diverges"])
def test_the_line_is_redrawn_in_place_and_ended_once(
    make: type[io.StringIO], experiment: Experiment, monkeypatch
) -> None:
    stream = make()
    monkeypatch.setattr(sys, "stderr", stream)
    train(experiment)
    text = stream.getvalue()
    assert text.startswith("\r[") and text.endswith("\n") and text.count("\n") == 1
    assert (f"{30 * '#'}] epoch 200/200" in text) == (experiment is SMALL)


def test_a_study_in_parts_has_a_line_too(monkeypatch) -> None:
    monkeypatch.setattr(sys, "stderr", stream := Terminal())
    cross_validate(SMALL, "l2", [0.0, 0.1], 3)
    assert stream.getvalue().endswith("part 1/1\n")


def test_an_exception_ends_the_line(monkeypatch) -> None:
    monkeypatch.setattr(sys, "stderr", stream := Terminal())
    with pytest.raises(KeyboardInterrupt), ProgressBar(10, True) as bar:
        bar.show(1)
        raise KeyboardInterrupt
    assert stream.getvalue().endswith("epoch 1/10\n")


@pytest.mark.parametrize("stream", [None, Bare(), io.StringIO(), Closed()], ids=["none", "bare", "file", "closed"])
@pytest.mark.parametrize("study", [train, lambda e: cross_validate(e, "l2", [0.0], 3)], ids=["train", "cv"])
def test_without_a_line_to_redraw_it_trains_in_silence(stream: Any, study: Any, monkeypatch) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    study(SMALL)
    assert not is_redrawable(stream)
    assert not isinstance(stream, io.StringIO) or stream.getvalue() == ""


def test_asked_for_none_it_writes_none(monkeypatch) -> None:
    monkeypatch.setattr(sys, "stderr", stream := Terminal())
    train(SMALL, progress=False)
    assert stream.getvalue() == ""


@pytest.mark.parametrize("error", [BrokenPipeError, ValueError])
def test_a_stream_that_breaks_ends_the_line_and_not_the_training(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    class Broken(Terminal):
        def write(self, text: str) -> int:
            raise error

    monkeypatch.setattr(sys, "stderr", Broken())
    run = train(Experiment(training={"n_epochs": 3}))
    assert run.history["epoch"][-1] == 3
