"""Remedies side by side, in arrays and words: the ablation, and losses against the share of wrong labels.

`remedies` are (key, label) pairs in the order of the arrays' leading axis.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.readings.arrays import Arrays
from core.words import joined, say

Remedies = Sequence[tuple[str, str]]
LIFT = 0.16  # validation above, test below a remedy's line
NOISE_SERIES = {
    "noise_val_loss": (
        say("Validation loss by share of wrong labels"),
        say("validation loss (mean per row)"),
        say(
            "Trained after the table above. A line joins the medians over several draws of the wrong labels, each "
            "with a start of its own; its band reaches from the lowest to the highest. The grey line has no remedy."
        ),
    ),
    "noise_train_score": (
        say("Training accuracy by share of wrong labels"),
        say("training accuracy"),
        say(
            "On the labels as given, wrong ones included: at 1 the network knows all by heart. Medians over several "
            "draws of the wrong labels, in bands from the lowest to the highest."
        ),
    ),
}


def ablation_arrays(val_loss: np.ndarray, test_loss: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """Return the points of the ablation chart from losses (n_remedies, n_starts); test_loss is None before the one look.

    ablation_<part>_x, _y (k·r,) a point per start; ablation_<part>_median (k,) with ablation_<part>_level (k,), for the parts
    val and test. Remedy i stands at height n_remedies - 1 - i, the first on top. Test points are nan before the look.
    """
    n, r = val_loss.shape
    height = np.arange(n - 1, -1, -1, dtype=float)
    arrays: dict[str, np.ndarray] = {}
    for part, losses, lift in (("val", val_loss, LIFT), ("test", test_loss, -LIFT)):
        values = np.full((n, r), np.nan) if losses is None else np.where(np.isfinite(losses), losses, np.nan)
        arrays[f"ablation_{part}_x"] = values.ravel()
        arrays[f"ablation_{part}_y"] = np.repeat(height + lift, r)
        arrays[f"ablation_{part}_median"] = np.array([_median(row) for row in values])
        arrays[f"ablation_{part}_level"] = height + lift
    return arrays


def describe_ablation(arrays: Arrays, remedies: Remedies) -> str:
    """Return the median losses of all remedies as a sentence."""
    is_shown = bool(np.isfinite(arrays["ablation_test_median"]).any())
    parts = [
        say("{label} {val:.3g} (test {test:.3g})", label=label, val=val, test=test)
        if is_shown
        else say("{label} {val:.3g}", label=label, val=val)
        for (_, label), val, test in zip(
            remedies, arrays["ablation_val_median"], arrays["ablation_test_median"], strict=True
        )
    ]
    return say("Median validation loss over the starts: {parts}.", parts=joined(parts, ", "))


def describe_label_noise(arrays: Arrays, remedies: Remedies, series: str) -> str:
    """Return the medians at the largest share of wrong labels, with lowest and highest, as a sentence."""

    def told(i: int) -> str:
        middle, low, high = (arrays[f"{series}{edge}"][i][-1] for edge in ("", "_low", "_high"))
        return say("{middle:.3g} ({low:.3g} to {high:.3g})", middle=middle, low=low, high=high)

    values = joined([say("{label} {told}", label=label, told=told(i)) for i, (_, label) in enumerate(remedies)], ", ")
    return say(
        "{noise_series}: at {noise_share:.0%} {values}.",
        noise_series=NOISE_SERIES[series][0],
        noise_share=arrays["noise_share"][-1],
        values=values,
    )


def _median(values: np.ndarray) -> float:
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if finite.size else float("nan")
