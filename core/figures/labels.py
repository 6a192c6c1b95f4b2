"""Right and wrong labels: how many of each a network has learned, over the epochs."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from core.figures.theme import COLORS, axis, base_figure, bind, entry, epoch_axis
from core.readings.arrays import Arrays, span
from core.settings.colors import VERMILLION
from core.words import say

STYLES = (
    (say("right labels"), "label_right", COLORS["train"], "solid"),
    (say("wrong labels"), "label_wrong", VERMILLION, "dash"),
    (say("validation"), "label_val", COLORS["val"], "dot"),
)


def plot_labels(arrays: Arrays) -> go.Figure:
    """Return the shares of rows that are answered as their label says. Binds label_epoch, label_right, label_wrong, label_val."""
    about = {
        "name": "labels", "title": say("Right and wrong labels"),
        "look_for": say(
            "Training rows answered as their label says: first those whose label is right, later the wrong ones by heart."
        ),
        "legend": [entry(label, color, dash) for label, _, color, dash in STYLES],
        "auto": {"xaxis": {"arrays": ["label_epoch"], "include": [0]}},
    }  # fmt: skip
    lines = [
        go.Scatter(
            name=label, x=np.array(arrays["label_epoch"]), y=np.array(arrays[name]), mode="lines",
            line={"color": color, "dash": dash, "width": 2}, meta=bind(x="label_epoch", y=name),
        )
        for label, name, color, dash in STYLES
    ]  # fmt: skip
    x_range = span([arrays["label_epoch"]], include=[0])
    return base_figure(
        lines, about, epoch_axis(x_range), axis(say("answered as the label says"), (0.0, 1.03), tickformat=".0%")
    )
