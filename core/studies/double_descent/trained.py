"""Double descent of networks whose weights are all trained: several widths in one padded stack, at several λ.

Early in the training the loss on fresh rows against width is a U. Later it is a peak: where the training rows are fitted for
the first time the network has no freedom left, and wider ones do better again (Nakkiran et al. 2021, "Deep double descent").
`core/live/double_descent/trained.py` shows it live; read `epochs.py` next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.data import load_split
from core.engine.arithmetic import plain_torch
from core.settings.experiment import DataConfig, Experiment
from core.settings.words import received
from core.studies.base.arguments import check_call
from core.studies.base.plan import Plan, make_pool
from core.studies.base.state import MemberState
from core.studies.base.training import Training
from core.studies.base.values import check_values, is_count
from core.studies.base.widths import check_widths, padded_starts, widened
from core.words import say

WIDTHS = (2, 3, 4, 6, 8, 10, 12, 14, 17, 20, 25, 30, 50, 100)
VALUES = (0.0, 0.001, 0.003)
N_STARTS = 1
U_EPOCH, N_EPOCHS = 86, 1500
TASK = Experiment(
    data={"name": "digits", "n_train": 200, "label_noise": 0.2},
    network={"hidden_sizes": [100], "activation": "tanh"},
    training={"learning_rate": 0.01, "batch_size": None, "n_epochs": N_EPOCHS, "loss": "mse"},
)


@dataclass(frozen=True, eq=False)
class TrainedDescent:
    """Results raw, each (n_values, n_widths, n_starts), of the epochs `epoch` (n_records,) with these behind: (…, n_records).

    train_loss, val_loss: squared error of the one-hot targets, summed over the classes, on the training rows (wrong labels
    included) and on fresh rows; train_error, val_error: shares of wrong answers.
    """

    widths: np.ndarray
    values: np.ndarray
    epoch: np.ndarray
    train_loss: np.ndarray
    val_loss: np.ndarray
    train_error: np.ndarray
    val_error: np.ndarray


@plain_torch()
def trained_descent(
    widths: Sequence[int] = WIDTHS, values: Sequence[float] = VALUES, n_starts: int = N_STARTS, seed: int = 0,
    experiment: Experiment = TASK, progress: bool = True,
) -> TrainedDescent:  # fmt: skip
    """Train networks of every width at every λ₂ from several starts, all in one stack; `seed` draws rows and wrong labels."""
    check_call(experiment, None, "float32", progress)
    plan = plan_trained(experiment, widths, values, n_starts, seed)
    training = Training(plan, device="cpu")
    training.run(progress)
    arrays = training.arrays()
    shape = (len(values), len(widths), n_starts, -1)
    error = {part: 1 - arrays[f"{part}_score"].reshape(shape) for part in ("train", "val")}
    return TrainedDescent(
        np.array(widths), np.array(values, dtype=float), arrays["epoch"], arrays["train_loss"].reshape(shape),
        arrays["val_loss"].reshape(shape), error["train"], error["val"],
    )  # fmt: skip


def plan_trained(
    experiment: Experiment = TASK, widths: Sequence[int] = WIDTHS, values: Sequence[float] = VALUES,
    n_starts: int = N_STARTS, seed: int = 0,
) -> Plan:  # fmt: skip
    """Return the plan; members by λ, then width, then start. A unit that a narrow network has not is zero and counts nowhere.

    Raises ValueError for data without classes, wrong widths, λ or counts.
    """
    if not is_count(n_starts, 1, 20):
        raise ValueError(
            say("n_starts: expected a whole number from 1 to 20, received {received}", received=received(n_starts))
        )
    if not is_count(seed, 0, 900_000):
        raise ValueError(say("seed: expected a whole number from 0 to 900000, received {seed}", seed=received(seed)))
    checked, strengths = check_widths(experiment, widths), check_values(experiment, "l2", values)
    experiment = widened(experiment.replace(data_seed=seed), checked)
    split = load_split(DataConfig.model_validate(experiment.data.model_dump()))
    if split.task != "classification":
        raise ValueError(say("data: expected a data set of classes, received '{name}'", name=experiment.data.name))
    n_members = len(strengths) * len(checked) * n_starts
    pool = make_pool(experiment, split, "float32", n_members)
    sizes = (pool.X.shape[2], pool.targets.shape[-1])
    of_member = [width for _ in strengths for width in checked for _ in range(n_starts)]
    seeds = tuple(experiment.training.seed + k for _ in strengths for _ in checked for k in range(n_starts))
    l2 = [value for value in strengths for _ in range(len(checked) * n_starts)]
    return Plan(
        experiment, split, "width", np.array(checked, dtype=float), pool, {"l2": l2}, seeds, (np.arange(n_members),),
        start=padded_starts(experiment, sizes, of_member, seeds, pool.X.dtype),
    )  # fmt: skip


def losses_and_errors(state: MemberState, shape: tuple[int, int, int]) -> dict[str, np.ndarray]:
    """Return train_loss, val_loss, train_error, val_error of a moment by λ, width and start; nan where diverged."""
    is_lost = state.is_diverged
    columns = {
        "train_loss": state.train_loss, "val_loss": state.val_loss,
        "train_error": 1 - state.train_score, "val_error": 1 - state.val_score,
    }  # fmt: skip
    return {name: np.where(is_lost, np.nan, values).reshape(shape) for name, values in columns.items()}


def first_fitting(train_error: np.ndarray) -> np.ndarray:
    """Return the place of the first width from which on no training row is wrong, (n_values,), -1 where there is none.

    train_error: (n_values, n_widths), means over the starts.
    """
    is_fit = np.logical_and.accumulate(train_error[:, ::-1] == 0, axis=1)[:, ::-1]
    return np.asarray(np.where(is_fit.any(1), is_fit.argmax(1), -1))
