"""Several single networks, one after another, that differ from a first one in a setting or two: what closes the gap?

Each is a Playground run, trained to its end. What is shown is where the losses of each of them stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.data import info_of
from core.live.making import split_of
from core.live.needs import Needs, needs_of
from core.live.playground.run import PlaygroundRun, playground_run, playground_work
from core.live.unkept import UnkeptRun
from core.measures.numbers import gap_text, loss_text
from core.readings.looks import Arrays, shrink
from core.settings.experiment import Experiment
from core.stream.commands import Run
from core.stream.snapshot import Snapshot
from core.studies.base.cost import Work
from core.words import joined, say


@dataclass(frozen=True)
class Arm:
    """One network of a series. changes: (setting, factor or value); a factor where the setting is a number, else the value."""

    key: str
    label: str
    changes: tuple[tuple[str, Any], ...] = ()

    def experiment(self, base: Experiment) -> Experiment:
        """Return the experiment of this network."""
        return base.replace(**{name: changed(base, name, by) for name, by in self.changes})


ARMS = (
    Arm("base", say("as it is")),
    Arm("data", say("10 × the data"), (("n_train", 10),)),
    Arm("units", say("8 units"), (("hidden_sizes", (8,)),)),
    Arm("longer", say("3 × the epochs"), (("n_epochs", 3),)),
    Arm("rate", say("a tenth of the rate"), (("learning_rate", 0.1),)),
)


def changed(base: Experiment, name: str, by: Any) -> Any:
    """Return a setting times a factor, or a list in place of a list."""
    if isinstance(by, tuple):
        return by
    now = base.get(name)
    return type(now)(now * by)


def series_needs(experiment: Experiment) -> Needs:
    """Return what a series depends on: all of it, for nothing is changed while it trains."""
    return needs_of("series", experiment, ())


def series_work(experiment: Experiment) -> Work:
    """Return the network of the series that costs most."""
    return max(works(experiment), key=lambda work: work.seconds)


def works(experiment: Experiment) -> list[Work]:
    """Return what each network costs."""
    return [playground_work(arm.experiment(experiment)) for arm in ARMS]


def check_series(experiment: Experiment) -> None:
    """Raise ValueError where the data has too few rows for ten times as many."""
    most = info_of(experiment.data).max_train(experiment.data.val_fraction)
    wanted = max(arm.experiment(experiment).data.n_train for arm in ARMS)
    if wanted > most:
        raise ValueError(
            say(
                "n_train: expected at most {most}, received {n_train}", most=most // 10, n_train=experiment.data.n_train
            )
        )


class SeriesRun(UnkeptRun):
    """The series at work. losses: (A, 2) training and validation loss of each network, nan before its turn."""

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self._begin()

    def _begin(self) -> None:
        self.state, self.is_changed, self.at = "paused", True, 0
        self.losses = np.full((len(ARMS), 2), np.nan)
        self.run = self._make()

    def _make(self) -> PlaygroundRun:
        now = ARMS[self.at].experiment(self.experiment)
        run = playground_run(now, split_of(now.data))
        assert isinstance(run, PlaygroundRun)
        run.obey(Run())
        return run

    def train_for(self, seconds: float) -> None:
        """Train the present network; at its end the next one begins."""
        self.run.train_for(seconds)
        self.is_changed = True
        state = self.run.training.state()
        self.losses[self.at] = float(state.train_loss[0]), float(state.val_loss[0])
        if self.run.state == "running":
            return
        if self.at == len(ARMS) - 1:
            self.state = "finished"
        else:
            self.at += 1
            self.run = self._make()

    @property
    def reached(self) -> str:
        """Return which network's turn it is."""
        return say("network {n} of {n_arms}", n=self.at + 1, n_arms=len(ARMS))

    def snapshot(self) -> Snapshot:
        """Return everything the page shows."""
        self.version += 1
        self.is_changed = False
        arrays = self.arrays()
        meta = {
            "version": self.version, "state": self.state, "banner": None, "changes": [], "strengths": {},
            "epoch": 1000 * self.at + self.run.training.n_epochs_done // 100, "seed": self.experiment.training.seed,
            "can_go_on": self.state in ("paused", "running"),
            "readouts": self.readouts(), "verdict": {"kind": "", "text": ""},
            "labels": {"series_gap": [gap_text(gap) if np.isfinite(gap) else " " for gap in arrays["series_gap"]]},
            "descriptions": {"series": self.description()},
        }  # fmt: skip
        return Snapshot(self.version, meta, shrink(arrays))

    def arrays(self) -> Arrays:
        """Return series_train, series_val and series_gap (A,), and series_lines (3 A,): from one to the other, then a nan."""
        train, val = self.losses.T
        lines = np.stack([train, val, np.full(len(ARMS), np.nan)], 1).ravel()
        return {"series_train": train, "series_val": val, "series_gap": val - train, "series_lines": lines}

    def readouts(self) -> dict[str, str]:
        """Return the numbers above the chart as texts."""
        has_begun = np.isfinite(self.losses[0, 0])
        if not has_begun:
            return {"network": "–"}
        return {"network": say("{n} of {n_arms}: {label}", n=self.at + 1, n_arms=len(ARMS), label=ARMS[self.at].label)}

    def description(self) -> str:
        """Return the chart in words."""
        there = [
            say(
                "{label}: training loss {train}, validation loss {val}",
                label=arm.label,
                train=loss_text(train),
                val=loss_text(val),
            )
            for arm, (train, val) in zip(ARMS, self.losses, strict=True)
            if np.isfinite(train)
        ]
        return joined(there, "; ") + "." if there else say("Nothing has been trained yet.")
