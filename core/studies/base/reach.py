"""What is within reach on a task, as far as it is known: what the verdicts hold a network against.

    on a path     the lowest validation loss of its members, and what the nearest training points give
    on one run    the lowest of all its epochs (and of the path it comes from), the nearest training points, and two
                  fifths of the way from a constant answer down to the noise floor

All are measured on the same validation rows. The average of the nearest training points is a simple method without any
training; it shows that a network underfits where no other network is there to show it. `core/measures/verdict.py` grades.
"""

from __future__ import annotations

import numpy as np

from core.data import Split
from core.engine.trainer import Pool
from core.measures import History
from core.measures.own_unit import writer_of
from core.measures.verdict import Reach, Verdict, judge, nearest
from core.studies.base.plan import Plan
from core.studies.base.state import MemberState
from core.words import say

N_NEAREST = 5
MODEST = 0.6  # of the way up from the noise floor to the constant answer: what a network should at least get below


def noise_floor(split: Split, pool: Pool) -> float | None:
    """Return the loss of the true function on the validation rows under the loss in use; None where it is unknown."""
    return split.floors.get("mse" if pool.loss == "mse" else "cross_entropy", split.noise_floor)


def constant_loss(split: Split, pool: Pool) -> float:
    """Return the validation loss of the best constant answer that knows the training targets alone."""
    return constant_losses(split, pool)[1]


def constant_losses(split: Split, pool: Pool) -> tuple[float, float]:
    """Return the training and the validation loss of the best constant answer that knows the training targets alone.

    Values: their mean. Classes: their shares, in nats, or under squared error the mean of the encoded targets.
    """
    n_train, targets = len(split.y_train), pool.targets.double().numpy()
    if not n_train:
        return float("nan"), float("nan")
    if pool.loss == "mse":
        losses = ((targets - targets[:n_train].mean(0)) ** 2).sum(-1)
    else:
        shares = np.bincount(split.y_train, minlength=split.n_classes) / n_train
        losses = -np.log(np.maximum(shares[np.concatenate([split.y_train, split.y_val])], 1e-3))
    return float(losses[:n_train].mean()), float(losses[n_train:].mean()) if len(losses) > n_train else float("nan")


def neighbour_loss(split: Split, pool: Pool, n_nearest: int = N_NEAREST) -> float:
    """Return the validation loss of the average over the k training points nearest to each validation point.

    Values: the mean of their targets. Classes: (k·share among them + share in all) / (k + 1), so that none is impossible.
    Distances are Euclidean in the network's inputs. Time n_train·n_val·d: 25 ms for 539 digits beside 100.
    """
    X, targets, n_train = pool.X[0].double().numpy(), pool.targets.double().numpy(), len(split.y_train)
    own, others = X[:n_train], X[n_train:]
    if not len(others) or not n_train:
        return float("nan")
    k = min(n_nearest, n_train)
    distance = (own**2).sum(1) - 2 * others @ own.T  # but for what all have in common
    near = targets[:n_train][np.argpartition(distance, k - 1, axis=1)[:, :k]].mean(1)
    if pool.loss == "mse":
        return float(((near - targets[n_train:]) ** 2).sum(-1).mean())
    share = (k * near + targets[:n_train].mean(0)) / (k + 1)
    share, right = np.clip(share, 1e-3, 1 - 1e-3), targets[n_train:]
    if pool.loss == "cross_entropy":
        return float(-(right * np.log(share)).sum(-1).mean())
    return float(-(right * np.log(share) + (1 - right) * np.log(1 - share)).mean())


def neighbours_reach(split: Split, pool: Pool) -> Reach:
    """Return what the nearest training points reach."""
    return Reach(
        neighbour_loss(split, pool), say("the mean of the {n_nearest} nearest training points", n_nearest=N_NEAREST)
    )


def modest_reach(floor: float | None, constant: float) -> Reach:
    """Return the validation loss that a network should at least get below, whatever the task."""
    base = floor or 0.0
    end = say("no loss at all") if floor is None else say("the noise floor")
    return Reach(
        base + MODEST * (constant - base), say("two fifths of the way from a constant answer to {end}", end=end)
    )


def run_reach(history: History) -> Reach:
    """Return the lowest validation loss of a single run's records so far."""
    epoch = int(history.best_epoch[0])
    words = say("the lowest of this run (epoch {epoch:,})", epoch=epoch)
    return Reach(float(history.best_val_loss[0]), words, float(history.best_train_loss[0]))


def path_reach(state: MemberState, words: str = say("the lowest on this path")) -> Reach | None:
    """Return the lowest validation loss among the members that have been trained; None where there is none yet."""
    is_there = (state.epoch > 0) & ~state.is_diverged & np.isfinite(state.val_loss)
    if not is_there.any():
        return None
    best = int(np.argmin(np.where(is_there, state.val_loss, np.inf)))
    return Reach(float(state.val_loss[best]), words, float(state.train_loss[best]))


def verdicts(plan: Plan, state: MemberState, neighbours: Reach | None = None) -> list[Verdict]:
    """Return the verdict on each member of a path at this moment, all held against the same validation loss.

    neighbours: `neighbours_reach` of the plan's rows, where it is at hand already.
    """
    best = path_reach(state)
    known = neighbours or neighbours_reach(plan.split, plan.pool)
    reach = nearest([known] if best is None else [best, known])
    constant, write = constant_loss(plan.split, plan.pool), writer_of(plan.split)
    columns = zip(state.train_loss, state.val_loss, state.weight_norm, state.epoch, state.loss_limit, strict=True)
    return [
        judge(float(train), float(val), reach, constant, float(norm), int(max(epoch, 0)), float(limit), write)
        for train, val, norm, epoch, limit in columns
    ]
