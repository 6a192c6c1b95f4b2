"""What a snapshot shows of one network: arrays by name, for the figures to bind to. Read `live.py` next."""

from __future__ import annotations

import numpy as np
import torch

from core.data import Split
from core.engine import Trainer
from core.figures import MAX_LINKS, diagram_arrays, histogram_arrays, matrices_array, n_links, sparsity_arrays
from core.measures import History
from core.studies.fit import class_probabilities

MAX_RANKED = 15


def view_network(trainer: Trainer, split: Split) -> dict[str, np.ndarray]:
    """Return the state arrays of member 0 at its present weights: the fit, histograms, sparsity, diagram."""
    weights = [w[0].numpy() for w in trainer.stack.weights]
    arrays = {**histogram_arrays(weights), **sparsity_arrays(weights)}
    arrays.update(diagram_arrays(weights) if n_links(weights) <= MAX_LINKS else {"matrices": matrices_array(weights)})
    arrays.update(view_fit(trainer, split))
    return arrays


def view_fit(trainer: Trainer, split: Split) -> dict[str, np.ndarray]:
    """Return what the fit charts of this kind of data show, in raw target units."""
    if split.grid is not None:
        values = answer(trainer, split, split.grid.X)
        n = len(split.grid.x)
        return {"fit_y": values} if split.kind == "curve" else {"map": values.reshape(n, n)}
    reach = np.abs(trainer.stack.weights[0][0].numpy()).sum(1)  # Σ|w| over the outgoing links of each input
    if split.kind == "images":
        return {"pixels": reach.reshape(8, 8), "confusion": confusion(trainer, split)}
    ranked = {"rank_value": np.sort(reach)[::-1][:MAX_RANKED]}
    if split.task == "classification":
        return {**ranked, "confusion": confusion(trainer, split)}
    return {
        **ranked,
        "pred_train": answer(trainer, split, split.X_train),
        "pred_val": answer(trainer, split, split.X_val),
    }


def rank_names(trainer: Trainer, split: Split) -> list[str]:
    """Return the inputs' names by falling Σ|w|, as many as `rank_value` has."""
    reach = np.abs(trainer.stack.weights[0][0].numpy()).sum(1)
    return [split.feature_names[i] for i in np.argsort(-reach, kind="stable")[:MAX_RANKED]]


@torch.no_grad()
def answer(trainer: Trainer, split: Split, X: np.ndarray) -> np.ndarray:
    """Return values in raw units, P(class 1), or class + scaled confidence for more classes, (n,)."""
    stack = trainer.stack
    outputs = stack.forward(torch.as_tensor(X, dtype=stack.parameters.dtype)[None]).outputs
    if split.task == "regression":
        return np.asarray(outputs[0, :, 0].numpy() * split.y_scale + split.y_mean)
    p = class_probabilities(outputs, trainer.pool.loss)[0].numpy()
    if split.n_classes == 2:
        return np.asarray(p[:, 1])
    best = p.max(1)
    chance = 1 / split.n_classes
    return np.asarray(p.argmax(1) + 0.999 * np.clip((best - chance) / (1 - chance), 0, 1))


@torch.no_grad()
def confusion(trainer: Trainer, split: Split) -> np.ndarray:
    """Return counts on the validation rows, (C, C), row = true class."""
    stack = trainer.stack
    outputs = stack.forward(torch.as_tensor(split.X_val, dtype=stack.parameters.dtype)[None]).outputs
    predicted = class_probabilities(outputs, trainer.pool.loss)[0].argmax(1).numpy()
    counts = np.zeros((split.n_classes, split.n_classes), dtype=np.int32)
    np.add.at(counts, (split.y_val, predicted), 1)
    return counts


def view_history(history: History, floor: float | None, changes: list[dict[str, float]]) -> dict[str, np.ndarray]:
    """Return the curves of member 0, (n_records,), with floor, best epoch and the marks of changed strengths."""
    raw = history.arrays()
    epoch = raw["epoch"].astype(np.float32)
    curves = {name: raw[name][0] for name in raw if name != "epoch" and raw[name].ndim == 2}
    change_epoch = np.array([change["epoch"] for change in changes], dtype=np.float32)
    empty = np.zeros(0, dtype=np.float32)
    return {
        "epoch": epoch,
        **{name: values.astype(np.float32) for name, values in curves.items()},
        "n_zero_total": curves["n_zero"].astype(np.float32),
        "gap": (curves["val_loss"] - curves["train_loss"]).astype(np.float32),
        "best_epoch": history.best_epoch[:1].astype(np.float32),
        "best_val_loss": history.best_val_loss[:1].astype(np.float32),
        "floor_x": empty if floor is None else np.array([0, max(epoch[-1], 1)], dtype=np.float32),
        "floor_y": empty if floor is None else np.array([floor, floor], dtype=np.float32),
        "change_epoch": change_epoch,
        "change_loss": np.interp(change_epoch, epoch, curves["val_loss"]).astype(np.float32),
        "now_epoch": empty,
        "now_loss": empty,
    }
