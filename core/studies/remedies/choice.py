"""Which remedies an experiment asks for and can have: the single ones at its strengths, its combinations, what is left out.

Read next: `run.py`, which trains them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import reduce
from typing import Any

from core.data import info_of
from core.settings.experiment import CHOICE_LABELS, Experiment
from core.settings.sections import RemediesConfig
from core.studies.remedies.remedy import DROPOUT, MORE_DATA, NOTHING, SINGLE, Remedy, combine
from core.words import joined, say

LOOK_EVERY = 5  # epochs between two looks at the validation rows, or the patience where that is shorter
# The settings that tuning replaces by what it finds.
TUNED = ("remedy_l1", "remedy_l2", "remedy_dropout", "patience", "remedy_augment")
OFF = say("Its strength is 0: it does nothing.")


def single_remedies(experiment: Experiment) -> tuple[Remedy, ...]:
    """Return nothing and every remedy that this experiment can have, at the strengths of its study.

    Without hidden layers there is no dropout; more data are as many times the rows as there are, and left out below 2.
    """
    own = settings_of(experiment.remedies)
    factor, is_linear = most_data(experiment), not experiment.network.hidden_sizes
    more = (
        () if factor < 2 else (replace(MORE_DATA, label=say("{factor} × the data", factor=factor), data_factor=factor),)
    )
    found = [
        replace(remedy, **own.get(remedy.key, {})) for remedy in SINGLE[:-1] if not (is_linear and remedy is DROPOUT)
    ]
    return (*[replace(remedy, why=OFF) if is_off(remedy) else remedy for remedy in found], *more)


def settings_of(own: RemediesConfig) -> Mapping[str, dict[str, Any]]:
    """Return what the settings say of each remedy, by the remedy's key; what is tuned begins at its default."""
    if own.tune_remedies:
        own = own.model_copy(update={name: RemediesConfig.model_fields[name].default for name in TUNED})
    return {
        "l1": {"l1": own.remedy_l1},
        "l2": {"l2": own.remedy_l2},
        "dropout": {"dropout_rate": own.remedy_dropout},
        "early_stopping": {"patience": own.patience, "min_delta": own.min_delta},
        "augmentation": {"augment": own.remedy_augment},
        "ensemble": {"n_networks": own.n_ensemble, "label": say("Ensemble of {n_ensemble}", n_ensemble=own.n_ensemble)},
    }


def is_off(remedy: Remedy) -> bool:
    """Return whether a remedy other than nothing has strength 0."""
    words = ("key", "label", "why")
    return remedy.key != NOTHING.key and all(vars(remedy)[n] == v for n, v in vars(NOTHING).items() if n not in words)


def most_data(experiment: Experiment) -> int:
    """Return how many times the training rows the task can give, at most 4."""
    return min(MORE_DATA.data_factor, largest(experiment) // experiment.data.n_train)


def largest(experiment: Experiment) -> int:
    """Return how many training rows the task has."""
    return info_of(experiment.data).max_train(experiment.data.val_fraction)


def look_every(experiment: Experiment) -> int:
    """Return the epochs between two looks at the validation rows: few enough for the patience."""
    return LOOK_EVERY if experiment.remedies.tune_remedies else min(LOOK_EVERY, experiment.remedies.patience)


def combinations(experiment: Experiment, singles: Sequence[Remedy]) -> tuple[Remedy, ...]:
    """Return the experiment's two combinations, made of the given single remedies; parts that are not there are left out.

    One that has fewer than two parts left, or the same parts as the other, is left out too: `left_out` says so.
    """
    made: dict[frozenset[str], Remedy] = {}
    for keys in (experiment.remedies.first_combination, experiment.remedies.second_combination):
        parts = [remedy for key in keys for remedy in singles if remedy.key == key]
        if len(parts) > 1:
            made.setdefault(frozenset(part.key for part in parts), reduce(combine, parts))
    return tuple(made.values())


def left_out(experiment: Experiment) -> list[str]:
    """Return a sentence for each remedy and each combination that was asked for and is not in the table, and why."""
    keys, said = {remedy.key for remedy in single_remedies(experiment)}, []
    if "dropout" not in keys:
        said.append(say("Dropout is left out: without hidden layers there are no units to switch off."))
    if "more_data" not in keys:
        n_train, n_rows = experiment.data.n_train, largest(experiment)
        said.append(
            say(
                "More data are left out: {n_train:,} of at most {n_rows:,} training rows are in use already.",
                n_train=n_train,
                n_rows=n_rows,
            )
        )
    first, second = experiment.remedies.first_combination, experiment.remedies.second_combination
    kept = [[key for key in wanted if key in keys] for wanted in (first, second)]
    for name, wanted, left in zip((say("first"), say("second")), (first, second), kept, strict=True):
        if left != list(wanted):
            said.append(say("The {name} combination is {rest_in_words}.", name=name, rest_in_words=rest_in_words(left)))
    if len(kept[0]) > 1 and set(kept[0]) == set(kept[1]):
        said.append(say("Both combinations are the same: the table has it once."))
    return said


def rest_in_words(keys: Sequence[str]) -> str:
    """Return what is left of a combination."""
    if len(keys) > 1:
        return say("now {choice_labels} only", choice_labels=joined([CHOICE_LABELS[key] for key in keys], " + "))
    if not keys:
        return say("left out: nothing remains of it")
    return say("left out: only {remedy} remains of it", remedy=CHOICE_LABELS[keys[0]])
