"""Batch order: which rows each member sees at each step. Equal seeds and equal rows give equal batches.

Every member trains on its own set of rows (a fold, say) of one shared pool. Sets of unequal size give a last batch that
is shorter for some members: it is padded, and the padding has weight zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

BATCH_STREAM = 1_000_003  # keeps the generators of weights, batches and dropout of one seed apart
DROPOUT_STREAM = 2_000_003
AUGMENT_STREAM = 3_000_017


@dataclass(frozen=True)
class Rows:
    """One batch: `index` (1 or M, B) into the pool, `weight` (M, B) with rows that sum to 1, or None for the plain mean."""

    index: Tensor
    weight: Tensor | None


class BatchOrder:
    """Shuffles anew each epoch. `pools[m]` are member m's row numbers, `seeds[m]` its seed."""

    def __init__(self, pools: Sequence[Tensor], seeds: Sequence[int], batch_size: int | None) -> None:
        keys = [(seed, tuple(pool.tolist())) for pool, seed in zip(pools, seeds, strict=True)]
        unique = list(dict.fromkeys(keys))
        self.group_of_member = torch.tensor([unique.index(key) for key in keys])
        self.generators = [torch.Generator().manual_seed(seed + BATCH_STREAM) for seed, _ in unique]
        self.pools = [torch.tensor(rows) for _, rows in unique]
        self.n_rows = max(len(pool) for pool in self.pools)
        self.is_ragged = any(len(pool) != self.n_rows for pool in self.pools)
        # Full batch is per member, so that a smaller fold still makes one step an epoch.
        self.batch_size = self.n_rows if batch_size is None else min(batch_size, self.n_rows)
        self.n_batches = -(-self.n_rows // self.batch_size)

    def epoch(self) -> Iterator[Rows]:
        """Yield the batches of one epoch."""
        order = torch.zeros(len(self.pools), self.n_rows, dtype=torch.long)
        present = torch.zeros(len(self.pools), self.n_rows)
        for group, (pool, generator) in enumerate(zip(self.pools, self.generators, strict=True)):
            order[group, : len(pool)] = pool[torch.randperm(len(pool), generator=generator)]
            present[group, : len(pool)] = 1.0
        if len(self.pools) > 1:
            order, present = order[self.group_of_member], present[self.group_of_member]
        for start in range(0, self.n_rows, self.batch_size):
            index = order[:, start : start + self.batch_size]
            if not self.is_ragged:
                yield Rows(index, None)
                continue
            count = present[:, start : start + self.batch_size]
            yield Rows(index, count / count.sum(1, keepdim=True).clamp(min=1))
