"""Overfit Lab's core: train small networks under penalties, from a notebook or from the web page.

`from core import Experiment, Split, train, sweep, cross_validate, refit, evaluate_test`. Read first: `core/config.py`.
"""

import torch

# Two threads inside a kernel make small networks slower; parallelism is over stacks. Must come before any thread starts.
torch.set_num_threads(1)
torch.set_num_interop_threads(1)

from core.config import Experiment  # noqa: E402
from core.data import Split  # noqa: E402
from core.studies import (  # noqa: E402
    candidates,
    cross_validate,
    evaluate_test,
    refit,
    sweep,
    sweep_learning_rates,
    train,
)

__all__ = [
    "Experiment", "Split", "candidates", "cross_validate", "evaluate_test", "refit", "sweep", "sweep_learning_rates",
    "train",
]  # fmt: skip
