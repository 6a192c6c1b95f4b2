"""The Remedies study: the strengths tuned if wished, the table of remedies, the label noise; one after another, live.

It obeys Run, Pause, Reset, Reseed, Stop and Look as a live run does, and keeps what it has whenever it stands.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from core.data import info_of
from core.live.making import split_of
from core.live.unkept import UnkeptRun
from core.measures.own_unit import unit_of, writer_of
from core.readings.looks import Arrays, shrink
from core.readings.remedies.ablation import ablation_arrays, describe_ablation, describe_label_noise
from core.readings.remedies.tables import noise_table, remedy_table, tuning_table
from core.readings.remedies.words import best_sentence, diverged_sentence, fares_worse, reveal_sentence, to_csv
from core.settings.experiment import Experiment
from core.stream.commands import Command, Found, Look, Request, Reseed
from core.stream.mailbox import Reply
from core.stream.snapshot import Snapshot
from core.studies.base.cost import Work, check_work, work_of
from core.studies.remedies.choice import combinations, look_every, single_remedies
from core.studies.remedies.remedy import SHARES, Remedy, plan_label_noise, plan_remedies
from core.studies.remedies.run import RemedyRow, RemedyRun, label_noise_arrays
from core.studies.remedies.tuning import candidates, plan_tuning, tunable, tuned
from core.words import joined, say

NOISE_STARTS = 3  # each with a draw of the wrong labels of its own
TUNING_STARTS = 3
MAX_STUDY_S = 1200.0
NAMED = 2  # remedies that do not help and are named; the table has them all


PART_WORDS = {"tuning": say("tuning"), "remedies": say("remedies"), "label noise": say("label noise")}


def has_labels(experiment: Experiment) -> bool:
    """Return whether the task has labels that can be wrong."""
    return info_of(experiment.data).has_label_noise


def remedies_of(experiment: Experiment) -> tuple[Remedy, ...]:
    """Return the lines of the table: nothing, the single remedies, the two combinations."""
    singles = single_remedies(experiment)
    return (*singles, *combinations(experiment, singles))


def count_networks(experiment: Experiment) -> dict[str, int]:
    """Return how many networks each part of the study trains, by the part's name, in their order."""
    remedies, singles = remedies_of(experiment), single_remedies(experiment)
    counts = {"tuning": 0, "remedies": experiment.remedies.n_remedy_starts * sum(r.n_networks for r in remedies)}
    if experiment.remedies.tune_remedies:
        counts["tuning"] = TUNING_STARTS * sum(len(candidates(r)) for r in tunable(singles))
    if has_labels(experiment):
        counts["label noise"] = NOISE_STARTS * len(SHARES) * sum(r.n_networks for r in singles)
    return {name: n for name, n in counts.items() if n}


def estimate_study_s(experiment: Experiment) -> float:
    """Return about how many seconds the study takes on one core."""
    return sum(work.seconds for work in part_works(experiment))


def part_works(experiment: Experiment) -> list[Work]:
    """Return what each part of the study costs. Wrong labels are copies of the training rows, more data more rows."""
    n_train = experiment.data.n_train
    n_val = info_of(experiment.data).n_val(experiment.data.val_fraction)
    copies = {"label noise": len(SHARES)}
    return [
        work_of(experiment, n, n_train=n_train, n_rows=n_train * copies.get(name, 1) + n_val, n_shown=n_train + n_val)
        for name, n in count_networks(experiment).items()
    ]


def remedies_work(experiment: Experiment) -> Work:
    """Return the part of the study that needs most: the others have gone, or are yet to come."""
    return max(part_works(experiment), key=lambda work: work.n_bytes)


def check_study(experiment: Experiment) -> None:
    """Raise ValueError, with what to do, for a study that would take too long or too much memory."""
    for work in part_works(experiment):
        check_work(work)
    seconds = estimate_study_s(experiment)
    if seconds > MAX_STUDY_S:
        raise ValueError(
            say(
                "This study is too large: {values:,} networks for "
                "{n_epochs:,} epochs would take about {seconds:,.0f} minutes, and at most "
                "{max_study_s:.0f} are allowed. Choose fewer epochs (under More), fewer starts or fewer units.",
                values=sum(count_networks(experiment).values()),
                n_epochs=experiment.training.n_epochs,
                seconds=seconds / 60,
                max_study_s=MAX_STUDY_S / 60,
            )
        )


class RemediesRun(UnkeptRun):
    """State of the study.

    parts: names of the parts; part: which one is at work. rows, noise_rows: the tables as last read. test: the test
    losses, one (n_starts,) array a row, or None before the one look. tuning_rows: what tuning has found of each candidate.
    """

    def __init__(self, experiment: Experiment) -> None:
        self.experiment, self.split = experiment, split_of(experiment.data)
        self._begin()

    def _begin(self) -> None:
        """Stand at the first step of the first part, paused."""
        self.counts = count_networks(self.experiment)
        self.parts, self.part = list(self.counts), 0
        self.state, self.is_changed, self.is_unread, self.elapsed_s = "paused", True, False, 0.0
        self.singles = single_remedies(self.experiment)
        self.test: list[np.ndarray] | None = None
        self.noise_rows: list[RemedyRow] = []
        self.tuning_rows: list[RemedyRow] = []
        self.table_run = self._table_run()
        self.rows = self.table_run.rows()
        self.run = self.table_run
        self._enter()

    def _table_run(self) -> RemedyRun:
        remedies = (*self.singles, *combinations(self.experiment, self.singles))
        n_starts = self.experiment.remedies.n_remedy_starts
        return RemedyRun(plan_remedies(self.experiment, remedies, n_starts, look_every(self.experiment)))

    def _enter(self) -> None:
        """Make the networks of the present part."""
        if self.parts[self.part] == "tuning":
            self.run = plan_tuning(self.experiment, self.singles, TUNING_STARTS)
        elif self.parts[self.part] == "label noise":
            plan = plan_label_noise(self.experiment, self.singles, SHARES, NOISE_STARTS, look_every(self.experiment))
            self.run = RemedyRun(plan)
            self.read()
        else:
            self.run = self.table_run

    def answer(self, request: Request) -> Reply | None:
        """Return all that is there as CSV, in UTF-8; there are no moments for rewind."""
        return self.export().encode() if isinstance(request, Found) else None

    @property
    def reached(self) -> str:
        """Return which part is at work."""
        return say("part {part} of {n_parts}", part=self.part + 1, n_parts=len(self.parts))

    def obey(self, command: Command) -> None:
        """Carry out one command."""
        super().obey(command)
        match command:
            case Reseed():
                self.experiment = self.experiment.replace(seed=command.seed)
                self._begin()
            case Look() if self.table_run.is_done and self.test is None:
                self.test = self.table_run.look_at_test()
            case _:
                pass

    def train_for(self, seconds: float) -> None:
        """Train for about so long; at the end of a part go on to the next."""
        began = time.perf_counter()
        self.run.advance(seconds)
        if self.run.is_done:
            self._end_part()
        self.elapsed_s += time.perf_counter() - began
        self.is_changed = self.is_unread = True

    def _end_part(self) -> None:
        self.read()
        if self.parts[self.part] == "tuning":
            self.singles = tuple(tuned(self.singles, self.tuning_rows))
            self.table_run = self._table_run()
            self.rows = self.table_run.rows()
        if self.part == len(self.parts) - 1:
            self.state = "finished"
            return
        self.part += 1
        self._enter()

    def read(self) -> None:
        """Read the table of the part at work."""
        self.is_unread = False
        if self.parts[self.part] == "label noise":
            self.noise_rows = self.run.rows()
        elif self.parts[self.part] == "tuning":
            self.tuning_rows = self.run.rows()
        else:
            self.rows = self.run.rows()

    @property
    def progress(self) -> float:
        """Return the share of all steps of all networks that is done, 0 to 1."""
        counts = list(self.counts.values())
        return (sum(counts[: self.part]) + counts[self.part] * self.run.progress) / sum(counts)

    def export(self) -> str:
        """Return all that is there as CSV."""
        studies = [
            ("tuning", self.tuning_rows, None),
            ("remedies", self.rows, self.test),
            ("label noise", self.noise_rows, None),
        ]
        return to_csv(studies)

    def snapshot(self) -> Snapshot:
        """Return everything the page shows."""
        self.version += 1
        self.is_changed = False
        if self.is_unread:
            self.read()
        pairs = [(row.cell.remedy.key, row.cell.remedy.label) for row in self.rows]
        arrays = self.arrays()
        meta = {
            "version": self.version,
            "state": self.state,
            "epoch": math.ceil(100 * self.progress),
            "banner": None,
            "changes": [],
            "seed": self.experiment.training.seed,
            "strengths": {},
            "can_go_on": self.state in ("paused", "running"),
            "is_table_done": self.table_run.is_done,
            "has_looked": self.test is not None,
            "page_state": f"{self.state}, table done"
            if self.table_run.is_done
            else self.state,  # the page is told of its changes
            "readouts": self.readouts(),
            "verdict": {"kind": "remedies", "text": self.summary()},
            "labels": {},
            "descriptions": self.descriptions(arrays, pairs),
            "tables": self.tables(),
        }
        return Snapshot(self.version, meta, shrink(arrays))

    def arrays(self) -> Arrays:
        """Return what the charts draw; the label noise is nan before its turn."""
        val = np.stack([row.val_loss for row in self.rows])
        test = None if self.test is None else np.stack(self.test)
        return {**ablation_arrays(val, test), **self.noise_arrays()}

    def noise_arrays(self) -> Arrays:
        """Return the label noise's medians, nan before its turn; nothing where the task has no labels."""
        if not has_labels(self.experiment):
            return {}
        if self.noise_rows:
            return label_noise_arrays(self.noise_rows)
        blank = np.full((len(self.singles), len(SHARES)), np.nan)
        series = [f"noise_{name}{edge}" for name in ("val_loss", "train_score") for edge in ("", "_low", "_high")]
        return {"noise_share": np.array(SHARES), **dict.fromkeys(series, blank)}

    def descriptions(self, arrays: Arrays, pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
        """Return the charts in words."""
        texts = {"ablation": describe_ablation(arrays, pairs)}
        if self.noise_rows:
            names = ("noise_val_loss", "noise_train_score")
            texts |= {name: describe_label_noise(arrays, pairs[: len(self.singles)], name) for name in names}
        return texts

    def readouts(self) -> dict[str, str]:
        """Return the numbers above the charts as texts."""
        progress = self.progress
        left = self.elapsed_s * (1 - progress) / progress if progress > 0 else estimate_study_s(self.experiment)
        return {
            "part": say("finished") if self.state == "finished" else PART_WORDS[self.parts[self.part]],
            "progress": f"{progress:.0%}",
            "left": "–" if self.state == "finished" else f"{left:,.0f} s",
            "networks": f"{self.run.n_networks:,}",
            "steps": f"{max(stack.trainer.n_steps_done for stack in self.run.stacks.values()):,}",
        }

    def summary(self) -> str:
        """Return what stands out, read off the tables."""
        if self.progress == 0:
            return say("Not started. Run trains every remedy at once, for the same number of steps.")
        if self.parts[self.part] == "tuning":
            return say("Tuning: the validation rows choose each remedy's strength; no test row is read.")
        if self.test is not None and (said := reveal_sentence(self.rows, self.test, writer_of(self.split))):
            return said
        best = best_sentence(self.rows, self.table_run.is_done, writer_of(self.split))
        return joined([best, self.warning()])

    def warning(self) -> str:
        """Return what the best loss does not show: starts that are lost, or remedies that do not help; the table has all."""
        if lost := diverged_sentence(self.rows):
            return lost
        worse = fares_worse(self.rows) if self.table_run.is_done else []
        more = say(" and {n_worse} more", n_worse=len(worse) - NAMED) if len(worse) > NAMED else ""
        return say("No help here: {worse}{more}.", worse=joined(worse[:NAMED], ", "), more=more) if worse else ""

    def tables(self) -> dict[str, Any]:
        """Return the tables as texts: every remedy in numbers and, where strengths are tuned, what was tried."""
        is_classification = info_of(self.experiment.data).task == "classification"
        has_begun = self.table_run.progress > 0
        tables = {"remedies": remedy_table(self.rows, self.test, has_begun, is_classification, unit_of(self.split))}
        if self.parts[0] == "tuning":
            untuned = single_remedies(self.experiment)
            tables["tuning"] = tuning_table(untuned, self.tuning_rows, self.part > 0, writer_of(self.split))
        if has_labels(self.experiment):
            tables["noise"] = noise_table(self.singles, self.noise_rows)
        return tables
