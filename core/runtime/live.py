"""The live run: one network in training that takes commands and gives snapshots. See `job.py` for what a study is."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from core.config import LIVE_FIELDS, Experiment
from core.data import Split
from core.engine import Trainer
from core.measures import History
from core.measures.verdict import judge
from core.runtime import views
from core.runtime.commands import Command, Pause, Reseed, Reset, Run, Set, Step, Stop
from core.runtime.job import Mailbox
from core.runtime.snapshot import Snapshot
from core.studies.fit import make_trainer

SLICE_S = 0.025
HOPELESS_LOSS = 1e8  # a training loss beyond this has diverged, though it may still be a number
MAX_FRAMES = 100  # moments kept for rewind; past that every second one is dropped


@dataclass(frozen=True)
class Frame:
    """One moment kept for rewind."""

    epoch: int
    facts: dict[str, Any]
    arrays: dict[str, np.ndarray]


def live_study(experiment: Experiment, split: Split) -> Callable[[Mailbox], Generator[Snapshot | None, None, None]]:
    """Return the study of a live run that starts paused at epoch 0 (see `LiveRun`)."""

    def study(mailbox: Mailbox) -> Generator[Snapshot | None, None, None]:
        run = LiveRun(experiment, split)
        mailbox.frames = run.stored_frames
        while True:
            for command in mailbox.take():
                run.obey(command)
            if run.state == "running":
                run.train_for(SLICE_S)
            mailbox.is_idle = run.state != "running"
            yield run.snapshot() if mailbox.wants_snapshot and run.is_changed else None

    return study


class LiveRun:
    """State of a live run. `state` is paused, running, finished, diverged or stopped; `changes` lists strengths set on the way."""

    def __init__(self, experiment: Experiment, split: Split) -> None:
        self.experiment, self.split, self.version = experiment, split, 0
        self._start()

    def _start(self) -> None:
        """Begin at epoch 0 from the experiment's seed, paused."""
        self.trainer: Trainer = make_trainer(self.experiment, self.split)
        self.history = History()
        self.history.add(self.trainer)
        self.changes: list[dict[str, Any]] = []
        self.state, self.reason, self.is_changed, self.is_one_epoch = "paused", "", True, False
        self._began_s, self._trained_s = 0.0, 0.0
        self._good = self.trainer.stack.parameters.clone()
        self._frames: list[Frame] = []
        self._frame_stride = 1
        self._keep_frame()

    def obey(self, command: Command) -> None:
        """Carry out one command; it takes effect at the next step."""
        self.is_changed = True
        can_train = self.state in ("paused", "running")
        match command:
            case Set():
                self._set(command.name, command.value)
            case Run() if can_train:
                self.state = "running"
            case Step() if can_train:
                self.state, self.is_one_epoch = "running", True
            case Pause() if self.state == "running":
                self.state = "paused"
            case Stop():
                self.state = "stopped"
            case Reset():
                self._start()
            case Reseed():
                self.experiment = self.experiment.replace(seed=command.seed)
                self._start()
            case _:
                pass

    def _set(self, name: str, value: float) -> None:
        """Give a strength a new value, and note the epoch unless the run has not begun."""
        self.experiment = self.experiment.replace(**{name: value})
        getattr(self.trainer.members, name).fill_(value)
        if self.trainer.n_steps_done:
            self.changes.append(
                {"epoch": self.trainer.n_epochs_done, "step": self.trainer.n_steps_done, "name": name, "value": value}
            )

    def train_for(self, seconds: float) -> None:
        """Train until the time is up, the run ends, or one epoch is done after `Step`."""
        began = time.perf_counter()
        while self.state == "running" and time.perf_counter() < began + seconds:
            if self.trainer.step():
                self._end_of_epoch()
        self._trained_s += time.perf_counter() - began
        self.is_changed = True

    def _end_of_epoch(self) -> None:
        trainer, epoch = self.trainer, self.trainer.n_epochs_done
        is_last = epoch >= self.experiment.training.n_epochs
        if self.history.is_due(epoch) or is_last or self.is_one_epoch:
            self.history.add(trainer)
            loss = self.history.records[-1]["train_loss"][0]
            if not (bool(torch.isfinite(trainer.stack.parameters).all()) and loss < HOPELESS_LOSS):  # nan is not below
                self._diverge()
                return
            self._good.copy_(trainer.stack.parameters)
            if epoch % self._frame_stride == 0 or is_last:
                self._keep_frame()
        if is_last:
            self.state = "finished"
        elif self.is_one_epoch:
            self.state, self.is_one_epoch = "paused", False

    def _keep_frame(self) -> None:
        """Store what the charts show now, for rewind; thinned like the history."""
        epoch = self.trainer.n_epochs_done
        self._frames = [*self._frames, Frame(epoch, self._facts(), self._state_arrays())]
        if len(self._frames) > MAX_FRAMES:
            self._frame_stride *= 2
            self._frames = [f for f in self._frames if f.epoch % self._frame_stride == 0]

    def stored_frames(self, after: int) -> Snapshot:
        """Return the stored moments as one snapshot whose arrays have a leading axis of moments. Any thread may call it."""
        frames = self._frames
        arrays = {name: stack_padded([f.arrays[name] for f in frames]) for name in frames[0].arrays}
        arrays["frame_epoch"] = np.array([f.epoch for f in frames], dtype=np.float32)
        return Snapshot(self.version, {"frames": [f.facts for f in frames]}, arrays, "frames")

    def _state_arrays(self) -> dict[str, np.ndarray]:
        return {name: shrink(values) for name, values in views.view_network(self.trainer, self.split).items()}

    def _facts(self) -> dict[str, Any]:
        """Return what is said in words at the present epoch."""
        names = {"rank_name": views.rank_names(self.trainer, self.split)} if self.split.kind == "table" else {}
        return {
            "epoch": self.trainer.n_epochs_done,
            "readouts": self._readouts(self.history.records[-1]),
            "verdict": self._verdict(),
            "labels": names,
            "descriptions": {},
        }

    def _verdict(self) -> dict[str, str]:
        if self.state == "diverged":
            return {"kind": "diverged", "text": self.reason}
        now, start = self.history.records[-1], self.history.records[0]
        train_loss, val_loss, norm = (float(now[name][0]) for name in ("train_loss", "val_loss", "weight_norm"))
        verdict = judge(
            train_loss, val_loss, float(start["val_loss"][0]), self._floor(), norm, self.trainer.n_epochs_done
        )
        return {"kind": verdict.kind, "text": verdict.text}

    def _diverge(self) -> None:
        """Stop at the last finite weights and say why."""
        self.state = "diverged"
        self.trainer.stack.parameters.copy_(self._good)
        self.history.drop_last()
        rate = self.experiment.training.learning_rate
        epoch = self.trainer.n_epochs_done
        self.reason = f"The weights grew without bound by epoch {epoch}: a learning rate of {rate:g} is too large here."

    def snapshot(self) -> Snapshot:
        """Return everything the page shows, at the present weights."""
        self.version += 1
        self.is_changed = False
        arrays = views.view_history(self.history, self._floor(), self.changes)
        arrays.update(self._state_arrays())
        meta = {
            "version": self.version,
            "state": self.state,
            **self._facts(),
            "strengths": {name: self.experiment.get(name) for name in LIVE_FIELDS},
            "seed": self.experiment.training.seed,
            "banner": self._banner(),
            "changes": self.changes,
        }
        return Snapshot(self.version, meta, arrays)

    def _floor(self) -> float | None:
        key = "mse" if self.trainer.pool.loss == "mse" else "cross_entropy"
        return self.split.floors.get(key, self.split.noise_floor)

    def _readouts(self, record: dict[str, np.ndarray]) -> dict[str, str]:
        train_loss, val_loss = float(record["train_loss"][0]), float(record["val_loss"][0])
        score = float(record["val_score"][0])
        is_classes = self.split.task == "classification"
        return {
            "epoch": f"{self.trainer.n_epochs_done:,}",
            "speed": f"{self.trainer.n_epochs_done / self._trained_s:,.0f}/s" if self._trained_s else "–",
            "train_loss": f"{train_loss:.3f}",
            "val_loss": f"{val_loss:.3f}",
            "gap": f"{val_loss - train_loss:+.3f}",
            "score": f"{score:.0%} right" if is_classes else f"R² {score:.2f}",
            "zeros": f"{int(record['n_zero'][0]):,} of {self.trainer.stack.n_weights:,}",
        }

    def _banner(self) -> dict[str, Any] | None:
        if self.state != "diverged":
            return None
        rate = min(0.01, self.experiment.training.learning_rate / 10)
        commands = [{"type": "set", "name": "learning_rate", "value": rate}, {"type": "reset"}, {"type": "run"}]
        remedy = {"label": f"Set the learning rate to {rate:g} and start again", "commands": commands}
        return {"kind": "diverged", "text": self.reason, "remedy": remedy}


def shrink(values: np.ndarray) -> np.ndarray:
    """Return float arrays as float32: half the bytes, and finer than any screen."""
    return values.astype(np.float32) if values.dtype == np.float64 else values


def stack_padded(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """Return arrays stacked on a new first axis; 1-D ones of unequal length are filled up with nan."""
    longest = max(len(values) for values in arrays)
    if all(len(values) == longest for values in arrays):
        return np.stack(arrays)
    return np.stack([np.concatenate([v, np.full(longest - len(v), np.nan, dtype=np.float32)]) for v in arrays])
