r"""Double descent along the epochs: a linear model, gradient descent, features that are learned fast and features learned slowly.

The inputs are x = s∘z with independent z ~ N(0, 1): s = 1 for the fast features, s = `SLOW_SCALE` for the slow ones, whose
curvature is s² of that of the fast. Gradient descent learns the fast first, and to them what the slow ones will explain is
noise: they fit it, and the error on fresh rows rises. When the slow features are learned that noise is gone and the error falls
again. A penalty that outweighs s² holds the slow ones at zero for ever: λ can hurt (Pezeshki et al. 2022, "Multi-scale feature
learning dynamics"; Heckel and Yilmaz 2021, "Early stopping in deep networks").

Nothing is simulated step by step. For mean squared error + λ‖w‖² with H = XᵀX/n and g = Xᵀy/n, gradient descent from 0 is

    w_t = Σ_i [1 - (1 - 2η(e_i + λ))ᵗ] / (e_i + λ) · v_i v_iᵀ g       over the eigenvectors v_i of H with eigenvalues e_i,

and on fresh rows the mean squared error is ‖s∘w_t - β‖² + σ², since z is white.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.settings.experiment import Experiment
from core.settings.words import received
from core.studies.base.values import check_values, is_count
from core.words import say

N_TRAIN, N_FAST, N_SLOW, SLOW_SCALE = 100, 70, 10, 0.05
FAST_SIGNAL, SLOW_SIGNAL, NOISE_STD = 2.0, 1.5, 0.3  # ‖β‖ of either group, and the noise of the targets
LEARNING_RATE = 0.05
LAST_EPOCH = 1_000_000
EPOCHS = tuple(np.unique(np.geomspace(1, LAST_EPOCH, 121).round().astype(int)).tolist())
VALUES = (0.0, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1)
N_DRAWS = 5
NAMES = ("test_loss", "train_loss", "fast_error", "slow_error")


@dataclass(frozen=True, eq=False)
class EpochDescent:
    """Results raw, each (n_values, n_epochs, n_draws); test_loss = fast_error + slow_error + σ², exactly.

    test_loss, train_loss: mean squared errors on fresh rows and on training rows, targets with noise; fast_error, slow_error:
    what either group of features has still wrong, Σ(s·w - β)² over it.
    """

    epochs: np.ndarray
    values: np.ndarray
    test_loss: np.ndarray
    train_loss: np.ndarray
    fast_error: np.ndarray
    slow_error: np.ndarray


def epoch_descent(
    values: Sequence[float] = VALUES, epochs: Sequence[int] = EPOCHS, n_draws: int = N_DRAWS, seed: int = 0
) -> EpochDescent:
    """Return the errors of gradient descent at these epochs for every λ, over draws of the training rows."""
    checked = check_values(Experiment(), "l2", values)
    is_list = isinstance(epochs, (Sequence, np.ndarray)) and np.ndim(epochs) == 1 and len(epochs) > 0
    if not is_list or not all(is_count(epoch, 0, 10**9) for epoch in epochs):
        raise ValueError(
            say("epochs: expected whole numbers from 0 to 1000000000, received {received}", received=received(epochs))
        )
    if not is_count(n_draws, 1, 50):
        raise ValueError(
            say("n_draws: expected a whole number from 1 to 50, received {received}", received=received(n_draws))
        )
    if not is_count(seed, 0, 900_000):
        raise ValueError(
            say("seed: expected a whole number from 0 to 900000, received {received}", received=received(seed))
        )
    results = np.stack([descend(checked, epochs, seed + k) for k in range(n_draws)], -1)
    return EpochDescent(np.array(epochs), np.array(checked), *results)


def draw_training(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a draw of training rows X (N_TRAIN, N_FAST + N_SLOW) and their targets y (N_TRAIN,)."""
    rng = np.random.default_rng([seed, 2])
    z = rng.standard_normal((N_TRAIN, N_FAST + N_SLOW))
    return z * scales(), z @ truth() + NOISE_STD * rng.standard_normal(N_TRAIN)


def scales() -> np.ndarray:
    """Return s of every feature, the fast ones first."""
    return np.repeat([1.0, SLOW_SCALE], [N_FAST, N_SLOW])


def truth() -> np.ndarray:
    """Return β, what each z is worth; both groups share their signal evenly."""
    return np.repeat([FAST_SIGNAL / N_FAST**0.5, SLOW_SIGNAL / N_SLOW**0.5], [N_FAST, N_SLOW])


def descend(values: Sequence[float], epochs: Sequence[int], seed: int) -> np.ndarray:
    """Return the numbers of `NAMES` of one draw, (4, n_values, n_epochs)."""
    X, y = draw_training(seed)
    eigenvalues, V = np.linalg.eigh(X.T @ X / len(X))
    turned = V.T @ (X.T @ y / len(X))
    numbers = np.empty((len(NAMES), len(values), len(epochs)))
    for i, value in enumerate(values):
        curvature = np.maximum(eigenvalues, 0) + value
        W = (learned(curvature, epochs) * turned) @ V.T  # (n_epochs, d)
        wrong = np.square(W * scales() - truth())
        fast, slow = wrong[:, :N_FAST].sum(1), wrong[:, N_FAST:].sum(1)
        train = np.square(W @ X.T - y).mean(1)
        numbers[:, i] = [fast + slow + NOISE_STD**2, train, fast, slow]
    return numbers


def learned(curvature: np.ndarray, epochs: Sequence[int]) -> np.ndarray:
    """Return [1 - (1 - 2ηc)ᵗ]/c, (n_epochs, d): how far gradient descent has come along each direction, per unit of g.

    By logarithms, for a difference of nearly equal numbers loses its digits; its limit 2ηt where c is 0.
    """
    c, t = np.maximum(curvature, 1e-300), np.asarray(epochs, dtype=float)[:, None]
    return np.asarray(-np.expm1(t * np.log1p(-2 * LEARNING_RATE * c)) / c)
