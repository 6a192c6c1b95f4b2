"""Cross-validation in figures: the curve with its error bars, the folds, and the one look at the test set.

The arrays are those of `core/readings/cv/losses.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.losses import log_toggle
from core.figures.strengths import (
    FAINT,
    loss_axis,
    marker_line,
    place_names,
    strength_axis,
    top_counts,
    top_layout,
)
from core.figures.theme import COLORS, axis, base_figure, bind, column, entry, mix, twin
from core.readings.arrays import Arrays, span
from core.readings.strengths import positions
from core.settings.colors import BLUE, GREEN, GREY, ORANGE, PURPLE, VERMILLION
from core.words import joined, say, shaped

CHOICES = (("λ_min", GREEN, "dash"), ("λ_1se", PURPLE, "dot"))
LABEL_CHARS = 20  # a way of choosing λ is broken into lines of so many characters

EACH_ONCE = say(
    "Each row is held out once (repeats deal anew): every validation loss is on rows its network has not seen."
)
FORWARD = say("Folds run forward: each trains on what came before the rows that it is judged on, as in use.")


def plot_cv(arrays: Arrays, values: np.ndarray, param_name: str, chosen: int | None = None) -> go.Figure:
    """Return mean ± standard error against λ, every fold faintly, λ_min and λ_1se.

    Binds cv_mean, cv_se, cv_folds, cv_min_x, cv_1se_x, cv_lost_x, cv_lost_y, cv_lost, cv_top, cv_top_y, span:y; with `chosen`
    also at:lambda.
    """
    x = positions(values, param_name)
    y_range = span([arrays["cv_low"], arrays["cv_high"]])
    about = {
        "name": "cv",
        "title": say("Cross-validated loss against λ"),
        "look_for": say(
            "λ_min has the lowest mean. λ_1se is the strongest penalty that is not clearly worse: within one error bar."
        ),
        "legend": [
            entry(say("mean ± standard error"), COLORS["val"], symbol="circle"),
            entry(say("single folds"), FAINT, "solid"),
            *(entry(label, color, dash) for label, color, dash in CHOICES),
            entry(say("chosen λ"), COLORS["truth"], "solid"),
            entry(say("a fold diverged"), VERMILLION, symbol="x"),
        ],
        "names": {"x": place_names(values, param_name)},
        "auto": {"yaxis": {"arrays": ["cv_low", "cv_high"], "include": [], "log": True}},
        "toggles": [log_toggle()],
        "pick": "lambda",
        "size": "full",
        "height": 400,
    }
    lines = [
        marker_line(label, list(arrays[name]), name, color, dash, y_range if arrays[name].size else ())
        for (label, color, dash), name in zip(CHOICES, ("cv_min_x", "cv_1se_x"), strict=True)
    ]
    if chosen is not None:
        lines.append(marker_line(say("chosen λ"), [x[chosen]] * 2, "at:lambda", COLORS["truth"], "solid", y_range))
    traces = [_folds(arrays, x), *lines, _mean(arrays, x), _lost(arrays), top_counts(arrays, "cv_top", x)]
    yaxis = loss_axis(say("validation loss (mean per row)"), y_range)
    layout = top_layout(values, param_name)
    return base_figure(traces, about, strength_axis(values, param_name), yaxis, **layout)


def plot_folds(
    is_val: np.ndarray, y: np.ndarray, class_names: Sequence[str] = (), is_train: np.ndarray | None = None
) -> go.Figure:
    """Return the folds as strips, is_val (n_splits, n): each row of data a column, held out in one fold.

    Rows stand sorted by class (if there are classes) and then by the fold that holds them out, so an even deal shows as
    an even staircase in every class. is_train: (n_splits, n) the rows that a fold trains on, all others by default; those of
    a later time than the ones held out are not used yet, and rows then stand in order of time.
    """
    n_splits, n = is_val.shape
    is_forward = is_train is not None and not (is_train | is_val).all()
    fold_of = np.where(is_val.any(0), is_val.argmax(0), -1)
    class_names = () if is_forward else class_names
    order = np.lexsort((fold_of, y)) if class_names else np.argsort(fold_of, kind="stable")
    roles = is_val.astype(int) if is_train is None else np.where(is_val, 1, np.where(is_train, 0, 2))
    colors = [mix(BLUE, "#FFFFFF", 0.45), ORANGE, mix(COLORS["truth"], "#FFFFFF", 0.75)]
    strip = go.Heatmap(
        name=say("folds"), z=roles[:, order], x=np.arange(n) + 0.5, y=np.arange(n_splits), zmin=-0.5, zmax=2.5,
        colorscale=steps(colors), showscale=False, ygap=3,
        customdata=np.tile(order + 1, (n_splits, 1)), hovertemplate=say("%{y}: row %{customdata}<extra></extra>"),
    )  # fmt: skip
    columns = [column(say("held out in fold"), (fold_of[order] + 1).tolist())]
    if class_names:
        columns.append(column(say("class"), [str(class_names[int(c)]) for c in np.asarray(y)[order]]))
    bounds = _class_bounds(np.asarray(y)[order]) if class_names else []
    about = {
        "name": "folds",
        "title": say("The folds"),
        "look_for": FORWARD if is_forward else EACH_ONCE,
        "legend": [
            entry(word, color, symbol="square")
            for word, color in zip(
                (say("trains"), say("validates"), *[say("comes later")] * is_forward), colors, strict=False
            )
        ],
        "size": "half",
        "height": 320,
        "twin": [twin(say("The folds"), say("row"), (order + 1).tolist(), columns)],
    }
    title = (
        say("rows, sorted by class") if class_names else say("rows, in order of time") if is_forward else say("rows")
    )
    ticks = {
        "tickvals": list(range(n_splits)),
        "ticktext": [say("fold {k}", k=k + 1) for k in range(n_splits)],
        "showgrid": False,
    }
    white = {"color": "white", "width": 2}
    shapes = [
        {"type": "line", "xref": "x", "yref": "paper", "x0": b, "x1": b, "y0": 0, "y1": 1, "line": white}
        for b in bounds
    ]
    return base_figure(
        [strip], about, axis(title, (0, n), showgrid=False), axis("", (n_splits - 0.5, -0.5), **ticks), shapes=shapes,
        margin={"l": 56, "r": 8, "t": 8, "b": 44},
    )  # fmt: skip


def steps(colors: Sequence[str]) -> list[list[float | str]]:
    """Return a colour scale of equal steps, one for each colour."""
    n = len(colors)
    return [[end / n, color] for place, color in enumerate(colors) for end in (place, place + 1)]


def plot_test(labels: Sequence[str], texts: Sequence[str], losses: Arrays) -> go.Figure:
    """Return bars of the test loss by the way λ was chosen, with the losses that were known before beside it.

    losses: train_loss, test_loss, standard_error (n_labels,), of the refitted networks; texts: their λ.
    """
    names = [
        joined([shaped(label, in_lines), f"λ = {text}"], "<br>") for label, text in zip(labels, texts, strict=True)
    ]
    test, train = (np.array(losses[name], dtype=float) for name in ("test_loss", "train_loss"))
    bars = [
        _bar(say("training loss"), train, names, COLORS["train"], "/", None),
        _bar(say("test loss"), test, names, COLORS["test"], "", np.array(losses["standard_error"], dtype=float)),
    ]
    about = {
        "name": "test",
        "title": say("Test loss of each choice of λ"),
        "look_for": say(
            "Compare the order of the two colours: where it differs, the training rows would have chosen another λ."
        ),
        "legend": [
            entry(say("training loss"), COLORS["train"], symbol="square"),
            entry(say("test loss ± standard error"), COLORS["test"], symbol="square"),
        ],
        "rows": "y",
        "size": "full",
        "height": 110 + 60 * len(labels),
    }
    y_range = span([test + np.nan_to_num(losses["standard_error"]), train], include=[0])
    yaxis = axis("", None, autorange="reversed", showgrid=False)
    margin = {"l": 130, "r": 16, "t": 8, "b": 44}
    return base_figure(
        bars, about, axis(say("loss (mean per row)"), y_range), yaxis, barmode="group", bargap=0.3, margin=margin
    )


def _folds(arrays: Arrays, x: np.ndarray) -> go.Scatter:
    n_columns = len(arrays["cv_folds"]) // (len(x) + 1)
    return go.Scatter(
        name=say("single folds"),
        x=np.tile(np.append(x, np.nan), n_columns),
        y=np.array(arrays["cv_folds"]),
        mode="lines",
        line={"color": FAINT, "width": 1},
        hoverinfo="skip",
        meta={**bind(y="cv_folds"), "is_data": True},
    )


def _mean(arrays: Arrays, x: np.ndarray) -> go.Scatter:
    return go.Scatter(
        name=say("mean"), x=x, y=np.array(arrays["cv_mean"]), mode="lines+markers",
        line={"color": COLORS["val"], "width": 2.5}, marker={"size": 6},
        error_y={"type": "data", "array": np.array(arrays["cv_se"]), "thickness": 1.5, "width": 3},
        hovertemplate=say("%{y:.3g}<extra>mean of the folds</extra>"), meta=bind(y="cv_mean", error_y__array="cv_se"),
    )  # fmt: skip


def _lost(arrays: Arrays) -> go.Scatter:
    """Return a cross at the foot of the chart for each value that has no mean, for a fold diverged there."""
    return go.Scatter(
        name=say("folds that diverged"), x=np.array(arrays["cv_lost_x"]), y=np.array(arrays["cv_lost_y"]), yaxis="y2",
        customdata=np.array(arrays["cv_lost"]), mode="markers", marker={"symbol": "x", "size": 9, "color": VERMILLION},
        hovertemplate=say("diverged in %{customdata:.0f} folds: no mean here<extra></extra>"),
        meta=bind("customdata", x="cv_lost_x", y="cv_lost_y", customdata="cv_lost"),
    )  # fmt: skip


def _bar(label: str, losses: np.ndarray, names: Sequence[str], color: str, pattern: str, error: Any) -> go.Bar:
    stripes = {"shape": pattern, "fillmode": "replace", "bgcolor": color, "fgcolor": "rgba(255,255,255,0.25)"}
    return go.Bar(
        name=label, x=losses.tolist(), y=list(names), orientation="h", marker={"color": color, "pattern": stripes},
        error_x=None if error is None else {"type": "data", "array": error, "thickness": 1.5, "width": 4, "color": GREY},
        texttemplate="%{x:.3g}", textposition="inside", insidetextanchor="start", meta={"loss": "x"},
        hovertemplate="%{x:.3g}<extra>" + label + "</extra>",
    )  # fmt: skip


def in_lines(label: str) -> str:
    """Return a label in lines of at most LABEL_CHARS."""
    return "<br>".join(wrap(label, LABEL_CHARS))


def _class_bounds(classes: np.ndarray) -> list[float]:
    """Return the places between two classes in sorted labels (n,)."""
    return [float(i) for i in np.flatnonzero(np.diff(classes)) + 1]
