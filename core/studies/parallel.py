"""A plan trained to its end on all cores, from Python: pieces of its stacks side by side, each in a process of its own.

A kernel runs on one core (two threads inside one make small networks slower). Threads side by side wait for Python's lock:
on two cores 33 × 5 digit readers took 18 µs a member and step in two threads and 15 µs in two processes. The processes
are joblib's: they start once, with the first long study, and stay for the next. The web page does not come here: its one
worker thread trains slice by slice.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace

from joblib import Parallel, delayed

from core.measures import History
from core.studies.cost import estimate_seconds
from core.studies.plan import Plan
from core.studies.training import MemberState, ProgressBar, Training, merge

WORTH_S = 2.0  # a plan estimated shorter is trained right here: starting processes takes as long
PIECES_EACH = 2  # of a process, for the progress bar's sake
MANY = 20  # members of a piece, at least


class Ends(History):
    """A record of the first and the last epoch alone: a study that is only asked for its end need not look in between."""

    def is_due(self, epoch: int) -> bool:
        """Return False: the training records its end by itself."""
        return False


def count_cores() -> int:
    """Return the number of cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def train_to_the_end(plan: Plan, progress: bool = False, n_processes: int | None = None) -> MemberState:
    """Train a plan and return its members at the end, without histories, on `n_processes` cores.

    By default all cores, or this process alone for a short plan. The numbers are the same. A member that diverges is
    found out at the end. Not for warm starts, whose stacks wait for one another.
    """
    n_processes = n_processes or (1 if estimate_seconds(plan) < WORTH_S else count_cores())
    n_pieces = 1 if n_processes == 1 else max(n_processes, min(PIECES_EACH * n_processes, plan.n_members // MANY))
    parts = [piece for part in plan.parts for piece in plan.pieces(part, n_pieces)]
    bar = ProgressBar(len(parts), progress and sys.stderr.isatty(), "part")
    work = (delayed(train_alone)(replace(plan, parts=(part,))) for part in parts)
    states = []
    for state in Parallel(n_jobs=n_processes, return_as="generator")(work):
        states.append(state)
        bar.show(len(states))
    return merge(plan.n_members, parts, states)


def train_alone(plan: Plan) -> MemberState:
    """Train a plan of one stack to its end."""
    training = Training(plan, lambda _: Ends())
    training.run()
    return training.state()
