"""Overfit Lab's core: train small networks under penalties, from a notebook or from the web page.

`from core import Experiment, Split, load_table, train, sweep, cross_validate, refit, evaluate_test`.
Read first: `core/settings/experiment.py`.
"""

from core.data import Split
from core.data.table import load_table
from core.settings.experiment import Experiment
from core.studies.bias_variance.decomposition import bias_variance
from core.studies.cv.cross_validation import cross_validate
from core.studies.cv.refit import candidates, evaluate_test, refit
from core.studies.double_descent.epochs import epoch_descent
from core.studies.double_descent.random_features import double_descent
from core.studies.double_descent.trained import trained_descent
from core.studies.path.sweep import sweep, sweep_learning_rates
from core.studies.playground.fit import train

__all__ = [
    "Experiment", "Split", "bias_variance", "candidates", "cross_validate", "double_descent", "epoch_descent",
    "evaluate_test", "load_table", "refit", "sweep", "sweep_learning_rates", "train", "trained_descent",
]  # fmt: skip
