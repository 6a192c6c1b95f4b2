"""What a comparison of penalties says: one sentence for each of its charts, and the heads of its table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.measures.numbers import Write, loss_text
from core.readings.arrays import Arrays
from core.readings.compare.curves import SERIES, Variants, describe_overlay, describe_variants
from core.readings.playground.page import describe_fit
from core.words import say

HEADS = (
    say("Penalty"),
    say("Training loss"),
    say("Validation loss"),
    say("Gap"),
    say("Validation score"),
    say("Exactly zero"),
    "√Σw²",
)
FITTED = ("fit_y", "map", "pixels", "rank_value", "pred_train", "pred_val")  # arrays of the fit, (n_variants, …)


def describe_compare(
    arrays: Arrays, variants: Variants, labels: Mapping[str, Sequence[str]], constants: Arrays, kind: str,
    write: Write = loss_text,
) -> dict[str, str]:  # fmt: skip
    """Return the text alternative of each chart by its name; `write` for losses."""
    texts = {"overlay": describe_overlay(arrays, variants)}
    if "epoch" in arrays:  # a stored moment has no curves
        texts.update({f"compare_{series}": describe_variants(arrays, variants, series, write) for series in SERIES})
    for v, (key, label) in enumerate(variants):
        own = {name: values[v] for name, values in arrays.items() if name in FITTED}
        for name, text in describe_fit(own, {"rank_name": labels.get(f"rank_name_{v}", ())}, constants, kind).items():
            texts[f"{name}_{key}"] = say("{label}: {description}", label=label, description=text)
    return texts
