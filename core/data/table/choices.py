"""What a person decides about a table in place of what its reader would: `Choices`, and how a link writes them.

In a link columns are named by their numbers, 1 for the first: no text of a file is ever in an address.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from core.data.split import Task
from core.settings.words import received, written
from core.words import say

ColumnKind = Literal["number", "category", "date", "text"]
KINDS: tuple[ColumnKind, ...] = get_args(ColumnKind)
TASKS: tuple[Task, ...] = get_args(Task)
SEPARATORS: Mapping[str, str] = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
MAX_COLUMNS = 256
ROLES = ("target", "group", "time")


class OddRows(ValueError):
    """Rows do not fit, which can be left out by `Choices.drop_odd`."""


@dataclass(frozen=True)
class Choices:
    """Overrules of one table; None and columns that are not named are decided from the file.

    target, group, time: numbers of columns, from 0. kinds, inputs: by the same numbers. header: whether the first line holds
    names. encoding: a codec that Python knows. seed: which rows are drawn from a file of too many. drop_odd: whether rows
    that do not fit are left out: of another number of cells than the first line, or of a class too rare to learn.
    """

    separator: str | None = None
    encoding: str | None = None
    header: bool | None = None
    target: int | None = None
    task: Task | None = None
    group: int | None = None
    time: int | None = None
    seed: int = 0
    drop_odd: bool = False
    kinds: Mapping[int, ColumnKind] = field(default_factory=dict)
    inputs: Mapping[int, bool] = field(default_factory=dict)

    def to_text(self) -> str:
        """Return the choices as a link holds them, such as `separator-semicolon,target-3,4-category,5-out`; "" for none."""
        parts = []
        if self.separator is not None:
            parts.append(f"separator-{next(name for name, mark in SEPARATORS.items() if mark == self.separator)}")
        if self.encoding is not None:
            parts.append(f"encoding-{self.encoding}")
        if self.header is not None:
            parts.append("header-yes" if self.header else "header-no")
        parts += [f"{role}-{getattr(self, role) + 1}" for role in ROLES if getattr(self, role) is not None]
        parts += [f"task-{self.task}"] * (self.task is not None) + [f"seed-{self.seed}"] * (self.seed != 0)
        parts += ["odd-out"] * self.drop_odd
        parts += [f"{column + 1}-{kind}" for column, kind in sorted(self.kinds.items())]
        parts += [f"{column + 1}-{'in' if is_in else 'out'}" for column, is_in in sorted(self.inputs.items())]
        return ",".join(parts)

    @classmethod
    def from_text(cls, text: str) -> Choices:
        """Return what `to_text` wrote; raises ValueError with the part that cannot be read."""
        values: dict[str, Any] = {"kinds": {}, "inputs": {}}
        for part in filter(None, text.split(",")):
            name, _, value = part.partition("-")
            try:
                _take(values, name, value)
            except (KeyError, ValueError):
                raise ValueError(
                    say(
                        "reading: expected parts such as target-3, 4-category or 5-out, received {part}",
                        part=written(part),
                    )
                ) from None
        return cls(**values)


def _take(values: dict[str, Any], name: str, value: str) -> None:
    """Put one part of a link's text where it belongs; raises KeyError or ValueError for another."""
    if name == "separator":
        values[name] = SEPARATORS[value]
    elif name == "encoding":
        values[name] = check_encoding(value)
    elif name == "header":
        values[name] = {"yes": True, "no": False}[value]
    elif name in ROLES:
        values[name] = _column(value)
    elif name == "task":
        values[name] = TASKS[TASKS.index(value)]
    elif name == "seed":
        values[name] = int(value)
    elif name == "odd":
        values["drop_odd"] = {"out": True}[value]
    elif value in ("in", "out"):
        values["inputs"][_column(name)] = value == "in"
    else:
        values["kinds"][_column(name)] = KINDS[KINDS.index(value)]


def _column(text: str) -> int:
    """Return the number of a column, from 0, that a link writes from 1."""
    number = int(text)
    if not 1 <= number <= MAX_COLUMNS:
        raise ValueError(text)
    return number - 1


def check_encoding(name: str) -> str:
    """Return Python's name of an encoding of texts; raises ValueError for another."""
    try:
        info = codecs.lookup(name)
    except (LookupError, TypeError, ValueError):
        info = None
    if info is None or not info._is_text_encoding:
        raise ValueError(
            say(
                "encoding: expected one that Python knows, such as 'utf-8' or 'cp1252', received {name}",
                name=received(name),
            )
        )
    return info.name
