"""The Features page's live run: L1, group L1, L2 and no penalty along λ, and what each keeps of the inputs."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from core.data import Split, info_of
from core.engine import Stack
from core.live.banners import diverged_banner
from core.live.run import LiveRun
from core.live.side_by_side import live_training
from core.measures.own_unit import writer_of
from core.readings.cv.losses import cv_arrays
from core.readings.features.inputs import describe_along, describe_inputs, lost_arrays
from core.readings.looks import Arrays
from core.settings.experiment import Experiment
from core.settings.penalties import PENALTIES as BY_NAME
from core.studies.base.cost import Work, check_work, work_of
from core.studies.base.state import MemberState
from core.studies.base.values import edge_of, grid_of, value_texts
from core.studies.cv.cross_validation import standard_error
from core.studies.features.selection import (
    PENALTIES,
    VALUES,
    FeaturesPlan,
    choice_sentence,
    choose_l1,
    folds_sentence,
    group_sentence,
    links_sentence,
    plan_features,
    read_arrays,
    score_inputs,
    twin_sentence,
)
from core.studies.path.sweep import without_diverged
from core.words import joined, say

LABELS = {"none": say("No penalty (λ = 0)"), **{name: BY_NAME[name].short for name in ("l1", "group_l1", "l2")}}
HEADS = (say("Inputs in use"), say("Links exactly zero"), say("Validation loss"))
TRUTH_HEADS = (say("Signals found"), say("Missed"), say("Falsely kept"), say("Precision"), say("Recall"))
LOST = say("Every network diverged: nothing is to be learned from this run.")
MAX_VALUES = 50  # strengths: each is three networks and one per fold, all sent to the browser with every input


def values_of(experiment: Experiment) -> tuple[float, ...]:
    """Return the strengths λ of the page, ascending: 0 and those of the study's settings, or the default ones."""
    return tuple(np.union1d([0.0], grid_of(experiment, VALUES)).tolist())


def check_features(experiment: Experiment) -> None:
    """Raise ValueError, with the numbers and what to do, for a study that is too large."""
    n_values = len(values_of(experiment))
    if n_values > MAX_VALUES:
        raise ValueError(
            say(
                "λ values: expected at most {max_values} on this page, 0 included, received {n_values}. Shorten the "
                "list.",
                max_values=MAX_VALUES,
                n_values=n_values,
            )
        )
    check_work(features_work(experiment))


def features_work(experiment: Experiment) -> Work:
    """Return what the page's study costs: both penalties and the folds in one stack, on one clock."""
    data, n_splits = experiment.data, experiment.folds.n_splits
    n_rows = data.n_train + info_of(data).n_val(data.val_fraction)
    n_train = max(data.n_train, n_rows - n_rows // n_splits)
    n_members = (len(PENALTIES) + n_splits) * len(values_of(experiment))
    return work_of(experiment, n_members, n_rows=n_rows, n_train=n_train, n_versions=len(PENALTIES) + n_splits)


def features_run(experiment: Experiment, split: Split) -> LiveRun:
    """Return the live run of all penalties and strengths, paused at epoch 0; the experiment's own stand aside."""
    experiment = experiment.replace(**dict.fromkeys(PENALTIES, 0.0))
    make_plan = partial(plan_features, values=values_of(experiment), split=split, n_splits=experiment.folds.n_splits)
    view = FeaturesView(make_plan(experiment), split)
    return FeaturesRun(experiment, lambda changed: live_training(make_plan(changed)), view)


class FeaturesRun(LiveRun):
    """A live run that keeps no moments: the page has no rewind."""

    max_moments = 1


class FeaturesView:
    """All members: what is left of each input by penalty and λ, the scores against the truth, the choice of λ."""

    is_single = False

    def __init__(self, plan: FeaturesPlan, split: Split) -> None:
        self.plan, self.split, self.relevance = plan, split, split.relevance
        self.texts, self.write = value_texts(plan.values), writer_of(split)
        self.n_links = split.n_features * [*plan.experiment.network.hidden_sizes, split.n_outputs][0]
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
        """Return the cross-validation as it stands, and the marks of the λ at which L1 or L2 has diverged."""
        state = run.training.state()
        losses, best, one_se = choose_l1(self.plan, state)
        n_nonzero = self.plan.of_folds(without_diverged(state.n_nonzero, state))
        n_diverged = self.plan.of_folds(state.is_diverged).sum(1)
        curve = cv_arrays(self.plan.values, "l1", losses, standard_error(losses), n_nonzero, best, one_se, n_diverged)
        return {**curve, **lost_arrays(self.plan.values, self.plan.by_penalty(state.is_diverged))}

    def places(self, state: MemberState) -> tuple[int, int] | None:
        """Return the places of λ_min and λ_1se among the values, None while unknown."""
        _, best, one_se = choose_l1(self.plan, state)
        if not np.isfinite([best, one_se]).all():
            return None
        return int(np.flatnonzero(self.plan.values == best)[0]), int(np.flatnonzero(self.plan.values == one_se)[0])

    def facts(self, run: LiveRun, state: MemberState, arrays: Arrays) -> dict[str, Any]:
        """Return epoch, read-outs and table for each λ, the sentence on the choice of λ, text alternatives."""
        epoch = int(state.epoch.max())
        so_far = say("So far: ") if 0 < epoch < run.training.n_epochs else ""
        said = LOST if run.state == "diverged" else so_far + self.sentence(state, arrays)
        return {
            "epoch": epoch,
            "readouts": {"epoch": say("{epoch:,} of {n_epochs:,}", epoch=epoch, n_epochs=run.training.n_epochs)},
            "verdict": {"kind": "", "text": said},
            "descriptions": self.descriptions(arrays),
            "members_axis": "lambda",
            "answers": {"lambda": list(places) if epoch and (places := self.places(state)) else None},
            "members": [self.member(i, arrays, state) for i in range(len(self.texts))],
        }

    def member(self, i: int, arrays: Arrays, state: MemberState) -> dict[str, Any]:
        """Return what is said of one λ, for each penalty, beside no penalty (L1 at λ = 0)."""
        names, n_inputs = self.split.feature_names, len(self.split.feature_names)
        lost, losses = self.plan.by_penalty(state.is_diverged), self.plan.by_penalty(state.val_loss)
        readouts, texts = {}, {}
        rows: list[dict[str, Any]] = []
        for key in LABELS:
            name, j = ("l1", 0) if key == "none" else (key, i)
            p = PENALTIES.index(name)
            strength, is_in = arrays[f"input_strength_{name}"][j], np.isnan(arrays[f"input_zero_{name}"][j])
            readouts[f"in_use_{key}"] = (
                "diverged" if lost[p, j] else say("{is_in} of {n_inputs}", is_in=is_in.sum(), n_inputs=n_inputs)
            )
            texts[f"inputs_{key}"] = (say("Diverged at this λ. ") if lost[p, j] else "") + describe_inputs(
                strength, names
            )
            zeros = say("{arrays:,} of {n_links:,}", arrays=int(arrays[f"zero_links_{name}"][j]), n_links=self.n_links)
            numbers = [
                say("{is_in} of {n_inputs}", is_in=is_in.sum(), n_inputs=n_inputs),
                zeros,
                *self.scores(is_in),
                self.write(float(losses[p, j])),
            ]
            rows.append({"cells": [LABELS[key], *(["diverged"] * len(numbers) if lost[p, j] else numbers)]})
        if not lost[:, i].any():
            rows[2] |= {
                "note": self.about_groups(i, arrays) + self.groups(arrays),
                "room": self.room_for_groups(arrays),
            }
            if "twin_l1" in arrays:
                rows[-1]["note"] = twin_sentence(*(float(arrays[f"twin_{name}"][i]) for name in ("l1", "l2")))
        heads = [
            say("At λ = {strength}", strength=self.texts[i]),
            *HEADS[:2],
            *(() if self.relevance is None else TRUTH_HEADS),
            HEADS[2],
        ]
        return {"readouts": readouts, "descriptions": texts, "tables": {"kept": {"heads": heads, "rows": rows}}}

    def about_groups(self, i: int, arrays: Arrays) -> str:
        """Return whether the links that are exactly zero at one λ are those of whole inputs, with group L1 and with L1."""
        n_inputs, names = len(self.split.feature_names), ("group_l1", "l1")
        n_units = self.n_links // n_inputs
        zeros = [int(arrays[f"zero_links_{name}"][i]) for name in names]
        whole = [(n_inputs - int(arrays[f"in_use_{name}"][i])) * n_units for name in names]
        return links_sentence(n_units, zeros, whole)

    def scores(self, is_in: np.ndarray) -> list[str]:
        """Return the cells of one network's inputs in use (d,) against the truth, none where nobody knows it."""
        if self.relevance is None:
            return []
        score = score_inputs(is_in, self.relevance)
        counts = [
            say("{n_found} of {n_signals}", n_found=score.n_found, n_signals=self.n_signals),
            f"{score.n_missed}",
            f"{score.n_false}",
        ]
        precision = f"{score.precision:.2f}" if is_in.any() else "–"
        return [*counts, precision, f"{score.recall:.2f}"]

    def sentence(self, state: MemberState, arrays: Arrays) -> str:
        """Return what L1 keeps at the λ that cross-validation chooses, read off the numbers."""
        if state.epoch.max() == 0:
            return say("Not started. Run trains L1, group L1 and L2 at every λ, and the folds for L1, all at once.")
        places = self.places(state)
        if places is None:
            return say("Cross-validation has no finite loss: lower the learning rate.")
        return self.choice(places, arrays) + self.warnings(state, places[0])

    def room_for_groups(self, arrays: Arrays) -> str:
        """Return the longest of what is said of groups at any λ, so that nothing moves while λ does."""
        said = [self.about_groups(i, arrays) for i in range(len(self.texts))]
        return max(said, key=len) + self.groups(arrays)

    def groups(self, arrays: Arrays) -> str:
        """Return what group L1 finds beside L1, "" where nobody knows the truth, or each input has one link."""
        if self.relevance is None or self.n_links == len(self.split.feature_names) or run_keeps_all(arrays):
            return ""
        names = ("l1", "group_l1")
        recall, precision = (
            {name: arrays[f"score_{name}_{what}"] for name in names} for what in ("recall", "precision")
        )
        return group_sentence(recall, precision)

    def choice(self, places: tuple[int, int], arrays: Arrays) -> str:
        """Return what L1 keeps at λ_min and λ_1se, whose places are given."""
        experiment = self.plan.experiment
        if not (experiment.network.hidden_sizes or experiment.regularization.penalize_output):
            return say("No input is out: the only layer, the output, is not penalised (under More).")
        if run_keeps_all(arrays):
            return say("No input is out: no link is exactly zero. Train on, or take the proximal L1 method.")
        if self.relevance is None:
            n_in = [f"{arrays['in_use_l1'][i]:.0f}" for i in places]
            return say(
                "L1 keeps {n_min} inputs at λ_min = {lambda_min} and {n_1se} at λ_1se = "
                "{lambda_1se}. Nobody knows which are the right ones here.",
                n_min=n_in[0],
                lambda_min=self.texts[places[0]],
                n_1se=n_in[1],
                lambda_1se=self.texts[places[1]],
            )
        return choice_sentence(self.texts, places, arrays["score_l1_precision"], arrays["score_l1_recall"])

    def warnings(self, state: MemberState, at_min: int) -> str:
        """Return what makes the choice of λ doubtful: the end of the list, folds of another size, diverged networks."""
        values, n_train = self.plan.values, len(self.split.y_train)
        text = ""
        if edge_of(values, values[at_min]) == "high":
            text = say(" λ_min is the largest λ of the list: take a longer list.")
        text += folds_sentence(n_train, len(self.split.y_val), self.plan.folds.n_splits)
        for name, lost in zip(PENALTIES, self.plan.by_penalty(state.is_diverged), strict=True):
            if lost.any():
                text += say(
                    " {penalty} diverged at λ = {strengths}.",
                    penalty=LABELS[name],
                    strengths=joined([self.texts[i] for i in np.flatnonzero(lost)], ", "),
                )
        return text

    def descriptions(self, arrays: Arrays) -> dict[str, str]:
        """Return the charts along λ in words."""
        texts = {
            "in_use": say(
                "Inputs in use: {describe_along}", describe_along=describe_along(arrays, "in_use_l1", self.texts)
            )
        }
        names = self.split.feature_names
        texts["inputs_none"] = describe_inputs(arrays["input_strength_l1"][0], names)
        if self.relevance is not None:
            texts["scores"] = joined([
                say("{score}: {values}", score=score, values=describe_along(arrays, f"score_l1_{name}", self.texts))
                for name, score in (("precision", say("Precision")), ("recall", say("Recall")))
            ])  # fmt: skip
        if "twin_l1" in arrays:
            texts["twins"] = say(
                "Share of the largest twin: {describe_along}",
                describe_along=describe_along(arrays, "twin_l1", self.texts),
            )
        return texts

    def banner(self, run: LiveRun, state: MemberState) -> dict[str, Any] | None:
        """Return what went wrong, or None."""
        return diverged_banner(run) if run.state == "diverged" else None


def run_keeps_all(arrays: Arrays) -> bool:
    """Return whether L1 has every input in use at every λ."""
    return bool(np.isnan(arrays["input_zero_l1"]).all())
