"""Steps on a GPU, recorded once as a CUDA graph and played again and again. Read `core/measures/history.py` next.

A step of a small network is some sixty short kernels, and Python needs longer to ask for each than the GPU to compute it. A
graph holds the kernels of several steps with the memory they work on; playing it costs one call. What differs from one
playing to the next stands in tensors that are filled before: which rows, their weights, the factor on the learning rate.
(PyTorch documentation, "CUDA semantics: CUDA graphs".)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Tensor

from core.engine.batches import Batch, Feed, Rows, split

TOGETHER = 16  # steps of a graph, at most
GATHER_NUMBERS = 1 << 26  # gathered for a graph at most (256 MB)

Step = Callable[[Batch, Tensor], None]  # a batch of all streams, the factor on the learning rate ()


class GraphedSteps:
    """Makes steps of a stack in runs of up to `n_together`, played from graphs where a run of that length came before.

    What a step reads besides its arguments must stay where it is in memory, or `forget` be called.
    """

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        n_fitting = GATHER_NUMBERS // (len(feed.group) * feed.order.width * feed.X.shape[2])
        self.n_together = max(1, min(TOGETHER, feed.order.n_batches, n_fitting))
        self._graphs: dict[int, _Graph | None] = {}

    def forget(self) -> None:
        """Throw the graphs away: something that they hold, a strength, has changed."""
        self._graphs.clear()

    def run(self, take: Step, rows: Rows, factors: Sequence[float]) -> None:
        """Make one step by `take` for each factor, on the batches whose rows stand side by side in `rows`."""
        n, width = self.n_together, self.feed.order.width
        for i, piece in enumerate(split(rows, n * width)):
            own = torch.tensor(factors[i * n : (i + 1) * n], dtype=torch.float64)
            self._run(take, piece, own.to(self.feed.X.device))

    def _run(self, take: Step, rows: Rows, factors: Tensor) -> None:
        n_steps = len(factors)
        if n_steps not in self._graphs:  # the first run of a length is made as it is: it warms the libraries up
            self._make(take, rows, factors)
            self._graphs[n_steps] = None
            return
        graph = self._graphs[n_steps]
        if graph is None:
            graph = self._graphs[n_steps] = _Graph(partial(self._make, take), rows, factors)
        graph.play(rows, factors)

    def _make(self, take: Step, rows: Rows, factors: Tensor) -> None:
        for batch, factor in zip(self.feed.gather(rows, self.feed.order.width), factors.unbind(), strict=True):
            take(batch, factor)


class _Graph:
    """Some steps as a CUDA graph. Recording computes nothing; `play` does, on copies of what it is given."""

    def __init__(self, make: Callable[[Rows, Tensor], None], rows: Rows, factors: Tensor) -> None:
        self.rows = Rows(rows.index.clone(), None if rows.weight is None else rows.weight.clone())
        self.factors = factors.clone()
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph, capture_error_mode="thread_local"):
            make(self.rows, self.factors)

    def play(self, rows: Rows, factors: Tensor) -> None:
        self.rows.index.copy_(rows.index)
        if self.rows.weight is not None and rows.weight is not None:
            self.rows.weight.copy_(rows.weight)
        self.factors.copy_(factors)
        self.graph.replay()
