"""Batches: which rows each member sees at each step, and their inputs and targets.

Equal seeds and equal rows give equal batches. Every member trains on its own rows (a fold, a bootstrap sample) of one
shared pool; a row that counts twice is drawn twice an epoch. Sets of unequal size give a last batch that is shorter for
some members: it is padded, and the padding has weight zero. So is a batch of a size that would let members begin anywhere
in the processor's vectors: the matrix product rounds them differently there, and equal members would drift apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

BATCH_STREAM = 1_000_003  # keeps the generators of weights, batches, dropout and augmentation of one seed apart
DROPOUT_STREAM = 2_000_003
AUGMENT_STREAM = 3_000_017
ALIGNED = 8  # samples stand side by side in multiples of this
GATHER_LIMIT = 1_000_000  # numbers gathered ahead at most (4 MB): whole epochs of small stacks, one batch of large ones


@dataclass(frozen=True)
class Rows:
    """One batch: `index` (1 or M, B) into the pool, `weight` (1 or M, B) with rows that sum to 1, or None for the plain mean."""

    index: Tensor
    weight: Tensor | None


class Batch(NamedTuple):
    """What one step trains on, for S streams: X (S, B, d), targets (S, C, B), weight of each sample (1, 1, 1) or (S, 1, B).

    Members that see the same rows in the same order in the same standardising share a stream.
    """

    X: Tensor
    targets: Tensor
    weight: Tensor

    def of(self, streams: slice | Tensor | None) -> Batch:
        """Return the batch of some streams, given by a slice or one number per member; what all share stays as it is."""
        if streams is None:
            return self
        return Batch(*(tensor if tensor.shape[0] == 1 else tensor[streams] for tensor in self))


class BatchOrder:
    """Shuffles anew each epoch. `pools[m]` are member m's row numbers, `seeds[m]` its seed.

    A full batch is left in order: it is the same sum, and its rows need gathering but once.
    """

    def __init__(self, pools: Sequence[Tensor], seeds: Sequence[int], batch_size: int | None) -> None:
        keys = [(seed, tuple(pool.tolist())) for pool, seed in zip(pools, seeds, strict=True)]
        groups = {key: group for group, key in enumerate(dict.fromkeys(keys))}
        self.group_of_member = torch.tensor([groups[key] for key in keys])
        self.generators = [torch.Generator().manual_seed(seed + BATCH_STREAM) for seed, _ in groups]
        self.pools = [torch.tensor(rows) for _, rows in groups]
        self.n_rows = max(len(pool) for pool in self.pools)
        # Full batch is per member, so that a smaller fold still makes one step an epoch.
        self.batch_size = max(1, self.n_rows if batch_size is None else min(batch_size, self.n_rows))
        self.n_batches = -(-self.n_rows // self.batch_size)
        self.width = (
            align(self.batch_size) if len(pools) > 1 else self.batch_size
        )  # one network has no twin to part from
        rows = torch.arange(self.n_rows)
        self._places = (
            rows // self.batch_size * self.width + rows % self.batch_size
        )  # of an epoch's rows in its batches
        self._weight = self._weigh()
        self.rows = [pool.numpy() for pool in self.pools]
        self.places_of = [self._places.numpy()[: len(pool)] for pool in self.pools]
        # An epoch before its rows are in: padding. Without padding the places are all there are, and a slice is faster.
        self.blank = np.repeat([[pool[0] if len(pool) else 0] for pool in self.rows], self.n_batches * self.width, 1)
        self._slots = [slice(None) if self._weight is None else places for places in self.places_of]
        # Whether some member has no row left in the last batches, and must skip them.
        self.has_skips = any(len(pool) <= (self.n_batches - 1) * self.batch_size for pool in self.pools)

    def _weigh(self) -> Tensor | None:
        """Return the weight of each place in its batch, (1 or n_groups, n_batches·width); None where no place is padding."""
        lengths = torch.tensor([len(pool) for pool in self.pools])
        lengths = lengths[:1] if bool((lengths == lengths[0]).all()) else lengths
        weight = torch.zeros(len(lengths), self.n_batches * self.width, dtype=torch.float64)
        weight[:, self._places] = (torch.arange(self.n_rows) < lengths[:, None]).double()
        if bool((weight == 1).all()):
            return None
        batches = weight.view(len(lengths), self.n_batches, self.width)
        return (batches / batches.sum(2, keepdim=True).clamp(min=1)).view_as(weight)

    @property
    def n_batches_of_member(self) -> list[int]:
        """Return how many batches of its own rows each member has in an epoch, as if it were trained alone."""
        sizes = [-(-len(pool) // self.batch_size) for pool in self.pools]
        return [sizes[group] for group in self.group_of_member.tolist()]

    def shuffle(self) -> Rows:
        """Return the rows of one epoch in their new order, (n_groups, n_batches·width), with the weight of each in its batch.

        A group are the members of equal pool and seed, see `group_of_member`. Padding repeats a row of its own.
        """
        return Rows(self.draw(1), self._weight)

    def draw(self, n_epochs: int) -> Tensor:
        """Return the rows of the next epochs one after another; of one epoch where each is a full batch, which stays as it is."""
        n_epochs = 1 if self.n_batches == 1 else n_epochs
        drawn = np.repeat(self.blank[:, None], n_epochs, 1)  # (n_groups, n_epochs, n_batches·width)
        for group, (pool, generator) in enumerate(zip(self.rows, self.generators, strict=True)):
            for epoch in range(n_epochs):
                is_full = self.n_batches == 1
                own = pool if is_full else pool[torch.randperm(len(pool), generator=generator).numpy()]
                drawn[group, epoch, self._slots[group]] = own
        return torch.from_numpy(drawn.reshape(len(drawn), -1))

    def states(self) -> list[Tensor]:
        """Return the states of the generators, from which the next orders come."""
        return [generator.get_state() for generator in self.generators]


def align(n: int) -> int:
    """Return the next multiple of `ALIGNED`."""
    return -(-n // ALIGNED) * ALIGNED


def split(rows: Rows, size: int) -> Iterator[Rows]:
    """Yield `rows` in pieces of `size`."""
    for start in range(0, rows.index.shape[1], size):
        part = slice(start, start + size)
        yield Rows(rows.index[:, part], None if rows.weight is None else rows.weight[:, part])


class Feed:
    """Turns rows into batches of inputs and targets, many steps at once: one gather costs less than twenty.

    X (V, n, d) with `version_of_member` (M,) naming the copy of the inputs that a member sees; targets (n, C).
    stream_of_member (M,): which of the streams of a batch each member sees.
    """

    def __init__(self, X: Tensor, targets: Tensor, version_of_member: Tensor, order: BatchOrder) -> None:
        self.X, self.order = X, order
        versions = version_of_member.tolist() if len(X) > 1 else [0] * len(order.group_of_member)
        keys = list(zip(order.group_of_member.tolist(), versions, strict=True))
        streams = {key: stream for stream, key in enumerate(dict.fromkeys(keys))}
        self.stream_of_member = torch.tensor([streams[key] for key in keys])
        self.group, version = torch.tensor(list(streams)).T
        self.version = None if len(X) == 1 else version[:, None].to(X.device)
        self.target_columns = targets.T.contiguous()
        self._full: list[Batch] = []

    def streams_of(self, members: slice) -> slice | Tensor | None:
        """Return what picks the streams of some members from a batch: one stream if they share it, else one for each.

        None where there is only one, and nothing to pick.
        """
        if len(self.group) == 1:
            return None
        streams = self.stream_of_member[members]
        first = int(streams[0])
        return slice(first, first + 1) if bool((streams == first).all()) else streams.to(self.X.device)

    def batches(self, rows: Rows, n_done: int = 0) -> Iterator[Batch]:
        """Yield the batches of an epoch whose rows have this order (see `BatchOrder.shuffle`), without the first `n_done`."""
        if self.order.n_batches > 1:
            return self._gathered(rows, n_done)
        self._full = self._full or list(self._gathered(rows))
        return iter(self._full)

    def rows_of_streams(self, rows: Rows, first: int = 0, n_batches: int | None = None) -> Rows:
        """Return the rows of some batches of an epoch for all streams, (S, n_batches·width), where the inputs are."""
        size, device = self.order.width, self.X.device
        part = slice(first * size, None if n_batches is None else (first + n_batches) * size)
        index, weight = rows.index[self.group][:, part], rows.weight
        if weight is not None:
            weight = (weight if len(weight) == 1 else weight[self.group])[:, part].to(device)
        return Rows(index.to(device), weight)

    def _gathered(self, rows: Rows, n_done: int = 0) -> Iterator[Batch]:
        size = self.order.width
        n_ahead = max(1, GATHER_LIMIT // (len(self.group) * size * self.X.shape[2]))
        for piece in split(self.rows_of_streams(rows, n_done), n_ahead * size):
            yield from self.gather(piece, size)

    def gather(self, rows: Rows, size: int) -> Iterator[Batch]:
        """Return the batches of `size` that the rows of all streams, (S, n), hold."""
        X = self.X[0][rows.index] if self.version is None else self.X[self.version, rows.index]
        targets = self.target_columns[:, rows.index].transpose(0, 1)
        Xs, columns = torch.split(X, size, 1), torch.split(targets, size, 2)
        if rows.weight is None:
            weights = [torch.full((1, 1, 1), 1 / part.shape[1], dtype=X.dtype, device=X.device) for part in Xs]
        else:
            weights = list(torch.split(rows.weight[:, None].to(X.dtype), size, 2))
        return map(Batch, Xs, columns, weights)
