"""The live run of bias and variance: networks of many training sets along λ or width, and what the page shows of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.data import Split, info_of
from core.data.sets import check_sets
from core.live.banners import diverged_banner
from core.live.run import LiveRun
from core.live.side_by_side import live_training
from core.measures.bias_variance import PARTS
from core.measures.numbers import loss_text, number_text
from core.measures.own_unit import own_readouts, writer_of
from core.readings.bias_variance.fits import (
    MAX_MAP,
    curve_arrays,
    describe_bundle,
    describe_votes,
    grid_inputs,
    has_fits,
    plane_arrays,
    point_arrays,
)
from core.readings.bias_variance.parts import describe_parts, parts_arrays, parts_sentence
from core.readings.looks import Arrays, n_to_look_at, shrink
from core.settings.experiment import Experiment
from core.studies.base.cost import Work, check_work, in_stacks, stack_bytes, work_of
from core.studies.base.state import MemberState
from core.studies.base.values import grid_of, value_texts
from core.studies.base.widths import check_widths, widened
from core.studies.bias_variance.decomposition import (
    VALUES,
    WIDTH,
    WIDTHS,
    BiasVariance,
    BiasVariancePlan,
    answers_at,
    plan_bias_variance,
    read_bias_variance,
)
from core.words import joined, say

MAX_VALUES = 40  # each has a network for every set and start, all sent to the browser
NOT_STARTED = say("Not started. Run trains a network for every training set and start, at every value.")


def values_of(experiment: Experiment) -> tuple[float, ...]:
    """Return the strengths of the page, ascending, or the widths."""
    return WIDTHS if experiment.bias_variance.vary == WIDTH else tuple(grid_of(experiment, VALUES).tolist())


def texts_of(experiment: Experiment) -> list[str]:
    """Return the values as short texts."""
    values = values_of(experiment)
    return [f"{v:.0f}" for v in values] if experiment.bias_variance.vary == WIDTH else value_texts(values)


def name_of(experiment: Experiment) -> str:
    """Return what is varied: a strength, or "width"."""
    return WIDTH if experiment.bias_variance.vary == WIDTH else experiment.grid.param_name


def check_bias_variance(experiment: Experiment) -> None:
    """Raise ValueError, with what to do, for a study that cannot be made or is too large."""
    values = values_of(experiment)
    if len(values) > MAX_VALUES:
        raise ValueError(
            say(
                "λ values: expected at most {max_values} on this page, received {n_values}. Shorten the list.",
                max_values=MAX_VALUES,
                n_values=len(values),
            )
        )
    if experiment.bias_variance.vary == WIDTH:
        check_widths(experiment, values)
    check_sets(experiment.data, experiment.bias_variance.n_sets)
    check_work(bias_variance_work(experiment))


def bias_variance_work(experiment: Experiment) -> Work:
    """Return what the study costs: all sets and starts at every value."""
    study, data = experiment.study, experiment.data
    if study.vary == WIDTH and experiment.network.hidden_sizes:
        experiment = widened(experiment, [int(w) for w in WIDTHS])
    n_networks = study.n_sets * study.n_set_starts
    n_val = info_of(data).n_val(data.val_fraction)
    work = work_of(
        experiment, n_networks * len(values_of(experiment)), n_train=data.n_train, n_rows=study.n_sets * data.n_train,
        n_shown=n_to_look_at(experiment, MAX_MAP) + n_val,
    )  # fmt: skip
    return in_stacks(work, n_networks)


def bias_variance_run(experiment: Experiment, split: Split) -> BiasVarianceRun:
    """Return the live run, paused at epoch 0. The training sets are drawn here; of the split they share the scaling."""

    def plan(now: Experiment) -> BiasVariancePlan:
        return plan_bias_variance(
            now, name_of(now), values_of(now), now.bias_variance.n_sets, now.bias_variance.n_set_starts,
            memory_bytes=stack_bytes(bias_variance_work(now)),
        )  # fmt: skip

    return BiasVarianceRun(
        experiment, lambda now: live_training(plan(now)), BiasVarianceView(experiment, plan(experiment))
    )


class BiasVarianceRun(LiveRun):
    """A live run whose arrays have the values in front, and that keeps no moments: the page has no rewind."""

    max_moments = 1
    view: BiasVarianceView

    def _look(self, moments: list[MemberState]) -> Arrays:
        arrays = shrink(self.view.see(self.training.plan, moments[-1]))  # type: ignore[arg-type]
        return {name: values[None] for name, values in arrays.items()}


class BiasVarianceView:
    """The parts of the risk along the values, the fits of all networks, and what is said of each value."""

    is_single = False

    def __init__(self, experiment: Experiment, plan: BiasVariancePlan) -> None:
        self.sets, self.texts = plan.sets, texts_of(experiment)
        self.axis = say("width") if experiment.bias_variance.vary == WIDTH else "λ"
        self.points = point_arrays(plan.sets)
        self.result: BiasVariance | None = None

    def see(self, plan: BiasVariancePlan, state: MemberState) -> Arrays:
        """Return all arrays at a moment; what was read is kept for `facts`."""
        self.result = read_bias_variance(plan, state)
        return {**parts_arrays(self.result), **self._fits(plan, state), **self.points}

    def _fits(self, plan: BiasVariancePlan, state: MemberState) -> Arrays:
        if not has_fits(self.sets):
            return {}
        x, y, X = grid_inputs(self.sets)
        answers = answers_at(plan, state, X)
        return plane_arrays(answers, self.sets, x, y) if len(y) else curve_arrays(answers, self.sets)

    def look(self, stack: Any) -> Arrays:
        """Return nothing: all that is seen needs the plan, see `see`."""
        return {}

    def history(self, run: LiveRun) -> Arrays:
        """Return nothing: the page has no curves over the epochs."""
        return {}

    def facts(self, run: LiveRun, state: MemberState, arrays: Arrays) -> dict[str, Any]:
        """Return epoch, read-outs and words of each value, and what the parts do along them."""
        assert self.result is not None
        epoch, n_epochs = run.training.n_epochs_done, run.training.plan.n_stacks * run.training.n_epochs
        so_far = say("So far: ") if 0 < epoch < n_epochs else ""
        said = (
            so_far + parts_sentence(self.result, self.texts, self.axis, writer_of(self.sets.split))
            if epoch
            else NOT_STARTED
        )
        return {
            "epoch": epoch,
            "readouts": {"epoch": say("{epoch:,} of {n_epochs:,}", epoch=epoch, n_epochs=n_epochs)},
            "verdict": {"kind": "", "text": said},
            "descriptions": {"parts": describe_parts(arrays, self.texts, self.axis), **describe_classes(arrays)},
            "members_axis": "value",
            "members": [self._member(i, arrays) for i in range(len(self.texts))],
        }

    def _member(self, i: int, arrays: Arrays) -> dict[str, Any]:
        """Return what is said of one value."""
        readouts = {name: number_text(arrays[f"bv_{name}"][i]) for name in PARTS}
        readouts["risk"] += f" ± {number_text(arrays['bv_error'][i])}"
        readouts |= own_readouts(self.sets.split, {"risk": float(arrays["bv_risk"][i])})
        if np.isnan(arrays["bv_risk"][i]):
            readouts = dict.fromkeys(PARTS, say("diverged"))
        return {
            "readouts": readouts,
            "descriptions": {
                "bundle": joined(
                    [say("{axis} {value}.", axis=self.axis, value=self.texts[i]), self._fit_words(i, arrays)]
                )
            },
        }

    def _fit_words(self, i: int, arrays: Arrays) -> str:
        grid = self.sets.split.grid
        if "bundle_mean" in arrays and grid is not None and grid.truth is not None:
            return describe_bundle(arrays, i, grid.truth)
        return describe_votes(arrays, i, self.sets.split.n_classes) if "votes" in arrays else ""

    def banner(self, run: LiveRun, state: MemberState) -> dict[str, Any] | None:
        """Return the message that every network diverged."""
        return diverged_banner(run) if run.state == "diverged" else None


def describe_classes(arrays: Arrays) -> dict[str, str]:
    """Return the two other decompositions of classes in words."""
    if "bv_zero_error" not in arrays:
        return {}
    least = {name: float(np.nanmin(arrays[name], initial=np.inf)) for name in ("bv_zero_error", "bv_log_risk")}
    return {
        "zero_one": say(
            "Share of wrong answers and its parts: at least {bv_zero_error:.1%} along the values.",
            bv_zero_error=least["bv_zero_error"],
        ),
        "log_loss": say(
            "Cross-entropy and its parts: at least {bv_log_risk} nats along the values.",
            bv_log_risk=loss_text(least["bv_log_risk"]),
        ),
    }
