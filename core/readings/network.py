"""The network itself as arrays: the links of a drawing, and weight matrices as one picture.

The strength scale is absolute, not relative to the largest weight: a penalty makes the links fade. A zero weight has no link.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from core.readings.arrays import Arrays
from core.words import say

SIGNS = (("pos", "positive"), ("neg", "negative"))
STRENGTH_EDGES = (0.03, 0.1, 0.3, 1.0)  # |w| where one strength class ends and the next begins
WIDTHS = (0.5, 0.9, 1.6, 2.6, 4.0)  # pixels
MAX_LINKS, MAX_ROW = (
    400,
    16,
)  # links and units side by side of a network that is drawn; of a larger one its matrices are shown
N_LINE, N_SIDE = (
    24,
    10,
)  # places of the input range in a unit's small picture: along a curve, along each side of a plane
UNIT_PART = 0.42  # half of a picture's height, as a part of the distance between two units
MAX_TILE = 96  # cells along each side of the picture of one weight matrix; larger ones show the strongest of each block
GAP = 1  # empty columns between two matrices


def diagram_arrays(weights: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    """Return the links by sign and strength class and the nodes of a network.

    link_<pos|neg>_<0..4>_x and _y: (3·n_links,) start, end, nan; class k by |w|, see STRENGTH_EDGES.
    link_weight: (n_weights,) the weight of every possible link, layer by layer, by the unit it leaves.
    node_x, node_y: (n_nodes,) layer index, and height in 0..1 with the first unit on top.
    """
    sizes = [weights[0].shape[0], *(w.shape[1] for w in weights)]
    starts, ends, values = _links(weights, sizes)
    strength = np.digitize(np.abs(values), STRENGTH_EDGES)
    arrays: dict[str, np.ndarray] = {}
    for sign, chosen in (("pos", values > 0), ("neg", values < 0)):
        for k in range(len(WIDTHS)):
            pick = chosen & (strength == k)
            lines = np.stack([starts[pick], ends[pick], np.full((pick.sum(), 2), np.nan)], axis=1)  # (n_links, 3, x|y)
            arrays[f"link_{sign}_{k}_x"] = lines[:, :, 0].ravel()
            arrays[f"link_{sign}_{k}_y"] = lines[:, :, 1].ravel()
    nodes = np.concatenate([_node_places(layer, size) for layer, size in enumerate(sizes)])
    return {**arrays, "link_weight": values, "node_x": nodes[:, 0], "node_y": nodes[:, 1]}


def is_drawable(sizes: Sequence[int]) -> bool:
    """Return whether a network of these rows of units, inputs first, is drawn link by link."""
    links = sum(fan_in * fan_out for fan_in, fan_out in pairwise(sizes))
    return links <= MAX_LINKS and max(sizes) <= MAX_ROW


def unit_half(sizes: Sequence[int]) -> float:
    """Return half the height of a unit's picture: that of all, so that the longest row has room."""
    return UNIT_PART / max(*sizes, 3)


def unit_lines(values: np.ndarray, sizes: Sequence[int]) -> np.ndarray:
    """Return what each unit computes along a curve's inputs as the heights of its small picture, (M, n_units·(N_LINE + 1)).

    values (M, n_units, N_LINE), in the order of the nodes; a nan ends each line.
    """
    middle = np.concatenate([_node_places(layer, size) for layer, size in enumerate(sizes)])[:, 1]
    heights = middle[:, None] + 0.85 * unit_half(sizes) * scaled(values)
    return np.concatenate([heights, np.full((*heights.shape[:2], 1), np.nan)], axis=2).reshape(len(values), -1)


def unit_maps(values: np.ndarray) -> np.ndarray:
    """Return what each unit computes over a plane of inputs, (M, n_units, N_SIDE, N_SIDE) in -1..1; row 0 is the lowest."""
    return scaled(values).reshape(*values.shape[:2], N_SIDE, N_SIDE)


def scaled(values: np.ndarray) -> np.ndarray:
    """Return values (…, n) in -1..1: divided by the largest of a unit where that is above 1, so that a dead unit is flat."""
    return np.asarray(values / np.maximum(1.0, np.abs(values).max(axis=-1, keepdims=True)))


def matrices_array(weights: Sequence[np.ndarray]) -> np.ndarray:
    """Return all weight matrices (M, fan_in, fan_out) side by side as one picture (M, rows, cols), nan where nothing is.

    Columns are the units a layer feeds; the first input unit is the top row (row 0 is the lowest, as in every picture here).
    """
    small = [strongest_of_blocks(w) for w in weights]
    n_rows, tiles = max(w.shape[1] for w in small), []
    for w in small:
        tile = np.full((len(w), n_rows, w.shape[2] + GAP), np.nan, dtype=np.float32)
        tile[:, : w.shape[1], : w.shape[2]] = w
        tiles.append(tile)
    return np.concatenate(tiles, axis=2)[:, ::-1, :-GAP]


def strongest_of_blocks(w: np.ndarray) -> np.ndarray:
    """Return w (M, rows, cols) with each side shrunk to at most MAX_TILE cells, each the value of largest |w| in its block."""
    for side in (1, 2):
        n = w.shape[side]
        size = -(-n // MAX_TILE)
        if size > 1:
            padded = np.concatenate([w, np.zeros_like(np.take(w, range(-n % size), side))], side)
            shape = (*padded.shape[:side], -1, size, *padded.shape[side + 1 :])
            blocks = padded.reshape(shape)
            strongest = np.expand_dims(np.abs(blocks).argmax(side + 1), side + 1)
            w = np.take_along_axis(blocks, strongest, side + 1).squeeze(side + 1)
    return w


def describe_diagram(arrays: Arrays) -> str:
    """Return how many links of each sign the drawing shows, and how many are strong."""
    count = {sign: [arrays[f"link_{sign}_{k}_x"].size // 3 for k in range(len(WIDTHS))] for sign, _ in SIGNS}
    return say(
        "Network of {n_units} units: {n_positive} positive and {n_negative} negative links, "
        "{n_strong} of them with |w| of 1 or more.",
        n_units=arrays["node_x"].size,
        n_positive=sum(count["pos"]),
        n_negative=sum(count["neg"]),
        n_strong=count["pos"][-1] + count["neg"][-1],
    )


def describe_matrices(arrays: Arrays) -> str:
    """Return how many weights the picture holds and how many are exactly zero."""
    values = arrays["matrices"]  # nan, where nothing is, is neither of these
    zero, plus, minus = (int(np.count_nonzero(are)) for are in (values == 0, values > 0, values < 0))
    return say(
        "Weight matrices: {n_weights} weights, {n_positive} positive, {n_negative} negative, {n_zero} zero.",
        n_weights=zero + plus + minus,
        n_positive=plus,
        n_negative=minus,
        n_zero=zero,
    )


def _node_places(layer: int, size: int) -> np.ndarray:
    """Return (size, 2) places (x, y) of a layer's units, evenly spread over the height, the first on top."""
    return np.column_stack([np.full(size, float(layer)), 1 - (np.arange(size) + 0.5) / size])


def _links(weights: Sequence[np.ndarray], sizes: Sequence[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return start (n, 2), end (n, 2) and weight (n,) of every possible link."""
    starts, ends = [], []
    for layer, w in enumerate(weights):
        fan_in, fan_out = w.shape
        starts.append(np.repeat(_node_places(layer, sizes[layer]), fan_out, axis=0))
        ends.append(np.tile(_node_places(layer + 1, sizes[layer + 1]), (fan_in, 1)))
    return np.concatenate(starts), np.concatenate(ends), np.concatenate([np.asarray(w, float).ravel() for w in weights])
