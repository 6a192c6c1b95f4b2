"""Learning rate × λ as one live stack: which pairs train, which diverge, and where the lowest validation loss lies."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.data import Split
from core.engine import Stack
from core.live.banners import diverged_banner
from core.live.path.run import epochs_of, n_epochs_of, time_left
from core.live.run import LiveRun
from core.live.side_by_side import live_training
from core.measures.numbers import Write, loss_text
from core.measures.own_unit import writer_of
from core.readings.looks import Arrays, shrink, stack_padded
from core.readings.path.grid import describe_grid, grid_arrays
from core.settings.experiment import Experiment
from core.studies.base.cost import Work, in_stacks, stack_bytes, work_of
from core.studies.base.plan import Plan
from core.studies.base.state import MemberState
from core.studies.base.values import grid_of, value_texts
from core.studies.path.sweep import Grid, PathMoment, plan_grid, read_grid, read_moment, without_diverged
from core.words import say

RATES = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0)
MAX_VALUES = 17  # λ on the map: a longer grid is thinned evenly, both ends stay


def map_values(experiment: Experiment) -> np.ndarray:
    """Return the λ of the map: the study's grid, thinned to MAX_VALUES."""
    values = grid_of(experiment)
    picked = np.linspace(0, len(values) - 1, min(len(values), MAX_VALUES)).round().astype(int)
    return np.asarray(values[np.unique(picked)])


def rates_work(experiment: Experiment) -> Work:
    """Return what the map costs, as it is cut into stacks."""
    return in_stacks(work_of(experiment, len(RATES) * len(map_values(experiment)), n_moments=RatesRun.max_moments))


def plan_of_map(experiment: Experiment, split: Split) -> Plan:
    """Return the plan of RATES × λ for the penalty of an experiment's study."""
    return plan_grid(
        experiment, experiment.grid.param_name, map_values(experiment), RATES, split, l1_share=experiment.grid.l1_share,
        memory_bytes=stack_bytes(rates_work(experiment)),
    )  # fmt: skip


def rates_run(experiment: Experiment, split: Split) -> RatesRun:
    """Return the live run of the map, paused at epoch 0."""
    return RatesRun(experiment, lambda now: live_training(plan_of_map(now, split)), RatesView())


class RatesRun(LiveRun):
    """A live run that shows nothing of its members but their losses."""

    max_moments = 40

    def result(self, state: MemberState) -> PathMoment:
        """Return the map at a moment."""
        return read_moment(self.training.plan, state, self.experiment)

    def _look(self, moments: list[MemberState]) -> Arrays:
        maps = [map_of(self.training.plan, moment) for moment in moments]
        return shrink({name: stack_padded([one[name] for one in maps]) for name in maps[0]})


def map_of(plan: Plan, moment: MemberState) -> Arrays:
    """Return what the map shows at a moment; before any training no pair is the best."""
    grid = read_grid(plan, moment)
    arrays = grid_arrays(grid.val_loss, grid.values, grid.param_name, grid.learning_rates)
    none = {name: np.zeros(0) for name in ("grid_best_x", "grid_best_y")}
    return arrays if moment.epoch.max() > 0 else arrays | none


class RatesView:
    """Read-outs and a sentence on the best pair."""

    is_single = False

    def look(self, stack: Stack) -> Arrays:
        """Return nothing: all is read off the losses."""
        return {}

    def history(self, run: LiveRun) -> Arrays:
        """Return nothing: the map has no curves."""
        return {}

    def facts(self, run: LiveRun, state: MemberState, arrays: Arrays) -> dict[str, Any]:
        """Return progress, the best pair in words, and the map's text alternative."""
        grid, epoch = read_grid(run.training.plan, state), epochs_of(run.training, state)
        rate, value = grid.best
        write = writer_of(run.training.plan.split)
        has_best = epoch > 0 and bool(np.isfinite(rate))
        return {
            "epoch": epoch,
            "readouts": {
                "epoch": say("{epoch:,} of {n_epochs_of:,}", epoch=epoch, n_epochs_of=n_epochs_of(run.training)),
                "left": time_left(run),
                "rate": f"{rate:.2g}" if has_best else "–",
                "best": value_texts([value])[0] if has_best else "–",
                "diverged": say(
                    "{n_diverged} of {size}", n_diverged=n_diverged(run, state), size=state.is_diverged.size
                ),
            },
            "verdict": {"kind": "not started" if epoch == 0 else "", "text": best_in_words(grid, epoch, write)},
            "descriptions": {"grid": describe_grid(arrays, grid.values, grid.learning_rates, write)},
        }

    def banner(self, run: LiveRun, state: MemberState) -> dict[str, Any] | None:
        """Return the message that every pair has diverged, or None."""
        return diverged_banner(run) if run.state == "diverged" else None


def best_member(grid: PathMoment) -> int | None:
    """Return the member of the pair with the lowest validation loss; None before any training, or if all have diverged."""
    losses = without_diverged(grid.state.val_loss, grid.state)
    return int(np.nanargmin(losses)) if grid.state.epoch.max() > 0 and np.isfinite(losses).any() else None


def n_diverged(run: LiveRun, state: MemberState) -> int:
    """Return how many pairs have diverged: all of them where the last finite state is what is shown."""
    are_all = run.state == "diverged" and state is run.shown
    return state.is_diverged.size if are_all else int(state.is_diverged.sum())


def best_in_words(grid: Grid, epoch: int, write: Write = loss_text) -> str:
    """Return which λ is best at the best learning rate, and at the others."""
    if epoch == 0:
        return say("Not trained yet: press Run.")
    rate, value = grid.best
    if not np.isfinite(rate):
        return say("No pair has a finite loss.")
    finite = np.flatnonzero(np.isfinite(grid.val_loss).any(1))
    bests = grid.values[np.nanargmin(grid.val_loss[finite], axis=1)]
    best, low, high = value_texts([value, bests.min(), bests.max()])
    return say(
        "Lowest validation loss {nanmin} at learning rate {rate:.2g} with λ {best}. "
        "The best λ of a single learning rate lies between {low} and {high}.",
        nanmin=write(float(np.nanmin(grid.val_loss))),
        rate=rate,
        best=best,
        low=low,
        high=high,
    )
