"""Rounds: a piece of a live study trained somewhere else, a few epochs at a time. From bytes to bytes, as all that travels.

The one who asks says from which epoch to which, what to record on the way, and where the weights are to be looked at. Whoever
answers may have trained this piece before, and goes on from there; if not, he answers that he does not know it, and is sent the
piece and the state of its members. So an answer depends on the request alone, any process can give it, and one that
dies is replaced by another. Read next: `core/live/side_by_side.py`, which asks.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import torch

from core.engine.arithmetic import plain_torch
from core.engine.compiled import follow
from core.engine.keeping import keep_members, restore_members
from core.measures import History
from core.studies.base.piece import Piece
from core.studies.base.result import Result
from core.studies.base.training import Training

Arrays = dict[str, np.ndarray]
MAX_HELD, MAX_HELD_BYTES = 16, 1_000_000_000  # pieces that a process keeps at hand, and what they may take: the latest


@dataclass(frozen=True, eq=False)
class Round(Result):
    """What to do: the epochs after `first` up to `last`.

    key: of the piece. n_epochs: how long it is trained in all; records: epochs to measure at; looks: epochs at which its
    weights are wanted. is_whole: whether the state of its members is wanted at the end; is_compiled: whether whoever asks computes
    with compiled steps. piece, state: what one needs who does not know the piece, None for whoever does. strengths: of the
    members from here on, (M, 1) by name, {} where they stay.
    """

    key: str
    first: int
    last: int
    n_epochs: int
    records: tuple[int, ...]
    looks: tuple[int, ...]
    is_whole: bool = False
    is_compiled: bool = False
    piece: Piece | None = None
    state: Arrays = field(default_factory=dict)
    strengths: Arrays = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Answer(Result):
    """What came of a round; `is_known` False where the piece and its state have to be sent.

    epochs (n_records,) and records, by name (n_records, M, …), of this round. parameters: (n_looks, M, n_parameters) and
    is_diverged (n_looks, M). state: of the members at the end, {} where it was not wanted.
    """

    is_known: bool
    epochs: np.ndarray
    records: Arrays
    parameters: np.ndarray
    is_diverged: np.ndarray
    state: Arrays


UNKNOWN = Answer(False, np.zeros(0), {}, np.zeros(0), np.zeros(0), {})


class Outbox(History):
    """Records that wait to be sent: what is recorded is the asker's choice, and nothing is thinned here."""

    def __init__(self) -> None:
        super().__init__(max_records=1 << 30)

    def is_due(self, epoch: int) -> bool:
        """Return False."""
        return False

    def sent(self) -> None:
        """Forget all but the last."""
        del self.epochs[:-1], self.records[:-1]


class Held:
    """A piece at work in this process."""

    def __init__(self, piece: Piece) -> None:
        self.training = Training(piece.plan, lambda _: Outbox(), "cpu")
        self.n_bytes = 8 * self.training.trainer.stack.parameters.nbytes + piece.X.nbytes

    @property
    def epoch(self) -> int:
        """Return the epochs done."""
        return self.training.trainer.n_epochs_done

    def take(self, state: Arrays, epoch: int) -> None:
        """Stand where others have left off; without a state, at the beginning."""
        training = self.training
        if state:
            go_to(training, state, epoch)

    def run(self, asked: Round) -> Answer:
        """Train the epochs that are asked for."""
        training, history = self.training, self.training.history
        assert isinstance(history, Outbox)
        training.n_epochs = asked.n_epochs
        training.give({name: values[:, 0] for name, values in asked.strengths.items()})
        history.sent()
        n_before, looks, lost = len(history.epochs), [], []
        for epoch in range(asked.first + 1, asked.last + 1):
            training.trainer.run_epoch()
            if epoch in asked.records:
                training.record()
            if epoch in asked.looks:
                training.hold_diverged()
                looks.append(training.trainer.stack.parameters.numpy().copy())
                lost.append(training.is_diverged.copy())
        records = history.records[n_before:]
        return Answer(
            True, np.array(history.epochs[n_before:], dtype=int),
            {name: np.stack([record[name] for record in records]) for name in (records[0] if records else {})},
            np.array(looks), np.array(lost), state_of(training) if asked.is_whole else {},
        )  # fmt: skip


class Bench:
    """The pieces that a process has at hand, those used last at the end."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, Held] = OrderedDict()
        self._lock = threading.Lock()

    @plain_torch()
    def answer(self, content: bytes) -> bytes:
        """Do what a round asks, from bytes to bytes."""
        asked = Round.from_bytes(content)
        follow(asked.is_compiled)
        with self._lock:
            held = self._held.pop(asked.key, None)
        if asked.piece is not None:
            held = Held(asked.piece)
            held.take(asked.state, asked.first)
        if held is None or held.epoch != asked.first:
            return UNKNOWN.to_bytes()
        answer = held.run(asked)
        if asked.last < asked.n_epochs:
            self._hold(asked.key, held)
        return answer.to_bytes()

    def _hold(self, key: str, held: Held) -> None:
        """Keep a piece at hand, and let the oldest go where there are too many."""
        with self._lock:
            self._held[key] = held
            while len(self._held) > 1 and (len(self._held) > MAX_HELD or self.n_bytes > MAX_HELD_BYTES):
                self._held.popitem(last=False)

    @property
    def n_bytes(self) -> int:
        """Return about what the pieces take."""
        return sum(held.n_bytes for held in self._held.values())


@cache
def the_bench() -> Bench:
    """Return the pieces of this process."""
    return Bench()


def answer_round(content: bytes) -> bytes:
    """Do what a round asks in this process, with the pieces that it has at hand."""
    return the_bench().answer(content)


def state_of(training: Training) -> Arrays:
    """Return the state of the members of a training that stands between two epochs."""
    finite = training.finite.numpy().copy()
    return {**keep_members(training.trainer), "finite": finite, "is_diverged": training.is_diverged.copy()}


def go_to(training: Training, state: Arrays, epoch: int) -> None:
    """Let a training, not yet beyond this epoch, stand where `state_of` was taken."""
    restore_members(training.trainer, state, epoch)
    training.is_diverged = state["is_diverged"].astype(bool)
    training.is_lost, training.finite = bool(training.is_diverged.all()), torch.as_tensor(state["finite"].copy())


def rows_of(state: Arrays, places: np.ndarray) -> Arrays:
    """Return the state of some members."""
    return {name: values[places] for name, values in state.items()}


def joined(places: list[np.ndarray], states: list[Arrays]) -> Arrays:
    """Return the states of pieces as one, each member at its place."""
    order = np.argsort(np.concatenate(places))
    return {name: np.concatenate([state[name] for state in states])[order] for name in states[0]}
