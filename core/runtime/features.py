"""The Features page's live run: L1, L2 and no penalty along λ, and what each keeps of the inputs."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from core.config import Experiment
from core.data import Split
from core.engine import Stack
from core.figures.cross_validation import cv_arrays
from core.figures.features import describe_along, describe_inputs
from core.runtime.live import LiveRun
from core.runtime.looks import Arrays
from core.runtime.playground import diverged_banner
from core.studies.cross_validation import standard_error
from core.studies.features import (
    PENALTIES,
    VALUES,
    FeaturesPlan,
    Score,
    choice_sentence,
    choose_l1,
    plan_features,
    read_arrays,
    score_inputs,
    twin_sentence,
)
from core.studies.path import kept
from core.studies.training import MemberState, Training
from core.studies.values import value_texts


def values_of(experiment: Experiment) -> tuple[float, ...]:
    """Return the strengths λ of the page, ascending: 0 and those of the study's settings, or the default ones."""
    return tuple(sorted({0.0, *(experiment.study.values or VALUES)}))


def features_run(experiment: Experiment, split: Split) -> LiveRun:
    """Return the live run of all penalties and strengths, paused at epoch 0."""
    make_plan = partial(plan_features, values=values_of(experiment), split=split, n_splits=experiment.study.n_splits)
    return LiveRun(experiment, lambda changed: Training(make_plan(changed)), FeaturesView(make_plan(experiment), split))


class FeaturesView:
    """All members: what is left of each input by penalty and λ, the scores against the truth, the choice of λ."""

    is_single = False

    def __init__(self, plan: FeaturesPlan, split: Split) -> None:
        self.plan, self.split, self.relevance = plan, split, split.relevance
        self.texts = value_texts(plan.values)
        self.n_signals = 0 if split.relevance is None else int(split.relevance.is_informative.sum())

    def look(self, stack: Stack) -> Arrays:
        """Return the arrays of the inputs, their leading axis moments × values."""
        arrays = read_arrays(self.plan, stack.weights[0].numpy(), self.relevance)
        if self.split.kind == "images":
            for name in PENALTIES:
                strength = arrays[f"input_strength_{name}"]
                arrays[f"pixels_{name}"] = np.where(strength > 0, strength, np.nan).reshape(-1, 8, 8)
        return arrays

    def history(self, run: LiveRun) -> Arrays:
        """Return the cross-validation as it stands."""
        state = run.training.state()
        losses, best, one_se = choose_l1(self.plan, state)
        n_nonzero = self.plan.of_folds(kept(state.n_nonzero, state))
        return cv_arrays(self.plan.values, "l1", losses, standard_error(losses), n_nonzero, best, one_se)

    def places(self, state: MemberState) -> tuple[int, int] | None:
        """Return the places of λ_min and λ_1se among the values, None while unknown."""
        _, best, one_se = choose_l1(self.plan, state)
        if not np.isfinite([best, one_se]).all():
            return None
        return int(np.flatnonzero(self.plan.values == best)[0]), int(np.flatnonzero(self.plan.values == one_se)[0])

    def facts(self, run: LiveRun, state: MemberState, arrays: Arrays) -> dict[str, Any]:
        """Return epoch, read-outs for each λ, the sentence on the choice of λ, text alternatives."""
        epoch = int(state.epoch.max())
        readouts = {"epoch": f"{epoch:,} of {run.training.n_epochs:,}"}
        return {
            "epoch": epoch,
            "readouts": readouts,
            "verdict": {"kind": "", "text": self.sentence(state, arrays)},
            "descriptions": self.descriptions(arrays),
            "members_axis": "lambda",
            "members": [self.member(i, arrays, state) for i in range(len(self.texts))],
        }

    def member(self, i: int, arrays: Arrays, state: MemberState) -> dict[str, Any]:
        """Return what is said of one λ."""
        n_inputs = arrays["input_strength_l1"].shape[1]
        readouts = {f"in_use_{name}": f"{int(arrays[f'in_use_{name}'][i])} of {n_inputs}" for name in PENALTIES}
        lost = [name.upper() for name in PENALTIES if self.plan.by_penalty(state.is_diverged)[PENALTIES.index(name), i]]
        if self.relevance is not None:
            score = self.scores(arrays, i)["l1"]
            readouts |= {
                "found": f"{int(score.n_found)} of {self.n_signals}",
                "missed": str(int(score.n_missed)),
                "false": str(int(score.n_false)),
                "scores": f"{float(score.precision):.2f} and {float(score.recall):.2f}",
            }
        names = self.split.feature_names
        texts = {f"inputs_{p}": describe_inputs(arrays[f"input_strength_{p}"][i], names) for p in PENALTIES}
        if lost:
            texts = {key: f"Diverged at this λ. {text}" for key, text in texts.items()}
            readouts |= {f"in_use_{name.lower()}": "diverged" for name in lost}
        return {"readouts": readouts, "descriptions": texts}

    def scores(self, arrays: Arrays, i: int) -> dict[str, Score]:
        """Return each penalty's score at one λ."""
        assert self.relevance is not None
        return {p: score_inputs(np.isnan(arrays[f"input_zero_{p}"][i]), self.relevance) for p in PENALTIES}

    def sentence(self, state: MemberState, arrays: Arrays) -> str:
        """Return what L1 keeps at the λ that cross-validation chooses, read off the numbers."""
        if state.epoch.max() == 0:
            return "Not started. Run trains L1 and L2 at every λ, and the folds that choose λ for L1, all at once."
        places = self.places(state)
        if places is None:
            return "Cross-validation has no finite loss: lower the learning rate."
        if run_keeps_all(arrays):
            return "No input is out at any λ: no link is exactly zero. Train on, or take the proximal L1 method (under More)."
        if self.relevance is None:
            kept_inputs = [f"{arrays['in_use_l1'][i]:.0f}" for i in places]
            return (
                f"L1 keeps {kept_inputs[0]} inputs at λ_min = {self.texts[places[0]]} and {kept_inputs[1]} at λ_1se = "
                f"{self.texts[places[1]]}. Nobody knows which are the right ones here."
            )
        said = choice_sentence(self.texts, places, arrays["score_l1_precision"], arrays["score_l1_recall"])
        if "twin_l1" in arrays:
            said += (
                f" At λ_1se: {twin_sentence(float(arrays['twin_l1'][places[1]]), float(arrays['twin_l2'][places[1]]))}"
            )
        return said

    def descriptions(self, arrays: Arrays) -> dict[str, str]:
        """Return the charts along λ in words."""
        texts = {"in_use": f"Inputs in use: {describe_along(arrays, 'in_use_l1', self.texts)}"}
        names = self.split.feature_names
        texts["inputs_none"] = describe_inputs(arrays["input_strength_l1"][0], names)
        if self.relevance is not None:
            texts["scores"] = " ".join(
                f"{what.title()}: {describe_along(arrays, f'score_l1_{what}', self.texts)}" for what in ("precision", "recall")
            )  # fmt: skip
        if "twin_l1" in arrays:
            texts["twins"] = f"Share of the largest twin: {describe_along(arrays, 'twin_l1', self.texts)}"
        return texts

    def banner(self, run: LiveRun, state: MemberState) -> dict[str, Any] | None:
        """Return what went wrong, or None."""
        return diverged_banner(run) if run.state == "diverged" else None


def run_keeps_all(arrays: Arrays) -> bool:
    """Return whether L1 has every input in use at every λ."""
    return bool(np.isnan(arrays["input_zero_l1"]).all())
