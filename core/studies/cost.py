"""How long a plan takes, from arithmetic: what a page says before a long study, and asks about.

Seconds = steps · (S + F·6·M·B·P + V·M·B·H + W·M·P) + measurements · (F·2·M·N·P + V·M·N·H), with M members, B rows in a
batch, N rows in all, P parameters and H hidden and output values of one network. The constants are those of one core
of a small shared machine, measured for M = 1 … 660 (sine 64-64, digits 64-64-10, diabetes, xor, linear); the estimate
was within a factor of 3 where the machine was quiet. A faster machine needs less.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from core.measures import History
from core.studies.plan import Plan
from core.studies.training import N_MOMENTS

ASK_S = 120.0  # a page says what a longer study takes, and asks, before it starts

STEP_S = 3e-4  # S: one step of anything, however small
FLOP_S = 1 / 40e9  # F: a multiplication or addition in a matrix product
VALUE_S = 5e-9  # V: an activation and its slope
PARAMETER_S = 8e-9  # W: the optimizer and the penalty on one parameter


def estimate_seconds(plan: Plan) -> float:
    """Return roughly how many seconds a plan takes on one core, all stacks together."""
    training, network, pool = plan.experiment.training, plan.experiment.network, plan.pool
    n_rows, n_train = pool.X.shape[1], int(pool.is_train.sum(1).max())
    batch_size = min(training.batch_size or n_train, n_train)
    n_steps = training.n_epochs * -(-n_train // batch_size)
    sizes = (pool.X.shape[2], *network.hidden_sizes, pool.targets.shape[-1])
    n_parameters, n_values = sum((a + 1) * b for a, b in pairwise(sizes)), sum(sizes[1:])
    per_member = batch_size * (6 * n_parameters * FLOP_S + n_values * VALUE_S) + n_parameters * PARAMETER_S
    look = n_rows * (2 * n_parameters * FLOP_S + n_values * VALUE_S)
    cost = look * training.n_epochs / (n_steps * per_member)
    n_looks = History.planned(cost, training.n_epochs, N_MOMENTS).n_due(training.n_epochs)
    return n_steps * plan.n_stacks * STEP_S + plan.n_members * (n_steps * per_member + n_looks * look)


def duration(seconds: float) -> str:
    """Return a rough length of time: "4 s", "3 min", "2 h", "3 days"."""
    if seconds < 100:
        return f"{max(1, round(seconds))} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return f"{round(seconds / 3600)} h" if seconds < 130_000 else f"{round(seconds / 86_400)} days"


def result_bytes(plan: Plan) -> int:
    """Return the memory that all members take beside their stacks, which unlike a stack cannot be cut: the parameters
    once they are trained, and which rows each one trains on and is judged by."""
    sizes = (plan.pool.X.shape[2], *plan.experiment.network.hidden_sizes, plan.pool.targets.shape[-1])
    n_parameters = sum((a + 1) * b for a, b in pairwise(sizes))
    return plan.n_members * (n_parameters * plan.pool.X.element_size() + 2 * plan.pool.is_train[0].nbytes)


def epochs_within(plan: Plan, seconds: float) -> int:
    """Return how many epochs a plan can have in so many seconds, as 1, 2 or 5 times a power of ten and fewer than it has;
    0 for none."""
    experiment = plan.experiment
    steps = (factor * 10**power for power in range(5, -1, -1) for factor in (5, 2, 1))
    shorter = (
        replace(plan, experiment=experiment.replace(n_epochs=n)) for n in steps if n < experiment.training.n_epochs
    )
    return next((p.experiment.training.n_epochs for p in shorter if estimate_seconds(p) <= seconds), 0)
