"""The data set "My table": a table of one's own as an experiment names it, by the hash of its file and by what was chosen.

The rows are not in the experiment, nor in a link: they are found on the shelf of tables (`core/data/table/shelf.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import DTypeLike

from core.data.arrays import Array
from core.data.info import DatasetInfo
from core.data.labels import flip_labels
from core.data.split import Split
from core.data.streams import LABELS, NOISE, stream
from core.data.table.record import Table
from core.data.table.shelf import the_shelf
from core.data.table.splitting import table_rows, table_split
from core.settings.experiment import DataConfig
from core.words import say

OWN = "table"  # its name among the data sets
LABEL = say("My table")
ABSENT = DatasetInfo(LABEL, "table", "regression", 0, 20_000, say("Its file is not open here."), say("your file."), 1)


@dataclass(frozen=True)
class TableInfo(DatasetInfo):
    """What is known of a table beside its label. parts: rows that may train, validation and test rows."""

    parts: tuple[int, int, int] = (0, 0, 0)
    n_encoded: int = 1  # inputs after encoding

    def n_inputs(self, data: DataConfig) -> int:
        """Return the number of inputs of the network."""
        return self.n_encoded

    def n_test(self) -> int:
        """Return the number of test rows."""
        return self.parts[2]

    def n_val(self, val_fraction: float) -> int:
        """Return the number of validation rows."""
        return self.parts[1]

    def max_train(self, val_fraction: float) -> int:
        """Return the largest possible `n_train`."""
        return self.parts[0]


def is_own(data: DataConfig) -> bool:
    """Return whether the data are a table of one's own."""
    return data.name == OWN


def key_of(data: DataConfig) -> str:
    """Return the key by which the table is found."""
    return f"{data.table},{data.reading}"


def is_here(data: DataConfig) -> bool:
    """Return whether the rows can be had: those of a table that somebody has open, and of all other data."""
    return not is_own(data) or the_shelf().find(key_of(data)) is not None


def table_of(data: DataConfig) -> Table:
    """Return the table of an experiment; raises ValueError where nobody has it open."""
    table = the_shelf().find(key_of(data))
    if table is None:
        raise ValueError(
            say(
                "table: expected a table that is open, received the hash '{table}' of one that is not; open its "
                "file, or in Python give its split: train(experiment, split=Split.from_table(load_table(path)))",
                table=data.table,
            )
        )
    return table


def info_of_table(data: DataConfig) -> DatasetInfo:
    """Return what a page needs to know of the table; of one that is not open, that it is not."""
    if not is_here(data):
        return ABSENT
    table = table_of(data)
    n_parts = [len(part) for part in table_rows(table, data.seed, data.val_fraction)]
    settled = data.model_copy(update={"n_train": min(data.n_train, n_parts[0])})
    what = say("{n_class_names} classes", n_class_names=len(table.class_names)) if table.class_names else "values"
    return TableInfo(
        LABEL,
        "table",
        table.task,
        len(table.class_names),
        table.n_rows,
        say(
            "{name}: {n_rows:,} rows; '{target_name}' is to be predicted, {what}.",
            name=table.name,
            n_rows=table.n_rows,
            target_name=table.target_name,
            what=what,
        ),
        say("your file."),
        len(table.inputs),
        parts=(n_parts[0], n_parts[1], n_parts[2]),
        n_encoded=load_own(settled).n_features,
    )


def load_own(data: DataConfig, dtype: DTypeLike = np.float32, factor: int = 1) -> Split:
    """Return the split of an experiment's table; it is kept with the table, and goes with it.

    factor: so many times the training rows, encoded and standardised by those of factor 1.
    """
    table = table_of(data)
    question = (data, np.dtype(dtype).str, factor)
    split: Split = table.memo.get(question, lambda: _spoiled(table, data, dtype, factor))
    return split


def _spoiled(table: Table, data: DataConfig, dtype: DTypeLike, factor: int) -> Split:
    """Return the split with the noise and the wrong labels that the experiment asks for."""
    split = table_split(table, data.seed, data.val_fraction, factor * data.n_train, np.float64, n_fit=data.n_train)
    names = ("val", "test", "train")  # more training rows leave the noise of the others as it was
    noise, moves = stream(data, NOISE), _moves(split)
    arrays: dict[str, Array] = {}
    for name in names:
        X, y = getattr(split, f"X_{name}"), getattr(split, f"y_{name}")
        if data.noise_std and split.task == "regression":
            y = y + data.noise_std * noise.standard_normal(len(y))
        elif data.noise_std:
            X = X + data.noise_std * noise.standard_normal(X.shape) * moves[name]
        arrays[f"X_{name}"] = X.astype(dtype)
        arrays[f"y_{name}"] = y.astype(dtype) if split.task == "regression" else y
    if split.task == "classification" and data.label_noise:
        arrays["y_train"] = flip_labels(arrays["y_train"], data.label_noise, split.n_classes, stream(data, LABELS))
    return replace(split, **arrays)  # type: ignore[arg-type]


def _moves(split: Split) -> dict[str, Array]:
    """Return which cells of each part noise moves, (n, d): measured numbers, not words nor what stands in for a missing one."""
    n_train, n_val = len(split.X_train), len(split.X_val)
    shape = (n_train + n_val + len(split.X_test), split.n_features)
    moves = np.ones(shape, dtype=bool) if split.is_filled is None else ~split.is_filled
    if split.is_fixed is not None:
        moves = moves & ~split.is_fixed
    return dict(zip(("train", "val", "test"), np.split(moves, [n_train, n_train + n_val]), strict=True))
