"""Peeking, simulated with real networks: the best of k settings on m test rows, again and again, then scored on fresh rows.

The settings are networks of one task with λ and start at random, as in a search by hand. Their answers to many fresh rows
are computed once; each time some rows are the test set, and all others tell how good the winner really is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.data.sets import TrainingSets, draw_sets
from core.settings.experiment import Experiment
from core.studies.base.outputs import predict
from core.studies.base.plan import Plan, make_pool
from core.studies.base.state import MemberState, network_of
from core.words import say

N_NETWORKS, N_REPEATS, N_FRESH = 50, 200, 80  # N_FRESH: fresh sets of as many rows as the training set has
N_SETTINGS = (1, 2, 5, 10, 20, 50)  # k
N_ROWS = (50, 100, 200, 500)  # m
LOW, HIGH = 1e-5, 1e-1  # λ of the settings
# So few rows among so many useless inputs that every network errs in its own way, and none is much better than another.
TASK = Experiment(
    data={"name": "informative_classes", "n_train": 60, "noise_std": 1.0, "n_noise_features": 40},
    network={"hidden_sizes": (8,), "activation": "relu"}, training={"learning_rate": 0.02, "n_epochs": 300},
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Peeks:
    """The winners' shares of wrong answers, each (n_k, n_m, n_repeats): on the test rows that chose them, on fresh rows.

    optimism: (n_k, n_m), the mean of fresh - test.
    """

    test: np.ndarray
    fresh: np.ndarray

    @property
    def optimism(self) -> np.ndarray:
        """Return by how much the test rows flatter the winner on average."""
        return np.asarray((self.fresh - self.test).mean(-1))


@dataclass(frozen=True, eq=False, kw_only=True)
class PeekingPlan(Plan):
    """Networks that differ in λ and start; sets: the training rows are set 0, the others are fresh."""

    sets: TrainingSets


def plan_peeking(experiment: Experiment = TASK) -> PeekingPlan:
    """Return the plan of the networks: λ log-uniform from 1e-5 to 0.1, starts 0, 1, 2, …, drawn with the data seed."""
    sets = draw_sets(experiment.data, 1 + N_FRESH)
    pool = make_pool(experiment, sets.split, "float32", N_NETWORKS)
    exponents = np.random.default_rng([experiment.data.seed, 99]).uniform(np.log10(LOW), np.log10(HIGH), N_NETWORKS)
    values = np.sort(10**exponents)
    seeds = tuple(experiment.training.seed + i for i in range(N_NETWORKS))
    return PeekingPlan(
        experiment, sets.split, "l2", values, pool, {"l2": values.tolist()}, seeds, (np.arange(N_NETWORKS),), sets=sets
    )  # fmt: skip


def wrong_answers(plan: PeekingPlan, state: MemberState) -> np.ndarray:
    """Return which fresh rows each network gets wrong, (n_networks, n_rows) booleans; one that diverged gets all wrong."""
    X, y = plan.sets.X[1:].reshape(-1, plan.sets.X.shape[2]), plan.sets.y[1:].ravel()
    wrong = predict(network_of(plan, state.parameters), plan.pool.loss, True, X).argmax(-1) != y
    return np.asarray(wrong | state.is_diverged[:, None])


def peek(
    wrong: np.ndarray, n_settings: Sequence[int] = N_SETTINGS, n_rows: Sequence[int] = N_ROWS, n_repeats: int = N_REPEATS,
    seed: int = 0,
) -> Peeks:  # fmt: skip
    """Choose the best of k random settings on m random rows, `n_repeats` times for each k and m.

    wrong: (n_networks, n) wrong answers on fresh rows. Each time m of the rows are the test set, and all others, which the
    choice has not seen, score the winner. All k of a repeat share its rows, and a larger k has the settings of a smaller one,
    and more. At a tie the setting that was tried first wins.
    """
    n_networks, n = wrong.shape
    if max(n_settings) > n_networks:
        raise ValueError(
            say(
                "n_settings: expected at most {n_networks}, the number of networks, received {n_settings}",
                n_networks=n_networks,
                n_settings=max(n_settings),
            )
        )
    if max(n_rows) >= n:
        raise ValueError(
            say("n_rows: expected fewer than the {n} fresh rows, received {n_rows}", n=n, n_rows=max(n_rows))
        )
    rng = np.random.default_rng(seed)
    repeats, errors = np.arange(n_repeats), wrong.T.astype(np.float32)
    order = np.argsort(rng.random((n_repeats, n_networks)), axis=1)  # who is tried, in turn
    test = np.empty((len(n_settings), len(n_rows), n_repeats))
    fresh = np.empty_like(test)
    for j, m in enumerate(n_rows):
        is_test = np.zeros((n_repeats, n), dtype=np.float32)
        np.put_along_axis(is_test, np.argpartition(rng.random((n_repeats, n)), m, axis=1)[:, :m], 1.0, axis=1)
        n_wrong = is_test @ errors  # (n_repeats, n_networks)
        tried = np.take_along_axis(n_wrong, order, 1)
        for i, k in enumerate(n_settings):
            winner = order[repeats, tried[:, :k].argmin(1)]
            test[i, j] = n_wrong[repeats, winner] / m
            fresh[i, j] = (wrong.sum(1)[winner] - n_wrong[repeats, winner]) / (n - m)
    return Peeks(test, fresh)


def seeded(experiment: Experiment) -> Experiment:
    """Return the page's task with the experiment's seeds."""
    return TASK.replace(data_seed=experiment.data.seed, seed=experiment.training.seed)
