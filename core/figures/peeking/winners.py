"""The winners of peeking in figures: two distributions at the chosen k and m, and the optimism between them against k.

The arrays are those of `core/readings/peeking/winners.py`, picked by the sliders "k" and "m".
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.figures.strengths import marker_line
from core.figures.styles import faint
from core.figures.theme import COLORS, axis, base_figure, bind, column, entry, twin
from core.readings.arrays import Arrays
from core.readings.peeking.winners import HIGHEST, PLACES, WIDTH
from core.settings.colors import BLUE, GREEN, ORANGE, PURPLE, VERMILLION
from core.words import say

K, M = "k", "m"
PICKED = f"[@{K}][@{M}]"
LOOKED, IS = say("on the test rows that chose it"), say("on fresh rows")
STYLES = (
    (BLUE, "solid", "circle"),
    (ORANGE, "dash", "square"),
    (GREEN, "dot", "diamond"),
    (PURPLE, "dashdot", "cross"),
)
TOP = 12.0  # percentage points


def plot_winners(arrays: Arrays, n_repeats: int, chosen: tuple[int, int]) -> go.Figure:
    """Return how many winners of `n_repeats` choices have which share of wrong answers, on test rows and on fresh rows."""
    about = {
        "name": "pk_winners",
        "title": say("The winner: as it looked, and as it is"),
        "size": "wide",
        "look_for": say(
            "{n_repeats} choices, each on other test rows. Move k: the blue bars walk to the left, the orange ones "
            "stay. The distance of the two lines is the optimism.",
            n_repeats=n_repeats,
        ),
        "legend": [
            entry(LOOKED, BLUE, symbol="square"),
            entry(IS, ORANGE, symbol="square"),
            entry(say("means"), COLORS["truth"], "dash"),
        ],
        "twin": [
            twin(
                say("Winners by share of wrong answers"),
                say("share wrong"),
                [f"{p:.0%}" for p in PLACES],
                [
                    column(LOOKED, f"pk_test{PICKED}"),
                    column(IS, f"pk_fresh{PICKED}"),
                ],
            )
        ],
    }
    bars = [
        go.Bar(
            name=label, x=PLACES, y=np.array(arrays[f"pk_{name}"][chosen]), width=WIDTH,
            marker={"color": faint(color, 0.5), "line": {"color": color, "width": 1}, "pattern": {"shape": pattern}},
            hovertemplate=say("%{y:.0f} winners with about %{x:.0%} wrong<extra>") + label + "</extra>",
            meta=bind(y=f"pk_{name}{PICKED}"),
        )
        for name, label, color, pattern in (("test", LOOKED, BLUE, "/"), ("fresh", IS, ORANGE, ""))
    ]  # fmt: skip
    y_range = (0.0, float(n_repeats))
    means = [
        marker_line(
            say("mean {label}", label=label),
            arrays[f"pk_{name}_mean"][chosen].tolist(),
            f"pk_{name}_mean{PICKED}",
            color,
            "dash",
            y_range,
        )
        for name, label, color in (("test", LOOKED, BLUE), ("fresh", IS, ORANGE))
    ]
    xaxis = axis(say("share of wrong answers"), (-WIDTH / 2, HIGHEST - WIDTH / 2), tickformat=".0%")
    return base_figure([*bars, *means], about, xaxis, axis(say("winners"), y_range), barmode="overlay", bargap=0)


def plot_optimism(arrays: Arrays, n_settings: Sequence[int], n_rows: Sequence[int], chosen: int) -> go.Figure:
    """Return `pk_optimism` (n_m, n_k), percentage points, against the number of settings, a line for each number of rows."""
    x = np.log10(n_settings)
    lines = [
        go.Scatter(
            name=say("{m} test rows", m=m),
            x=x,
            y=np.array(arrays["pk_optimism"][j]),
            mode="lines+markers",
            line={"color": color, "dash": dash, "width": 2},
            marker={"symbol": symbol, "size": 6},
            hovertemplate=say("%{y:.1f} points<extra>") + say("{m} test rows</extra>", m=m),
            meta=bind(y=f"pk_optimism[{j}]"),
        )
        for j, (m, (color, dash, symbol)) in enumerate(zip(n_rows, STYLES, strict=True))
    ]
    about = {
        "name": "pk_optimism",
        "title": say("Optimism of the choice"),
        "pick": K,
        "look_for": say(
            "By how much the winner looks better than it is: it grows with every setting tried, and falls with more "
            "rows."
        ),
        "legend": [entry(say("{m} test rows", m=m), *style) for m, style in zip(n_rows, STYLES, strict=True)],
        "names": {"x": {"places": x.tolist(), "texts": [str(k) for k in n_settings]}},
        "auto": {"yaxis": {"arrays": ["pk_optimism"], "include": [0]}},
    }
    y_range = (-1.0, TOP)
    here = marker_line(say("chosen k"), [x[chosen]] * 2, f"at:{K}", VERMILLION, "dot", y_range)
    ends = (x[0] - 0.06, x[-1] + 0.06)
    xaxis = axis(say("settings tried, k"), ends, tickvals=x.tolist(), ticktext=[str(k) for k in n_settings])
    return base_figure([*lines, here], about, xaxis, axis(say("optimism (percentage points)"), y_range))
