"""A piece of a plan: members of one of its stacks, to be trained anywhere, with the numbers they have in the whole.

A `Piece` holds what is its members' own, rows, masks, strengths and seeds, and no more; it goes to another process or another
machine as bytes, and what comes back is bytes, too (`result.py`): nothing that is read there is ever executed. Read next:
`parallel.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

import numpy as np
import torch

from core.data import Split
from core.engine import Trainer
from core.engine.arithmetic import plain_torch
from core.engine.losses import LossKind
from core.engine.trainer import Pool
from core.measures import History
from core.settings.experiment import Experiment
from core.studies.base.plan import DTYPES, Plan
from core.studies.base.result import Result
from core.studies.base.state import MemberState
from core.studies.base.training import Training, sparse_history


class Ends(History):
    """A record of the epochs at which a training judges and of the last: a study asked for its end need not look in between."""

    def is_due(self, epoch: int) -> bool:
        """Return False: the training records what it needs by itself."""
        return False


@dataclass(frozen=True, eq=False)
class Piece(Result):
    """M members with what is their own.

    X: (n_versions, n, d), the copies of the inputs that they see; targets (n, C). masks: (n_masks, n), different ones, of small
    numbers; trains_on, validates_on: (M,) which one tells the rows of each member. strengths: those that differ between
    members; start: parameters from which they start, or None. is_recorded: whether their records are wanted, or the end alone.
    """

    experiment: Experiment
    X: np.ndarray
    targets: np.ndarray
    masks: np.ndarray
    trains_on: np.ndarray
    validates_on: np.ndarray
    version_of_member: np.ndarray
    loss: str
    is_classification: bool
    strengths: dict[str, list[float]]
    seeds: tuple[int, ...]
    start: np.ndarray | None
    is_recorded: bool

    @classmethod
    def of(cls, plan: Plan, members: np.ndarray, is_recorded: bool = False) -> Piece:
        """Return some members of one stack of a plan."""
        own = plan.alone(members)
        pool, n = own.pool, len(members)
        masks, numbers = distinct(np.concatenate([pool.is_train.numpy(), pool.is_val.numpy()]))
        return cls(
            own.experiment, pool.X.numpy(), pool.targets.numpy(), small(masks), numbers[:n], numbers[n:],
            pool.version_of_member.numpy(), pool.loss, pool.is_classification,
            {name: [float(v) for v in values] for name, values in own.strengths.items()}, own.seeds, own.start, is_recorded,
        )  # fmt: skip

    @property
    def plan(self) -> Plan:
        """Return the plan of these members alone, as one stack. Its split is empty: nothing of it is needed for training."""
        dtype = DTYPES[str(self.X.dtype)]
        masks = torch.as_tensor(self.masks).to(dtype)
        loss = next(kind for kind in get_args(LossKind) if kind == self.loss)
        pool = Pool(
            torch.as_tensor(self.X), torch.as_tensor(self.targets), masks[self.trains_on], masks[self.validates_on],
            torch.as_tensor(self.version_of_member), loss, self.is_classification,
        )  # fmt: skip
        return Plan(
            self.experiment, no_rows(self.X.shape[2]), "", np.zeros(0), pool, self.strengths, self.seeds,
            (np.arange(len(self.seeds)),), start=self.start,
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Trained(Result):
    """The members of a piece at their end, and their records as `History.keep` gives them, {} where they were not wanted."""

    state: MemberState
    history: dict[str, np.ndarray]


def no_rows(n_features: int) -> Split:
    """Return a split that holds nothing."""
    X, y = np.zeros((0, n_features)), np.zeros(0)
    return Split(X, y, X, y, X, y, "regression", 0, (), (), "", np.zeros(n_features), np.ones(n_features))


def distinct(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the different ones of some rows (k, n), in the order in which they come first, and the number of each row, (k,)."""
    numbers: dict[bytes, int] = {}
    own = np.array([numbers.setdefault(row.tobytes(), len(numbers)) for row in rows])
    return rows[np.unique(own, return_index=True)[1]], own


def small(masks: np.ndarray) -> np.ndarray:
    """Return masks in single bytes, where they are whole numbers that fit: 0 and 1, or how often a row counts."""
    packed = masks.clip(0, 255).astype(np.uint8)
    return packed if np.array_equal(packed, masks) else masks


@plain_torch()
def train_piece(content: bytes) -> bytes:
    """Train a piece to its end, from bytes to bytes, on one thread of whatever process this is."""
    piece = Piece.from_bytes(content)
    training = Training(piece.plan, recorded if piece.is_recorded else lambda _: Ends(), "cpu")
    training.run()
    return Trained(training.state(), training.history.keep() if piece.is_recorded else {}).to_bytes()


def recorded(trainer: Trainer) -> History:
    """Return the history of a study with room for one record more: only all pieces together know which are to go."""
    history = sparse_history(trainer)
    history.max_records += 1
    return history
