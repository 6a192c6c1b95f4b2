"""What a lecturer may expect: each lesson's curves at its preset, and how often each answer came out in five draws.

They are trained once and kept in `assets/lessons.json`, since a sheet must not wait for them; a test trains some of them again.
`python -m core.lessons.pictures > assets/lessons.json` writes them anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from core.lessons import descent, dial, ranking
from core.lessons.catalog import LESSONS
from core.lessons.lesson import Try, feedback, questions
from core.lessons.measuring import measure
from core.lessons.record import Record
from core.live.series import ARMS
from core.studies.bias_variance.decomposition import VALUES
from core.studies.double_descent.random_features import WIDTHS
from core.studies.peeking.simulation import N_ROWS, N_SETTINGS
from core.words import say

N_DRAWS = 5
N_ACROSS = 60  # points of a line, at most
# {"x": label, "y": label, "ticks": [[place, text], …], "lines": [{"label", "points": [[x, y], …]}]}
Picture = dict[str, Any]
Lines = Mapping[str, tuple[np.ndarray, np.ndarray]]


def picture(x_label: str, y_label: str, lines: Lines, ticks: Sequence[tuple[float, str]] = ()) -> Picture:
    """Return lines (label → x, y) as plain data, thinned out."""
    return {
        "x": x_label, "y": y_label, "ticks": [list(tick) for tick in ticks],
        "lines": [{"label": label, "points": thinned(x, y)} for label, (x, y) in lines.items()],
    }  # fmt: skip


def thinned(x: np.ndarray, y: np.ndarray) -> list[list[float]]:
    """Return at most `N_ACROSS` points of a line with four digits."""
    some = np.unique(np.linspace(0, len(x) - 1, N_ACROSS).astype(int))
    return [[float(f"{x[i]:.4g}"), float(f"{y[i]:.4g}")] for i in some]


def losses_picture(record: Record) -> Picture:
    """Return training and validation loss over the epochs."""
    epoch = record.arrays["epoch"]
    lines = {"training": (epoch, record.arrays["train_loss"]), "validation": (epoch, record.arrays["val_loss"])}
    return picture("epoch", "loss", lines)


def bars_picture(y_label: str, values: Mapping[str, float]) -> Picture:
    """Return one bar for each value, as a line from the ground."""
    lines = {name: (np.array([i, i]), np.array([0.0, value])) for i, (name, value) in enumerate(values.items())}
    return {**picture("what was changed", y_label, lines), "is_bars": True}


def closing_picture(record: Record) -> Picture:
    """Return the gap of each network."""
    labels = [arm.label for arm in ARMS]
    return bars_picture("gap", dict(zip(labels, map(float, record.arrays["series_gap"]), strict=True)))


def labels_picture(record: Record) -> Picture:
    """Return the shares of right and of wrong labels that are learned."""
    epoch = record.arrays["label_epoch"]
    names = {"right labels": "label_right", "wrong labels": "label_wrong", "validation": "label_val"}
    return picture(
        "epoch", say("answered as the label says"), {label: (epoch, record.arrays[n]) for label, n in names.items()}
    )


def zeros_picture(record: Record) -> Picture:
    """Return the number of exact zeros over the epochs."""
    epoch, zero = record.arrays["epoch"], record.arrays["n_zero"]
    names = (say("no penalty"), "L1, proximal", "L1, subgradient")
    return picture("epoch", say("weights exactly zero"), {name: (epoch, zero[i]) for i, name in enumerate(names)})


def places(values: Sequence[float]) -> tuple[np.ndarray, list[tuple[float, str]]]:
    """Return one place per value, evenly, with the names of some."""
    shown = [*range(0, len(values), max(1, len(values) // 5)), len(values) - 1]
    return np.arange(len(values), dtype=float), [(float(i), f"{values[i]:g}") for i in dict.fromkeys(shown)]


def dial_picture(record: Record) -> Picture:
    """Return the cross-validated loss over λ."""
    x, ticks = places(dial.VALUES.tolist())
    mean, se = record.arrays["cv_mean"], record.arrays["cv_se"]
    return picture(
        "λ", "loss", {"mean": (x, mean), "− standard error": (x, mean - se), "+ standard error": (x, mean + se)}, ticks
    )


def winner_picture(record: Record) -> Picture:
    """Return the optimism over the number of settings."""
    x, ticks = places(N_SETTINGS)
    optimism = record.arrays["pk_optimism"]
    return picture(
        say("settings tried"),
        say("points too good"),
        {say("{m} rows", m=m): (x, optimism[i]) for i, m in enumerate(N_ROWS)},
        ticks,
    )


def ranking_picture(record: Record) -> Picture:
    """Return the median validation loss of each remedy."""
    losses = ranking.losses_of(record)
    return bars_picture(
        say("validation loss"), {key.replace("_", " "): ranking.median_of(losses[key]) for key in ranking.KEYS[:8]}
    )


def bias_picture(record: Record) -> Picture:
    """Return the parts of the risk over λ."""
    x, ticks = places(VALUES)
    arrays = record.arrays
    lines = {
        "bias²": (x, arrays["bv_bias2"]), "variance": (x, arrays["bv_variance_data"] + arrays["bv_variance_start"]),
        "risk": (x, arrays["bv_risk"]),
    }  # fmt: skip
    return picture("λ", say("squared error"), lines, ticks)


def descent_picture(record: Record) -> Picture:
    """Return the error over the width without and with a penalty."""
    x, ticks = places(WIDTHS)
    lines = {
        "λ = 0": (x, descent.draws(record, descent.NO_PENALTY).mean(0)),
        "λ = 0.001": (x, descent.draws(record, descent.PENALTY).mean(0)),
    }
    return picture("width", say("share of wrong answers"), lines, ticks)


PICTURES: Mapping[str, Callable[[Record], Picture]] = MappingProxyType(
    {
        "gap": losses_picture, "closing": closing_picture, "labels": labels_picture, "l2": losses_picture, "zeros": zeros_picture,
        "dial": dial_picture, "winner": winner_picture, "ranking": ranking_picture, "bias": bias_picture,
        "descent": descent_picture,
    }
)  # fmt: skip


def expected(key: str, n_draws: int = N_DRAWS) -> dict[str, Any]:
    """Return a lesson's picture at its preset, and by the place of their steps: of each question the answers of all draws and
    what was measured, and each goal with the numbers of the first draw.
    """
    lesson = LESSONS[key]
    records = [measure(lesson, draw) for draw in range(n_draws)]
    asked = {
        str(place): {
            "answers": [question.rule(record).answer for record in records],
            "measured": feedback(question, None, question.rule(records[0]))[0],
        }
        for place, question in questions(lesson).items()
    }
    goals = {
        str(i): step.text.format(**step.goal(records[0], "").numbers)
        for i, step in enumerate(lesson.steps)
        if isinstance(step, Try)
    }
    return {"picture": PICTURES[key](records[0]), "asked": asked, "goals": goals}


if __name__ == "__main__":
    print(json.dumps({key: expected(key) for key in LESSONS}, ensure_ascii=False, separators=(",", ":")))
