"""What a table is asked for: its target, whether that is classes or values, and why."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.data.arrays import Array
from core.data.split import Task
from core.data.table.kinds import Column, coded
from core.data.table.reading import Cells

MAX_CLASSES, MIN_CLASS_ROWS = 10, 5
FEW_SHARE = 0.1  # distinct whole numbers that are classes are at most so many of the rows


@dataclass(frozen=True, eq=False)
class Target:
    """y (n,): float64 values, or int64 classes by the number of their name; nan or -1 where it is missing.

    why: in a sentence, what it is. problem: why nothing can be trained on it, "" where something can.
    """

    y: Array
    task: Task
    class_names: tuple[str, ...]
    why: str
    problem: str = ""

    @property
    def is_known(self) -> Array:
        """Return which rows have a target, (n,) booleans."""
        return np.isfinite(self.y) if self.task == "regression" else self.y >= 0


def read_target(cells: Cells, column: Column, task: Task | None) -> Target:
    """Return the target column read for its task, or for the one that was chosen."""
    if column.kind in ("category", "text"):
        return _classes_of_words(cells, column, task)
    if column.kind == "date":
        problem = f"target: expected classes or numbers, received the dates of '{column.name}'; choose another column"
        return Target(column.values, "regression", (), f"'{column.name}' is the target.", problem)
    known = column.values[np.isfinite(column.values)]
    different = np.unique(known)
    is_whole = bool((different == np.round(different)).all())
    few = is_whole and len(different) <= MAX_CLASSES and len(different) / max(1, len(known)) <= FEW_SHARE
    is_classes = task == "classification" if task else len(different) == 2 or few
    if not is_classes:
        reason = "as you chose" if task else f"since it has {len(different):,} different numbers"
        problem = ""
        if len(different) < 2:
            problem = (
                f"target: expected at least two different values, received only {different[0]:.6g} in '{column.name}'; choose "
                "another column"
            )
        why = f"'{column.name}' is the target: values, {reason}."
        return Target(column.values, "regression", (), why, problem)
    names = tuple(f"{value:.12g}" for value in different)
    y = np.where(np.isfinite(column.values), np.searchsorted(different, np.nan_to_num(column.values)), -1).astype(
        np.int64
    )
    reason = (
        "as you chose" if task else "since it has two values" if len(different) == 2
        else f"since it has only {len(different)} different whole numbers"
    )  # fmt: skip
    return _classes(y, names, column, reason)


def _classes_of_words(cells: Cells, column: Column, task: Task | None) -> Target:
    codes, words = (
        (column.values, column.categories) if column.kind == "category" else coded(cells.columns[column.number])
    )
    if task == "regression":
        why = f"'{column.name}' is the target."
        return Target(
            codes.astype(np.int64), "classification", words, why,
            f"target: expected numbers for values, received the words of '{column.name}'; choose classes, or another column",
        )  # fmt: skip
    return _classes(codes.astype(np.int64), words, column, "since it holds words")


def _classes(y: Array, names: tuple[str, ...], column: Column, reason: str) -> Target:
    """Return classes, with the sentence that says why they cannot be learned where they cannot."""
    why = f"'{column.name}' is the target: {len(names)} classes, {reason}."
    counts = np.bincount(y[y >= 0], minlength=len(names))
    problem, as_values = "", "take it as values, " if column.kind == "number" else ""
    if len(names) < 2:
        only = f"only '{names[0]}'" if names else "none"
        problem = (
            f"target: expected 2 to {MAX_CLASSES} classes, received {only} in '{column.name}'; choose another column"
        )
    elif len(names) > MAX_CLASSES:
        problem = (
            f"target: expected 2 to {MAX_CLASSES} classes, received {len(names):,} different cells in '{column.name}'; "
            f"{as_values}choose another column, or join classes in the file"
        )
    elif counts.min() < MIN_CLASS_ROWS:
        rare = int(np.argmin(counts))
        problem = (
            f"target: expected at least {MIN_CLASS_ROWS} rows of each class, received {counts[rare]} of '{names[rare]}' in "
            f"'{column.name}'; {as_values}join it with another class in the file, or leave its rows out"
        )
    return Target(y, "classification", names, why, problem)
