"""Weights in words: histograms per layer and counts of zeros."""

from __future__ import annotations

import numpy as np

from core.readings.arrays import Arrays
from core.words import joined, say


def layer_names(n_layers: int) -> list[str]:
    """Return 'layer 1', ..., 'output': the last weight matrix feeds the output."""
    return [say("layer {i}", i=i) for i in range(1, n_layers)] + [say("output")]


def describe_histograms(arrays: Arrays) -> str:
    """Return the range of the weights and the share of zeros per layer as a sentence."""
    names = layer_names(len(arrays["zero_share"]))
    shares = joined(
        [
            say("{name} {share:.0%}", name=name, share=share)
            for name, share in zip(names, arrays["zero_share"], strict=True)
        ],
        ", ",
    )
    reach, n_over = float(np.max(arrays["hist_x"])), int(np.sum(arrays["over_n"]))
    beyond = say(", {n_over} beyond it", n_over=n_over) if n_over else ""
    return say(
        "Histograms of the weights, up to ±{reach:.3g}{beyond}. Exactly zero: {shares}.",
        reach=reach,
        beyond=beyond,
        shares=shares,
    )


def describe_sparsity(arrays: Arrays) -> str:
    """Return the counts of zero, small and other weights per layer as a sentence."""
    names = layer_names(len(arrays["n_zero"]))
    rows = zip(names, arrays["n_zero"], arrays["n_small"], arrays["n_rest"], strict=True)
    layers = joined(
        [
            say("{name}: {zero:.0f}, {small:.0f}, {rest:.0f}", name=name, zero=zero, small=small, rest=rest)
            for name, zero, small, rest in rows
        ],
        "; ",
    )
    return say("Weights exactly zero, below 0.001, and the rest. {layers}.", layers=layers)
