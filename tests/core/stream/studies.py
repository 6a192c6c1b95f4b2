"""Small studies the runtime tests run."""

import threading

import numpy as np

from core.stream.commands import Pause, Run, Set, Step, Stop
from core.stream.job import Steps, Study
from core.stream.mailbox import Mailbox
from core.stream.snapshot import Snapshot

TIMEOUT_S = 10.0


def counting(mailbox: Mailbox) -> Steps:
    """Count slices while running; starts paused. Shows the count, every strength set, and the number of sets read."""
    epoch = version = n_sets = 0
    strengths: dict[str, float] = {}
    mailbox.is_idle = True
    mailbox.answer = lambda _: Snapshot(version, {"frames": []}, {"frame_epoch": np.arange(3.0)}, "frames")
    changed = True
    while True:
        for command in mailbox.take():
            changed = True
            if isinstance(command, Set):
                strengths[command.name] = command.value
                n_sets += 1
            if isinstance(command, Step):
                epoch += 1
            if isinstance(command, Stop):
                return
            if isinstance(command, Run | Pause):
                mailbox.is_idle = isinstance(command, Pause)
        if not mailbox.is_idle:
            epoch, changed = epoch + 1, True
        if changed and mailbox.wants_snapshot:
            version, changed = version + 1, False
            state = "paused" if mailbox.is_idle else "running"
            meta = {"epoch": epoch, "state": state, "strengths": dict(strengths), "n_sets": n_sets}
            yield Snapshot(version, meta, {"epoch": np.array([float(epoch)])})
        else:
            yield None


def failing(mailbox: Mailbox) -> Steps:
    """Show one snapshot, then fail."""
    yield Snapshot(1, {"state": "running"}, {"kept": np.ones(2)})
    raise ZeroDivisionError("no rows left")


def held(started: threading.Event, go_on: threading.Event) -> Study:
    """Return a study whose first slice lasts until `go_on` is set."""

    def study(mailbox: Mailbox) -> Steps:
        started.set()
        assert go_on.wait(TIMEOUT_S)
        yield from counting(mailbox)

    return study


def resting(rest_s: float) -> Study:
    """Return a study that counts its slices once it runs, each followed by a rest."""

    def study(mailbox: Mailbox) -> Steps:
        n_slices = 0
        mailbox.is_idle = True
        while True:
            mailbox.is_idle &= not any(isinstance(command, Run) for command in mailbox.take())
            mailbox.rest_s = 0.0 if mailbox.is_idle else rest_s
            n_slices += not mailbox.is_idle
            yield Snapshot(n_slices + 1, {"n_slices": n_slices}, {})

    return study
