"""A plan trained to its end from Python: pieces of its stacks side by side, where joblib is told to, with the same numbers.

A kernel runs on one core (two threads inside one make small networks slower), so pieces go to processes: joblib's own, which
start once, with the first long study, and stay for the next. `joblib.parallel_config(backend=…)` sends them elsewhere: to
threads, or with "dask" to the workers of a cluster. Threads side by side wait for Python's lock: on two cores 33 × 5 digit
readers took 18 µs a member and step in two threads and 15 µs in two processes. What the web page trains does not come
here, see `core/live/side_by_side.py`.
"""

from __future__ import annotations

import gc
import os
import platform
from collections.abc import Iterator, Sequence

import joblib
import numpy as np
from joblib import Parallel, delayed
from joblib.parallel import get_active_backend

from core.engine.compiled import follow, is_on
from core.engine.threads import use_one_thread
from core.measures import History
from core.settings.machine import count_cores
from core.studies.base.cost import N_MOMENTS
from core.studies.base.piece import Ends, Piece, Trained, train_piece
from core.studies.base.plan import Plan
from core.studies.base.progress import ProgressBar
from core.studies.base.state import MemberState, merge
from core.studies.base.training import Training

WORTH_S = 2.0  # a plan estimated shorter is trained right here: starting processes takes as long


def train_to_the_end(
    plan: Plan, progress: bool = False, n_processes: int | None = None, device: str = "cpu"
) -> MemberState:
    """Train a plan and return its members at the end, without histories, on `n_processes` cores.

    By default as many as joblib is told to use, else all cores, or this process alone for a short plan. The numbers are the
    same. Not for warm starts, whose stacks wait for one another.
    """
    if device != "cpu":  # one process, and the whole stack at once: what pays on a GPU is width
        training = Training(plan, lambda _: Ends(), device)
        training.run(progress)
        return training.state()
    if (n_processes := n_processes or count_processes(plan)) > 1:
        return train_pieces(plan, progress, n_processes, False)[0]
    with ProgressBar(plan.n_stacks, progress, "part") as bar:
        states = []
        for part in plan.parts:
            states.append(train_alone(plan.alone(part)))
            bar.show(len(states))
    return merge(plan.n_members, plan.parts, states)


def train_recorded(
    plan: Plan, progress: bool = False, n_processes: int | None = None, device: str = "cpu"
) -> tuple[Plan, MemberState, list[History]]:
    """Do the same, and return the records of each stack, too, with the plan as it was cut: a GPU may have needed smaller stacks.

    A plan with warm starts, and one for a GPU, is trained right here.
    """
    is_here = plan.is_warm or device != "cpu"
    n_processes = 1 if is_here else n_processes or count_processes(plan)
    if n_processes > 1:
        return plan, *train_pieces(plan, progress, n_processes, True)
    training = Training(plan, device=device)
    training.run(progress)
    return training.plan, training.state(), training.histories


def count_processes(plan: Plan) -> int:
    """Return how many pieces are to be trained at once: as many as joblib's backend has room for, or was told.

    1, here, for a plan that is over before processes have started, unless joblib was told where to go.
    """
    backend, n_told = get_active_backend()
    is_told = n_told is not None or not type(backend).__name__.startswith("Loky")
    if not is_told and plan.work.seconds < WORTH_S:
        return 1
    n_most = int(joblib.effective_n_jobs(-1 if n_told is None else n_told))
    return n_most if is_told else min(n_most, count_cores())


def train_alone(plan: Plan) -> MemberState:
    """Train a plan of one stack to its end."""
    training = Training(plan, lambda _: Ends(), "cpu")
    training.run()
    return training.state()


def train_pieces(plan: Plan, progress: bool, n_processes: int, is_recorded: bool) -> tuple[MemberState, list[History]]:
    """Train the pieces of all stacks side by side; each carries what is its own, no more."""
    stacks = [plan.pieces(part, n_processes) for part in plan.parts]
    pieces = [piece for stack in stacks for piece in stack]
    found = dict(enumerate_trained(plan, pieces, progress, n_processes, is_recorded))
    trained = [found[i] for i in range(len(pieces))]
    state = merge(plan.n_members, pieces, [one.state for one in trained])
    return state, join_stacks(plan.parts, stacks, trained) if is_recorded else []


def join_stacks(
    parts: Sequence[np.ndarray], stacks: Sequence[Sequence[np.ndarray]], trained: Sequence[Trained]
) -> list[History]:
    """Return the records of each stack from those of all pieces, the members in the order of the stack."""
    histories, rest = [], list(trained)
    for part, pieces in zip(parts, stacks, strict=True):
        own, rest = rest[: len(pieces)], rest[len(pieces) :]
        in_order = np.argsort(part)
        places = [in_order[np.searchsorted(part[in_order], piece)] for piece in pieces]
        histories.append(History.joined(places, [History.restored(one.history) for one in own], N_MOMENTS))
    return histories


def enumerate_trained(
    plan: Plan, pieces: Sequence[np.ndarray], progress: bool, n_processes: int, is_recorded: bool
) -> Iterator[tuple[int, Trained]]:
    """Yield the number of each piece and what came of it. The large ones begin, the small ones fill what is left of the time."""
    order = sorted(range(len(pieces)), key=lambda i: -len(pieces[i]))
    work = (
        delayed(train_in_process)(Piece.of(plan, pieces[i], is_recorded).to_bytes(), here(), is_on()) for i in order
    )
    with ProgressBar(len(pieces), progress, "part") as bar:
        contents = Parallel(n_jobs=n_processes, return_as="generator", batch_size=1)(work)
        for n_done, (i, content) in enumerate(zip(order, contents, strict=True), 1):
            yield i, Trained.from_bytes(content)
            bar.show(n_done)


def train_in_process(content: bytes, asked_from: str, is_compiled: bool) -> bytes:
    """Train a piece in another process, on one thread, or in a thread of this one, whose settings are its own.

    It collects garbage every second: torch's own objects are no part of it. Walking through them took 130 ms of each second.
    """
    if here() != asked_from:
        use_one_thread()
        follow(is_compiled)
        if gc.get_freeze_count() == 0:
            gc.freeze()
    return train_piece(content)


def here() -> str:
    """Return the name of this process among those of all machines."""
    return f"{platform.node()} {os.getpid()}"
