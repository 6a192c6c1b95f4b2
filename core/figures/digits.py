"""Images with the network's answers under them. Read next: `fit.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from core.data.split import Split
from core.figures.theme import COLORS, axis, base_figure, bind, colorscale, entry
from core.readings.digits import SIDE, n_trained_on, shown_images
from core.words import say

ACROSS, GAP, UNDER = 8, 2, 4  # images side by side, cells between two, cells for the answer under each
STEP_X, STEP_Y = SIDE + GAP, SIDE + UNDER
INK = (0.0, 1.0)


def plot_digits(labels: Mapping[str, Sequence[str]], split: Split) -> go.Figure:
    """Return training images above validation images, each with the answer under it; a wrong one says what the label is.

    labels: `images_right` and `images_wrong`, as `core/readings/digits.py` writes them.
    """
    _, images, _ = shown_images(split)
    n_train = n_trained_on(split)
    rows, columns = places(n_train, len(images) - n_train)
    height, width = int(rows.max()) + STEP_Y, ACROSS * STEP_X
    cells = np.full((height, width), np.nan)
    for image, row, column in zip(images, rows, columns, strict=True):
        cells[row : row + SIDE, column : column + SIDE] = image / max(float(image.max()), 1e-9)
    picture = go.Heatmap(
        name=say("images"),
        z=cells,
        zmin=INK[0],
        zmax=INK[1],
        colorscale=colorscale(["#FFFFFF", "#1B1F24"]),
        showscale=False,
        hoverinfo="skip",
    )
    about = {
        "name": "digits",
        "title": say("Digits and its answers"),
        "look_for": say(
            "It answers every training image as its label says, also the wrong labels; on the others it makes mistakes."
        ),
        "legend": [
            entry(say("answer as the label says"), COLORS["truth"], symbol="circle"),
            entry(say("another answer"), COLORS["l1"], symbol="x"),
        ],
    }
    said = [
        go.Scatter(
            name=name,
            x=columns + SIDE / 2 - 0.5,
            y=rows + SIDE + UNDER / 2 - 1,
            mode="text",
            text=list(labels[array]),
            textfont={"color": color, "size": 13},
            hoverinfo="skip",
            cliponaxis=False,
            meta=bind(text=f"label:{array}"),
        )
        for name, array, color in (
            (say("right"), "images_right", COLORS["truth"]),
            (say("wrong"), "images_wrong", COLORS["l1"]),
        )
    ]
    middle = [(0, n_train, say("training")), (n_train, len(images), say("validation"))]
    ticks = {
        "tickvals": [float(np.mean(rows[a:b])) + SIDE / 2 for a, b, _ in middle],
        "ticktext": [word for *_, word in middle],
    }
    hidden = {"showgrid": False, "constrain": "domain"}
    return base_figure(
        [picture, *said], about, axis("", (-1, width), showticklabels=False, **hidden),
        axis("", (height, -1), scaleanchor="x", tickangle=-90, **ticks, **hidden), margin={"l": 34, "r": 8, "t": 4, "b": 8},
    )  # fmt: skip


def places(n_train: int, n_val: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the upper left cells of all images, (n,) rows and columns; a gap stands between training and validation."""
    train, val = np.arange(n_train), np.arange(n_val)
    first = -(-n_train // ACROSS) * STEP_Y + GAP
    rows = np.concatenate([train // ACROSS * STEP_Y, first + val // ACROSS * STEP_Y])
    return rows, np.concatenate([train % ACROSS, val % ACROSS]) * STEP_X
