"""Settings with which each data set has something to show: a network that learns it, then its noise, within seconds.

The tests train every one of them: the training loss ends below a fifth of the lowest validation loss, and the validation loss
a third above it. On one made-up table the gap opens at once and stays; the test names it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from core.data import DATASETS
from core.data.drawn import PLANE as MY_PLANE
from core.data.drawn import REACH
from core.data.own import OWN
from core.presets import SINE
from core.settings.experiment import Experiment

NAMES = (
    "n_train", "noise_std", "label_noise", "hidden_sizes", "activation", "optimizer", "learning_rate", "batch_size", "n_epochs",
)  # fmt: skip
CURVE: Mapping[str, Any] = MappingProxyType({name: SINE.get(name) for name in NAMES})
PLANE = MappingProxyType({**CURVE, "n_train": 50, "noise_std": 1.0})
TABLE = MappingProxyType(
    {
        **CURVE, "n_train": 100, "noise_std": 0.0, "hidden_sizes": (64,), "activation": "relu", "batch_size": 32,
        "learning_rate": 0.003, "n_epochs": 300,
    }
)  # fmt: skip
WRONG = 0.1  # share of wrong labels, where there are labels
OTHERWISE: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "step": {"noise_std": 0.5},
        "spiral": {"noise_std": 0.3},
        "spiral3": {"noise_std": 0.3},
        "plane": {"noise_std": 0.3},
        "multi_gaussian": {"noise_std": 0.3},
        "wine": {"n_train": 60},
    }
)


def telling_settings(name: str) -> dict[str, Any]:
    """Return the settings, by flat name, with which a data set has something to show."""
    if name == OWN:
        return {**TABLE, "label_noise": 0.0}
    if name in REACH:
        return {**(PLANE if name == MY_PLANE else CURVE), "noise_std": 0.0, "label_noise": 0.0}
    info = DATASETS[name]
    usual = {"curve": CURVE, "plane": PLANE}.get(info.kind, TABLE)
    wrong = WRONG if info.kind in ("images", "table") and info.has_label_noise else 0.0
    return {**usual, "label_noise": wrong, **OTHERWISE.get(name, {})}


def with_data(experiment: Experiment, name: str) -> Experiment:
    """Return the experiment on other data, with the settings that show most there; those that were set otherwise stay."""
    before, after = telling_settings(experiment.data.name), telling_settings(name)
    follows = (
        {"n_train", "noise_std", "label_noise"} if experiment.data.name in REACH else ()
    )  # no hand has set these there
    untouched = {key: value for key, value in after.items() if key in follows or experiment.get(key) == before[key]}
    return experiment.replace(data=name, **untouched)
