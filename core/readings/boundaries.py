"""Lines where a function over the plane has one level: the decision boundary of a network, as line segments."""

from __future__ import annotations

import numpy as np

EDGES = ((0, 1), (1, 3), (2, 3), (0, 2))  # of a cell, between its corners: 0 and 1 below, 2 and 3 above


def level_lines(maps: np.ndarray, x: np.ndarray, y: np.ndarray, level: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
    """Return x and y of the lines of all maps (k, n, n) at a level, (3·n_segments,) each: two ends and a nan.

    Row j of a map is at y[j], column i at x[i]. Marching squares (Lorensen and Cline 1987, in the plane): a cell's edge is
    crossed where its ends lie on two sides of the level, at the place that linear interpolation gives. A cell with four
    crossings has two segments.
    """
    above = np.asarray(maps, dtype=float) - level
    corners = np.stack([above[:, :-1, :-1], above[:, :-1, 1:], above[:, 1:, :-1], above[:, 1:, 1:]], -1)
    n_crossed = np.sum([(corners[..., a] > 0) != (corners[..., b] > 0) for a, b in EDGES], 0)
    k, j, i = np.nonzero(n_crossed)
    cells = corners[k, j, i]
    left, low = x[i], y[j]
    places = np.array([[0, 0], [1, 0], [0, 1], [1, 1]])  # of the corners, in units of a cell
    is_crossed, points = [], []
    for a, b in EDGES:
        va, vb = cells[:, a], cells[:, b]
        crossed = (va > 0) != (vb > 0)
        t = np.divide(va, va - vb, out=np.zeros_like(va), where=crossed)[:, None]
        points.append((1 - t) * places[a] + t * places[b])
        is_crossed.append(crossed)
    order = np.argsort(~np.stack(is_crossed, 1), axis=1, kind="stable")  # crossed edges first
    ends = np.take_along_axis(np.stack(points, 1), order[..., None], 1)  # (n_cells, 4, 2)
    has_two = np.sum(is_crossed, 0) == 4
    segments = np.concatenate([ends[:, :2], ends[has_two, 2:]])
    left, low = np.concatenate([left, left[has_two]]), np.concatenate([low, low[has_two]])
    gap = np.full((len(segments), 1), np.nan)
    across = np.hstack([left[:, None] + segments[..., 0] * (x[1] - x[0]), gap])
    up = np.hstack([low[:, None] + segments[..., 1] * (y[1] - y[0]), gap])
    return across.ravel(), up.ravel()
