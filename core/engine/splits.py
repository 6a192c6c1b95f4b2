"""Which rows of a pool are trained on and which are held out, and means over them."""

from __future__ import annotations

import torch
from torch import Tensor

from core.engine.members import Pool


class Splits:
    """Means over the training and the validation rows of each member. Rows outside a split do not touch its mean."""

    def __init__(self, pool: Pool) -> None:
        counts = torch.stack([pool.is_train, pool.is_val])  # (2, M, n)
        if bool((counts == counts[:, :1]).all()):
            counts = counts[:, :1]
        self.is_in = counts > 0
        self.weight = counts / counts.sum(2, keepdim=True)  # nan for a split without rows: so is its mean
        values = pool.targets[:, 0]
        mean = self.means(values, slice(None))[..., None]
        self._variance = ((values - mean).square() * self.weight).sum(2)

    def means(self, values: Tensor, part: slice) -> Tensor:
        """Return the means (2, M) over training and validation rows of `values` (M, n) of the members `part`."""
        is_in, weight = (x if x.shape[1] == 1 else x[:, part] for x in (self.is_in, self.weight))
        return (torch.where(is_in, values, 0) * weight).sum(2)  # a nan in another split must not leak

    def target_variance(self, part: slice) -> Tensor:
        """Return the variance of the first target over the rows of each split, (2, 1 or M)."""
        return self._variance if self._variance.shape[1] == 1 else self._variance[:, part]
