"""The live cross-validation: what the page shows of a λ grid on every fold. Read next: `refit.py`.

`found` asks a job for the study's record.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from core.data import Split, info_of
from core.engine import Stack
from core.live.asking import found_by
from core.live.path.run import time_left
from core.live.run import LiveRun
from core.live.side_by_side import live_training
from core.measures.numbers import Write, gap_text, loss_text
from core.measures.own_unit import own_readouts, unit_of, writer_of
from core.readings.cv.fold_curves import describe_fold_curves, fold_curve_arrays
from core.readings.cv.losses import cv_arrays, describe_cv, describe_folds
from core.readings.looks import Arrays, shrink
from core.settings.experiment import Experiment
from core.stream.job import Job
from core.studies.base.cost import Work, in_stacks, stack_bytes, work_of
from core.studies.base.plan import joined_rows
from core.studies.base.state import MemberState
from core.studies.base.training import Training
from core.studies.base.values import extended_values, grid_of, value_texts
from core.studies.cv.cross_validation import CrossValidation, FoldPlan, plan_cross_validation, read_cross_validation
from core.words import say

END_OF_GRID = {"low": "smallest", "high": "largest"}


class CrossValidationRun(LiveRun):
    """A live run without rewind: what happened is in the curves."""

    max_moments = 1

    def result(self, state: MemberState) -> CrossValidation:
        """Return what was found; the record's experiment has as many epochs as the networks have seen, for a run may go on or
        be stopped."""
        cv = read(self, state)
        n_epochs = min(max(1, int(state.epoch.max())), 1_000_000)
        return replace(cv, experiment=cv.experiment.replace(n_epochs=n_epochs))


def cross_validation_run(experiment: Experiment, split: Split) -> LiveRun:
    """Return the live run of the grid and folds of an experiment, paused at epoch 0."""
    return CrossValidationRun(experiment, partial(make_training, split=split), FoldView())


def make_training(experiment: Experiment, split: Split) -> Training:
    """Return the training of every λ on every fold."""
    return live_training(make_plan(experiment, split))


def make_plan(experiment: Experiment, split: Split) -> FoldPlan:
    """Return the plan of a page's cross-validation: its own data, so each fold has its own scaler."""
    grid, folds = experiment.grid, experiment.folds
    return plan_cross_validation(
        experiment, grid.param_name, grid_of(experiment), folds.n_splits, split, n_repeats=folds.n_repeats,
        l1_share=grid.l1_share, rescale=True, memory_bytes=stack_bytes(cross_validation_work(experiment)),
    )  # fmt: skip


def cross_validation_work(experiment: Experiment) -> Work:
    """Return what the page's cross-validation costs, as it is cut into stacks."""
    folds, n_rows = experiment.folds, n_folded(experiment)
    n_columns, n_train = folds.n_splits * folds.n_repeats, n_rows - n_rows // folds.n_splits
    work = work_of(
        experiment, n_columns * len(grid_of(experiment)), n_rows=n_rows, n_train=n_train, n_versions=n_columns
    )
    return in_stacks(work, n_columns)


def n_folded(experiment: Experiment) -> int:
    """Return how many rows are dealt into folds: training and validation rows together."""
    data = experiment.data
    return data.n_train + info_of(data).n_val(data.val_fraction)


class FoldView:
    """Every λ on every fold: the curve with its error bars, the choice so far, losses by epoch at each λ."""

    is_single = False

    def look(self, stack: Stack) -> Arrays:
        """Return nothing: no chart shows single networks."""
        return {}

    def history(self, run: LiveRun) -> Arrays:
        """Return the cross-validated curve and the loss curves of every λ."""
        cv, n_values = read(run, run.training.state()), len(plan_of(run).values)
        epoch, train = run.training.curves("train_loss")
        _, val = run.training.curves("val_loss")
        curves = (losses.reshape(-1, n_values, len(epoch)).swapaxes(0, 1) for losses in (train, val))
        return shrink({**arrays_of(cv), **fold_curve_arrays(epoch, *curves)})

    def facts(self, run: LiveRun, state: MemberState, arrays: Arrays) -> dict[str, Any]:
        """Return epoch, read-outs, the choice in words, and the record for the page."""
        cv = read(run, state)
        texts, split = value_texts(cv.values), plan_of(run).split
        kind, text = verdict(run, cv)
        return {
            "epoch": run.training.n_epochs_done,
            "readouts": readouts(run, cv),
            "verdict": {"kind": kind, "text": text},
            "descriptions": {
                "cv": describe_cv(arrays_of(cv), cv.values, texts, cv.best, cv.one_se, writer_of(split)),
                "folds": describe_folds(cv.is_val[: cv.n_splits], cv.is_train[: cv.n_splits]),
            },
            "members": [member(cv, i, texts[i], split) for i in range(len(texts))],
            "members_axis": "lambda",
            "answers": {"lambda": answers(cv) if run.training.n_epochs_done else None},
        }

    def banner(self, run: LiveRun, state: MemberState) -> dict[str, Any] | None:
        """Return the message of a grid that has diverged as a whole, or None."""
        if run.state != "diverged":
            return None
        rate = float(run.experiment.training.learning_rate)
        text = say(
            "Every network diverged: a learning rate of {rate:g} is too large here. Choose a smaller one.", rate=rate
        )
        return {"kind": "diverged", "text": text, "remedy": None}


def answers(cv: CrossValidation) -> list[int] | None:
    """Return the indices of λ_min and λ_1se, None where every fold diverged."""
    if not math.isfinite(cv.best):
        return None
    return [int(np.flatnonzero(cv.values == value)[0]) for value in (cv.best, cv.one_se)]


def plan_of(run: LiveRun) -> FoldPlan:
    """Return the plan of a cross-validation in training."""
    plan = run.training.plan
    assert isinstance(plan, FoldPlan)
    return plan


def read(run: LiveRun, state: MemberState) -> CrossValidation:
    """Return the losses of a moment."""
    return read_cross_validation(plan_of(run), state)


def found(job: Job) -> CrossValidation | None:
    """Return what a job's cross-validation has found by its last snapshot; None where it has not begun, or does not answer."""
    return found_by(job, CrossValidation)


def csv_of(job: Job) -> str:
    """Return the losses of every λ on every fold as they are now, as CSV."""
    cv = found(job)
    return "" if cv is None else str(cv.to_frame().to_csv(index=False))


def fold_targets(split: Split) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the targets (n,) of the rows that are folded, and the names of the classes."""
    return joined_rows(split)[1], split.class_names if split.task == "classification" else ()


def arrays_of(cv: CrossValidation) -> Arrays:
    """Return what the cross-validated curve binds to."""
    return cv_arrays(
        cv.values, cv.param_name, cv.val_loss, cv.standard_error, cv.n_nonzero, cv.best, cv.one_se, cv.n_diverged
    )


def readouts(run: LiveRun, cv: CrossValidation) -> dict[str, str]:
    """Return the numbers of the whole run as texts."""
    training = run.training
    n_stacks = training.plan.n_stacks
    part = say(" · part {part} of {n_stacks}", part=training.part + 1, n_stacks=n_stacks) if n_stacks > 1 else ""
    return {
        "epoch": say(
            "{n_epochs_done:,} of {n_epochs:,}{part}",
            n_epochs_done=training.trainer.n_epochs_done,
            n_epochs=training.n_epochs,
            part=part,
        ),
        "left": time_left(run),
        "networks": f"{len(cv.values)} × {cv.val_loss.shape[1]} = {cv.val_loss.size:,}",
    }


def beside_of(run: LiveRun) -> Write:
    """Return what stands behind a loss that is written already: what it is in the target's own unit, where there is one."""
    unit = unit_of(plan_of(run).split)
    return unit.beside if unit is not None else lambda _: ""


def member(cv: CrossValidation, i: int, text: str, split: Split) -> dict[str, Any]:
    """Return what is said when the finger is at value i. split: whose target's unit the mean is told in."""
    descriptions = {"fold_curves": describe_fold_curves(text, cv.train_loss[i], cv.val_loss[i], writer_of(split))}
    if n_lost := int(cv.n_diverged[i]):
        return {"readouts": {"mean": say("{n_lost} diverged", n_lost=n_lost)}, "descriptions": descriptions}
    train, val, error = (float(v) for v in (cv.train_loss[i].mean(), cv.mean[i], cv.standard_error[i]))
    if not math.isfinite(val):
        return {"descriptions": descriptions}
    return {
        "readouts": {
            "mean": f"{loss_text(val)} ± {loss_text(error)}",
            "gap": gap_text(val - train),
            "nonzero": f"{cv.n_nonzero[i].mean():,.0f}",
            **own_readouts(split, {"mean": val}),
        },
        "descriptions": descriptions,
    }


def verdict(run: LiveRun, cv: CrossValidation) -> tuple[str, str]:
    """Return (kind, sentence): λ_min, λ_1se, and what stands in the way of trusting them."""
    if run.training.n_epochs_done == 0 and run.training.trainer.n_steps_done == 0:
        return "not started", say(
            "Press Run: {size:,} networks train at once, every λ on every fold.", size=cv.val_loss.size
        )
    if not math.isfinite(cv.best):
        return "choosing", say("No λ has a loss on every fold yet.")
    beside = beside_of(run)
    said = choice_in_words(cv, beside)
    if run.state == "running":
        return "choosing", say("So far: {said}", said=said)
    if cv.edge and run.state == "finished":
        can_grow = len(extended_values(cv.values, cv.edge, cv.param_name)) > len(cv.values)
        way = say("Extend the grid below.") if can_grow else say("A better one may lie beyond.")
        return "at the edge", say(
            "λ_min{lowest_in_words} is the {end_of_grid} λ of the grid. {way}",
            lowest_in_words=lowest_in_words(cv, beside),
            end_of_grid=END_OF_GRID[cv.edge],
            way=way,
        )
    return ("chosen", said) if run.state == "finished" else ("choosing", say("So far: {said}", said=said))


def choice_in_words(cv: CrossValidation, beside: Write = lambda _: "") -> str:
    """Return λ_min and λ_1se with their losses in a sentence or two."""
    best, one_se = (int(np.flatnonzero(cv.values == value)[0]) for value in (cv.best, cv.one_se))
    said = say("Lowest mean loss: λ_min{lowest_in_words}.", lowest_in_words=lowest_in_words(cv, beside))
    if best == one_se:
        return say("{said} It is λ_1se too: no stronger λ is within one standard error.", said=said)
    loss = say("{loss}{own}", loss=loss_text(cv.mean[one_se]), own=beside(float(cv.mean[one_se])))
    return say(
        "{said} Strongest λ within one standard error: λ_1se = {value_texts} ({loss}).",
        said=said,
        value_texts=value_texts(cv.values)[one_se],
        loss=loss,
    )


def lowest_in_words(cv: CrossValidation, beside: Write) -> str:
    """Return " = λ_min (mean loss ± its standard error)"."""
    best = int(np.flatnonzero(cv.values == cv.best)[0])
    return say(
        " = {value} ({mean} ± {error}{own})",
        value=value_texts(cv.values)[best],
        mean=loss_text(cv.mean[best]),
        error=loss_text(cv.standard_error[best]),
        own=beside(float(cv.mean[best])),
    )
