"""What a link means by what it does not say: each version of links has its own defaults, which never change.

A link names the settings that differ from them. So one that was shared years ago opens to the same experiment, whatever
`core/settings/sections.py` has for defaults by then. A new version is for another reading of the same text: a setting that
was renamed, or that means something else.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from core.settings.penalties import CHOICES
from core.words import say

VERSION = "v"  # the parameter; a link without it is of version 1
NEWEST = "1"

# As a link writes them. A setting that came later is off at its default, or has a line here.
FIRST: Mapping[str, str] = MappingProxyType(
    {
        "data": "sine",
        "data_seed": "0",
        "n_train": "20",
        "noise_std": "0.0",
        "label_noise": "0.0",
        "val_fraction": "0.3",
        "features": "x,y",
        "n_informative": "5",
        "n_noise_features": "20",
        "n_duplicates": "0",
        "duplicate_correlation": "0.95",
        "hidden_sizes": "64-64",
        "activation": "tanh",
        "l1": "0.0",
        "l2": "0.0",
        "l1_method": "proximal",
        "activity_l2": "0.0",
        "dropout_rate": "0.0",
        "penalize_output": "True",
        "optimizer": "adam",
        "learning_rate": "0.01",
        "momentum": "0.0",
        "learning_rate_schedule": "constant",
        "batch_size": "none",
        "n_epochs": "3000",
        "loss": "auto",
        "seed": "0",
        "param_name": "l2",
        "l1_share": "0.5",
        "values": "none",
        "path_start": "cold",
        "path_view": "path",
        "n_splits": "5",
        "n_repeats": "1",
        "n_starts": "1",
        "variants": "none,l1_proximal,l1_subgradient,l2",
        "compare_l1": "0.003",
        "compare_subgradient": "0.003",
        "compare_l2": "0.003",
        "compare_elastic": "0.003",
        "compare_activity": "0.003",
        "compare_dropout": "0.3",
        "geometry_of": "l1_proximal",
        "geometry_weights": "none",
        "n_remedy_starts": "10",
        "first_combination": "l2,early_stopping",
        "second_combination": "l2,augmentation",
        "tune_remedies": "False",
        "remedy_l1": "0.003",
        "remedy_l2": "0.01",
        "remedy_dropout": "0.5",
        "patience": "20",
        "min_delta": "0.0",
        "remedy_augment": "0.5",
        "n_ensemble": "5",
        "compare_group_l1": "0.003",
        "compare_weight_decay": "0.003",
        "vary": "strength",
        "descent": "random_features",
        "n_sets": "10",
        "n_set_starts": "2",
        "n_point_classes": "2",
    }
)
# The strength of every penalty on the Compare page, also of one that comes later.
COMPARED: Mapping[str, str] = MappingProxyType({choice.setting: "0.003" for choice in CHOICES.values()})
DEFAULTS: Mapping[str, Mapping[str, str]] = MappingProxyType({"1": MappingProxyType({**COMPARED, **FIRST})})


def unknown_version(version: str) -> str:
    """Return the sentence on a link of a version that is not one of `DEFAULTS`."""
    return say(
        "The link is of version '{version}', and this program reads versions up to {newest}: "
        "the default settings are shown instead.",
        version=version,
        newest=NEWEST,
    )
