"""A table as it was understood: the frozen `Table`, made of the cells of a file and of what a person chose.

Read next: `splitting.py`, from a table to what trains.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any

import numpy as np

from core.data.arrays import Array
from core.data.split import Task
from core.data.table.cells import Cells
from core.data.table.choices import Choices
from core.data.table.encoding import FLAG_SHARE
from core.data.table.kinds import Column, coded, n_empty, read_column, read_columns
from core.data.table.numbers import parse_numbers, sign_of
from core.data.table.rows import same_rows
from core.data.table.target import Target, read_target, without_rare
from core.words import joined, say, say_n

MIN_GROUPS, MIN_TIMES, MIN_ROWS = 5, 5, 20
GIVES_AWAY = 0.999  # |r| with the target, above which an input is pointed out
MANY_TWINS = 0.5  # with more rows that have a twin, twins come of coarse inputs and are no copies
MAX_INPUTS = 1000
N_LISTED, MAX_WARNINGS = 6, 12
# Names of columns that tell who or what a row is of.
IDENTIFIES = re.compile(
    r"(?:^|[\s_.-])(?:id|ids|nr|code|patient|subject|participant|person|student|pupil|customer|client|user|household|site|group)(?:$|[\s_.-])"
    r"|[a-z]Id$|[a-z]ID$",
    re.IGNORECASE,
)


class Memo:
    """What was computed of a table, by its question; a few answers are kept, and none of them travels with the table."""

    def __init__(self, n_kept: int = 4) -> None:
        self._n_kept, self._lock = n_kept, Lock()
        self._answers: dict[Any, Any] = {}

    def get(self, question: Any, make: Callable[[], Any]) -> Any:
        """Return the answer to a question, made by `make` where it is not kept."""
        with self._lock:
            if question in self._answers:
                return self._answers[question]
        answer = make()
        with self._lock:
            self._answers[question] = answer
            while len(self._answers) > self._n_kept:
                del self._answers[next(iter(self._answers))]
        return answer

    def __reduce__(self) -> tuple[type[Memo], tuple[int]]:
        """Travel empty."""
        return Memo, (self._n_kept,)


@dataclass(frozen=True, eq=False)
class Table:
    """A table with what was decided about it. columns: of the file; y (n,) values, or classes by number of their name.

    digest: names the bytes of the file. decisions: sentences, in the order of reading. units (n,): rows that stay together
    when they are divided, None: each by itself; days (n,): since 1970, where rows are divided by time. groups: whether the
    units are groups that were chosen. problem: why nothing can be trained on it, "" where something can; n_odd: of how many
    rows that could be left out it speaks. places (n,): of its rows among the cells.
    """

    name: str
    digest: str
    choices: Choices
    columns: tuple[Column, ...]
    target: int
    y: Array
    task: Task
    class_names: tuple[str, ...]
    decisions: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    units: Array | None = None
    groups: bool = False
    days: Array | None = None
    problem: str = ""
    n_odd: int = 0
    places: Array = field(default_factory=lambda: np.zeros(0, dtype=np.int64), repr=False)
    memo: Memo = field(default_factory=Memo, repr=False)

    @property
    def target_name(self) -> str:
        """Return the name of the target's column."""
        return self.columns[self.target].name

    @property
    def inputs(self) -> tuple[Column, ...]:
        """Return the columns that the network sees."""
        return tuple(column for column in self.columns if column.is_input)

    @property
    def n_rows(self) -> int:
        """Return n, the rows with a target."""
        return len(self.y)

    @property
    def key(self) -> str:
        """Return a text that names the file and all that was chosen."""
        return f"{self.digest},{self.choices.to_text()}"

    @property
    def n_bytes(self) -> int:
        """Return about how much memory the table takes."""
        return sum(column.values.nbytes for column in self.columns) + self.y.nbytes


def make_table(cells: Cells, choices: Choices | None = None) -> Table:
    """Return the table of a file's cells; what forbids to train on it is its `problem`.

    Raises ValueError where a choice fits no column.
    """
    choices = choices or Choices()
    check_numbers_of_columns(choices, len(cells.names))
    columns = read_columns(cells, dict(choices.kinds))
    filled = [column.number for column in columns if column.n_different]
    place = choices.target if choices.target is not None else (filled or [len(columns) - 1])[-1]
    if choices.task == "regression" and columns[place].kind in ("category", "text") and sign_of(cells.columns[place]):
        columns[place] = read_column(cells, place, parse_numbers(cells.columns[place]), "", "number")
    target = read_target(cells, columns[place], choices.task)
    columns = [with_role(column, place, choices) for column in columns]
    notes = [
        *cells.notes,
        target.why,
        *([say("The last column is proposed as the target.")] if choices.target is None else []),
    ]
    is_kept = target.is_known
    if n_lost := int((~is_kept).sum()):
        notes.append(say("{rows} without a target {were} left out.", rows=_rows(n_lost), were=_were(n_lost)))
    n_odd = target.n_rare
    if choices.drop_odd and n_odd:
        target, note = without_rare(target, columns[place])
        notes, n_odd, is_kept = [*notes, note], 0, target.is_known
    problem, units, days = target.problem, None, None
    if choices.time is not None:
        days, why, problem = _days(columns[choices.time], problem)
        if n_undated := int((is_kept & ~np.isfinite(days)).sum()) if not why else 0:
            notes.append(say("{rows} without a date {were} left out.", rows=_rows(n_undated), were=_were(n_undated)))
        is_kept = is_kept & np.isfinite(days) if not why else is_kept
    if choices.group is not None:
        units, problem = _groups(cells, columns[choices.group], problem)
    if choices.group is not None and choices.time is not None:
        problem = problem or say("group: expected groups or time to divide by, received both; choose one of them")
    kept = np.flatnonzero(is_kept)
    if len(kept) < len(is_kept):
        columns = [of_rows(cells, column, kept) for column in columns]
    y = target.y[kept]
    units, days = (None if values is None else values[kept] for values in (units, days))
    table = Table(
        cells.name, cells.digest, choices, tuple(columns), place, y, target.task, target.class_names, (), (), units,
        choices.group is not None and not problem, days, problem or _shortage(columns, y, target),
        n_odd, kept,
    )  # fmt: skip
    return _described(table, notes)


def of_rows(cells: Cells, column: Column, rows: Array) -> Column:
    """Return a column with only these rows, and how many cells are missing in them."""
    if not len(column.values):
        return replace(column, n_missing=n_empty(cells.columns[column.number], rows))
    values = column.values[rows]
    is_missing = values < 0 if column.kind == "category" else ~np.isfinite(values)
    return replace(column, values=values, n_missing=int(is_missing.sum()))


def check_numbers_of_columns(choices: Choices, n_columns: int) -> None:
    """Refuse choices of columns that the file does not have, and a target that is no target."""
    for name in ("target", "group", "time"):
        number = getattr(choices, name)
        if number is not None and number >= n_columns:
            raise ValueError(
                say(
                    "{name}: expected one of {n_columns} columns, received column {number}",
                    name=name,
                    n_columns=n_columns,
                    number=number + 1,
                )
            )
        if number is not None and name != "target" and number == choices.target:
            raise ValueError(
                say(
                    "{name}: expected another column than the target, received column {number}",
                    name=name,
                    number=number + 1,
                )
            )
    for name in ("kinds", "inputs"):
        for number in getattr(choices, name):
            if number >= n_columns:
                raise ValueError(
                    say(
                        "{name}: expected some of {n_columns} columns, received column {number}",
                        name=name,
                        n_columns=n_columns,
                        number=number + 1,
                    )
                )


def with_role(column: Column, target: int, choices: Choices) -> Column:
    """Return a column as an input or not: as it was chosen, and never the target or what the rows are divided by."""
    if column.number in (target, choices.group, choices.time):
        role = say("the target") if column.number == target else say("what rows are divided by")
        return replace(
            column,
            is_input=False,
            why_out=say("no input, since it is {role}", role=role),
        )
    is_in = choices.inputs.get(column.number)
    if is_in is None or is_in == column.is_input:
        return column
    if is_in and column.kind == "text":
        raise ValueError(
            say(
                "inputs: expected columns of numbers, categories or dates, received the text '{name}'; choose another "
                "kind for it",
                name=column.name,
            )
        )
    role = say("an input") if is_in else say("left out")
    return replace(
        column,
        is_input=is_in,
        why_out=say("{role}, as you chose", role=role),
    )


def _days(column: Column, problem: str) -> tuple[Array, str, str]:
    """Return the time of each row, and why there is none."""
    if column.kind in ("date", "number") and column.n_different >= MIN_TIMES:
        return column.values, "", problem
    if column.kind in ("date", "number"):
        why = say(
            "time: expected at least {min_times} different times, received {n_different} in '{name}'",
            min_times=MIN_TIMES,
            n_different=column.n_different,
            name=column.name,
        )
        return column.values, why, problem or why
    why = say(
        "time: expected a column of dates or numbers, received '{name}', {kind}",
        name=column.name,
        kind=say("a category") if column.kind == "category" else say("a text"),
    )
    return np.full(len(column.values), np.nan), why, problem or why


def _groups(cells: Cells, column: Column, problem: str) -> tuple[Array, str]:
    """Return the number of each row's group, missing ones each by themselves."""
    codes, words = coded(cells.columns[column.number])
    units = codes.astype(np.int64)
    is_missing = units < 0
    units[is_missing] = len(words) + np.arange(int(is_missing.sum()))
    if len(words) < MIN_GROUPS and not problem:
        problem = say(
            "group: expected at least {min_groups} groups, of which whole ones can be held out, received {n_words} in "
            "'{name}'; choose another column, or no groups",
            min_groups=MIN_GROUPS,
            n_words=len(words),
            name=column.name,
        )
    return units, problem


def _shortage(columns: list[Column], y: Array, target: Target) -> str:
    """Return why there is too little to train on, "" where there is enough."""
    if len(y) < MIN_ROWS:
        return say(
            "target: expected at least {min_rows} rows with a target, received {n_y}", min_rows=MIN_ROWS, n_y=len(y)
        )
    if not any(column.is_input for column in columns):
        return say("inputs: expected at least one column as an input, received none; each says why it is left out")
    if target.task == "classification" and np.bincount(y, minlength=len(target.class_names)).min() < 5:
        return say("target: expected at least 5 rows of each class with a date, received fewer")
    n_inputs = sum(
        len(c.categories) if c.kind == "category" else 3 if c.kind == "date" else 1 for c in columns if c.is_input
    )
    if n_inputs > MAX_INPUTS:
        return say(
            "inputs: expected at most {max_inputs:,} inputs, received {n_inputs:,}, one for each category; leave "
            "some columns out",
            max_inputs=MAX_INPUTS,
            n_inputs=n_inputs,
        )
    return ""


def _described(table: Table, notes: list[str]) -> Table:
    """Return the table with its sentences, and with equal rows as units where they are copies."""
    warnings = [
        say("{name}: {warning}", name=column.name, warning=column.warning) for column in table.columns if column.warning
    ]
    if not table.problem:
        table, note = _with_copies(table)
        notes = [*notes, *note]
        warnings += [_gives_away(table, column) for column in table.inputs]
        warnings += [_names_rows(table, column) for column in table.columns if column.number != table.target]
    notes += [*_columns_in_words(table), *_division_in_words(table)]
    warnings = list(filter(None, warnings))
    if len(warnings) > MAX_WARNINGS:
        warnings = [
            *warnings[:MAX_WARNINGS],
            say("And {n_warnings} more of this kind.", n_warnings=len(warnings) - MAX_WARNINGS),
        ]
    return replace(table, decisions=tuple(notes), warnings=tuple(warnings))


def _with_copies(table: Table) -> tuple[Table, list[str]]:
    """Return the table whose equal rows stay together, and how many there are."""
    if table.groups or table.days is not None:
        return table, []
    units = same_rows([*(column.values for column in table.inputs), table.y])
    counts = np.bincount(units)
    n_twins = int(counts[counts > 1].sum())
    if not n_twins:
        return table, []
    if n_twins > MANY_TWINS * table.n_rows:
        return table, [
            say(
                "{n_twins:,} rows are equal to another, as coarse inputs make by chance: they are divided like all "
                "others.",
                n_twins=n_twins,
            )
        ]
    n_more = int((counts[counts > 1] - 1).sum())
    return replace(table, units=units), [
        say_n(
            "{n:,} row repeats another: equal rows stay together.",
            "{n:,} rows repeat another: equal rows stay together.",
            n_more,
        )
    ]


def _gives_away(table: Table, column: Column) -> str:
    """Return that an input all but is the target, "" where it is not."""
    is_known = np.isfinite(column.values) if column.kind != "category" else column.values >= 0
    x, y = column.values[is_known].astype(np.float64), table.y[is_known].astype(np.float64)
    if len(x) < MIN_ROWS or np.ptp(x) == 0 or np.ptp(y) == 0:
        return ""
    if column.kind == "category":
        if table.task == "regression" or len(np.unique(x)) < 2:
            return ""
        pairs = np.unique(np.column_stack([x, y]), axis=0)
        gives = len(pairs) == len(np.unique(x)) == len(np.unique(y))
    else:
        gives = abs(float(np.corrcoef(x, y)[0, 1])) > GIVES_AWAY
    if not gives:
        return ""
    return say(
        "'{name}' gives the target away: knowing it is knowing '{target_name}'. Leave it out, unless it is known "
        "beforehand.",
        name=column.name,
        target_name=table.target_name,
    )


def _names_rows(table: Table, column: Column) -> str:
    """Return what to do with a column that, by its name, tells who or what a row is of; "" for others."""
    if table.groups or table.days is not None or not IDENTIFIES.search(column.name):
        return ""
    n_filled = table.n_rows - column.n_missing
    if column.is_input and column.kind == "number" and all_whole_and_different(column.values):
        return say("'{name}' is another number in every row: leave it out, if it only names the row.", name=column.name)
    if MIN_GROUPS <= column.n_different <= n_filled / 2:
        return say(
            "'{name}' has {n_different:,} different cells in {n_rows:,} rows. If the rows of one belong together, divide by "
            "whole groups: else a network is judged by those it has seen.",
            name=column.name,
            n_different=column.n_different,
            n_rows=table.n_rows,
        )
    return ""


def all_whole_and_different(values: Array) -> bool:
    """Return whether the values are whole numbers, each there once; nan is none."""
    known = values[np.isfinite(values)]
    return bool((known == np.round(known)).all()) and len(np.unique(known)) == len(known)


def _columns_in_words(table: Table) -> list[str]:
    """Return what the columns are, many of one kind in one sentence."""
    said = []
    for kind, what in (
        ("number", say("numbers, standardised")),
        ("category", say("categories, one input of 0 and 1 for each word")),
        ("date", say("dates: their year, month and weekday are inputs")),
    ):
        names = [f"'{column.name}'" for column in table.inputs if column.kind == kind]
        if names:
            more = say(" and {n_names} more", n_names=len(names) - N_LISTED) if len(names) > N_LISTED else ""
            said.append(
                say(
                    "Inputs that are {what}: {names}{more}.", what=what, names=joined(names[:N_LISTED], ", "), more=more
                )
            )
    left_out = [column for column in table.columns if not column.is_input and column.number != table.target]
    said += [say("'{name}' is {reason}.", name=column.name, reason=column.reason) for column in left_out[:N_LISTED]]
    if len(left_out) > N_LISTED:
        said.append(
            say_n(
                "{n} more column is no input; its card says why.",
                "{n} more columns are no inputs; each says why.",
                len(left_out) - N_LISTED,
            )
        )
    with_gaps = [column for column in table.inputs if column.n_missing]
    for column in with_gaps[:N_LISTED]:
        how = (
            say("missing is a category of its own")
            if column.kind == "category"
            else say("the median of the training rows takes its place")
        )
        if column.kind != "category" and column.n_missing > FLAG_SHARE * table.n_rows:
            how += say("; that a cell was missing is an input of its own")
        said.append(
            say_n(
                "'{name}' has {n:,} missing cell: {how}.",
                "'{name}' has {n:,} missing cells: {how}.",
                column.n_missing,
                name=column.name,
                how=how,
            )
        )
    if len(with_gaps) > N_LISTED:
        said.append(
            say_n(
                "{n} more column has missing cells, treated alike.",
                "{n} more columns have missing cells, treated alike.",
                len(with_gaps) - N_LISTED,
            )
        )
    return said


def _division_in_words(table: Table) -> list[str]:
    """Return how rows are divided into training, validation and test rows."""
    if table.problem:
        return []
    if table.days is not None:
        return [
            say(
                "Rows are divided by time: the last 20 % by '{name}' are the test rows.",
                name=table.columns[table.choices.time or 0].name,
            )
        ]
    if table.groups:
        name = table.columns[table.choices.group or 0].name
        return [say("Rows are divided by whole groups of '{name}': no group is on two sides.", name=name)]
    return [
        say("Rows are divided at random, each class alike.")
        if table.task == "classification"
        else say("Rows are divided at random.")
    ]


def _rows(n: int) -> str:
    return say_n("{n:,} row", "{n:,} rows", n)


def _were(n: int) -> str:
    return "were" if n > 1 else "was"
