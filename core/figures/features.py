"""Finding the features: what is left of each input, marked by its truth, and precision and recall along λ."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.figures.styles import STYLES
from core.figures.theme import COLORS, GREEN, GREY, PURPLE, Arrays, axis, base_figure, bind, entry, span

# Role of an input: colour, pattern of the bar, symbol in the legend.
ROLES = {
    "informative": (GREEN, "", "square"),
    "duplicate": (PURPLE, "/", "square-x"),
    "noise": (GREY, ".", "square-open"),
}
DASHES = {"precision": "solid", "recall": "dash"}


def plot_inputs(
    arrays: Arrays, names: Sequence[str], roles: Sequence[str] = (), array: str = "input_strength", title: str = "Inputs in use"
) -> go.Figure:  # fmt: skip
    """Return `array` (d,), Σ|w| over each input's links, as bars marked by role; a cross stands where all links are zero.

    The crosses are the array of the same name with `input_zero` for `input_strength`: 0 there, nan elsewhere. `array` may
    be bound with a scrub axis, such as `input_strength[@lambda]`; then arrays[its name] has that leading axis and its
    first row is drawn. Without roles (nobody knows the truth) all bars have one colour.
    """
    values = np.array(arrays[array.split("[")[0]], dtype=float)
    values = values[0] if values.ndim == 2 else values
    known = [role for role in ROLES if role in roles]
    zero = array.replace("input_strength", "input_zero")
    about = {
        "name": array.split("[")[0], "title": title, "size": "half", "height": min(900, 110 + 17 * len(names)),
        "look_for": "L1 brings the bars of pure noise to exactly zero (a cross); L2 leaves a little of all.",
        "legend": [
            *(entry(role, ROLES[role][0], symbol=ROLES[role][2]) for role in known),
            entry("all links exactly zero", COLORS["zero"], symbol="x"),
        ],
        "auto": {"xaxis": {"arrays": [array], "include": [0]}},
    }  # fmt: skip
    marker = {
        "color": [ROLES[role][0] for role in roles] or COLORS["positive"],
        "pattern": {"shape": [ROLES[role][1] for role in roles], "fgcolor": "white"} if roles else {},
    }
    bars = go.Bar(
        name="inputs", x=values, y=list(range(len(names))), orientation="h", marker=marker, customdata=list(names),
        hovertemplate="%{customdata}: Σ|w| = %{x:.3g}<extra></extra>", meta=bind(x=array),
    )  # fmt: skip
    crosses = go.Scatter(
        name="all links exactly zero", x=np.where(values == 0, 0.0, np.nan), y=list(range(len(names))), mode="markers",
        hoverinfo="name",
        marker={"symbol": "x", "size": 8, "color": COLORS["zero"]}, meta=bind(x=zero), cliponaxis=False,
    )  # fmt: skip
    ticks = {"tickvals": list(range(len(names))), "ticktext": list(names), "showgrid": False, "tickfont": {"size": 11}}
    return base_figure(
        [bars, crosses], about, axis("sum of |w| over the input's links", span([values], include=[0])),
        axis("", (len(names) - 0.5, -0.5), **ticks), margin={"l": 160, "r": 8, "t": 8, "b": 40},
    )  # fmt: skip


def plot_scores(arrays: Arrays) -> go.Figure:
    """Return precision and recall of L1 and L2 over λ.

    score_lambda (n,) with 0 already at a place of its own; score_<l1|l2>_<precision|recall> (n,) in 0..1;
    chosen_lambda, chosen_score (2,) the ends of a line at the λ that cross-validation chose, empty before it did.
    """
    styles = {"l1": STYLES["l1"], "l2": STYLES["l2"]}
    about = {
        "name": "scores", "title": "Signals found along λ", "size": "half", "pick": "lambda",
        "look_for": "With L1 precision rises with λ until signals are lost, too; L2 keeps every input, so nothing is selected.",
        "legend": [
            *(entry(f"{p.upper()} {what}", styles[p].color, dash) for p in styles for what, dash in DASHES.items()),
            entry("λ chosen by cross-validation", COLORS["truth"], "dot"),
        ],
    }  # fmt: skip
    x = np.array(arrays["score_lambda"])
    lines = [
        go.Scatter(
            name=f"{penalty.upper()} {what}", x=x, y=np.array(arrays[f"score_{penalty}_{what}"]), mode="lines+markers",
            line={"color": styles[penalty].color, "dash": dash, "width": 2},
            marker={"symbol": styles[penalty].symbol, "size": 6},
            meta=bind(x="score_lambda", y=f"score_{penalty}_{what}"),
        )
        for penalty in styles
        for what, dash in DASHES.items()
    ]  # fmt: skip
    chosen = go.Scatter(
        name="λ chosen by cross-validation", x=np.array(arrays["chosen_lambda"]), y=np.array(arrays["chosen_score"]),
        mode="lines", line={"color": COLORS["truth"], "dash": "dot", "width": 2},
        meta=bind(x="chosen_lambda", y="chosen_score"),
    )  # fmt: skip
    bounds = np.log10([x.min(), x.max()]) + np.array([-0.1, 0.1])
    return base_figure([*lines, chosen], about, axis("λ", bounds, type="log"), axis("share", (-0.03, 1.05)))


def describe_inputs(arrays: Arrays, names: Sequence[str], array: str = "input_strength") -> str:
    """Return how many inputs are in use, and the three largest, as a sentence."""
    values = np.array(arrays[array.split("[")[0]], dtype=float)
    values = values[0] if values.ndim == 2 else values
    top = ", ".join(f"{names[i]} {values[i]:.3g}" for i in np.argsort(-values)[:3])
    return f"Inputs in use: {np.sum(values > 0)} of {values.size}. Largest sums of |w|: {top}."


def describe_scores(arrays: Arrays) -> str:
    """Return precision and recall of L1 at both ends of λ, and at the chosen one, as a sentence."""
    x, p, r = (arrays[name] for name in ("score_lambda", "score_l1_precision", "score_l1_recall"))
    text = f"L1: precision {p[0]:.2f} and recall {r[0]:.2f} at λ {x[0]:.2g}, {p[-1]:.2f} and {r[-1]:.2f} at {x[-1]:.2g}"
    if len(arrays["chosen_lambda"]):
        i = int(np.argmin(np.abs(np.log(x) - np.log(arrays["chosen_lambda"][0]))))
        text += f"; at the chosen λ {x[i]:.2g} precision {p[i]:.2f} and recall {r[i]:.2f}"
    return text + "."
