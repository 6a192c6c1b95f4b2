"""Cross-validation against the usual ways: the same grid, folds, epochs and batch size, seconds per fit, in one run.

Digits, 64-64-10, batch 32: 33 λ × 5 folds. `GridSearchCV(MLPClassifier)` and the usual PyTorch loop train a smaller grid,
as a fit of theirs costs the same however many there are. The loop is the lean one of `engine.py`, with one look at the
held-out rows at the end. Ours takes all cores as GridSearchCV does (n_jobs=2); the loop trains one fit after another.
All train for 100 epochs, half of what MLPClassifier is set to by default, so that the start of a study weighs what it
weighs in use.
"""

from __future__ import annotations

import statistics
import time
import warnings
from collections.abc import Callable, Iterator

import numpy as np
import torch
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.neural_network import MLPClassifier

from core import Experiment, cross_validate
from core.data import load_split
from core.studies.base.parallel import count_cores
from core.studies.base.plan import joined_rows
from tests.benchmarks.table import Row

N_SPLITS, N_VALUES, N_EPOCHS, REPEATS = 5, 33, 100, 5
VALUES = np.geomspace(1e-5, 1.0, N_VALUES)
DIGITS = Experiment(
    data={"name": "digits", "n_train": 640},
    network={"hidden_sizes": [64], "activation": "relu"},
    training={"batch_size": 32, "learning_rate": 0.003, "n_epochs": N_EPOCHS},
)


def rows() -> Iterator[Row]:
    """Yield the table's part on cross-validation."""
    X, y = joined_rows(load_split(DIGITS.data))
    folds = list(StratifiedKFold(N_SPLITS, shuffle=True, random_state=0).split(X, y))
    grid, loop = grid_search(X, y, folds), usual_fit(X, y, *folds[0])
    grid(), ours()  # their worker processes start
    times: dict[str, list[float]] = {"ours": [], "grid": [], "loop": []}
    for _ in range(REPEATS):  # in turn, so that other work on the machine slows all alike
        times["ours"].append(seconds(ours) / (N_SPLITS * N_VALUES))
        times["grid"].append(seconds(grid) / (N_SPLITS * 4))
        times["loop"].append(seconds(loop))
    what = f"a fit of digits 64-64-10, batch 32, {N_EPOCHS} epochs, in 33 λ × 5 folds, {count_cores()} processes"
    yield ratio_row(what, "GridSearchCV(MLPClassifier, n_jobs=2)", times["ours"], times["grid"], 14)
    yield ratio_row("the same", "usual PyTorch loop, one fit after another", times["ours"], times["loop"], 35)


def ratio_row(what: str, other: str, ours: list[float], theirs: list[float], target: float) -> Row:
    """Return the row of one comparison: the median of the ratios of neighbouring measurements."""
    ratio = statistics.median(b / a for a, b in zip(ours, theirs, strict=True))
    ours_ms, theirs_ms = (statistics.median(times) * 1e3 for times in (ours, theirs))
    return Row(
        what, f"{ours_ms:.1f} ms", f"{other} {theirs_ms:,.0f} ms", f"{ratio:.1f} x", f"{target} x", ratio >= target
    )


def seconds(work: Callable[[], object]) -> float:
    """Return how long some work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def ours() -> None:
    """Train 33 λ × 5 folds, losses of every fold included."""
    cross_validate(DIGITS, "l2", VALUES, N_SPLITS, progress=False)


def grid_search(X: np.ndarray, y: np.ndarray, folds: list[tuple[np.ndarray, np.ndarray]]) -> Callable[[], object]:
    """Return scikit-learn's search over four strengths. Its penalty is alpha/2·Σw²/(rows in a batch)."""
    model = MLPClassifier(
        (64,), batch_size=32, learning_rate_init=0.003, max_iter=N_EPOCHS, n_iter_no_change=N_EPOCHS + 1, tol=0.0
    )
    alphas = [2 * 32 * value for value in VALUES[[0, 10, 20, 30]]]
    search = GridSearchCV(model, {"alpha": alphas}, cv=folds, n_jobs=2, refit=False)

    def run() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            search.fit(X, y)

    return run


def usual_fit(X: np.ndarray, y: np.ndarray, train: np.ndarray, val: np.ndarray) -> Callable[[], object]:
    """Return one fit as tutorials do it: nn.Sequential, torch.optim.Adam, the penalty written out, a look at the end."""
    X_train, y_train, X_val, y_val = (torch.as_tensor(a) for a in (X[train], y[train], X[val], y[val]))

    def fit() -> float:
        model = torch.nn.Sequential(torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10))
        weights = [p for p in model.parameters() if p.ndim == 2]
        optimizer, loss_of = torch.optim.Adam(model.parameters(), lr=0.003), torch.nn.CrossEntropyLoss()
        for _ in range(N_EPOCHS):
            for rows in torch.randperm(len(X_train)).split(32):
                loss = loss_of(model(X_train[rows]), y_train[rows])
                loss = loss + 1e-3 * sum(w.square().sum() for w in weights)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        with torch.no_grad():
            return float(loss_of(model(X_val), y_val))

    return fit
