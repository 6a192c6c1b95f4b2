"""The public face: `train`, `sweep` and `cross_validate`. Each makes one stack, trains it, and reads the results out."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from sklearn.model_selection import KFold, StratifiedKFold

from core.config import LIVE_FIELDS, Experiment
from core.data import Split, load_split
from core.engine import Members, Trainer, encode_targets
from core.engine.losses import loss_kind
from core.engine.trainer import Pool
from core.measures import History

DTYPES = {"float32": torch.float32, "float64": torch.float64}


@dataclass(frozen=True)
class Run:
    """One trained network. `history` holds arrays (n_records,); weights are (fan_in, fan_out), biases (fan_out,)."""

    experiment: Experiment
    history: dict[str, np.ndarray]
    weights: list[np.ndarray]
    biases: list[np.ndarray]
    best_epoch: int
    best_val_loss: float
    trainer: Trainer

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Return values (n,), or class probabilities (n, n_classes), for inputs X (n, d) standardised like the split's."""
        return np.asarray(predict(self.trainer, X)[0])


@dataclass(frozen=True)
class Path:
    """Networks trained at once, one per value: everything of `Run` with a leading axis len(values)."""

    experiment: Experiment
    param_name: str
    values: np.ndarray
    history: dict[str, np.ndarray]
    weights: list[np.ndarray]
    biases: list[np.ndarray]
    best_epoch: np.ndarray
    best_val_loss: np.ndarray
    trainer: Trainer

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Return (n_values, n) values or (n_values, n, n_classes) probabilities."""
        return predict(self.trainer, X)


@dataclass(frozen=True)
class CrossValidation:
    """Losses of every value on every fold, raw; `best` has the lowest mean, `one_se` is the largest within one SE."""

    experiment: Experiment
    param_name: str
    values: np.ndarray
    train_loss: np.ndarray  # (n_values, n_splits)
    val_loss: np.ndarray  # (n_values, n_splits)
    best: float
    one_se: float


def train(experiment: Experiment, split: Split | None = None, progress: bool = True, dtype: str = "float32") -> Run:
    """Train one network to the end and return it with its history.

    `split` replaces the experiment's own data by arrays used as given. `dtype` is "float32" or "float64".
    """
    trainer, history = _run(experiment, _pool(experiment, split, dtype), {}, 1, progress)
    arrays = history.arrays()
    member = {name: values if name == "epoch" else values[0] for name, values in arrays.items()}
    weights, biases = _parameters(trainer)
    return Run(
        experiment, member, [w[0] for w in weights], [b[0] for b in biases],
        int(history.best_epoch[0]), float(history.best_val_loss[0]), trainer,
    )  # fmt: skip


def make_trainer(experiment: Experiment, split: Split) -> Trainer:
    """Return the trainer of a single run at epoch 0, on a split that is already loaded."""
    pool = _pool(experiment, split, "float32")
    members = Members.from_configs(experiment.regularization, experiment.training, pool.X.dtype)
    return Trainer(experiment.network, experiment.regularization, experiment.training, pool, members)


def sweep(
    experiment: Experiment, param_name: str, values: Sequence[float], split: Split | None = None,
    progress: bool = True, dtype: str = "float32",
) -> Path:  # fmt: skip
    """Train one network per value of `param_name` (l1, l2, activity_l2, dropout_rate or learning_rate), all at once.

    All start from the same weights and see the same batches.
    """
    checked = _check_values(experiment, param_name, values)
    pool = _pool(experiment, split, dtype, len(checked))
    trainer, history = _run(experiment, pool, {param_name: checked}, len(checked), progress)
    weights, biases = _parameters(trainer)
    return Path(
        experiment, param_name, np.array(checked), history.arrays(), weights, biases,
        history.best_epoch, history.best_val_loss, trainer,
    )  # fmt: skip


def cross_validate(
    experiment: Experiment, param_name: str, values: Sequence[float], n_splits: int = 5, split: Split | None = None,
    progress: bool = True, dtype: str = "float32",
) -> CrossValidation:  # fmt: skip
    """Train every value on every fold, all in one stack, and return the raw losses.

    The folds divide the training and validation rows together (stratified for classes). With the experiment's own data
    the inputs are standardised anew from each fold's training rows; own arrays are used as given.
    """
    checked = _check_values(experiment, param_name, values)
    data = split or load_split(experiment.data, np.dtype(dtype).type)
    X = np.concatenate([data.X_train, data.X_val])
    y = np.concatenate([data.y_train, data.y_val])
    is_val = make_folds(y, data.task, n_splits, experiment.data.seed)
    versions = [X if split else restandardise(X, ~fold) for fold in is_val]
    masks = torch.tensor(is_val).repeat_interleave(len(checked), 0)
    pool = _make_pool(experiment, data, np.stack(versions), y, ~masks, masks, dtype)
    trainer, _ = _run(experiment, pool, {param_name: checked * n_splits}, len(masks), progress)
    measured = trainer.measure()
    val_loss = measured.val_loss.reshape(n_splits, -1).T.numpy()
    best, one_se = choose(np.array(checked), val_loss)
    train_loss = measured.train_loss.reshape(n_splits, -1).T.numpy()
    return CrossValidation(experiment, param_name, np.array(checked), train_loss, val_loss, best, one_se)


def choose(values: np.ndarray, val_loss: np.ndarray) -> tuple[float, float]:
    """Return (best, one_se) from losses (n_values, n_splits).

    best: lowest mean, the larger value at a tie. one_se: the largest value whose mean is at most the best mean plus its
    standard error, std/√n_splits with n_splits-1 in the denominator (Hastie, Tibshirani and Friedman, *The Elements of
    Statistical Learning*, section 7.10).
    """
    mean = np.where(np.isfinite(val_loss).all(1), val_loss.mean(1), np.inf)
    best = max(np.flatnonzero(mean == mean.min()), key=lambda i: values[i])
    limit = mean[best] + val_loss[best].std(ddof=1) / np.sqrt(val_loss.shape[1])
    return float(values[best]), float(values[mean <= limit].max())


def make_folds(y: np.ndarray, task: str, n_splits: int, seed: int) -> np.ndarray:
    """Return which rows each fold holds out, (n_splits, n) booleans; raises ValueError for more folds than rows."""
    if not 2 <= n_splits <= len(y):
        raise ValueError(f"n_splits: expected a whole number from 2 to {len(y)} (the rows), received {n_splits}")
    kind = StratifiedKFold if task == "classification" else KFold
    is_val = np.zeros((n_splits, len(y)), dtype=bool)
    for fold, (_, rows) in enumerate(kind(n_splits, shuffle=True, random_state=seed).split(np.zeros(len(y)), y)):
        is_val[fold, rows] = True
    return is_val


def restandardise(X: np.ndarray, is_train: np.ndarray) -> np.ndarray:
    """Return X (n, d) shifted and scaled to mean 0 and standard deviation 1 over the training rows only."""
    scale = X[is_train].std(0)
    return np.asarray((X - X[is_train].mean(0)) / np.where(scale > 0, scale, 1))


def predict(trainer: Trainer, X: np.ndarray) -> np.ndarray:
    """Return (M, n) values or (M, n, n_classes) class probabilities for inputs X (n, d)."""
    n_inputs = trainer.pool.X.shape[2]
    if np.ndim(X) != 2 or np.shape(X)[1] != n_inputs:
        raise ValueError(f"X: expected an array of shape (n, {n_inputs}), received {np.shape(X)}")
    inputs = torch.as_tensor(np.asarray(X), dtype=trainer.pool.X.dtype)[None]
    with torch.no_grad():
        outputs = trainer.stack.forward(inputs).outputs
    if not trainer.pool.is_classification:
        return np.asarray(outputs.squeeze(-1).numpy())
    return np.asarray(class_probabilities(outputs, trainer.pool.loss).numpy())


def class_probabilities(outputs: torch.Tensor, loss: str) -> torch.Tensor:
    """Return (M, n, n_classes) from outputs (M, n, C). Under squared error the outputs are clipped and normalised."""
    if outputs.shape[-1] == 1:
        second = ((outputs + 1) / 2).clamp(0, 1) if loss == "mse" else torch.sigmoid(outputs)
        return torch.cat([1 - second, second], -1)
    if loss != "mse":
        return torch.softmax(outputs, -1)
    clipped = outputs.clamp(min=1e-6)
    return clipped / clipped.sum(-1, keepdim=True)


def _check_values(experiment: Experiment, param_name: str, values: Sequence[float]) -> list[float]:
    if param_name not in LIVE_FIELDS:
        raise ValueError(f"param_name: expected one of {', '.join(LIVE_FIELDS)}, received {param_name!r}")
    if len(values) == 0:
        raise ValueError("values: expected at least one number, received none")
    return [float(experiment.replace(**{param_name: float(value)}).get(param_name)) for value in values]


def _pool(experiment: Experiment, split: Split | None, dtype: str, n_members: int = 1) -> Pool:
    """Return the pool of a plain run: training rows first, then validation rows."""
    data = split or load_split(experiment.data, np.dtype(dtype).type)
    X = np.concatenate([data.X_train, data.X_val])[None]
    y = np.concatenate([data.y_train, data.y_val])
    is_train = (torch.arange(len(y)) < len(data.y_train)).expand(n_members, -1)
    return _make_pool(experiment, data, X, y, is_train, ~is_train, dtype)


def _make_pool(
    experiment: Experiment, data: Split, X: np.ndarray, y: np.ndarray, is_train: torch.Tensor, is_val: torch.Tensor,
    dtype: str,
) -> Pool:  # fmt: skip
    torch_dtype = DTYPES[dtype]
    loss = loss_kind(experiment.training.loss, data.task, data.n_classes)
    n_members, n_versions = len(is_train), len(X)
    return Pool(
        torch.as_tensor(X, dtype=torch_dtype),
        encode_targets(y, loss, data.n_classes, torch_dtype),
        is_train.to(torch_dtype),
        is_val.to(torch_dtype),
        torch.arange(n_versions).repeat_interleave(n_members // n_versions),
        loss,
        data.task == "classification",
    )


def _run(
    experiment: Experiment, pool: Pool, values: dict[str, Any], n_members: int, progress: bool
) -> tuple[Trainer, History]:
    """Train a stack to the end, recording on the way."""
    members = Members.from_configs(experiment.regularization, experiment.training, pool.X.dtype, n_members, **values)
    trainer = Trainer(experiment.network, experiment.regularization, experiment.training, pool, members)
    history, n_epochs = History(), experiment.training.n_epochs
    history.add(trainer)
    bar = _ProgressBar(n_epochs, progress and sys.stderr.isatty())
    while trainer.n_epochs_done < n_epochs:
        trainer.run_epoch()
        if history.is_due(trainer.n_epochs_done):
            history.add(trainer)
        bar.show(trainer.n_epochs_done)
    history.add(trainer)
    return trainer, history


class _ProgressBar:
    """A line in the terminal, redrawn at most ten times a second."""

    def __init__(self, n_epochs: int, is_on: bool) -> None:
        self.n_epochs, self.is_on, self.next_s = n_epochs, is_on, 0.0

    def show(self, epoch: int) -> None:
        """Redraw for this epoch; ends the line at the last one."""
        now = time.monotonic()
        if not self.is_on or (now < self.next_s and epoch < self.n_epochs):
            return
        self.next_s = now + 0.1
        done = 30 * epoch // self.n_epochs
        sys.stderr.write(f"\r[{'#' * done}{'.' * (30 - done)}] epoch {epoch}/{self.n_epochs}")
        sys.stderr.write("\n" if epoch == self.n_epochs else "")
        sys.stderr.flush()


def _parameters(trainer: Trainer) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return copies of weights (M, fan_in, fan_out) and biases (M, fan_out) per layer."""
    stack = trainer.stack
    return [w.numpy().copy() for w in stack.weights], [b.squeeze(1).numpy().copy() for b in stack.biases]
