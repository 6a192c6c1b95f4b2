"""The live refit after the choice of λ: what the page shows of networks on training and validation rows together.

`opened` has a job read the test rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from core.data import Split
from core.engine import Stack
from core.live.asking import found_by
from core.live.cv.run import n_folded
from core.live.run import LiveRun
from core.live.side_by_side import live_training
from core.measures.own_unit import writer_of
from core.readings.cv.fold_curves import describe_refit
from core.readings.looks import Arrays, shrink
from core.settings.experiment import Experiment
from core.stream.job import Job
from core.studies.base.cost import Work, in_stacks, stack_bytes, work_of
from core.studies.base.state import MemberState
from core.studies.base.training import Training
from core.studies.cv.refit import RefitPlan, TestLosses, evaluate_test, plan_refit, read_refit
from core.words import say


def refit_run(experiment: Experiment, split: Split, values: Mapping[str, float]) -> LiveRun:
    """Return the live run of one network per labelled value, on training and validation rows together."""
    return RefitRun(experiment, partial(make_refit, split=split, values=values), RefitView())


class RefitRun(LiveRun):
    """A live run without rewind, which opens the test set when it is asked, once it has ended."""

    max_moments = 1

    def result(self, state: MemberState) -> TestLosses | None:
        """Return what the networks say of the test rows: a look at them. None before they are trained to the end."""
        if self.state not in ("finished", "diverged"):
            return None
        return evaluate_test(read_refit(refit_plan_of(self), state))


def refit_work(experiment: Experiment, n_values: int) -> Work:
    """Return what the refit of so many values costs, as it is cut into stacks."""
    n_rows = n_folded(experiment)
    return in_stacks(work_of(experiment, n_values, n_rows=n_rows, n_train=n_rows))


def make_refit(experiment: Experiment, split: Split, values: Mapping[str, float]) -> Training:
    """Return the training of a refit."""
    plan = plan_refit(
        experiment, experiment.grid.param_name, values, split, l1_share=experiment.grid.l1_share, rescale=True,
        memory_bytes=stack_bytes(refit_work(experiment, len(set(values.values())))),
    )  # fmt: skip
    return live_training(plan)


class RefitView:
    """Networks of a refit: their training losses, and, once trained to the end, the record that the test set needs."""

    is_single = False

    def look(self, stack: Stack) -> Arrays:
        """Return nothing: no chart shows the weights."""
        return {}

    def history(self, run: LiveRun) -> Arrays:
        """Return the training losses (n_labels, n_records)."""
        epoch, loss = run.training.curves("train_loss")
        return shrink({"refit_epoch": epoch.astype(float), "refit_loss": loss[refit_plan_of(run).places]})

    def facts(self, run: LiveRun, state: MemberState, arrays: Arrays) -> dict[str, Any]:
        """Return epoch, what is going on in words, and the record once there is one."""
        plan = refit_plan_of(run)
        n_rows = plan.pool.X.shape[1]
        said = say(
            "The networks train on all {n_rows:,} training and validation rows, none on a test row.", n_rows=n_rows
        )
        if run.state == "finished":
            said = say(
                "Trained on all {n_rows:,} training and validation rows; no test row has been used.", n_rows=n_rows
            )
        return {
            "epoch": run.training.n_epochs_done,
            "readouts": {
                "epoch": say(
                    "{n_epochs_done:,} of {n_epochs:,}",
                    n_epochs_done=run.training.trainer.n_epochs_done,
                    n_epochs=run.training.n_epochs,
                )
            },
            "verdict": {"kind": "chosen" if run.state == "finished" else "choosing", "text": said},
            "descriptions": {"refit": describe_refit(self.history(run), plan.labels, writer_of(plan.split))},
        }

    def banner(self, run: LiveRun, state: MemberState) -> dict[str, Any] | None:
        """Return nothing: a diverged network has no test loss, which the table says."""
        return None


def refit_plan_of(run: LiveRun) -> RefitPlan:
    """Return the plan of a refit in training."""
    plan = run.training.plan
    assert isinstance(plan, RefitPlan)
    return plan


def opened(job: Job) -> TestLosses | None:
    """Have a job read the test rows with its refitted networks, which is a look at them; None where it has not ended, or does
    not answer."""
    return found_by(job, TestLosses)
