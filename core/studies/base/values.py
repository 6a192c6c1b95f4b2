"""The grid of strengths a study tries: the default one, one typed by hand, and a longer one when the best is at an edge.

λ counts on a logarithmic scale, so the grid is evenly spaced in log λ, plus λ = 0, the unpenalised model.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from numbers import Real
from typing import Literal

import numpy as np

from core.data.arrays import check_numbers
from core.settings.experiment import LIVE_FIELDS, OTHER_NAMES, Experiment, bounds_of, expected_of
from core.settings.words import did_you_mean, received, shortened
from core.words import say

ELASTIC = "elastic"  # the λ of a mix of L1 and L2
PARAM_NAMES = (*LIVE_FIELDS, ELASTIC)
MAX_VALUES = 500
MAX_DIGITS = 17  # tell any two float64 apart
Edge = Literal["", "low", "high"]


def default_values(n_values: int = 33, low: float = 1e-5, high: float = 1.0) -> np.ndarray:
    """Return 0 and then `n_values` numbers evenly spaced in the logarithm from `low` to `high`, ascending."""
    return np.concatenate([[0.0], np.geomspace(low, high, n_values)])


def grid_of(experiment: Experiment, default: Sequence[float] = ()) -> np.ndarray:
    """Return the strengths that an experiment's study tries, ascending, each once; where it names none, those of
    `default`, or of `default_values` where that is empty too.
    """
    values = experiment.grid.values or default
    return np.unique(np.array(values)) if len(values) else default_values()


def parse_values(text: str) -> np.ndarray:
    """Return the numbers of a list typed by hand, ascending, each once.

    Commas, semicolons and white space separate. Raises ValueError for words, negative numbers, nan and infinity,
    for an empty list and for more than 500 different values.
    """
    words = re.split(r"[,;\s]+", text.strip(" ,;\t\n\r"))
    numbers = sorted({_number(word) for word in words if word})
    if not numbers:
        raise ValueError(say("values: expected at least one number such as 0.01, received an empty list"))
    if len(numbers) > MAX_VALUES:
        raise ValueError(
            say(
                "values: expected at most {max_values} different numbers, received {n_numbers:,}",
                max_values=MAX_VALUES,
                n_numbers=len(numbers),
            )
        )
    return np.array(numbers)


def _number(word: str) -> float:
    try:
        number = float(word)
    except ValueError:
        raise ValueError(
            say("values: expected numbers such as 0.01 or 1e-3, received '{word}'", word=shortened(word))
        ) from None
    if not math.isfinite(number) or number < 0:
        raise ValueError(say("values: expected numbers from 0 up, received '{word}'", word=shortened(word)))
    return number + 0.0  # -0 becomes 0


def check_values(
    experiment: Experiment, param_name: str, values: Sequence[float] | np.ndarray, argument: str = "values"
) -> list[float]:
    """Return the values as floats; raises ValueError for an unknown name, no values, or one outside its bounds.

    argument: the name of the argument that holds the values.
    """
    if not isinstance(param_name, str) or param_name not in PARAM_NAMES:
        hint = say("; the name comes before the values") if isinstance(values, str) and values in PARAM_NAMES else ""
        if isinstance(param_name, str):
            hint = did_you_mean(param_name, PARAM_NAMES, OTHER_NAMES)
        raise ValueError(
            say(
                "param_name: expected one of {param_names}, received {param_name}{hint}",
                param_names=", ".join(PARAM_NAMES),
                param_name=received(param_name),
                hint=hint,
            )
        )
    example = say("{argument}: expected a list of numbers such as [0, 0.01, 0.1]", argument=argument)
    array = check_numbers(argument, values)
    if array.ndim != 1 or array.dtype.kind == "b":
        raise ValueError(say("{example}, received {values}", example=example, values=received(values)))
    if not 1 <= len(array) <= MAX_VALUES:
        n_values = f"{len(array):,}" if len(array) else "none"
        raise ValueError(
            say(
                "{argument}: expected at least one number and at most {max_values}, received {n_values}",
                argument=argument,
                max_values=MAX_VALUES,
                n_values=n_values,
            )
        )
    field = "l1" if param_name == ELASTIC else param_name
    return [_checked(experiment, field, value, argument) for value in array.astype(float).tolist()]


def _checked(experiment: Experiment, field: str, value: float, argument: str) -> float:
    try:
        return float(experiment.replace(**{field: value}).get(field))
    except ValueError:
        raise ValueError(
            say(
                "{argument}: expected {expected_of} for {field}, received {value:g}",
                argument=argument,
                expected_of=expected_of(field),
                field=field,
                value=value,
            )
        ) from None


def is_count(number: object, low: int, high: int) -> bool:
    """Return whether something is a whole number from `low` to `high`."""
    return isinstance(number, (int, np.integer)) and not isinstance(number, bool) and low <= int(number) <= high


def strengths_of(param_name: str, values: Sequence[float], l1_share: float = 0.5) -> dict[str, list[float]]:
    """Return the strengths of each member: `param_name` itself, or for "elastic" l1 = s·λ and l2 = (1-s)·λ.

    s = `l1_share` in 0..1. See `elastic_net_terms` for scikit-learn's way of saying the same.
    """
    if isinstance(l1_share, bool) or not isinstance(l1_share, Real) or not 0 <= l1_share <= 1:
        raise ValueError(
            say(
                "l1_share: expected a number from 0 (L2 alone) to 1 (L1 alone), received {l1_share}",
                l1_share=received(l1_share),
            )
        )
    if param_name != ELASTIC:
        return {param_name: list(values)}
    return {"l1": [l1_share * v for v in values], "l2": [(1 - l1_share) * v for v in values]}


def elastic_net_terms(value: float, l1_share: float) -> tuple[float, float]:
    """Return (alpha, l1_ratio) of scikit-learn's `ElasticNet` for our λ and share s.

    Ours: MSE + s·λ·Σ|w| + (1-s)·λ·Σw². Theirs: MSE/2 + alpha·l1_ratio·Σ|w| + alpha·(1-l1_ratio)/2·Σw².
    Twice theirs is ours when alpha = λ·(1 - s/2) and l1_ratio = s/(2 - s).
    """
    return value * (1 - l1_share / 2), l1_share / (2 - l1_share)


def edge_of(values: np.ndarray, best: float) -> Edge:
    """Return at which end of the grid (n_values,) the best value stands: "low", "high", or "" for inside.

    0 is no edge: there is nothing below it. A grid that holds 0 thus has no low edge.
    """
    if len(values) < 2:
        return ""
    if best == values.max():
        return "high"
    return "low" if best == values.min() and best > 0 else ""


def extended_values(values: np.ndarray, edge: Edge, param_name: str = "l2", n_decades: float = 1.0) -> np.ndarray:
    """Return the grid with `n_decades` more at one end, spaced like the rest (a single value: four to a decade).

    The same grid where it cannot grow: the bounds of the setting hold (a dropout rate stays below 0.9), and a grid has
    at most 500 values.
    """
    positive = np.sort(values[values > 0])
    if not edge or not len(positive):
        return np.sort(values)
    step = math.log10(positive[-1] / positive[0]) / (len(positive) - 1) if len(positive) > 1 else 0.25
    n_more = max(1, math.ceil(n_decades / step - 1e-9))
    exponents = step * np.arange(1, n_more + 1)
    more = positive[-1] * 10**exponents if edge == "high" else positive[0] * 10**-exponents
    _, high = bounds_of("l1" if param_name == ELASTIC else param_name)
    more = more[more <= (math.inf if high is None else high)][: MAX_VALUES - len(values)]
    return np.sort(np.concatenate([values, more]))


def value_texts(values: Sequence[float] | np.ndarray) -> list[str]:
    """Return values as short texts: "0", "1e-5", "3.2e-5", "0.01", "0.32".

    Two digits, and more for those that would look alike: "0.1" and "0.104".
    """
    texts = {float(value): _short(float(value), 2) for value in values}
    for n_digits in range(3, MAX_DIGITS + 1):
        counts = Counter(texts.values())
        texts |= {value: _short(value, n_digits) for value, text in texts.items() if counts[text] > 1}
    return [texts[float(value)] for value in values]


def _short(value: float, n_digits: int) -> str:
    if value == 0 or 1e-3 <= value < 1e4:
        n_whole = len(f"{value:.0f}")
        return f"{value:.{max(n_digits, n_whole)}g}"
    mantissa, exponent = f"{value:.{n_digits - 1}e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
