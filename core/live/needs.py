"""What a run depends on: `Needs`, from which its key follows. Each study's room has its own, in `needs.py`.

A study depends on every setting, but for those that it declares: what it takes while it trains, and what it does not read,
with the reason. So a setting that is forgotten begins a new run, and never shows an old result for a new question.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from core.settings.experiment import FLAT_NAMES, Experiment, format_value, locate

# Settings that belong to one study or to a few.
GRID = ("param_name", "l1_share", "values")
PATH = ("path_start", "path_view")
FOLDS = ("n_splits", "n_repeats")
COMPARE = (
    "n_starts", "variants", "compare_l1", "compare_subgradient", "compare_group_l1", "compare_l2", "compare_weight_decay",
    "compare_elastic", "compare_activity", "compare_dropout", "geometry_of", "geometry_weights",
)  # fmt: skip
REMEDIES = (
    "n_remedy_starts", "first_combination", "second_combination", "tune_remedies", "remedy_l1", "remedy_l2",
    "remedy_dropout", "patience", "min_delta", "remedy_augment", "n_ensemble",
)  # fmt: skip

SETS = ("vary", "n_sets", "n_set_starts")


@dataclass(frozen=True)
class Needs:
    """What the run of an experiment depends on.

    live: what it takes while it trains, by flat name; unread: what it does not read, each with the reason.
    Raises ValueError where one of them is no setting, or is both.
    """

    study: str
    experiment: Experiment
    live: tuple[str, ...]
    unread: Mapping[str, str]

    def __post_init__(self) -> None:
        """Refuse names that are no settings, and a setting that would be told to a run which does not read it."""
        for name in (*self.live, *self.unread):
            locate(name)
        if both := set(self.live) & set(self.unread):
            raise ValueError(f"live: expected settings that the run reads, received {', '.join(sorted(both))}")

    @property
    def read(self) -> tuple[str, ...]:
        """Return the settings of which another value is another run."""
        return tuple(name for name in FLAT_NAMES if name not in self.live and name not in self.unread)

    @property
    def key(self) -> str:
        """Return a text that is equal for experiments of which one run can become the other without a new start."""
        return json.dumps({"study": self.study} | {name: format_value(self.experiment.get(name)) for name in self.read})


def unread(names: tuple[str, ...], reason: str) -> dict[str, str]:
    """Return settings that are not read, all for the same reason."""
    return dict.fromkeys(names, reason)


def of_others(*groups: tuple[str, ...]) -> dict[str, str]:
    """Return groups of settings that are other studies' own."""
    return {name: "It belongs to another study." for group in groups for name in group}
