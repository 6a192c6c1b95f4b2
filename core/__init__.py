"""Overfit Lab's core: train small networks under penalties, from a notebook or from the web page.

`from core import Experiment, Split, train, sweep, cross_validate`. Read first: `core/config.py`.
"""

import torch

# Two threads inside a kernel make small networks slower; parallelism is over stacks. Must come before any thread starts.
torch.set_num_threads(1)
torch.set_num_interop_threads(1)

from core.config import Experiment  # noqa: E402
from core.data import Split  # noqa: E402
from core.studies import cross_validate, sweep, train  # noqa: E402

__all__ = ["Experiment", "Split", "cross_validate", "sweep", "train"]
