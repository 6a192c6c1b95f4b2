"""The live run of peeking: the networks train, and at every look the choices among them are made anew, 200 times."""

from __future__ import annotations

from typing import Any

from core.live.banners import diverged_banner
from core.live.run import LiveRun
from core.live.side_by_side import live_training
from core.readings.looks import Arrays, shrink
from core.readings.peeking.winners import describe_optimism, winner_arrays, winner_sentence
from core.settings.experiment import Experiment
from core.studies.base.cost import Work, work_of
from core.studies.base.state import MemberState
from core.studies.peeking.simulation import (
    N_FRESH,
    N_NETWORKS,
    N_ROWS,
    N_SETTINGS,
    TASK,
    peek,
    plan_peeking,
    seeded,
    wrong_answers,
)
from core.words import joined, say

SHOWN_M = 1  # the place of the number of rows that the read-outs and the sentence speak of


def peeking_work(experiment: Experiment) -> Work:
    """Return what the networks cost, and their answers to all fresh rows."""
    return work_of(TASK, N_NETWORKS, n_shown=N_FRESH * TASK.data.n_train)


def peeking_run(experiment: Experiment) -> PeekingRun:
    """Return the live run, paused at epoch 0."""
    return PeekingRun(seeded(experiment), lambda now: live_training(plan_peeking(now)), PeekingView())


class PeekingRun(LiveRun):
    """A live run whose arrays have k and m in front, and that keeps no moments: the page has no rewind."""

    max_moments = 1
    view: PeekingView

    def _look(self, moments: list[MemberState]) -> Arrays:
        wrong = wrong_answers(self.training.plan, moments[-1])  # type: ignore[arg-type]
        arrays = shrink(winner_arrays(peek(wrong, seed=self.experiment.data.seed)))
        return {name: values[None] for name, values in arrays.items()}


class PeekingView:
    """What is said of the winners, for each number of settings k."""

    is_single = False

    def look(self, stack: Any) -> Arrays:
        """Return nothing: what is seen needs the plan's fresh rows."""
        return {}

    def history(self, run: LiveRun) -> Arrays:
        """Return nothing: the page has no curves over the epochs."""
        return {}

    def facts(self, run: LiveRun, state: MemberState, arrays: Arrays) -> dict[str, Any]:
        """Return the progress, and for each pair of k and m what the winner looks like and is."""
        epoch = run.training.n_epochs_done
        return {
            "epoch": epoch,
            "readouts": {"epoch": say("{epoch:,} of {n_epochs:,}", epoch=epoch, n_epochs=run.training.n_epochs)},
            "verdict": {"kind": "", "text": ""},
            "descriptions": {"pk_optimism": describe_optimism(arrays, N_SETTINGS, N_ROWS)},
            "members_axis": "k",
            "members": [self._member(i, k, arrays, epoch) for i, k in enumerate(N_SETTINGS)],
        }

    def _member(self, i: int, k: int, arrays: Arrays, epoch: int) -> dict[str, Any]:
        said = winner_sentence(arrays, i, SHOWN_M, k, N_ROWS[SHOWN_M])
        all_rows = joined([winner_sentence(arrays, i, j, k, m) for j, m in enumerate(N_ROWS)])
        started = say("Not started. Run trains 50 networks with settings at random.") if epoch == 0 else said
        gaps = {f"gap_{m}": f"{arrays['pk_optimism'][j, i]:+.1f}" for j, m in enumerate(N_ROWS)}
        return {"readouts": gaps, "verdict": {"kind": "", "text": started}, "descriptions": {"pk_winners": all_rows}}

    def banner(self, run: LiveRun, state: MemberState) -> dict[str, Any] | None:
        """Return the message that every network diverged."""
        return diverged_banner(run) if run.state == "diverged" else None
