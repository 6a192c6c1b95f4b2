"""A plan trained to its end on all cores, from Python: stacks side by side, each in a thread of its own.

A kernel runs on one core (two threads inside one make small networks slower), and torch lets other threads run meanwhile.
The web page does not come here: its one worker thread trains slice by slice.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from threading import Event

from core.measures import History
from core.studies.plan import Plan
from core.studies.training import MemberState, ProgressBar, Training, merge

LOOK_EVERY_S = 0.1  # of the progress bar


class Ends(History):
    """A record of the first and the last epoch alone: a study that is only asked for its end need not look in between."""

    def is_due(self, epoch: int) -> bool:
        """Return False: the training records its end by itself."""
        return False


def count_threads() -> int:
    """Return the number of cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def train_to_the_end(plan: Plan, progress: bool = False, n_threads: int | None = None) -> MemberState:
    """Train a plan and return its members at the end, without histories, on `n_threads` cores (all by default).

    Every stack is cut into as many as there are threads, so together they need the memory of one; the numbers are the
    same. A member that diverges is found out at the end. Not for warm starts, whose stacks wait for one another.
    """
    n_threads = n_threads or count_threads()
    parts = [piece for part in plan.parts for piece in plan.pieces(part, n_threads)]
    done, stop = [0] * len(parts), Event()

    def train(k: int) -> MemberState:
        training = Training(replace(plan, parts=(parts[k],)), lambda _: Ends())
        while not training.is_done and not stop.is_set():
            training.step()
            done[k] = training.n_epochs_done
        return training.state()

    n_epochs = len(parts) * plan.experiment.training.n_epochs
    bar = ProgressBar(n_epochs, progress and sys.stderr.isatty())
    with ThreadPoolExecutor(n_threads) as pool:
        try:
            waiting = [pool.submit(train, k) for k in range(len(parts))]
            while wait(waiting, LOOK_EVERY_S).not_done:
                bar.show(min(sum(done), n_epochs - 1))
            states: Sequence[MemberState] = [training.result() for training in waiting]
        finally:
            stop.set()  # an interrupt ends the threads too
    bar.show(n_epochs)
    return merge(plan.n_members, parts, states)
