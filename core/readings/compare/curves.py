"""Penalties side by side: the arrays of all variants and what their charts say.

`variants` are (key, label) pairs in the order of the arrays' leading axis.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.measures.numbers import Write, gap_text, loss_text
from core.readings.arrays import Arrays
from core.words import joined, say

Variants = Sequence[tuple[str, str]]
# Series: title, axis title, what to look for. The words hold for every task: they say where to look, not what is seen.
SERIES = {
    "val_loss": (
        say("Validation loss (training loss faint)"),
        say("loss (mean per row)"),
        say(
            "A curve that turns up again while its faint one keeps falling overfits; the lower a curve ends, the "
            "better."
        ),
    ),
    "gap": (
        say("Gap"),
        say("validation loss - training loss"),
        say("Overfitting opens the gap; look which penalty keeps it small."),
    ),
    "n_zero": (
        say("Weights exactly zero"),
        say("weights"),
        say(
            "The proximal step (L1, elastic net) stops a weight at zero; along a slope (L2, subgradient) nothing "
            "stops it there."
        ),
    ),
    "weight_norm": (
        say("Size of the weights"),
        "√Σw²",
        say("All weights together: look which penalty holds them down, and which does not."),
    ),
}


# What of each series its y axis must show: a band below a loss of 0 need not be seen.
SEEN = {
    "val_loss": ("val_loss", "val_loss_high", "train_loss"),
    **{name: (name, f"{name}_low", f"{name}_high") for name in ("gap", "n_zero", "weight_norm")},
}


def range_arrays(curves: Arrays, is_lost: np.ndarray) -> dict[str, np.ndarray]:
    """Return `<series>_range` (3,), what a y axis must show: the lowest number, the lowest above 0 (log axis), the highest.

    is_lost: (n_variants,) booleans. The curve of a variant that has diverged may leave the chart, unless all have: beside a
    loss of 1e7 the others would be one flat line. Empty while there is no number.
    """
    is_kept = ~is_lost | is_lost.all()
    numbers = {s: np.concatenate([curves[n][is_kept].ravel() for n in SEEN[s] if n in curves]) for s in SERIES}
    return {f"{series}_range": _ends(values[np.isfinite(values)]) for series, values in numbers.items()}


def _ends(values: np.ndarray) -> np.ndarray:
    positive = values[values > 0]
    lowest = positive.min() if positive.size else np.nan
    return np.array([values.min(), lowest, values.max()]) if values.size else np.zeros(0)


def describe_variants(arrays: Arrays, variants: Variants, series: str, write_loss: Write = loss_text) -> str:
    """Return the last value of every variant as a sentence; `write_loss` for losses."""
    if arrays["epoch"].size == 0:
        return say("{series}: nothing recorded yet.", series=SERIES[series][0])
    write = {"gap": gap_text, "val_loss": write_loss}.get(series, "{:.3g}".format)
    values = joined(
        [
            say("{label} {write}", label=label, write=write(arrays[series][v][-1]))
            for v, (_, label) in enumerate(variants)
        ],
        ", ",
    )
    return say(
        "{series} at epoch {epoch:.0f}: {values}.", series=SERIES[series][0], epoch=arrays["epoch"][-1], values=values
    )


def describe_overlay(arrays: Arrays, variants: Variants) -> str:
    """Return the share of exact zeros of every variant as a sentence."""
    shares = joined(
        [
            say("{label} {overlay_zero:.0%}", label=label, overlay_zero=arrays["overlay_zero"][v])
            for v, (_, label) in enumerate(variants)
        ],
        ", ",
    )
    reach = float(np.max(arrays["overlay_x"]))
    return say(
        "Weights on one axis, up to ±{reach:.3g}, those beyond in the outermost steps. Exactly zero: {shares}.",
        reach=reach,
        shares=shares,
    )
