"""Tuning remedies at equal cost: each gets the same number of candidate strengths, starts and steps, all trained at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from core.measures.spread import spread_of
from core.settings.experiment import Experiment
from core.studies.remedies.remedy import Remedy, plan_remedies
from core.studies.remedies.run import RemedyRow, RemedyRun

# Five candidates for each setting that is a strength.
CANDIDATES: Mapping[str, tuple[float, ...]] = MappingProxyType(
    {
        "l1": (0.0003, 0.001, 0.003, 0.01, 0.03),
        "l2": (0.001, 0.003, 0.01, 0.03, 0.1),
        "dropout_rate": (0.1, 0.2, 0.35, 0.5, 0.7),
        "augment": (0.1, 0.25, 0.5, 0.75, 1.0),
        "patience": (5, 10, 20, 40, 80),
    }
)


def candidates(remedy: Remedy) -> list[Remedy]:
    """Return the remedy at each candidate strength; alone where it has no single strength (nothing, ensembles, data)."""
    off = Remedy("", "", "")
    names = [name for name in CANDIDATES if getattr(remedy, name) != getattr(off, name)]
    if len(names) != 1:
        return [remedy]
    values = CANDIDATES[names[0]]
    # The dataclass takes the value under the setting's name; the key tells the candidates apart.
    return [replace(remedy, **{names[0]: value, "key": f"{remedy.key}={value:g}"}) for value in values]  # type: ignore[arg-type]


def tunable(remedies: Sequence[Remedy]) -> list[Remedy]:
    """Return the remedies that have a strength to tune."""
    return [remedy for remedy in remedies if len(candidates(remedy)) > 1]


def plan_tuning(experiment: Experiment, remedies: Sequence[Remedy], n_starts: int = 3) -> RemedyRun:
    """Return the run that trains every candidate of every remedy; read it with `tuned` once it is done."""
    tried = [candidate for remedy in tunable(remedies) for candidate in candidates(remedy)]
    return RemedyRun(plan_remedies(experiment, tried, n_starts))


def tuned(remedies: Sequence[Remedy], rows: Sequence[RemedyRow]) -> list[Remedy]:
    """Return the remedies, each at the candidate of lowest median validation loss among `rows`; no test row is read."""
    loss = {row.cell.remedy.key: spread_of(row.val_loss).median for row in rows}
    best = [
        min(candidates(remedy), key=lambda c: np.nan_to_num(loss.get(c.key, np.inf), nan=np.inf)) for remedy in remedies
    ]
    return [replace(chosen, key=remedy.key) for chosen, remedy in zip(best, remedies, strict=True)]
