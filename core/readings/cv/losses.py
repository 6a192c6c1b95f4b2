"""Cross-validation in arrays and words: the curve with its error bars, the folds, and the one look at the test set.

`cv_arrays` turns raw losses into the arrays the curve binds to, at any moment of training.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.measures.numbers import Write, loss_text
from core.measures.own_unit import OwnUnit
from core.readings.arrays import Arrays
from core.readings.strengths import flat_lines, positions, top_arrays
from core.words import joined, say

LOST_Y = 0.03  # height of the mark of a diverged fold, as a share of the chart


def cv_arrays(
    values: np.ndarray, param_name: str, val_loss: np.ndarray, standard_error: np.ndarray, n_nonzero: np.ndarray,
    best: float, one_se: float, n_diverged: np.ndarray | None = None,
) -> dict[str, np.ndarray]:  # fmt: skip
    """Return what the curve shows of losses (n_values, n_columns), a column for each fold of each repeat.

    cv_mean, cv_se: (n_values,), nan where a fold diverged; cv_folds: all columns as one line with breaks; cv_top, cv_top_y:
    (n_top,) mean non-zero weights, see `top_arrays`; cv_min_x, cv_1se_x: (2,) place of each choice twice, empty while unknown;
    cv_low, cv_high: mean ∓ standard error, for the axis. cv_lost_x, cv_lost_y, cv_lost: (n_lost,) the mark of each value
    of which a fold diverged, and in how many (from `n_diverged`, (n_values,)).
    """
    mean = np.asarray(val_loss, dtype=float).mean(1)
    lost = np.zeros(len(values)) if n_diverged is None else np.asarray(n_diverged, dtype=float)
    return {
        "cv_mean": mean,
        "cv_se": np.asarray(standard_error, dtype=float),
        "cv_low": mean - standard_error,
        "cv_high": mean + standard_error,
        "cv_folds": flat_lines(np.asarray(val_loss).T),
        **top_arrays("cv_top", np.asarray(n_nonzero, dtype=float).mean(1)),
        "cv_min_x": _place(values, param_name, best),
        "cv_1se_x": _place(values, param_name, one_se),
        "cv_lost_x": positions(values, param_name)[lost > 0],
        "cv_lost_y": np.full(int((lost > 0).sum()), LOST_Y),
        "cv_lost": lost[lost > 0],
    }


def describe_cv(
    arrays: Arrays, values: np.ndarray, texts: Sequence[str], best: float, one_se: float, write: Write = loss_text
) -> str:
    """Return λ_min and λ_1se with their means as sentences."""
    places = {float(value): i for i, value in enumerate(values)}
    if best not in places or one_se not in places:
        return say(
            "Cross-validated loss against λ, {n_values} values from {smallest} to {largest}: nothing to show yet.",
            n_values=len(values),
            smallest=texts[0],
            largest=texts[-1],
        )
    i, j = places[best], places[one_se]
    mean, error = arrays["cv_mean"], arrays["cv_se"]
    return say(
        "Cross-validated loss against λ, {n_values} values from {smallest} to {largest}. λ_min {lambda_min}: mean "
        "{loss_min}, standard error {error}. λ_1se {lambda_1se}: mean {loss_1se}.",
        n_values=len(values),
        smallest=texts[0],
        largest=texts[-1],
        lambda_min=texts[i],
        loss_min=write(float(mean[i])),
        error=loss_text(error[i]),
        lambda_1se=texts[j],
        loss_1se=write(float(mean[j])),
    )


def describe_folds(is_val: np.ndarray, is_train: np.ndarray | None = None) -> str:
    """Return the number of folds and the rows each holds out."""
    sizes = is_val.sum(1)
    held = (
        f"{sizes.min()}"
        if sizes.min() == sizes.max()
        else say("{least} to {most}", least=sizes.min(), most=sizes.max())
    )
    is_forward = is_train is not None and not (is_train | is_val).all()
    others = say("those before them") if is_forward else say("the others")
    return say(
        "{n_is_val} folds of {shape} rows; each holds out {held} rows and trains on {others}.",
        n_is_val=len(is_val),
        shape=is_val.shape[1],
        held=held,
        others=others,
    )


def describe_test(labels: Sequence[str], texts: Sequence[str], losses: Arrays, unit: OwnUnit | None = None) -> str:
    """Return the test loss of each way of choosing λ, in the target's own unit too where it has one."""
    rows = zip(labels, texts, losses["test_loss"], losses["standard_error"], strict=True)
    said = joined(
        [
            say(
                "{label}, λ {strength}: {loss} ± {error}{own}",
                label=label,
                strength=text,
                loss=loss_text(loss),
                error=loss_text(error),
                own="" if unit is None else unit.beside(float(loss)),
            )
            for label, text, loss, error in rows
        ],
        "; ",
    )
    return say("Test loss of each choice of λ: {said}.", said=said)


def _place(values: np.ndarray, param_name: str, value: float) -> np.ndarray:
    return np.repeat(positions(values, param_name)[np.asarray(values) == value][:1], 2)
