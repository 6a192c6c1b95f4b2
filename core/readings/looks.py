"""What a look at M networks shows: arrays by name with a leading member axis, for the figures to bind to.

The members may be networks in training or stored moments of one: a rewind is a look at a stack of moments.
Read next: `core/live/run.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch

from core.data import N_GRID_CURVE, N_GRID_PLANE, Split, info_of
from core.engine import Stack
from core.measures.histograms import weight_histograms
from core.measures.sparsity import count_weights
from core.readings.network import (
    N_LINE,
    N_SIDE,
    diagram_arrays,
    is_drawable,
    matrices_array,
    unit_lines,
    unit_maps,
)
from core.settings.experiment import Experiment
from core.studies.playground.fit import class_probabilities

MAX_RANKED = 15
PIECE_NUMBERS = 2_000_000  # parameters and hidden values that are looked at together (8 MB, some copies of them)

Arrays = dict[str, np.ndarray]


def look_at(stack: Stack, loss: str, split: Split) -> Arrays:
    """Return all that the Playground's charts show of each member: fit, weights and network, each (M, …)."""
    return {**look_at_weights(stack), **look_at_network(stack, split), **look_at_fit(stack, loss, split)}


def in_pieces(stack: Stack, n_rows: int, look: Callable[[Stack], Arrays]) -> Arrays:
    """Return what `look` sees of each member, (M, …), of a few members at a time: so a look needs little memory.

    n_rows: the rows that are passed through each network.
    """
    size = max(1, PIECE_NUMBERS // (stack.n_parameters + n_rows * sum(stack.sizes[1:])))
    return joined([look(stack.part(slice(first, first + size))) for first in range(0, stack.n_members, size)])


def joined(pieces: Sequence[Arrays]) -> Arrays:
    """Return arrays that were made piece by piece as one."""
    if len(pieces) == 1:
        return pieces[0]
    return {name: concatenated([piece[name] for piece in pieces]) for name in pieces[0]}


def concatenated(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """Return arrays (m, …) one after another; rows of unequal length are filled up with nan."""
    if len({array.shape[1:] for array in arrays}) == 1:
        return np.concatenate(arrays)
    return stack_padded([row for array in arrays for row in array])


def n_looked_at(split: Split) -> int:
    """Return how many rows a look passes through each network: the grid of a picture, else the rows of the data."""
    return len(split.grid.X) if split.grid is not None else len(split.y_train) + len(split.y_val)


def n_to_look_at(experiment: Experiment, n_plane: int = N_GRID_PLANE) -> int:
    """Return the same from an experiment, before its data are made; a plane has a grid of n_plane × n_plane."""
    data = experiment.data
    info = info_of(data)
    grids = {"curve": N_GRID_CURVE, "plane": n_plane**2}
    return grids.get(info.kind, data.n_train + info.n_val(data.val_fraction))


def look_at_weights(stack: Stack) -> Arrays:
    """Return histograms and the counts n_zero, n_small, n_rest per layer, (M, n_layers)."""
    counts = count_weights(stack.weights)
    parts = {"n_zero": counts.n_zero, "n_small": counts.n_small, "n_rest": counts.n_rest}
    return {
        **weight_histograms(weight_arrays(stack)),
        **{name: part.numpy().astype(np.int32) for name, part in parts.items()},
    }


def look_at_network(stack: Stack, split: Split) -> Arrays:
    """Return the drawing of small networks, (M, …) padded with nan, or the picture of the matrices of larger ones."""
    weights = weight_arrays(stack)
    if not is_drawable(stack.sizes):
        return {"matrices": matrices_array(weights)}
    drawings = [diagram_arrays([w[m] for w in weights]) for m in range(stack.n_members)]
    found = {name: stack_padded([drawing[name] for drawing in drawings]) for name in drawings[0]}
    return {**found, **look_at_units(stack, split)}


@torch.no_grad()
def look_at_units(stack: Stack, split: Split) -> Arrays:
    """Return what each unit of a drawn network, inputs and outputs too, computes over the range of the inputs: unit_y along
    a curve, unit_map over a plane (see `unit_lines`, `unit_maps`); nothing for other data."""
    if split.grid is None:
        return {}
    n, is_curve = len(split.grid.x), split.kind == "curve"
    some = np.linspace(0, n - 1, N_LINE if is_curve else N_SIDE).astype(int)
    rows = some if is_curve else (n * some[:, None] + some).ravel()
    done = stack.forward(torch.as_tensor(split.grid.X[rows], dtype=stack.parameters.dtype)[None])
    values = torch.cat([done.X.transpose(1, 2), *done.hidden, done.columns], dim=1).numpy()
    return {"unit_y": unit_lines(values, stack.sizes)} if is_curve else {"unit_map": unit_maps(values)}


def look_at_fit(stack: Stack, loss: str, split: Split) -> Arrays:
    """Return what the fit charts of this kind of data show, in raw target units: fit_y or map, or

    pixels (M, 8, 8), reach (M, d) = Σ|w| over an input's links, confusion (M, C, C), pred_train, pred_val (M, n).
    """
    if split.grid is not None:
        values, n = answers(stack, loss, split, split.grid.X), len(split.grid.x)
        return {"fit_y": values} if split.kind == "curve" else {"map": values.reshape(-1, n, n)}
    reach = stack.weights[0].abs().sum(2).numpy()
    shown = {"reach": reach, "rank_value": -np.sort(-reach, axis=1)[:, :MAX_RANKED]}
    if split.kind == "images":
        shown["pixels"] = reach.reshape(-1, 8, 8)
    if split.task == "classification":
        return {**shown, "confusion": confusions(stack, loss, split)}
    X = {"pred_train": split.X_train, "pred_val": split.X_val}
    return {**shown, **{name: answers(stack, loss, split, rows) for name, rows in X.items()}}


def weight_arrays(stack: Stack) -> list[np.ndarray]:
    """Return the weights of each layer, (M, fan_in, fan_out)."""
    return [w.numpy() for w in stack.weights]


def rank_names(reach: np.ndarray, names: Sequence[str]) -> list[str]:
    """Return the names of the MAX_RANKED inputs with the largest reach (d,), largest first."""
    return [names[i] for i in np.argsort(-reach, kind="stable")[:MAX_RANKED]]


@torch.no_grad()
def outputs_of(stack: Stack, X: np.ndarray) -> torch.Tensor:
    """Return the outputs (M, n, C) in evaluation mode for inputs X (n, d), standardised as in training."""
    return stack.forward(torch.as_tensor(X, dtype=stack.parameters.dtype)[None]).outputs


def answers(stack: Stack, loss: str, split: Split, X: np.ndarray) -> np.ndarray:
    """Return values in raw units, P(class 1), or class + scaled confidence for more classes, (M, n)."""
    outputs = outputs_of(stack, X)
    if split.task == "regression":
        return np.asarray(outputs[..., 0].numpy() * split.y_scale + split.y_mean)
    p = class_probabilities(outputs, loss).numpy()
    if split.n_classes == 2:
        return np.asarray(p[..., 1])
    chance = 1 / split.n_classes
    return np.asarray(p.argmax(-1) + 0.999 * np.clip((p.max(-1) - chance) / (1 - chance), 0, 1))


def confusions(stack: Stack, loss: str, split: Split) -> np.ndarray:
    """Return counts on the validation rows, (M, C, C), row = true class."""
    predicted = class_probabilities(outputs_of(stack, split.X_val), loss).argmax(-1).numpy()
    cells = split.y_val * split.n_classes + predicted + split.n_classes**2 * np.arange(len(predicted))[:, None]
    counts = np.bincount(cells.ravel(), minlength=len(predicted) * split.n_classes**2)
    return counts.reshape(-1, split.n_classes, split.n_classes).astype(np.int32)


def shrink(arrays: Mapping[str, np.ndarray]) -> Arrays:
    """Return float64 arrays as float32: half the bytes, and finer than any screen."""
    return {n: a.astype(np.float32) if a.dtype == np.float64 else a for n, a in arrays.items()}


def stack_padded(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """Return arrays stacked on a new first axis; 1-D ones of unequal length are filled up with nan."""
    longest = max(len(values) for values in arrays)
    if all(len(values) == longest for values in arrays):
        return np.stack(arrays)
    return np.stack([np.concatenate([v, np.full(longest - len(v), np.nan)]) for v in arrays])
