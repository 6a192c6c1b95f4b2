"""Remedies side by side: nothing, L1, L2, dropout, early stopping, augmentation, an ensemble, more data, combinations.

All get the same starts, the same batch order and the same budget: each network makes the same number of steps. A `RemedyPlan`
says which network belongs to which remedy. Read next: `choice.py`, the remedies an experiment asks for, and
`run.py`, which trains a plan and reads the table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.data import info_of
from core.settings.experiment import Experiment
from core.words import joined, lowered, say

NETWORK_SEEDS = 10_000  # the j-th network of an ensemble starts from seed + start + j · this


@dataclass(frozen=True)
class Remedy:
    """What is done against overfitting; a combination has several settings away from their defaults.

    augment: strength of `core.data.augmentation`; patience in epochs, None is no early stopping; n_networks: size of the
    ensemble; data_factor: how many times the training rows. `why` says how it works.
    """

    key: str
    label: str
    why: str
    l1: float = 0.0
    l2: float = 0.0
    dropout_rate: float = 0.0
    augment: float = 0.0
    patience: int | None = None
    min_delta: float = 0.0
    n_networks: int = 1
    data_factor: int = 1


NOTHING = Remedy("nothing", say("Nothing"), say("Nothing holds the weights back, and training goes on to the end."))
L1 = Remedy(
    "l1", "L1", say("Every weight pays for its size alike: those that help little are driven to zero."), l1=0.003
)
L2 = Remedy("l2", "L2", say("Large weights pay most: all shrink, and the function becomes smoother."), l2=0.01)
DROPOUT = Remedy(
    "dropout",
    say("Dropout"),
    say("Units are switched off at random: none can rely on a certain other one."),
    dropout_rate=0.5,
)
EARLY_STOPPING = Remedy(
    "early_stopping",
    say("Early stopping"),
    say("Training ends when the validation loss no longer falls, and the best weights return."),
    patience=20,
)
AUGMENTATION = Remedy(
    "augmentation",
    say("Augmentation"),
    say("Rows are varied anew at each step: no single one can be learned by heart."),
    augment=0.5,
)
ENSEMBLE = Remedy(
    "ensemble",
    say("Ensemble of 5"),
    say("Networks from other starts err in other places: their average cancels some of it."),
    n_networks=5,
)
MORE_DATA = Remedy(
    "more_data", say("4 × the data"), say("Fewer functions run through all of more rows."), data_factor=4
)
SINGLE = (NOTHING, L1, L2, DROPOUT, EARLY_STOPPING, AUGMENTATION, ENSEMBLE, MORE_DATA)


def combine(first: Remedy, second: Remedy) -> Remedy:
    """Return both remedies at once: of each setting the one that is away from its default (the second's where both are)."""
    own = {
        name: value
        for remedy in (first, second)
        for name, value in vars(remedy).items()
        if name not in ("key", "label", "why") and value != getattr(NOTHING, name)
    }
    other = lowered(second.label) if second.label[1].islower() else second.label
    label = say("{first} + {second}", first=first.label, second=other)
    return Remedy(f"{first.key}+{second.key}", label, say("All its parts at once."), **own)


STRENGTH_WORDS: dict[str, Callable[[float], str]] = {
    "l1": lambda value: say("λ₁ = {value:g}", value=value),
    "l2": lambda value: say("λ₂ = {value:g}", value=value),
    "dropout_rate": lambda value: say("rate {value:g}", value=value),
    "augment": lambda value: say("strength {value:g}", value=value),
    "patience": lambda value: say("patience {value:g} epochs", value=value),
    "min_delta": lambda value: say("min_delta {value:g}", value=value),
    "n_networks": lambda value: say("{value:g} networks", value=value),
    "data_factor": lambda value: say("{value:g} × the rows", value=value),
}


def strengths_text(remedy: Remedy) -> str:
    """Return how strong a remedy is in words, such as "λ₂ = 0.01, patience 20 epochs"; "–" for nothing."""
    texts = [
        write(getattr(remedy, name))
        for name, write in STRENGTH_WORDS.items()
        if getattr(remedy, name) != getattr(NOTHING, name)
    ]
    return joined(texts, ", ") or "–"


DEFAULT_REMEDIES = (*SINGLE, combine(L2, EARLY_STOPPING), combine(AUGMENTATION, L2))
# Two tasks that overfit clearly: noisy points, of a draw that a network without a remedy learns by heart even with half of
# the labels wrong, whichever half, and digits of which some are labelled wrong.
POINTS = Experiment(
    data={"name": "moons", "n_train": 40, "noise_std": 1.2, "seed": 10}, network={"hidden_sizes": (64, 64), "activation": "relu"},
    training={"learning_rate": 0.01, "batch_size": 20, "n_epochs": 400},
)  # fmt: skip
DIGITS = Experiment(
    data={"name": "digits", "n_train": 100, "label_noise": 0.15}, network={"hidden_sizes": (64,), "activation": "relu"},
    training={"learning_rate": 0.003, "batch_size": 32, "n_epochs": 200},
)  # fmt: skip

SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)  # of wrong labels


@dataclass(frozen=True)
class Cell:
    """One line of a table: a remedy at a share of wrong training labels."""

    remedy: Remedy
    label_noise: float


@dataclass(frozen=True)
class RemedyPlan:
    """Which networks are trained. All of the same `data_factor` form one stack; each makes `n_steps` steps.

    look_every: epochs between two looks at the validation rows. Networks of a cell: n_starts · n_networks, start by start.
    n_draws: how often the wrong labels are drawn; start s sees draw s mod n_draws, all remedies the same.
    """

    experiment: Experiment
    cells: tuple[Cell, ...]
    n_starts: int
    look_every: int
    n_draws: int = 1

    @property
    def factors(self) -> tuple[int, ...]:
        """Return the data factors in use: one stack each."""
        return tuple(sorted({cell.remedy.data_factor for cell in self.cells}))

    def cells_of(self, factor: int) -> list[Cell]:
        """Return the cells of one stack, in the order of its members."""
        return [cell for cell in self.cells if cell.remedy.data_factor == factor]

    def members_of(self, cell: Cell) -> np.ndarray:
        """Return the places of a cell's networks in its stack, (n_starts, n_networks)."""
        others = self.cells_of(cell.remedy.data_factor)
        first = sum(self.n_starts * other.remedy.n_networks for other in others[: others.index(cell)])
        n = cell.remedy.n_networks
        return first + np.arange(self.n_starts * n).reshape(self.n_starts, n)

    def label_draws(self, factor: int) -> list[tuple[float, int]]:
        """Return (share of wrong labels, which draw of them) of every member of a stack; without wrong labels draw 0."""
        return [
            (cell.label_noise, s % self.n_draws if cell.label_noise else 0)
            for cell in self.cells_of(factor)
            for s in range(self.n_starts)
            for _ in range(cell.remedy.n_networks)
        ]

    def seeds(self, factor: int) -> list[int]:
        """Return the start seed of every member of a stack: start s of all remedies is the same."""
        seed = self.experiment.training.seed
        starts, cells = range(self.n_starts), self.cells_of(factor)
        return [seed + s + j * NETWORK_SEEDS for cell in cells for s in starts for j in range(cell.remedy.n_networks)]

    def column(self, factor: int, name: str) -> list[float]:
        """Return one setting of the remedies for every member of a stack."""
        return [
            getattr(cell.remedy, name)
            for cell in self.cells_of(factor)
            for _ in range(self.n_starts * cell.remedy.n_networks)
        ]


def plan_label_noise(
    experiment: Experiment, remedies: Sequence[Remedy] = SINGLE[:-1], shares: Sequence[float] = SHARES, n_starts: int = 3,
    look_every: int = 5,
) -> RemedyPlan:  # fmt: skip
    """Return the plan that trains each remedy at each share of wrong training labels, on the same rows.

    Each start has a draw of the wrong labels of its own, the same for all remedies.
    Raises ValueError for a task without classes, and for shares outside 0..0.5.
    """
    if not info_of(experiment.data).has_label_noise:
        raise ValueError(
            say(
                "data: expected a task with classes, whose labels can be wrong, received '{name}'",
                name=experiment.data.name,
            )
        )
    if not shares or min(shares) < 0 or max(shares) > 0.5:
        raise ValueError(say("shares: expected numbers from 0 to 0.5, received {shares}", shares=list(shares)))
    cells = tuple(Cell(remedy, share) for remedy in remedies for share in shares)
    return check_plan(RemedyPlan(experiment, cells, n_starts, look_every, n_draws=n_starts))


def plan_remedies(
    experiment: Experiment, remedies: Sequence[Remedy] = DEFAULT_REMEDIES, n_starts: int = 10, look_every: int = 5
) -> RemedyPlan:  # fmt: skip
    """Return the plan that compares remedies on the experiment's task; an activity penalty of its own is in all of them.

    Raises ValueError for no start, for remedies of equal key, and for more data than the task has.
    """
    share = experiment.data.label_noise if info_of(experiment.data).has_label_noise else 0.0
    return check_plan(RemedyPlan(experiment, tuple(Cell(remedy, share) for remedy in remedies), n_starts, look_every))


def check_plan(plan: RemedyPlan) -> RemedyPlan:
    """Return the plan, or raise ValueError with what was expected and what was received."""
    data, keys = plan.experiment.data, [(cell.remedy.key, cell.label_noise) for cell in plan.cells]
    largest = info_of(data).max_train(data.val_fraction)
    if not 1 <= plan.n_starts <= 20:
        raise ValueError(
            say("n_starts: expected a whole number from 1 to 20, received {n_starts}", n_starts=plan.n_starts)
        )
    if not keys or len(set(keys)) != len(keys):
        raise ValueError(
            say("remedies: expected at least one, each once, received {key}", key=[key for key, _ in keys])
        )
    if max(plan.factors) * data.n_train > largest:
        raise ValueError(
            say(
                "data_factor: expected at most {most} for {n_train} training rows of '{name}', "
                "which has {n_rows}, received {factors}",
                most=largest // data.n_train,
                n_train=data.n_train,
                name=data.name,
                n_rows=largest,
                factors=max(plan.factors),
            )
        )
    return plan
