"""What a stack trains on and how strongly each member is regularized: `Pool` and `Members`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor
from torch.nn import functional

from core.engine.device import CPU
from core.engine.losses import LossKind
from core.settings.experiment import LIVE_FIELDS, RegularizationConfig, TrainingConfig


@dataclass(frozen=True)
class Pool:
    """All rows a stack may see. `version_of_member[m]` names the copy of the inputs (a fold's standardising) of member m.

    X: (V, n, d); targets: (n, C); is_train, is_val: (M, n), which rows each member trains on and is validated on: 0/1, or
    in is_train how often each row counts in an epoch (a bootstrap sample).
    """

    X: Tensor
    targets: Tensor
    is_train: Tensor
    is_val: Tensor
    version_of_member: Tensor
    loss: LossKind
    is_classification: bool

    @cached_property
    def target_square(self) -> float:
        """Return the mean square of the targets over all rows, Σ over the outputs: the squared error of answering 0."""
        return float(self.targets.double().square().sum(1).mean())

    def inputs_of(self, part: slice) -> Tensor:
        """Return the inputs of the members `part`, (1 or M, n, d): one copy where all of them see the same."""
        versions = self.version_of_member[part]
        is_shared = len(self.X) == 1 or bool((versions == versions[0]).all())
        return self.X[versions[:1]] if is_shared else self.X[versions]

    def on(self, device: torch.device) -> Pool:
        """Return the pool with its rows and masks on a device; which version a member sees is asked on the processor."""
        names = () if device == CPU else ("X", "targets", "is_train", "is_val")
        return replace(self, **{name: getattr(self, name).to(device) for name in names}) if names else self

    def padded(self, n: int) -> Pool:
        """Return the pool with rows of zeros at its end, up to `n` rows, that belong to no split."""
        k = n - self.X.shape[1]
        X, targets = (functional.pad(rows, (0, 0, 0, k)) for rows in (self.X, self.targets))
        is_train, is_val = (functional.pad(mask, (0, k)) for mask in (self.is_train, self.is_val))
        return replace(self, X=X, targets=targets, is_train=is_train, is_val=is_val) if k else self


@dataclass
class Members:
    """The strengths of each member by name, tensors (M, 1), and its seed. Strengths may change between steps.

    strengths: one of every live setting: the penalties, dropout_rate, learning_rate. `members["l2"]` is one of them.
    l1_is_proximal: (M, 1), 1 where L1 is a proximal step, 0 where it is a subgradient.
    """

    strengths: dict[str, Tensor]
    seeds: tuple[int, ...]
    l1_is_proximal: Tensor

    @classmethod
    def from_configs(
        cls, regularization: RegularizationConfig, training: TrainingConfig, dtype: torch.dtype,
        n_members: int = 1, **values: Sequence[float],
    ) -> Members:  # fmt: skip
        """Return `n_members` equal members, but for the strengths given as lists of length `n_members`."""

        def column(name: str, default: float) -> Tensor:
            return torch.tensor(values.get(name, [default] * n_members), dtype=dtype).reshape(n_members, 1)

        settings = {**vars(regularization), **vars(training)}
        strengths = {name: column(name, settings[name]) for name in LIVE_FIELDS}
        is_proximal = column("l1_is_proximal", float(regularization.l1_method == "proximal"))
        return cls(strengths, (training.seed,) * n_members, is_proximal)

    def __getitem__(self, name: str) -> Tensor:
        """Return the strength of a name, (M, 1)."""
        return self.strengths[name]
