"""The live run of trained networks of many widths: all of them train at once, and every moment can be gone back to."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.live.banners import diverged_banner
from core.live.run import LiveRun
from core.measures.numbers import loss_text
from core.readings.double_descent.trained import trained_arrays, width_sentence
from core.readings.looks import Arrays, shrink, stack_padded
from core.settings.experiment import Experiment
from core.studies.base.cost import Work, work_of
from core.studies.base.state import MemberState
from core.studies.base.training import Training
from core.studies.base.values import value_texts
from core.studies.double_descent.trained import (
    N_STARTS,
    TASK,
    VALUES,
    WIDTHS,
    first_fitting,
    losses_and_errors,
    plan_trained,
)
from core.words import say

SHAPE = (len(VALUES), len(WIDTHS), N_STARTS)
NOT_STARTED = say("Not started. Run trains {n:,} networks, {n_widths} widths at {n_values} strengths.",
                  n=int(np.prod(SHAPE)), n_widths=len(WIDTHS), n_values=len(VALUES))  # fmt: skip


def trained_work(experiment: Experiment) -> Work:
    """Return what the networks cost."""
    return work_of(TASK, int(np.prod(SHAPE)), n_moments=TrainedRun.max_moments)


def trained_run(experiment: Experiment) -> TrainedRun:
    """Return the live run, paused at epoch 0; of the experiment it takes the data seed."""
    own = TASK.replace(data_seed=experiment.data.seed)
    return TrainedRun(own, lambda now: Training(plan_trained(TASK, seed=now.data.seed), device="cpu"), TrainedView())


class TrainedRun(LiveRun):
    """A live run that shows nothing of its members but losses and errors."""

    max_moments = 40

    def _look(self, moments: list[MemberState]) -> Arrays:
        each = [trained_arrays(losses_and_errors(moment, SHAPE), WIDTHS) for moment in moments]
        return shrink({name: stack_padded([one[name] for one in each]) for name in each[0]})


class TrainedView:
    """What the loss does along the widths, for each λ."""

    is_single = False

    def look(self, stack: Any) -> Arrays:
        """Return nothing: all is read off the losses."""
        return {}

    def history(self, run: LiveRun) -> Arrays:
        """Return nothing: the page has no curves over the epochs."""
        return {}

    def facts(self, run: LiveRun, state: MemberState, arrays: Arrays) -> dict[str, Any]:
        """Return the epoch, and what is said of each λ."""
        epoch = int(state.epoch.max())
        return {
            "epoch": epoch,
            "readouts": {"epoch": say("{epoch:,} of {n:,}", epoch=epoch, n=run.training.n_epochs)},
            "verdict": {"kind": "", "text": ""},
            "descriptions": {},
            "members_axis": "value",
            "members": [self._member(i, arrays, epoch) for i in range(len(VALUES))],
        }

    def _member(self, i: int, arrays: Arrays, epoch: int) -> dict[str, Any]:
        text, loss = value_texts(VALUES)[i], np.asarray(arrays["dt_val"][i], dtype=float)
        if epoch == 0 or not np.isfinite(loss).all():
            said = NOT_STARTED if epoch == 0 else say("Some networks have diverged.")
            return {"readouts": {"peak": "–"}, "verdict": {"kind": "", "text": said}, "descriptions": {}}
        fits = int(first_fitting(np.asarray(arrays["dt_train_error"])[i : i + 1])[0])
        said = say(
            "λ₂ = {value}, epoch {epoch:,}: {said}", value=text, epoch=epoch, said=width_sentence(loss, WIDTHS, fits)
        )
        return {
            "readouts": {"peak": loss_text(loss.max())},
            "verdict": {"kind": "", "text": said},
            "descriptions": {"dt_loss": said},
        }

    def banner(self, run: LiveRun, state: MemberState) -> dict[str, Any] | None:
        """Return the message that every network diverged."""
        return diverged_banner(run) if run.state == "diverged" else None
