"""The parts of the risk along λ or width, in arrays and words. Read next: `fits.py`, the fits that they are computed from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.measures.bias_variance import PARTS
from core.measures.numbers import Write, loss_text, number_text
from core.readings.arrays import Arrays
from core.readings.strengths import positions
from core.studies.bias_variance.decomposition import WIDTH, BiasVariance
from core.words import joined, say

LABELS = {
    "bias2": say("bias²"),
    "variance_data": say("variance (data)"),
    "variance_start": say("variance (start)"),
    "noise": say("noise"),
    "risk": say("risk"),
}
CLEAR = 2.0  # standard errors of the least risk by which another is said to be larger


def places_of(values: np.ndarray, param_name: str) -> np.ndarray:
    """Return where the values stand on their axis, (n_values,): log10 of a width, and of a λ with a place for 0."""
    return np.log10(values) if param_name == WIDTH else positions(values, param_name)


def parts_arrays(result: BiasVariance) -> dict[str, np.ndarray]:
    """Return what the charts of the parts draw, each (n_values,), nan where a network diverged.

    bv_<part>: the raw estimates, with bv_noise where it is known; bv_area_<part>: the same, but 0 where one came out below
    zero, which no area can show. bv_top: risk and noise together. bv_error: two standard errors of the risk. bv_best_x,
    bv_best_y: (1,) the least risk, or empty. Of classes also bv_zero_<bias|hurts|helps|error> and bv_log_<part>.
    """
    raw = {name: getattr(result, name) for name in PARTS}
    noise = np.where(np.isfinite(result.risk), result.noise, np.nan)
    areas = {name: np.maximum(raw[name], 0.0) for name in PARTS[:3]} | {"noise": noise}
    best = [] if np.isnan(result.risk).all() else [int(np.nanargmin(result.risk))]
    places = places_of(result.values, result.param_name)
    arrays = {
        **{f"bv_{name}": values for name, values in {**raw, "noise": noise}.items()},
        **{f"bv_area_{name}": values for name, values in areas.items()},
        "bv_top": result.risk + np.nan_to_num(noise),
        "bv_error": 2 * result.standard_error["risk"],
        "bv_best_x": places[best],
        "bv_best_y": result.risk[best],
    }
    if result.truth.ndim == 2:
        zero_one = {name: getattr(result.zero_one, name) for name in ("bias", "hurts", "helps", "error")}
        lost = np.isnan(result.risk)
        arrays |= {f"bv_zero_{name}": np.where(lost, np.nan, values) for name, values in zero_one.items()}
        arrays |= {f"bv_log_{name}": getattr(result.log_loss, name) for name in PARTS}
    return arrays


def describe_parts(arrays: Arrays, texts: Sequence[str], axis: str) -> str:
    """Return the parts at both ends and the least risk as sentences; axis: "λ" or "width"."""
    ends = (0, len(texts) - 1)
    told = [
        say(
            "{axis} {value}: {parts}",
            axis=axis,
            value=texts[i],
            parts=joined(
                [
                    say("{part} {number}", part=LABELS[name], number=number_text(arrays[f"bv_{name}"][i]))
                    for name in PARTS
                ],
                ", ",
            ),
        )
        for i in ends
    ]
    return say("Parts of the risk. {told}.", told=joined(told, "; "))


def parts_sentence(result: BiasVariance, texts: Sequence[str], axis: str, write: Write = loss_text) -> str:
    """Return what the parts do along the axis, read off the numbers alone."""
    finite = np.flatnonzero(np.isfinite(result.risk))
    if not finite.size:
        return say("Every value has a network that diverged: nothing is to be learned from this run.")
    first, last = int(finite[0]), int(finite[-1])
    best = int(finite[np.argmin(result.risk[finite])])
    moves = joined(
        [
            say(
                "{part} {before} → {after}",
                part=LABELS[name],
                before=number_text(getattr(result, name)[first]),
                after=number_text(getattr(result, name)[last]),
            )
            for name in PARTS[:3]
        ],
        ", ",
    )
    said = say(
        "Least risk {risk} at {axis} {best}. From {first} to {last}: {moves}.",
        risk=write(float(result.risk[best])),
        axis=axis,
        best=texts[best],
        first=texts[first],
        last=texts[last],
        moves=moves,
    )
    if result.param_name == WIDTH:
        return joined([said, width_words(result, first, last)])
    return joined([said, strength_words(result, first, last, best)])


def strength_words(result: BiasVariance, first: int, last: int, best: int) -> str:
    """Return whether λ traded variance for bias, with the least risk between."""
    variance = result.variance_data + result.variance_start
    if not (result.bias2[last] > result.bias2[first] and variance[last] < variance[first]):
        return say("No clear trade of variance for bias in this run.")
    is_between = all(
        result.risk[end] > result.risk[best] + CLEAR * result.standard_error["risk"][best] for end in (first, last)
    )
    where = say("with the least risk between") if is_between else say("but the least risk is not clearly inside")
    return say("A stronger penalty trades variance for bias, {where}.", where=where)


def width_words(result: BiasVariance, first: int, last: int) -> str:
    """Return what a wider network does to both variances: the trade-off is not simply "wider = more variance"."""
    parts = {say("from the data"): result.variance_data, say("from the start"): result.variance_start}
    moves = [
        say("variance {name} {falls}", name=name, falls=say("falls") if v[last] < v[first] else say("grows"))
        for name, v in parts.items()
    ]
    is_less = bool(result.bias2[last] < result.bias2[first])
    bias = say("falls") if is_less else say("grows")
    said = say("Wider: bias² {bias}, {moves}", bias=bias, moves=joined(moves, ", "))
    total = result.variance_data + result.variance_start
    is_simple = is_less and total[last] > total[first]
    return said + "." if is_simple else say("{said}: wider is not simply more variance.", said=said)
