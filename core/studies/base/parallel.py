"""A plan trained to its end on all cores, from Python: pieces of its stacks side by side, each in a process of its own.

A kernel runs on one core (two threads inside one make small networks slower). Threads side by side wait for Python's lock:
on two cores 33 × 5 digit readers took 18 µs a member and step in two threads and 15 µs in two processes. The processes
are joblib's: they start once, with the first long study, and stay for the next. The web page does not come here: its one
worker thread trains slice by slice.
"""

from __future__ import annotations

import gc
import os

from joblib import Parallel, delayed

from core.engine.threads import use_one_thread
from core.measures import History
from core.studies.base.plan import Plan
from core.studies.base.progress import ProgressBar
from core.studies.base.training import MemberState, Training, merge

WORTH_S = 2.0  # a plan estimated shorter is trained right here: starting processes takes as long


class Ends(History):
    """A record of the epochs at which a training judges and of the last: a study asked for its end need not look in between."""

    def is_due(self, epoch: int) -> bool:
        """Return False: the training records what it needs by itself."""
        return False


def count_cores() -> int:
    """Return the number of cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def train_to_the_end(
    plan: Plan, progress: bool = False, n_processes: int | None = None, device: str = "cpu"
) -> MemberState:
    """Train a plan and return its members at the end, without histories, on `n_processes` cores.

    By default all cores, or this process alone for a short plan. The numbers are the same. Not for warm starts, whose
    stacks wait for one another.
    """
    if device != "cpu":  # one process, and the whole stack at once: what pays on a GPU is width
        training = Training(plan, lambda _: Ends(), device)
        training.run(progress)
        return training.state()
    n_processes = n_processes or (1 if plan.work.seconds < WORTH_S else count_cores())
    parts = [piece for part in plan.parts for piece in plan.pieces(part, n_processes)]
    parts.sort(key=len, reverse=True)  # the short ones last, to fill what is left of the time
    bar = ProgressBar(len(parts), progress, "part")
    train = train_alone if n_processes == 1 else train_in_process
    work = (delayed(train)(plan.alone(part)) for part in parts)  # each is sent what is its own, no more
    states = []
    with bar:
        for content in Parallel(n_jobs=n_processes, return_as="generator")(work):
            states.append(content if isinstance(content, MemberState) else MemberState.from_bytes(content))
            bar.show(len(states))
    return merge(plan.n_members, parts, states)


def train_alone(plan: Plan) -> MemberState:
    """Train a plan of one stack to its end."""
    training = Training(plan, lambda _: Ends(), "cpu")
    training.run()
    return training.state()


def train_in_process(plan: Plan) -> bytes:
    """Do the same in a process of joblib's, on one thread, and return the members as bytes.

    It collects garbage every second: torch's own objects are no part of it. Walking through them took 130 ms of each second.
    """
    use_one_thread()
    if gc.get_freeze_count() == 0:
        gc.freeze()
    return train_alone(plan).to_bytes()
