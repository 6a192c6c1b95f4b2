"""Overfit Lab's core: train small networks under penalties, from a notebook or from the web page.

`from core import Experiment, Split, train, sweep, cross_validate, refit, evaluate_test`. Read first: `core/config.py`.
"""

from core.config import Experiment
from core.data import Split
from core.studies import (
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
