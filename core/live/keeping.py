"""Putting a live run away every few seconds, and going on from there: after a long break, or a restart of the server.

What is kept is the experiment, the changes, the networks with their optimizer and their history; not the moments for
rewind. Of a study that cannot be kept (several stacks, a table of remedies) it is only how far it had come, to be said.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from core.settings.experiment import Experiment
from core.stream.mailbox import Mailbox
from core.stream.snapshot import Snapshot
from core.studies.base.keeping import keep, restore

if TYPE_CHECKING:
    from core.live.run import LiveRun

EVERY_S, STANDING_S = 10.0, 1.0  # what a server that is killed may lose
KIND = "kept"


def keep_run(run: LiveRun) -> Snapshot:
    """Return everything a run needs to go on; without arrays where its plan has several stacks."""
    training = run.training
    meta = {
        "epoch": training.n_epochs_done,
        "reached": f"epoch {training.n_epochs_done:,}",
        "state": run.state,
        "experiment": run.experiment.model_dump_json(),
        "started_as": run.started_as.model_dump_json(),
        "changes": [*run.changes],
        "marked": [*run.marked],
        "pace": run.pacing.pace,
    }
    return Snapshot(run.version, meta, keep(training), KIND)


def resume_run(run: LiveRun, kept: Snapshot) -> None:
    """Let a run that has just begun go on from what was kept of it; one that cannot be kept stays at its beginning.

    Raises ValueError where it was kept of another plan.
    """
    if not kept.arrays:
        return
    run.experiment = Experiment.model_validate_json(kept.meta["experiment"])
    run.begin(run.make_training(run.experiment))
    restore(run.training, kept.arrays)
    run.started_as = Experiment.model_validate_json(kept.meta["started_as"])
    run.changes, run.state, run.version = kept.meta["changes"], kept.meta["state"], kept.version
    run.changed = {change["name"] for change in run.changes}
    run.marked = list(kept.meta["marked"])
    run.pacing.pace = kept.meta.get("pace", "full")
    run.pacing.begin(run.changes[-1]["epoch"] if run.changes else 0)
    run.pacing.go(run.training.n_epochs_done)
    run.keep_moment()


class Kept(Protocol):
    """What can be put away. is_changed: whether there is something new since it was last shown."""

    state: str
    is_changed: bool

    def keep(self) -> Snapshot:
        """Return what is needed to go on."""


class Keeper:
    """Puts a run away every `EVERY_S` seconds while it trains, and when it stands, `STANDING_S` after the last time."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox, self._last_s = mailbox, time.monotonic()

    def look(self, run: Kept) -> None:
        """Put the run away if it is time; called after each slice."""
        every_s = EVERY_S if run.state == "running" else STANDING_S
        if run.is_changed and time.monotonic() >= self._last_s + every_s:
            self.put_away(run)

    def put_away(self, run: Kept) -> None:
        """Put the run away, if somebody keeps it."""
        if (put_away := self.mailbox.put_away) is not None:
            put_away(run.keep())
            self._last_s = time.monotonic()
