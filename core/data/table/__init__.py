"""Tables of one's own: `load_table` reads one, `Split.from_table` divides it for training.

Order of work: `reading.py` (bytes to text to `cells.py`), `kinds.py` (what each column is), `target.py`, `record.py` (the `Table`),
`rows.py` (who trains, who judges), `encoding.py` (columns to inputs). `choices.py`: what a person overrules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.data.split import Task
from core.data.table.choices import KINDS, SEPARATORS, TASKS, Choices, ColumnKind, check_encoding
from core.data.table.record import Table, make_table
from core.settings.words import received, shortened
from core.words import say

__all__ = ["Choices", "Table", "load_table"]


def load_table(
    source: Any,
    target: str | int | None = None,
    *,
    task: Task | None = None,
    kinds: Mapping[str, ColumnKind] | None = None,
    inputs: Mapping[str, bool] | None = None,
    group: str | int | None = None,
    time: str | int | None = None,
    separator: str | None = None,
    encoding: str | None = None,
    header: bool | None = None,
    seed: int = 0,
    drop_odd: bool = False,
) -> Table:
    """Return a table of one's own with what was decided about it, in sentences (`decisions`).

    source: path of a CSV file, its bytes, its text (with line ends), or a pandas table. target, group, time: names of columns,
    or their numbers from 0; the target is the last column by default. kinds: "number", "category", "date" or "text" by name;
    inputs: True or False by name. group: its groups stay whole when rows are divided; time: the last rows are the test rows.
    seed: which rows are drawn of more than 20,000. drop_odd: leave out rows that do not fit, of another number of cells than
    the first line or of a class with fewer than five rows. Needs pyarrow.
    Raises ValueError with the argument, what was expected and what was received, also where nothing can be trained on it.
    """
    from core.data.table.cells import cells_of_frame
    from core.data.table.reading import read_cells

    first = Choices(
        _separator(separator),
        None if encoding is None else check_encoding(encoding),
        _yes_or_no(header),
        seed=_seed(seed),
        drop_odd=_yes_or_no(drop_odd, "drop_odd") or False,
    )
    if hasattr(source, "columns") and hasattr(source, "iloc"):
        cells = cells_of_frame(source, first)
    else:
        cells = read_cells(*_bytes_of(source), choices=first)
    if task is not None and task not in TASKS:
        raise ValueError(say("task: expected 'regression' or 'classification', received {task}", task=received(task)))
    roles = {
        name: None if value is None else _number(name, value, cells.names)
        for name, value in (("target", target), ("group", group), ("time", time))
    }
    chosen = {
        "kinds": _by_number("kinds", kinds, cells.names, KINDS), "inputs": _by_number("inputs", inputs, cells.names, (True, False))
    }  # fmt: skip
    table = make_table(cells, replace(first, task=task, **roles, **chosen))  # type: ignore[arg-type]
    if table.problem:
        raise ValueError(table.problem)
    return table


def _bytes_of(source: Any) -> tuple[bytes, str]:
    """Return the bytes of a file and its name; no more is read of it than a table may have."""
    from core.data.table.kind_of_file import MAX_BYTES, check_size

    if isinstance(source, str) and ("\n" in source or "\r" in source):
        return source.encode(), "pasted"
    if isinstance(source, bytes):
        return source, "table"
    if not isinstance(source, (str, Path)) or not str(source):
        raise ValueError(
            say(
                "source: expected the path of a CSV file, its bytes, its text or a pandas table, received {source}",
                source=received(source),
            )
        )
    path = Path(source)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
            check_size(max(len(data), path.stat().st_size))
    except OSError as error:
        raise ValueError(
            say(
                "source: expected a file that can be read, received '{source}': {strerror}",
                source=shortened(str(source)),
                strerror=error.strerror,
            )
        ) from None
    return data, path.name


def _number(name: str, value: Any, names: tuple[str, ...]) -> int:
    """Return the number of the column that is named, or numbered."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(names):
        return value
    if isinstance(value, str) and value in names:
        return names.index(value)
    raise ValueError(
        say(
            "{name}: expected one of the columns {names}, received {value}",
            name=name,
            names=shortened(", ".join(names)),
            value=received(value),
        )
    )


def _by_number(name: str, values: Any, names: tuple[str, ...], allowed: tuple[Any, ...]) -> dict[int, Any]:
    """Return choices by the number of their column; raises ValueError for one that cannot be."""
    if values is None:
        return {}
    if not isinstance(values, Mapping):
        example = "{'zip': 'category'}" if name == "kinds" else "{'id': False}"
        raise ValueError(
            say(
                "{name}: expected choices by column, such as {example}, received {values}",
                name=name,
                example=example,
                values=received(values),
            )
        )
    for value in values.values():
        if not any(value is option or (isinstance(value, str) and value == option) for option in allowed):
            raise ValueError(
                say(
                    "{name}: expected one of {map} for each column, received {value}",
                    name=name,
                    map=", ".join(map(str, allowed)),
                    value=received(value),
                )
            )
    return {_number(name, column, names): value for column, value in values.items()}


def _separator(value: Any) -> str | None:
    if value is None or (isinstance(value, str) and value in SEPARATORS.values()):
        return value
    raise ValueError(say("separator: expected one of , ; | or a tab, received {value}", value=received(value)))


def _yes_or_no(value: Any, name: str = "header") -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    raise ValueError(say("{name}: expected True, False or None, received {value}", name=name, value=received(value)))


def _seed(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 999_999:
        return value
    raise ValueError(say("seed: expected a whole number from 0 to 999,999, received {value}", value=received(value)))
