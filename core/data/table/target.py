"""What a table is asked for: its target, whether that is classes or values, and why."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.data.arrays import Array
from core.data.split import Task
from core.data.table.cells import Cells
from core.data.table.kinds import Column, coded
from core.data.table.numbers import sign_of
from core.words import joined, say, say_n

MAX_CLASSES, MIN_CLASS_ROWS = 10, 5
FEW_SHARE = 0.1  # distinct whole numbers that are classes are at most so many of the rows


@dataclass(frozen=True, eq=False)
class Target:
    """y (n,): float64 values, or int64 classes by the number of their name; nan or -1 where it is missing.

    why: in a sentence, what it is. problem: why nothing can be trained on it, "" where something can; n_rare: of how many
    rows of too rare classes it speaks, where at least two classes are left without them.
    """

    y: Array
    task: Task
    class_names: tuple[str, ...]
    why: str
    problem: str = ""
    n_rare: int = 0

    @property
    def is_known(self) -> Array:
        """Return which rows have a target, (n,) booleans."""
        return np.isfinite(self.y) if self.task == "regression" else self.y >= 0


def read_target(cells: Cells, column: Column, task: Task | None) -> Target:
    """Return the target column read for its task, or for the one that was chosen."""
    if column.kind in ("category", "text"):
        return _classes_of_words(cells, column, task)
    if column.kind == "date":
        problem = say(
            "target: expected classes or numbers, received the dates of '{name}'; choose another column",
            name=column.name,
        )
        return Target(column.values, "regression", (), say("'{name}' is the target.", name=column.name), problem)
    known = column.values[np.isfinite(column.values)]
    different = np.unique(known)
    is_whole = bool((different == np.round(different)).all())
    few = is_whole and len(different) <= MAX_CLASSES and len(different) / max(1, len(known)) <= FEW_SHARE
    is_classes = task == "classification" if task else len(different) == 2 or few
    if not is_classes:
        reason = (
            say("as you chose")
            if task
            else say("since it has {n_different:,} different numbers", n_different=len(different))
        )
        problem = ""
        if len(different) < 2:
            problem = say(
                "target: expected at least two different values, received only {different:.6g} in '{name}'; choose "
                "another column",
                different=different[0],
                name=column.name,
            )
        why = say("'{name}' is the target: values, {reason}.", name=column.name, reason=reason)
        return Target(column.values, "regression", (), why, problem)
    names = tuple(f"{value:.12g}" for value in different)
    y = np.where(np.isfinite(column.values), np.searchsorted(different, np.nan_to_num(column.values)), -1).astype(
        np.int64
    )
    reason = (
        say("as you chose") if task else say("since it has two values") if len(different) == 2
        else say("since it has only {n_different} different whole numbers", n_different=len(different))
    )  # fmt: skip
    return _classes(y, names, column, reason, True)


def _classes_of_words(cells: Cells, column: Column, task: Task | None) -> Target:
    is_signed = bool(sign_of(cells.columns[column.number]))
    codes, words = (
        (column.values, column.categories) if column.kind == "category" else coded(cells.columns[column.number])
    )
    if task == "regression":
        why = say("'{name}' is the target.", name=column.name)
        return Target(
            codes.astype(np.int64),
            "classification",
            words,
            why,
            say(
                "target: expected numbers for values, received the words of '{name}'; choose classes, or another "
                "column",
                name=column.name,
            ),
        )
    return _classes(codes.astype(np.int64), words, column, say("since it holds words"), is_signed)


def _classes(y: Array, names: tuple[str, ...], column: Column, reason: str, can_be_values: bool) -> Target:
    """Return classes, with the sentence that says why they cannot be learned where they cannot."""
    why = say(
        "'{name}' is the target: {n_names} classes, {reason}.", name=column.name, n_names=len(names), reason=reason
    )
    counts = np.bincount(y[y >= 0], minlength=len(names))
    n_left = int((counts >= MIN_CLASS_ROWS).sum())
    n_rare = int(counts[counts < MIN_CLASS_ROWS].sum()) if 2 <= n_left <= MAX_CLASSES else 0
    problem, as_values = "", say("take it as values, ") if can_be_values else ""
    if len(names) < 2:
        only = say("only '{names}'", names=names[0]) if names else "none"
        problem = say(
            "target: expected 2 to {max_classes} classes, received {only} in '{name}'; choose another column",
            max_classes=MAX_CLASSES,
            only=only,
            name=column.name,
        )
    elif len(names) > MAX_CLASSES:
        problem = say(
            "target: expected 2 to {max_classes} classes, received {n_names:,} different cells in '{name}'; "
            "{as_values}choose another column, or join classes in the file",
            max_classes=MAX_CLASSES,
            n_names=len(names),
            name=column.name,
            as_values=as_values,
        )
    elif counts.min() < MIN_CLASS_ROWS:
        rare = int(np.argmin(counts))
        problem = say(
            "target: expected at least {min_class_rows} rows of each class, received {counts} of '{names}' in "
            "'{name}'; {as_values}join it with another class in the file, or leave its rows out",
            min_class_rows=MIN_CLASS_ROWS,
            counts=counts[rare],
            names=names[rare],
            name=column.name,
            as_values=as_values,
        )
    return Target(y, "classification", names, why, problem, n_rare)


def without_rare(target: Target, column: Column) -> tuple[Target, str]:
    """Return a target of classes without the rows of those that are too rare to learn, and that in a sentence."""
    counts = np.bincount(target.y[target.y >= 0], minlength=len(target.class_names))
    stays = counts >= MIN_CLASS_ROWS
    numbers = np.where(stays, np.cumsum(stays) - 1, -1)
    y = np.where(target.y >= 0, numbers[target.y], -1)
    names = tuple(name for name, is_there in zip(target.class_names, stays, strict=True) if is_there)
    note = say_n(
        "{n:,} row was left out as you chose: its class is too rare, {gone}.",
        "{n:,} rows were left out as you chose: their classes are too rare, {gone}.",
        int(counts[~stays].sum()),
        gone=joined(
            [f"'{name}'" for name, is_there in zip(target.class_names, stays, strict=True) if not is_there][:5], ", "
        ),
    )
    return _classes(y, names, column, say("without the rare ones"), column.kind == "number"), note
