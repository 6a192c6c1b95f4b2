"""Double descent with random ReLU features: a network of one hidden layer whose hidden weights are drawn and stay.

Only the output layer is fitted, by least squares, so every width is solved exactly: by the solution of smallest norm at
λ = 0, else by ridge. `core/live/double_descent` runs it piece by piece.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real

import numpy as np
import torch

from core.data import DATASETS, load_split
from core.settings.experiment import DataConfig, Experiment
from core.settings.words import received
from core.studies.base.values import check_values, is_count
from core.words import say

WIDTHS = (5, 10, 20, 40, 80, 120, 160, 180, 200, 220, 250, 300, 400, 600, 800, 1600)
CUTOFF = 1e-10  # singular values below this share of the largest count as 0
NAMES = ("test_error", "test_loss", "train_loss", "norm")
MAX_WIDTH, MAX_DRAWS = 4000, 50


@dataclass(frozen=True, eq=False)
class DoubleDescent:
    """Results raw, each (n_values, n_widths, n_draws).

    test_error: share of fresh rows whose class is wrong; test_loss, train_loss: squared error of the one-hot targets, summed
    over the classes, means over the rows; norm: √Σw² of the output weights. The fresh rows are the validation rows: the
    locked test rows stay locked.
    """

    data: str
    n_train: int
    label_noise: float
    widths: np.ndarray
    values: np.ndarray
    test_error: np.ndarray
    test_loss: np.ndarray
    train_loss: np.ndarray
    norm: np.ndarray


@dataclass(frozen=True, eq=False)
class Draw:
    """One draw of rows and wrong labels: X (n, d), Y (n, C) one-hot with wrong ones; X_test, labels_test of fresh rows."""

    X: np.ndarray
    Y: np.ndarray
    X_test: np.ndarray
    labels_test: np.ndarray


def double_descent(
    data: str = "digits", n_train: int = 200, label_noise: float = 0.2, widths: Sequence[int] = WIDTHS,
    values: Sequence[float] = (0.0, 1e-3), n_draws: int = 5, seed: int = 0,
) -> DoubleDescent:  # fmt: skip
    """Return the errors of every width at every λ, over draws of rows, wrong labels and random features.

    Features relu(x·W)/√(d·N) with W ~ N(0, 1) and no bias; the objective is mean squared error + λ·Σw². The peak stands
    where the width reaches n_train: there the training rows are fitted exactly for the first time, and by weights of a huge
    norm (Belkin, Hsu, Ma and Mandal 2019, "Reconciling modern machine-learning practice"; Hastie, Montanari, Rosset and
    Tibshirani 2022, "Surprises in high-dimensional ridgeless least squares interpolation").
    """
    checked = check_double_descent(data, n_train, label_noise, widths, values, n_draws, seed)
    results = np.empty((len(NAMES), len(checked), len(widths), n_draws))
    for k in range(n_draws):
        draw = draw_rows(data, n_train, label_noise, seed + k)
        for j, width in enumerate(widths):
            results[:, :, j, k] = solve_width(draw, width, checked, seed + k)[0].T
    return DoubleDescent(data, n_train, label_noise, np.array(widths), np.array(checked), *results)


def check_double_descent(
    data: str, n_train: int, label_noise: float, widths: Sequence[int], values: Sequence[float], n_draws: int, seed: int
) -> list[float]:  # fmt: skip
    """Return the values of λ as floats. Raises ValueError with the argument, what was expected and what was received."""
    names = [name for name, info in DATASETS.items() if info.task == "classification"]
    if not isinstance(data, str) or data not in names:
        raise ValueError(
            say("data: expected one of {names}, received {data}", names=", ".join(names), data=received(data))
        )
    if not is_count(n_train, 5, 2000):
        raise ValueError(
            say("n_train: expected a whole number from 5 to 2000, received {n_train}", n_train=received(n_train))
        )
    if isinstance(label_noise, bool) or not isinstance(label_noise, Real) or not 0 <= label_noise <= 0.5:
        raise ValueError(
            say(
                "label_noise: expected a number from 0 to 0.5, received {label_noise}",
                label_noise=received(label_noise),
            )
        )
    is_list = isinstance(widths, (Sequence, np.ndarray)) and np.ndim(widths) == 1 and len(widths) > 0
    if not is_list or not all(is_count(w, 1, MAX_WIDTH) for w in widths):
        raise ValueError(
            say(
                "widths: expected whole numbers from 1 to {max_width}, received {widths}",
                max_width=MAX_WIDTH,
                widths=received(widths),
            )
        )
    if not is_count(n_draws, 1, MAX_DRAWS):
        raise ValueError(
            say(
                "n_draws: expected a whole number from 1 to {max_draws}, received {n_draws}",
                max_draws=MAX_DRAWS,
                n_draws=received(n_draws),
            )
        )
    if not is_count(seed, 0, 900_000):
        raise ValueError(say("seed: expected a whole number from 0 to 900000, received {seed}", seed=received(seed)))
    return check_values(Experiment(), "l2", values)


def draw_rows(data: str, n_train: int, label_noise: float, seed: int) -> Draw:
    """Return a draw of training rows with wrong labels, and the fresh rows, whose labels are right."""
    split = load_split(DataConfig.model_validate(
        {"name": data, "n_train": n_train, "label_noise": label_noise, "seed": seed}
    ), np.float64)  # fmt: skip
    return Draw(split.X_train, np.eye(split.n_classes)[split.y_train], split.X_val, split.y_val)


def solve_width(draw: Draw, width: int, values: Sequence[float], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers (n_values, 4) of `NAMES` at one width, and the answers (n_values, n_test) as class numbers.

    Draws of one seed share their hidden weights: a wider network has those of a narrower one, and more.
    """
    return solve_together([draw], width, values, seed)[0]


def solve_together(
    draws: Sequence[Draw], width: int, values: Sequence[float], seed: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the same for several draws of one seed, which differ in their labels alone and share the decomposition.

    By torch, for it computes on as many threads as the program allows.
    """
    n_inputs, n_classes = draws[0].X.shape[1], draws[0].Y.shape[1]
    weights = torch.from_numpy(np.random.default_rng([seed, 1]).standard_normal((MAX_WIDTH, n_inputs))[:width])
    F, F_test = (
        torch.relu(torch.from_numpy(X) @ weights.T) / (n_inputs * width) ** 0.5 for X in (draws[0].X, draws[0].X_test)
    )
    solutions = least_squares(F, torch.from_numpy(np.hstack([draw.Y for draw in draws])), values)
    parts = torch.split(solutions, n_classes, 2)
    return [_read(draw, (F @ own).numpy(), (F_test @ own).numpy(), own) for draw, own in zip(draws, parts, strict=True)]


def _read(
    draw: Draw, fitted: np.ndarray, outputs: np.ndarray, solutions: torch.Tensor
) -> tuple[np.ndarray, np.ndarray]:
    """Return numbers and answers from outputs (n_values, n, C) on training and fresh rows, see `solve_width`."""
    truth, answers = np.eye(draw.Y.shape[1])[draw.labels_test], outputs.argmax(-1)
    numbers = [
        (answers != draw.labels_test).mean(-1), ((outputs - truth) ** 2).sum(-1).mean(-1),
        ((fitted - draw.Y) ** 2).sum(-1).mean(-1), solutions.square().sum((1, 2)).sqrt().numpy(),
    ]  # fmt: skip
    return np.stack(numbers, 1), answers


def least_squares(F: torch.Tensor, Y: torch.Tensor, values: Sequence[float]) -> torch.Tensor:
    """Return B (n_values, N, C) that minimises (1/n)·‖F·B - Y‖² + λ·‖B‖² for each λ; at λ = 0 the one of smallest norm.

    F = U·s·Vᵀ gives B = V·[s/(s² + nλ)]·Uᵀ·Y, over singular values above `CUTOFF` times the largest.
    """
    U, s, Vt = torch.linalg.svd(F, full_matrices=False)
    kept = s > CUTOFF * s[0]
    U, s, Vt = U[:, kept], s[kept], Vt[kept]
    turned = U.T @ Y
    return torch.stack([Vt.T @ ((s / (s.square() + len(F) * value))[:, None] * turned) for value in values])
