"""What studies give: frozen records of arrays and plain data, written to bytes and read from them without pickle.

The bytes are a NumPy `.npz` file: the arrays by number, with their own types, and one JSON text that says where they stand.
So a result goes to another process, or into a file, with every digit, and nothing that is read is ever executed.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import fields
from io import BytesIO
from typing import Any, ClassVar, Self

import numpy as np

from core.settings.experiment import Experiment
from core.settings.words import received
from core.words import Message, say

TREE = "tree"  # the name of the JSON text among the arrays
MOST_TRIES = 5
PLAIN = (bool, int, float, str, type(None))


class Result:
    """Base of the records: a frozen dataclass of arrays, numbers, texts, messages, experiments, other records, and lists,
    tuples and dictionaries of these.
    """

    __dataclass_fields__: ClassVar[dict[str, Any]]

    def to_bytes(self) -> bytes:
        """Return the record as bytes, for `from_bytes`. Raises ValueError for what is neither an array nor plain data."""
        arrays: list[np.ndarray] = []
        tree = json.dumps(to_tree(self, arrays))
        content = BytesIO()
        named = {str(number): array for number, array in enumerate(arrays)}
        np.savez(content, allow_pickle=False, **named, **{TREE: np.frombuffer(tree.encode(), np.uint8)})
        return content.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Return the record that `to_bytes` has written; its arrays are its own. Raises ValueError for any other bytes."""
        try:
            found = read(content)
        except (zipfile.BadZipFile, EOFError, OSError, KeyError, TypeError, ValueError) as error:
            raise ValueError(
                say(
                    "content: expected the bytes of a {name}, received others ({error})", name=cls.__name__, error=error
                )
            ) from None
        if not isinstance(found, cls):
            raise ValueError(
                say(
                    "content: expected the bytes of a {expected}, received those of a {received}",
                    expected=cls.__name__,
                    received=type(found).__name__,
                )
            )
        return found


def read(content: bytes) -> Any:
    """Return what the bytes hold. Python 3.11 now and then fails to parse the head of an array while another thread parses
    something (python/cpython#106905): then they are read again.
    """

    def once() -> Any:
        with np.load(BytesIO(content), allow_pickle=False) as file:
            return from_tree(json.loads(file[TREE].tobytes()), lambda number: file[str(number)])

    for _ in range(MOST_TRIES - 1):
        with suppress(SystemError):
            return once()
    return once()


def to_tree(value: Any, arrays: list[np.ndarray]) -> Any:
    """Return a value as JSON data; its arrays are added to `arrays` and named by their number."""
    if isinstance(value, np.generic):
        value = value.item()
    if type(value) is Message:
        values = {name: to_tree(item, arrays) for name, item in value.values.items()}
        return {"message": value.template, "values": values, "plural": value.plural, "n": value.n}
    if isinstance(value, PLAIN):
        return str.__str__(value) if isinstance(value, str) else value
    if isinstance(value, list):
        return [to_tree(item, arrays) for item in value]
    if isinstance(value, tuple):
        return {"tuple": [to_tree(item, arrays) for item in value]}
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {"dict": {key: to_tree(item, arrays) for key, item in value.items()}}
    if isinstance(value, Experiment):
        return {"experiment": value.model_dump(mode="json")}
    if isinstance(value, Result):
        own = {field.name: to_tree(getattr(value, field.name), arrays) for field in fields(value)}
        return {"record": type(value).__name__, "fields": own}
    if isinstance(value, np.ndarray) and not value.dtype.hasobject:
        arrays.append(value)
        return {"array": len(arrays) - 1}
    raise ValueError(
        say("result: expected arrays of numbers or texts, and plain data, received {value}", value=received(value))
    )


def from_tree(tree: Any, array_of: Callable[[int], np.ndarray]) -> Any:
    """Return the value of JSON data: the inverse of `to_tree`."""
    if isinstance(tree, list):
        return [from_tree(item, array_of) for item in tree]
    if not isinstance(tree, dict):
        return tree
    if "record" in tree:
        own = {name: from_tree(item, array_of) for name, item in tree["fields"].items()}
        return kinds()[tree["record"]](**own)
    if "message" in tree:
        values = {name: from_tree(item, array_of) for name, item in tree["values"].items()}
        return Message(tree["message"], values, tree["plural"], tree["n"])
    (kind, item), *_ = tree.items()
    if kind == "array":
        return array_of(item)
    if kind == "experiment":
        return Experiment(**item)
    if kind == "tuple":
        return tuple(from_tree(one, array_of) for one in item)
    return {name: from_tree(one, array_of) for name, one in item.items()}


def kinds() -> dict[str, type[Result]]:
    """Return all kinds of records by name."""
    return {kind.__name__: kind for kind in kinds_below(Result)}


def kinds_below(base: type[Result]) -> Iterator[type[Result]]:
    """Yield the classes made of a class, and those made of these."""
    for kind in base.__subclasses__():
        yield kind
        yield from kinds_below(kind)
