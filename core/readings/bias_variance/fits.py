"""The bundle of fits: every network's curve, or its boundary in the plane, at each value; and each training set alone."""

from __future__ import annotations

import numpy as np

from core.data.sets import TrainingSets
from core.readings.arrays import Arrays
from core.readings.boundaries import level_lines
from core.readings.looks import stack_padded
from core.readings.strengths import flat_lines
from core.words import say

CURVES = (
    "bundle",
    "bundle_mean",
    "own",
)  # arrays whose first axis is the value; `own` and the points have the set next
MAX_MAP = 32  # points along each side of a map


def has_fits(sets: TrainingSets) -> bool:
    """Return whether the fits can be drawn: a curve, or a plane."""
    return sets.split.grid is not None


def grid_inputs(sets: TrainingSets) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return where the fits are drawn: x and y of the axes (y empty for a curve) and inputs (n_grid, d), a coarser plane."""
    grid = sets.split.grid
    assert grid is not None
    if grid.y is None:
        return grid.x, np.zeros(0), grid.X
    n = len(grid.x)
    every = next(step for step in range(1, n) if (n - 1) % step == 0 and (n - 1) // step < MAX_MAP)
    X = grid.X.reshape(n, n, -1)[::every, ::every]
    return grid.x[::every], grid.y[::every], X.reshape(-1, X.shape[2])


def curve_arrays(answers: np.ndarray, sets: TrainingSets) -> dict[str, np.ndarray]:
    """Return the curves of all networks in raw units, from answers (n_values, R, S, n_grid).

    bundle (n_values, R·S·(n_grid + 1)), each curve ended by a nan; bundle_mean (n_values, n_grid); own (n_values, R,
    S·(n_grid + 1)), those of one set.
    """
    raw = answers * sets.split.y_scale + sets.split.y_mean
    n_values, n_sets = raw.shape[:2]
    own = np.stack([[flat_lines(of_set) for of_set in of_value] for of_value in raw])
    return {
        "bundle": own.reshape(n_values, -1),
        "bundle_mean": raw.mean((1, 2)),
        "own": own.reshape(n_values, n_sets, -1),
    }


def plane_arrays(answers: np.ndarray, sets: TrainingSets, x: np.ndarray, y: np.ndarray) -> dict[str, np.ndarray]:
    """Return the map of all networks together, and for two classes their boundaries.

    answers: (n_values, R, S, n_grid) values, or (…, C) probabilities. votes (n_values, n, n): the share of the networks that
    say class 1; of more classes the one that most say + 0.999·how far the share is above chance; of values their mean.
    lines_x, lines_y (n_values, n_ends): the boundaries of all; own_x, own_y (n_values, R, n_ends): those of one set.
    """
    shape = (len(answers), len(y), len(x))
    if answers.ndim == 4:
        raw = answers.mean((1, 2)) * sets.split.y_scale + sets.split.y_mean
        return {"votes": raw.reshape(shape)}
    n_classes = answers.shape[-1]
    said = answers.argmax(-1)
    shares = np.stack([(said == c).mean((1, 2)) for c in range(n_classes)], -1)
    if n_classes > 2:
        sure = 0.999 * np.clip((shares.max(-1) - 1 / n_classes) / (1 - 1 / n_classes), 0, 1)
        return {"votes": (shares.argmax(-1) + sure).reshape(shape)}
    maps = answers[..., 1].reshape(*answers.shape[:3], len(y), len(x))
    lines = [level_lines(of_value.reshape(-1, len(y), len(x)), x, y) for of_value in maps]
    own = [[level_lines(of_set, x, y) for of_set in of_value] for of_value in maps]
    arrays = {"votes": shares[..., 1].reshape(shape)}
    for i, name in enumerate("xy"):
        arrays[f"lines_{name}"] = stack_padded([pair[i] for pair in lines])
        flat = stack_padded([pair[i] for of_value in own for pair in of_value])
        arrays[f"own_{name}"] = flat.reshape(len(own), len(own[0]), -1)
    return arrays


def point_arrays(sets: TrainingSets) -> dict[str, np.ndarray]:
    """Return the points of each training set, nan where one is of another class: set_x_<c>, set_y_<c> (R, n) of class c.

    Values have set_x_0, set_y_0 alone: x and target of a curve, x and y of a surface.
    """
    if sets.points is None:
        return {}
    across = sets.points[..., 0]
    up = sets.points[..., 1] if sets.points.shape[2] > 1 else sets.y * sets.split.y_scale + sets.split.y_mean
    classes = range(max(sets.split.n_classes, 1))
    is_class = {c: np.ones(across.shape, bool) if sets.split.n_classes == 0 else sets.y == c for c in classes}
    return {
        f"set_{name}_{c}": np.where(is_class[c], values, np.nan)
        for c in classes
        for name, values in (("x", across), ("y", up))
    }


def describe_bundle(arrays: Arrays, i: int, truth: np.ndarray) -> str:
    """Return how far the curves of one value spread and how far their mean is from the truth (n_grid,), as a sentence."""
    mean = arrays["bundle_mean"][i]
    curves = arrays["bundle"][i].reshape(-1, len(mean) + 1)[:, :-1]
    spread, off = float(np.mean(np.std(curves, axis=0))), float(np.mean(np.abs(mean - truth)))
    return say(
        "{n_curves} curves; around their mean they spread by {spread:.3g} (standard deviation), "
        "and the mean is {off:.3g} from the true function on average.",
        n_curves=len(curves),
        spread=spread,
        off=off,
    )


def describe_votes(arrays: Arrays, i: int, n_classes: int) -> str:
    """Return on which share of the plane the networks of one value do not all agree, as a sentence."""
    votes = arrays["votes"][i]
    if n_classes == 0:
        return say(
            "Mean surface of all networks between {nanmin:.3g} and {nanmax:.3g}.",
            nanmin=np.nanmin(votes),
            nanmax=np.nanmax(votes),
        )
    split = (votes > 0) & (votes < 1) if n_classes == 2 else votes % 1 < 0.99
    return say("On {split:.0%} of the map the networks do not all agree.", split=np.mean(split))
