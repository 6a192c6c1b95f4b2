"""Losses over the epochs in cross-validation: the mean over the folds at the λ under the finger, and those of a refit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.figures.strengths import FAINT, LAYER_COLORS
from core.figures.theme import COLORS, axis, base_figure, bind, entry, epoch_axis
from core.readings.arrays import Arrays, span
from core.words import say

DASHES = ("solid", "dash", "dot", "dashdot")


def plot_fold_curves(arrays: Arrays, chosen: int) -> go.Figure:
    """Return the losses over the epochs at the λ of the scrub axis "lambda", means over the folds and single folds."""
    losses = ["fold_train[@lambda]", "fold_val[@lambda]"]
    about = {
        "name": "fold_curves",
        "title": say("Loss of the folds at the chosen λ"),
        "look_for": say("Where the validation curve turns up again, this λ is too weak for so many epochs."),
        "legend": [
            entry(say("training, mean of the folds"), COLORS["train"], "solid"),
            entry(say("validation, mean of the folds"), COLORS["val"], "solid"),
            entry(say("validation, single folds"), FAINT, "solid"),
        ],
        "auto": {
            "xaxis": {"arrays": ["fold_epoch"], "include": [0]},
            "yaxis": {"arrays": losses, "include": [0], "log": True},
        },
        "size": "half",
        "height": 320,
    }
    curves = [arrays["fold_train"][chosen], arrays["fold_val"][chosen]]
    single = go.Scatter(
        name=say("single folds"), x=np.array(arrays["fold_line_epoch"]), y=np.array(arrays["fold_lines"][chosen]),
        mode="lines", line={"color": FAINT, "width": 1}, hoverinfo="skip",
        meta={**bind(x="fold_line_epoch", y="fold_lines[@lambda]"), "is_data": True},
    )  # fmt: skip
    lines = [
        go.Scatter(
            name=name,
            x=np.array(arrays["fold_epoch"]),
            y=np.array(curve),
            mode="lines",
            connectgaps=True,
            line={"color": COLORS[meaning], "width": 2},
            meta=bind(x="fold_epoch", y=binding),
        )
        for name, meaning, curve, binding in zip(
            (say("training"), say("validation")), ("train", "val"), curves, losses, strict=True
        )
    ]
    x_range, y_range = span([arrays["fold_epoch"]], include=[0]), span(curves, include=[0])
    return base_figure([single, *lines], about, epoch_axis(x_range), axis(say("loss (mean per row)"), y_range))


def plot_refit(arrays: Arrays, labels: Sequence[str]) -> go.Figure:
    """Return the training losses (n_labels, n_records) of networks that train on all rows but the test rows.

    Binds refit_epoch and refit_loss[i].
    """
    styles = [(LAYER_COLORS[i % len(LAYER_COLORS)], DASHES[i % len(DASHES)]) for i in range(len(labels))]
    about = {
        "name": "refit",
        "title": say("Refit on training and validation rows"),
        "look_for": say(
            "A low training loss is easy without a penalty. Only rows that no choice has seen can say what it is worth."
        ),
        "legend": [entry(label, *style) for label, style in zip(labels, styles, strict=True)],
        "auto": {
            "xaxis": {"arrays": ["refit_epoch"], "include": [0]},
            "yaxis": {"arrays": ["refit_loss"], "include": [0], "log": True},
        },
        "size": "full",
        "height": 300,
    }
    lines = [
        go.Scatter(
            name=label, x=np.array(arrays["refit_epoch"]), y=np.array(arrays["refit_loss"][i]), mode="lines",
            line={"color": color, "dash": dash, "width": 2}, meta=bind(x="refit_epoch", y=f"refit_loss[{i}]"),
        )
        for i, (label, (color, dash)) in enumerate(zip(labels, styles, strict=True))
    ]  # fmt: skip
    x_range, y_range = span([arrays["refit_epoch"]], include=[0]), span([arrays["refit_loss"]], include=[0])
    return base_figure(lines, about, epoch_axis(x_range), axis(say("training loss (mean per row)"), y_range))
