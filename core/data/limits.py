"""What can be run: `settle` makes the parts of an experiment agree, `check_budget` refuses sizes that would take too long.

Read next: `core/presets.py`, experiments worth running.
"""

from __future__ import annotations

import math
from itertools import pairwise

from core.config import Experiment
from core.data import DATASETS

# Cost of one step of one network on one core, a little above what was measured (Adam, L1, L2, dropout; 100 to 1.4 million
# parameters, batches of 1 to 1,078 rows): a fixed part, a part per parameter, a part per row and parameter.
STEP_S, PARAMETER_S, ROW_PARAMETER_S = 3e-4, 8e-9, 1.5e-10
MAX_EPOCH_S = 2.0  # beyond this a page shows nothing for seconds and holds up the others
MAX_MEMORY_MB = 1024.0
N_BUFFERS = 8  # parameters, gradient, three of Adam, the last good ones, two for work
N_ACTIVATIONS = 4  # arrays (rows, units) that a forward and backward pass holds for each layer


def settle(experiment: Experiment) -> tuple[Experiment, list[str]]:
    """Return the nearest experiment whose settings agree with its data, and a sentence for each one changed.

    n_train is cut to the rows there are; cross-entropy on values becomes "auto"; features and wrong labels go back to
    their defaults, without a word, on data that have none.
    """
    data, info = experiment.data, DATASETS[experiment.data.name]
    changes: dict[str, object] = {}
    sentences = []
    largest = info.max_train(data.val_fraction)
    if data.n_train > largest:
        changes["n_train"] = largest
        sentences.append(
            f"{info.label} has at most {largest} training points here, not {data.n_train}: {largest} are used."
        )
    if info.task == "regression" and experiment.training.loss == "cross_entropy":
        changes["loss"] = "auto"
        sentences.append(f"Cross-entropy needs classes, and {info.label} has values: squared error is used.")
    default = Experiment()
    unused = [
        name for name, acts in (("features", info.has_features), ("label_noise", info.has_label_noise)) if not acts
    ]
    changes.update({name: default.get(name) for name in unused})
    return experiment.replace(**changes), sentences


def count_parameters(experiment: Experiment) -> int:
    """Return the number of weights and biases, Σ (fan_in + 1)·fan_out over the layers."""
    sizes = layer_sizes(experiment)
    return sum((a + 1) * b for a, b in pairwise(sizes))


def layer_sizes(experiment: Experiment) -> tuple[int, ...]:
    """Return the units of every layer, inputs and outputs included."""
    info = DATASETS[experiment.data.name]
    return (info.n_inputs(experiment.data), *experiment.network.hidden_sizes, info.n_outputs())


def estimate_epoch_s(experiment: Experiment, n_members: int = 1) -> float:
    """Return about how many seconds one epoch of `n_members` networks takes on one core."""
    n_train = experiment.data.n_train
    batch_size = min(experiment.training.batch_size or n_train, n_train)
    per_step = STEP_S + n_members * count_parameters(experiment) * (PARAMETER_S + ROW_PARAMETER_S * batch_size)
    return math.ceil(n_train / batch_size) * per_step


def estimate_memory_mb(experiment: Experiment, n_members: int = 1) -> float:
    """Return about how many megabytes (float32) a run of `n_members` networks holds."""
    info, data = DATASETS[experiment.data.name], experiment.data
    n_rows = data.n_train + info.n_val(data.val_fraction)
    n_numbers = N_BUFFERS * count_parameters(experiment) + N_ACTIVATIONS * n_rows * sum(layer_sizes(experiment))
    return n_members * n_numbers * 4 / 1e6


def check_budget(experiment: Experiment, n_members: int = 1) -> None:
    """Raise ValueError, with the numbers and what to do, for a run that would take too long or too much memory."""
    n_train, n_parameters = experiment.data.n_train, count_parameters(experiment)
    size = f"{n_train:,} training points × {n_parameters:,} weights and biases"
    size += f" × {n_members} networks" if n_members > 1 else ""
    seconds, megabytes = estimate_epoch_s(experiment, n_members), estimate_memory_mb(experiment, n_members)
    if seconds > MAX_EPOCH_S:
        batch_size = min(experiment.training.batch_size or n_train, n_train)
        raise ValueError(
            f"This run is too large: {size} at batch size {batch_size} would take about {seconds:.0f} s per epoch, "
            f"and at most {MAX_EPOCH_S:g} s are allowed. Choose a larger batch size, fewer units or fewer training points."
        )
    if megabytes > MAX_MEMORY_MB:
        raise ValueError(
            f"This run is too large: {size} would hold about {megabytes:,.0f} MB, and at most {MAX_MEMORY_MB:,.0f} MB are "
            "allowed. Choose fewer units or fewer training points."
        )
