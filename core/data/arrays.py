"""People's arrays, read as numbers: lists, NumPy, pandas, torch. What cannot be read is refused in words.

Nothing is guessed: a missing value, a text or a masked entry is no number. Read next: `split.py`.
"""

from __future__ import annotations

from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.settings.words import received, written
from core.words import say, say_n

Array = NDArray[Any]

LARGEST = 1e18  # its square is still a number in float32; that of 1e20 is infinite
MISSING = ("NoneType", "NAType", "NaTType", "MaskedConstant")  # None, pandas' two, NumPy's
MAX_CLASSES = 1000
COARSE = 0.1  # a step of float32 that is larger, in standard deviations, hides what is to be learned


def check_numbers(name: str, values: ArrayLike) -> Array:
    """Return the values as a copied array of finite numbers, floats of at most 64 bits, whole numbers or booleans.

    Raises ValueError for text, dates, missing and masked values, rows of unequal length, nan, infinity and numbers beyond
    1e18, whose squares are infinite in float32.
    """
    array = _read(name, values)
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        with np.errstate(over="ignore"):
            array = array.astype(np.float64)
    if not np.isfinite(array).all():
        n_bad = int(np.sum(~np.isfinite(array)))
        raise ValueError(
            say("{name}: expected finite numbers, received {n_bad} that are nan or infinite", name=name, n_bad=n_bad)
        )
    largest = _largest(array)
    if largest > LARGEST:
        raise ValueError(
            say(
                "{name}: expected numbers from -{largest:g} to {largest:g}, received one of size {received:g}, too "
                "large to be squared; divide by a constant",
                name=name,
                largest=LARGEST,
                received=largest,
            )
        )
    return array


def check_inputs(name: str, values: ArrayLike, may_be_empty: bool = False) -> Array:
    """Return inputs as a float array (n, d) with n, d ≥ 1 (n ≥ 0); float32 stays float32, all else becomes float64."""
    array = check_numbers(name, values)
    if array.ndim != 2 or array.shape[1] == 0 or (len(array) == 0 and not may_be_empty):
        raise ValueError(
            say(
                "{name}: expected shape (rows, features), each at least 1, received {shape}",
                name=name,
                shape=array.shape,
            )
        )
    return as_floats(array)


def as_floats(array: Array) -> Array:
    """Return an array of numbers as float32 where it is that already, else as float64."""
    return array if array.dtype == np.float32 else array.astype(np.float64)


def check_targets(name: str, values: ArrayLike, n_rows: int) -> Array:
    """Return targets (n_rows,), one number for each row, of the type they were given in."""
    array = check_numbers(name, values)
    if array.shape != (n_rows,):
        raise ValueError(
            say(
                "{name}: expected shape ({n_rows},), one target for each row, received {shape}",
                name=name,
                n_rows=n_rows,
                shape=array.shape,
            )
        )
    return array


def check_reach(inputs: list[Array], targets: list[Array]) -> None:
    """Refuse inputs and targets that are finite but whose products are not: a gradient is about input · output, squared by Adam."""
    x, y = (max(_largest(array) for array in arrays) for arrays in (inputs, targets))
    if max(x, 1.0) * max(x, y, 1.0) > LARGEST:
        raise ValueError(
            say(
                "X_train: expected inputs and targets whose products stay below {largest:g}, received inputs up to "
                "{x:g} and targets up to {y:g}; divide them by a constant, or standardise them",
                largest=LARGEST,
                x=x,
                y=y,
            )
        )


def check_resolution(name: str, values: Array) -> None:
    """Refuse numbers whose differences float32 hardly tells: steps of more than a tenth of a column's standard deviation.

    values (n,) or (n, d). A network that answers in such steps cannot have a small error, nor show it.
    """
    table = values.reshape(len(values), -1).astype(np.float64)
    spread, step = table.std(0), np.spacing(np.abs(table).max(0).astype(np.float32)).astype(np.float64)
    is_lost = (spread > 0) & (step > COARSE * spread)
    if is_lost.any():
        column = int(np.argmax(is_lost))
        where = say(" in column {column}", column=column + 1) if values.ndim > 1 else ""
        raise ValueError(
            say(
                "{name}: expected differences that float32 can tell, received values up to {abs:.6g}"
                "{where} with a standard deviation of {spread:.3g}, where float32 counts in steps of "
                "{step:.3g}; subtract their mean, or train with dtype='float64'",
                name=name,
                abs=np.abs(table[:, column]).max(),
                where=where,
                spread=spread[column],
                step=step[column],
            )
        )


def encode_labels(named: dict[str, Array]) -> tuple[Array, dict[str, Array]]:
    """Return the distinct labels of all arrays, ascending, (n_classes,), and each array as their numbers 0, 1, ….

    Labels are whole numbers or booleans: 1 and 2 are two classes, and so are -1 and 1, or 2019 and 2020. A single label
    gets a second class that no row has, for a network tells at least two apart.
    """
    for name, labels in named.items():
        if (labels != np.round(labels)).any():
            raise ValueError(
                say(
                    "{name}: expected classes as whole numbers for task 'classification', received values from "
                    "{least:g} to {largest:g}; use task='regression' for continuous targets",
                    name=name,
                    least=labels.min(),
                    largest=labels.max(),
                )
            )
    together = np.concatenate(list(named.values()))
    classes = np.unique(together if together.dtype.kind == "b" else together.astype(np.int64))
    if len(classes) > MAX_CLASSES:
        raise ValueError(
            say(
                "{next}: expected at most {max_classes:,} classes for task 'classification', received "
                "{n_classes:,} different values; use task='regression' for continuous targets",
                next=next(iter(named)),
                max_classes=MAX_CLASSES,
                n_classes=len(classes),
            )
        )
    numbers = {name: np.searchsorted(classes, labels.astype(classes.dtype)) for name, labels in named.items()}
    if len(classes) == 1:
        classes = np.append(classes, ~classes if classes.dtype.kind == "b" else classes + 1)
    return classes, {name: array.astype(np.int64) for name, array in numbers.items()}


def _largest(array: Array) -> float:
    """Return the largest size of any number, 0 for none."""
    return max(float(array.max()), -float(array.min()), 0.0) if array.size else 0.0


def _read(name: str, values: Any) -> Array:
    """Return the values as an array of numbers, copied."""
    n_masked = _n_masked(values)
    if n_masked:
        raise ValueError(
            say_n(
                "{name}: expected a value everywhere, received a masked one; fill or drop it",
                "{name}: expected a value everywhere, received {n} masked ones; fill or drop them",
                n_masked,
                name=name,
            )
        )
    for kind, call in (("scipy.sparse", ".toarray()"), ("torch", ".to_dense()")):
        if type(values).__module__.startswith(kind) and is_sparse(values):
            raise ValueError(
                say(
                    "{name}: expected {table}, received a sparse matrix; call {call} on it first",
                    name=name,
                    table=_TABLE,
                    call=call,
                )
            )
    try:
        array = np.array(_from_torch(values) if hasattr(values, "detach") else values)
    except (ValueError, TypeError, RuntimeError, OverflowError):
        raise ValueError(
            say("{name}: expected {table}, received {rows}", name=name, table=_TABLE, rows=_rows(values))
        ) from None
    if array.dtype.kind in "fiub":
        return array
    if array.dtype.kind == "O" and array.ndim:
        return _from_objects(name, array, values)
    if array.dtype.kind in "UST":
        return _from_objects(name, np.array(values, dtype=object), values)  # NumPy made text of the numbers beside it
    raise ValueError(say("{name}: expected numbers, received {kind}", name=name, kind=_kind(array, values)))


def _n_masked(values: Any) -> int:
    """Return how many entries of an array, or of the arrays in a list, are masked."""
    if isinstance(values, (list, tuple)):
        return sum(_n_masked(row) for row in values)
    return int(np.ma.getmaskarray(values).sum()) if np.ma.isMaskedArray(values) else 0


def is_sparse(values: Any) -> bool:
    """Return whether a matrix of scipy's or a tensor of torch's leaves out its zeros."""
    return hasattr(values, "tocoo") or str(getattr(values, "layout", "")).startswith("torch.sparse")


def _from_torch(values: Any) -> Array:
    """Return a torch tensor, perhaps one that keeps a gradient, as NumPy has it; 16-bit "brain" floats become 32-bit ones."""
    tensor = values.detach().cpu().resolve_conj().resolve_neg()
    return np.asarray((tensor.float() if str(tensor.dtype) == "torch.bfloat16" else tensor).numpy())


_TABLE = say("numbers, with as many in every row")


def _rows(values: Any) -> str:
    """Return what is wrong with values that make no array, in words."""
    lengths = {len(row) if hasattr(row, "__len__") and not isinstance(row, str) else 1 for row in values}
    if len(lengths) > 1:
        return say("rows of {shortest} to {longest}", shortest=min(lengths), longest=max(lengths))
    return received(values)


def _kind(array: Array, values: Any) -> str:
    if array.dtype.kind == "O":
        return received(values)
    kinds = {"c": say("complex numbers"), "M": say("dates"), "m": say("durations")}
    return kinds.get(array.dtype.kind, say("values of type {dtype}", dtype=array.dtype))


def _from_objects(name: str, array: Array, values: Any) -> Array:
    """Return an array of Python objects (a table with columns of several types) as float64."""
    items = array.ravel()
    n_missing = sum(type(item).__name__ in MISSING for item in items)
    if n_missing:
        raise ValueError(
            say(
                "{name}: expected a value everywhere, received {n_missing} missing ones; fill or drop them",
                name=name,
                n_missing=n_missing,
            )
        )
    odd = next((item for item in items if not isinstance(item, (Real, np.bool_, Decimal))), None)
    if odd is not None:
        return _refuse_item(name, array, values, odd)
    try:
        return np.array([float(item) for item in items]).reshape(array.shape)
    except OverflowError:
        raise ValueError(say("{name}: expected finite numbers, received one that is too large", name=name)) from None
    except ValueError:  # a Decimal that signals
        raise ValueError(say("{name}: expected finite numbers, received one that is nan", name=name)) from None


def _refuse_item(name: str, array: Array, values: Any, item: Any) -> Array:
    """Raise ValueError for a text, a list or another thing that is no number, with its column in a table."""
    if isinstance(item, (list, tuple, np.ndarray)):
        raise ValueError(say("{name}: expected {table}, received {rows}", name=name, table=_TABLE, rows=_rows(values)))
    what = say("text such as {item}", item=written(str(item))) if isinstance(item, str) else received(item)
    where = ""
    if array.ndim == 2:
        column = int(np.argwhere(array == item)[0][1])
        columns = getattr(values, "columns", None)
        where = say(" in column {column}", column=column + 1 if columns is None else repr(str(columns[column])))
    raise ValueError(say("{name}: expected numbers, received {what}{where}", name=name, what=what, where=where))
