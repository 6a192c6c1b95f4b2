"""The loss chart: training and validation loss over epochs, and what stands around them. Read next: `fit.py`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.theme import COLORS, axis, base_figure, bind, entry, epoch_axis
from core.readings.arrays import Arrays, span
from core.readings.losses import LOSSES
from core.words import say

MARK = {"symbol": "star", "size": 12, "color": COLORS["val"], "line": {"width": 1, "color": "white"}}

WIDE = 15  # times the smallest loss: on a linear axis the small ones could not be told apart any more


def plot_losses(arrays: Arrays) -> go.Figure:
    """Return the loss chart of the history arrays `epoch`, `train_loss`, `val_loss`, `penalty`, ...

    train_loss and val_loss are mean data losses without a penalty; objective = loss + penalty is hidden at first.
    The floor is the loss of the true function: no model can stay below it on average.
    """
    about = {
        "name": "loss",
        "title": say("Loss"),
        "look_for": say(
            "Where the validation loss turns up while the training loss keeps falling, the run overfits more and more."
        ),
        "legend": _legend("floor_x" not in arrays or len(arrays["floor_x"]) > 0, "drawn_train0_x" in arrays),
        "auto": {
            "xaxis": {"arrays": ["epoch"], "include": [0]},
            "yaxis": {"arrays": LOSSES, "include": [0], "log": True},
        },
        "toggles": [log_toggle(), _penalty_toggle()],
    }
    x_range = span([arrays["epoch"]], include=[0])
    y_range = span([arrays[name] for name in LOSSES], include=[0])
    return base_figure(
        [*_curves(arrays), *_marks(arrays)], about, epoch_axis(x_range), axis(say("loss (mean per row)"), y_range)
    )


def _curves(arrays: Arrays) -> list[Any]:
    """Return the curves over the epochs; penalty and objective start hidden."""
    styles = [
        (say("training"), "train_loss", "train", "solid", True),
        (say("validation"), "val_loss", "val", "solid", True),
        (say("penalty"), "penalty", "penalty", "dot", False),
        (say("objective"), "objective", "objective", "dash", False),
    ]
    return [
        _line(arrays, label, ("epoch", array), COLORS[meaning], dash, visible)
        for label, array, meaning, dash, visible in styles
    ]


def _marks(arrays: Arrays) -> list[Any]:
    """Return the noise floor, the "you are here" line, the marks of changed strengths and the best epoch."""
    changes = {"symbol": "triangle-down", "size": 10, "color": COLORS["penalty"]}
    tips = {
        "symbol": "circle",
        "size": 9,
        "color": [COLORS["train"], COLORS["val"]],
        "line": {"width": 1, "color": "white"},
    }
    live = [_points(arrays, say("now"), ("tip_epoch", "tip_loss"), tips)] if "tip_epoch" in arrays else []
    return [
        _line(arrays, say("noise floor"), ("floor_x", "floor_y"), COLORS["floor"], "dash"),
        _line(arrays, say("you are here"), ("at:moment", "span:y"), COLORS["truth"], "solid"),
        *live,
        _best(arrays, is_live=bool(live)),
        _points(arrays, say("changed strength"), ("change_epoch", "change_loss"), changes, text="label:changes"),
    ]


def _best(arrays: Arrays, is_live: bool) -> go.Scatter:
    """Return the star at the best epoch; in a live run with the words that say when the validation loss has turned there."""
    star = _points(arrays, say("best epoch"), ("best_epoch", "best_val_loss"), MARK)
    if is_live:
        star.mode, star.text, star.textposition, star.cliponaxis = "markers+text", [" "], "top center", False
        star.meta = bind(x="best_epoch", y="best_val_loss", text="label:turn")
    return star


def _line(
    arrays: Arrays, label: str, names: tuple[str, str], color: str, dash: str, visible: bool = True
) -> go.Scatter:
    x, y = names
    return go.Scatter(
        name=label,
        x=np.array(arrays.get(x, ())),
        y=np.array(arrays.get(y, ())),
        mode="lines",
        visible=visible,
        line={"color": color, "dash": dash, "width": 2},
        meta=bind(x=x, y=y),
    )


def _points(arrays: Arrays, label: str, names: tuple[str, str], marker: dict[str, Any], text: str = "") -> go.Scatter:
    """Return marks; `text` names what the page shows when one is pointed at."""
    x, y = names
    hover = {"hovertemplate": "%{text}<extra></extra>"} if text else {}
    return go.Scatter(
        name=label, x=np.array(arrays[x]), y=np.array(arrays[y]), mode="markers", marker=marker, **hover,
        meta=bind(x=x, y=y, **({"text": text} if text else {})),
    )  # fmt: skip


def _legend(has_floor: bool, is_drawn: bool) -> list[dict[str, str]]:
    return [
        entry(say("training"), COLORS["train"], "solid"),
        entry(say("validation"), COLORS["val"], "solid"),
        entry(say("noise floor"), COLORS["floor"], "dash") if has_floor else entry(say("noise floor unknown"), ""),
        entry(say("best epoch"), COLORS["val"], symbol="star"),
        entry(say("change") if is_drawn else say("changed strength"), COLORS["penalty"], symbol="triangle-down"),
    ]


def log_toggle(of: str = "yaxis", is_on: bool = False, spread_of: Sequence[str] = ()) -> dict[str, Any]:
    """Return the switch that shows a loss axis on a logarithmic scale; on from the start where it is asked for.

    spread_of: arrays of losses; once the largest is WIDE times the smallest, it goes on by itself, unless a hand was here.
    """
    spread = {"spread": {"arrays": list(spread_of), "times": WIDE}} if spread_of else {}
    return spread | {
        "label": say("log"),
        "help": say("Show the losses on a logarithmic scale"),
        "on": {"relayout": {f"{of}.type": "log"}},
        "off": {"relayout": {f"{of}.type": "linear"}},
        "value": is_on,
    }


def _penalty_toggle() -> dict[str, Any]:
    """Return the switch that shows penalty and objective; `auto` names the arrays the y axis then has to hold."""
    shown, traces = ["penalty", "objective"], [say("penalty"), say("objective")]
    return {
        "label": say("penalty"),
        "help": say("Show the penalty, and the objective = training loss + penalty"),
        "on": {
            "restyle": [{"traces": traces, "set": {"visible": True}}],
            "legend": [
                entry(say("penalty"), COLORS["penalty"], "dot"),
                entry(say("objective"), COLORS["objective"], "dash"),
            ],
            "auto": {"yaxis": {"arrays": [*LOSSES, *shown], "include": [0], "log": True}},
        },
        "off": {
            "restyle": [{"traces": traces, "set": {"visible": False}}],
            "auto": {"yaxis": {"arrays": LOSSES, "include": [0], "log": True}},
        },
        "value": False,
    }
