"""A small picture of each preset, for its chip: what a run of it ends with.

Curves are trained once and kept in `assets/presets.json`, since a page must not wait for them; a test trains them again.
`python -m core.live.playground.pictures > assets/presets.json` writes them anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import numpy as np

from core.data import Split, load_split
from core.live.playground.run import playground_run
from core.presets import PRESETS
from core.readings.fit import split_constants
from core.settings.experiment import Experiment
from core.stream.commands import Run

N_ACROSS = 48  # points of a curve
N_POINTS = 40  # training points, of those with classes
DIGITS = 2

# {"kind": "truth", "line", "points", "others" or "cells", "points": [[x, y], …] in 0…1 from the lower left}
Line = dict[str, Any]


def picture(experiment: Experiment) -> list[Line]:
    """Return the lines and points of an experiment's picture: a trained curve, the points of classes, or the first digits."""
    split = load_split(experiment.data)
    if split.kind == "curve":
        return curve(experiment, split)
    if split.kind == "images":
        return images(split)
    return classes(split)


def curve(experiment: Experiment, split: Split) -> list[Line]:
    """Return the true function, the curve at the end of a run and the training points, all on the scale of the points."""
    run, known = playground_run(experiment, split), split_constants(split)
    run.obey(Run())
    while run.state == "running":
        run.train_for(1.0)
    x, target = known["grid_x"], known["target_val"]
    low, high = float(target.min()), float(target.max())
    some = np.linspace(0, len(x) - 1, N_ACROSS).astype(int)

    def line(kind: str, at: np.ndarray, values: np.ndarray) -> Line:
        across, up = (at - x[0]) / (x[-1] - x[0]), np.clip((values - low) / (high - low), 0, 1)
        return {"kind": kind, "points": rounded(zip(across, up, strict=True))}

    fitted, points = run.snapshot().arrays["fit_y"], known["points_train"][:, 0]
    return [line("truth", x[some], known["truth"][some]), line("line", x[some], fitted[some]),
            line("points", points, known["target_train"])]  # fmt: skip


def classes(split: Split) -> list[Line]:
    """Return the first training points of two classes."""
    assert split.points_train is not None
    points, target = split.points_train[:N_POINTS], split.y_train[:N_POINTS]
    low, high = points.min(axis=0), points.max(axis=0)
    places = 0.08 + 0.84 * (points - low) / (high - low)
    return [{"kind": kind, "points": rounded(places[target == c])} for c, kind in enumerate(("others", "points"))]


def images(split: Split) -> list[Line]:
    """Return the dark pixels of the first digits, side by side."""
    cells = []
    pixels = split.X_train[:DIGITS] * split.x_scale + split.x_mean
    for number, image in enumerate(pixels.reshape(-1, 8, 8)):
        rows, columns = np.nonzero(image > 0.5 * image.max())
        cells += [
            ((number + 0.1 + 0.8 * (c + 0.5) / 8) / DIGITS, 1 - (r + 0.5) / 8)
            for r, c in zip(rows, columns, strict=True)
        ]
    return [{"kind": "cells", "points": rounded(cells)}]


def rounded(points: Iterable[Any]) -> list[list[float]]:
    """Return points with two digits: a picture is 44 pixels wide."""
    return [[round(float(x), 2), round(float(y), 2)] for x, y in points]


if __name__ == "__main__":
    print(json.dumps({name: picture(preset.experiment) for name, preset in PRESETS.items()}, separators=(",", ":")))
