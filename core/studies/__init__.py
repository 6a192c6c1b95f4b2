"""Studies: each makes a stack, trains it and reads results out of it.

Read in this order: `plan` (what is trained), `training` (training it), `fit` (one network), `values` (grids of λ),
`path`, `folds`, `cross_validation`, `refit`, `cost`.
"""

from core.studies.cross_validation import CrossValidation, choose, cross_validate
from core.studies.fit import Run, train
from core.studies.path import Grid, Path, sweep, sweep_learning_rates
from core.studies.refit import candidates, evaluate_test, refit

__all__ = [
    "CrossValidation", "Grid", "Path", "Run", "candidates", "choose", "cross_validate", "evaluate_test", "refit",
    "sweep", "sweep_learning_rates", "train",
]  # fmt: skip
