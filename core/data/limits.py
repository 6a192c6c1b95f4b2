"""What can be run: `settle` makes the parts of an experiment agree; `layer_sizes` is the network that it asks for.

What it would cost is counted in `core/studies/base/cost.py`. Read next: `core/presets.py`, experiments worth running.
"""

from __future__ import annotations

from itertools import pairwise

from core.data import info_of
from core.data.drawn import CURVE, is_drawn, with_points
from core.data.own import is_here, is_own
from core.settings.experiment import Experiment
from core.words import say


def settle(experiment: Experiment) -> tuple[Experiment, list[str]]:
    """Return the nearest experiment whose settings agree with its data, and a sentence for each one changed.

    n_train is cut to the rows there are; cross-entropy on values becomes "auto"; features and wrong labels go back to
    their defaults, without a word, on data that have none, and so does a file's hash on all but one's own table. A table that
    is not open is left as it is.
    """
    if not is_here(experiment.data):
        return experiment, []
    data, info = experiment.data, info_of(experiment.data)
    if is_drawn(data):
        return _settled_points(experiment), []
    changes: dict[str, object] = {"points": "", "n_point_classes": 2} | (
        {} if is_own(data) else {"table": "", "reading": ""}
    )
    sentences = []
    largest = info.max_train(data.val_fraction)
    if data.n_train > largest:
        changes["n_train"] = largest
        sentences.append(
            say(
                "{label} has at most {largest} training points here, not {n_train}: {largest} are used.",
                label=info.label,
                largest=largest,
                n_train=data.n_train,
            )
        )
    if info.task == "regression" and experiment.training.loss == "cross_entropy":
        changes["loss"] = "auto"
        sentences.append(
            say("Cross-entropy needs classes, and {label} has values: squared error is used.", label=info.label)
        )
    default = Experiment()
    unused = [
        name for name, acts in (("features", info.has_features), ("label_noise", info.has_label_noise)) if not acts
    ]
    changes.update({name: default.get(name) for name in unused})
    return experiment.replace(**changes), sentences


def _settled_points(experiment: Experiment) -> Experiment:
    """Return the experiment on drawn points without what has no meaning there: noise, parts, the file of a table.

    Cross-entropy on a curve becomes "auto". `n_train` is the number of training points.
    """
    data, default = experiment.data, Experiment()
    unused = ["noise_std", "label_noise", "val_fraction", "table", "reading"]
    unused += ["features", "n_point_classes"] if data.name == CURVE else []
    is_wrong = data.name == CURVE and experiment.training.loss == "cross_entropy"
    plain = experiment.replace(**{name: default.get(name) for name in [*unused, *(["loss"] if is_wrong else [])]})
    return with_points(plain, data.points)


def count_parameters(experiment: Experiment) -> int:
    """Return the number of weights and biases, Σ (fan_in + 1)·fan_out over the layers."""
    sizes = layer_sizes(experiment)
    return sum((a + 1) * b for a, b in pairwise(sizes))


def layer_sizes(experiment: Experiment) -> tuple[int, ...]:
    """Return the units of every layer, inputs and outputs included."""
    info = info_of(experiment.data)
    return (info.n_inputs(experiment.data), *experiment.network.hidden_sizes, info.n_outputs())
