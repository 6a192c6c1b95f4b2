"""The live refit after the choice of λ: what the page shows of networks on training and validation rows together.

`refitted` reads the study's record off a job.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from core.data import Split
from core.engine import Stack
from core.live.cv.run import StudyRun, n_folded
from core.live.run import LiveRun
from core.readings.cv.fold_curves import describe_refit
from core.readings.looks import Arrays, shrink
from core.settings.experiment import Experiment
from core.stream.job import Job
from core.studies.base.cost import Work, in_stacks, stack_bytes, work_of
from core.studies.base.training import MemberState, Training
from core.studies.cv.refit import Refit, RefitPlan, plan_refit, read_refit


def refit_run(experiment: Experiment, split: Split, values: Mapping[str, float]) -> LiveRun:
    """Return the live run of one network per labelled value, on training and validation rows together."""
    return StudyRun(experiment, partial(make_refit, split=split, values=values), RefitView())


def refit_work(experiment: Experiment, n_values: int) -> Work:
    """Return what the refit of so many values costs, as it is cut into stacks."""
    n_rows = n_folded(experiment)
    return in_stacks(work_of(experiment, n_values, n_rows=n_rows, n_train=n_rows))


def make_refit(experiment: Experiment, split: Split, values: Mapping[str, float]) -> Training:
    """Return the training of a refit."""
    study = experiment.study
    plan = plan_refit(
        experiment, study.param_name, values, split, l1_share=study.l1_share, rescale=True,
        memory_bytes=stack_bytes(refit_work(experiment, len(set(values.values())))),
    )  # fmt: skip
    return Training(plan)


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
        said = f"The networks train on all {n_rows:,} training and validation rows, none on a test row."
        if run.state == "finished":
            said = f"Trained on all {n_rows:,} training and validation rows; no test row has been used."
        return {
            "epoch": run.training.n_epochs_done,
            "readouts": {"epoch": f"{run.training.trainer.n_epochs_done:,} of {run.training.n_epochs:,}"},
            "verdict": {"kind": "chosen" if run.state == "finished" else "choosing", "text": said},
            "descriptions": {"refit": describe_refit(self.history(run), plan.labels)},
        }

    def banner(self, run: LiveRun, state: MemberState) -> dict[str, Any] | None:
        """Return nothing: a diverged network has no test loss, which the table says."""
        return None


def refit_plan_of(run: LiveRun) -> RefitPlan:
    """Return the plan of a refit in training."""
    plan = run.training.plan
    assert isinstance(plan, RefitPlan)
    return plan


def refitted(job: Job) -> Refit | None:
    """Return the networks of a job's refit once they are trained to the end, else None."""
    latest = job.latest  # first: were it read after the networks, the refit could end in between
    result = job.result()
    if result is None or not isinstance(result[1], RefitPlan) or latest is None:
        return None
    is_done = latest.meta["state"] in ("finished", "diverged")
    return read_refit(result[1], result[2]) if is_done else None
