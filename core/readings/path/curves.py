"""The λ path in arrays and words: losses and sparsity against λ. Read next: `weights.py`, `grid.py`.

`path_arrays` turns what a study reads off its members into the arrays the figures bind to, at any moment of training.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.measures.numbers import Write, loss_text
from core.readings.arrays import Arrays
from core.readings.strengths import positions, top_arrays
from core.readings.weights import layer_names
from core.settings.colors import GREEN, GREY, VERMILLION
from core.words import joined, say

REGIONS = ((say("overfits"), VERMILLION), (say("fits"), GREEN), (say("underfits"), GREY))

ROOM = 0.2  # of the axis that a word above a region needs on a phone; the legend has them all


def path_arrays(
    values: np.ndarray, param_name: str, train_loss: np.ndarray, val_loss: np.ndarray, kinds: Sequence[str],
    n_nonzero: np.ndarray, n_large: np.ndarray,
) -> dict[str, np.ndarray]:  # fmt: skip
    """Return what the path's figures show of n_values members.

    train_loss, val_loss: (n_values,); kinds: the verdict's kind of each; n_nonzero, n_large: (n_layers, n_values) weights
    that are not exactly zero, and those with |w| ≥ 0.001.

    path_train, path_val: (n_values,), nan where diverged. path_top, path_top_y: (n_top,), see `top_arrays`.
    path_is_overfits, _fits, _underfits: (n_values,) 1 or 0 (a collapse underfits); path_label_x: (3,) middle of the longest
    stretch of each, or nan, also where another word stands too near. path_best_x, path_best_y: (1,), or empty while nothing
    is trained. path_diverged_x, _y: one per diverged member. path_nonzero, path_large: (n_layers, n_values).
    """
    x = positions(values, param_name)
    is_diverged = np.array([kind == "diverged" for kind in kinds])
    train, val = (np.where(is_diverged, np.nan, np.asarray(loss, dtype=float)) for loss in (train_loss, val_loss))
    shown = np.array(["underfits" if kind == "collapsed" else kind for kind in kinds])
    regions = {name: (shown == name).astype(float) for name, _ in REGIONS}
    finite = np.flatnonzero(np.isfinite(val) & (shown != "not started"))
    left, large = (np.where(is_diverged, np.nan, np.asarray(n, dtype=float)) for n in (n_nonzero, n_large))
    best = finite[val[finite] == val[finite].min()][-1:] if finite.size else finite
    return {
        "path_train": train,
        "path_val": val,
        **top_arrays("path_top", left.sum(0)),
        **{f"path_is_{name}": is_here for name, is_here in regions.items()},
        "path_label_x": _apart(
            np.array([_middle(x, is_here > 0) for is_here in regions.values()]),
            [is_here.sum() for is_here in regions.values()],
            ROOM * np.ptp(x),
        ),
        "path_best_x": x[best],
        "path_best_y": val[best],
        "path_diverged_x": x[is_diverged],
        "path_diverged_y": np.full(is_diverged.sum(), 0.95),
        "path_nonzero": left,
        "path_large": large,
    }


def describe_path_losses(arrays: Arrays, values: np.ndarray, texts: Sequence[str], write: Write = loss_text) -> str:
    """Return the best λ with its losses, both ends and the regions as sentences."""
    val, train = arrays["path_val"], arrays["path_train"]
    if not np.isfinite(arrays["path_best_y"]).any():
        return say(
            "Loss against λ, {n_values} values from {smallest} to {largest}: nothing to show yet.",
            n_values=len(values),
            smallest=texts[0],
            largest=texts[-1],
        )
    best = int(np.flatnonzero(val == arrays["path_best_y"][0])[-1])
    stretches = []
    for name, _ in REGIONS:
        here = np.flatnonzero(arrays[f"path_is_{name}"])
        if here.size:
            stretches.append(
                say(
                    "{n_here} of {n_values} {verdict} (λ {first} to {last})",
                    n_here=here.size,
                    n_values=len(values),
                    verdict=name,
                    first=texts[here[0]],
                    last=texts[here[-1]],
                )
            )
    n_diverged = arrays["path_diverged_x"].size
    return say(
        "Loss against λ, {n_values} values from {smallest} to {largest}. Best λ {best}: validation loss "
        "{val}, training loss {train}. {verdicts}.",
        n_values=len(values),
        smallest=texts[0],
        largest=texts[-1],
        best=texts[best],
        val=write(float(val[best])),
        train=write(float(train[best])),
        verdicts=joined(stretches, "; ") or say("No verdict yet"),
    ) + (say(" {n_diverged} diverged.", n_diverged=n_diverged) if n_diverged else "")


def describe_path_sparsity(arrays: Arrays, texts: Sequence[str]) -> str:
    """Return the weights left per layer at both ends as a sentence."""
    counts = arrays["path_nonzero"]
    layers = joined(
        [
            say(
                "{name}: {count_smallest:.0f} at λ {smallest}, {count_largest:.0f} at λ {largest}",
                name=name,
                count_smallest=row[0],
                smallest=texts[0],
                count_largest=row[-1],
                largest=texts[-1],
            )
            for name, row in zip(layer_names(len(counts)), counts, strict=True)
        ],
        "; ",
    )
    return say("Weights that are not exactly zero. {layers}.", layers=layers)


def _apart(places: np.ndarray, sizes: Sequence[float], room: float) -> np.ndarray:
    """Return the places of words, nan for those that have less than `room` to the word of a larger region."""
    kept: list[int] = []
    for i in sorted(np.flatnonzero(np.isfinite(places)).tolist(), key=lambda i: -sizes[i]):
        if all(abs(places[i] - places[other]) >= room for other in kept):
            kept.append(i)
    return np.where(np.isin(np.arange(len(places)), kept), places, np.nan)


def _middle(x: np.ndarray, is_here: np.ndarray) -> float:
    """Return the middle of the longest unbroken stretch, nan without any."""
    steps = np.diff(np.concatenate([[0], is_here.astype(int), [0]]))
    starts, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1) - 1
    if starts.size == 0:
        return float("nan")
    longest = int(np.argmax(ends - starts))
    return float((x[starts[longest]] + x[ends[longest]]) / 2)
