"""A snapshot: what a job shows at one moment, and its binary form on the wire.

Wire form: header length (u32, little-endian), the header as UTF-8 JSON, zeros up to a multiple of 8, then the arrays'
little-endian bytes, each starting at a multiple of 8. Read next: `core/stream/job.py`.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np

from core.words import ENGLISH, in_language, say

ALIGNMENT = 8  # bytes; lets the browser view every buffer as a typed array without a copy
# Array types the browser has a typed array for; others travel as the nearest of these.
WIRE_TYPES = ("float16", "float32", "float64", "int32", "uint8")
SENT_AS = {
    "int64": "int32",
    "uint32": "int32",
    "int16": "int32",
    "int8": "int32",
    "bool": "uint8",
}
# Pictures, of which the eye needs three digits, and that would be most of a snapshot. Losses keep all their digits.
PICTURES = {"matrices", "unit_map"}

Arrays = dict[str, np.ndarray]
LEAST_HALF = np.finfo(np.float16).smallest_subnormal


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What a job shows at one moment: named arrays and JSON facts. Never changed after it was published.

    `version` grows by at least 1 from one snapshot of a job to the next. `kind` is "snapshot", or "frames" when every
    array has a leading axis of moments (rewind).
    """

    version: int
    meta: dict[str, Any]
    arrays: Arrays
    kind: str = "snapshot"

    @cached_property
    def encoded(self) -> bytes:
        """The binary form, made once however many browsers watch."""
        return encode(self.kind, self.version, self.meta, self.arrays)

    @cached_property
    def _in_others(self) -> dict[str, bytes]:
        return {}

    def encoded_in(self, language: str) -> bytes:
        """Return the binary form with the messages of `meta` in a language, made once for each."""
        if language == ENGLISH:
            return self.encoded
        if language not in self._in_others:
            meta = in_language(self.meta, language)
            self._in_others[language] = encode(self.kind, self.version, meta, self.arrays)
        return self._in_others[language]


def encode(kind: str, version: int, meta: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> bytes:
    """Return the binary form. nan and inf stay in arrays; in `meta` they become null, as JSON has neither.

    Raises ValueError for an array that is not made of numbers.
    """
    entries, chunks, offset = [], [], 0
    for name, array in arrays.items():
        dtype, values = to_wire_type(name, np.asarray(array))
        entries.append({"name": name, "dtype": dtype, "shape": list(values.shape), "offset": offset})
        chunk = pad((values if sys.byteorder == "little" else values.byteswap()).tobytes())
        chunks.append(chunk)
        offset += len(chunk)
    header = {"kind": kind, "version": int(version), "meta": to_json_value(meta), "arrays": entries}
    text = json.dumps(header, allow_nan=False, separators=(",", ":"), ensure_ascii=False).encode()
    return pad(len(text).to_bytes(4, "little") + text) + b"".join(chunks)


def decode(message: bytes) -> Snapshot:
    """Return the snapshot of a binary form: the inverse of `encode`."""
    header_end = 4 + int.from_bytes(message[:4], "little")
    header = json.loads(message[4:header_end])
    start = header_end + -header_end % ALIGNMENT
    arrays = {}
    for entry in header["arrays"]:
        dtype, size = np.dtype(entry["dtype"]).newbyteorder("<"), math.prod(entry["shape"])
        values = np.frombuffer(message, dtype, size, start + entry["offset"])
        arrays[entry["name"]] = values.reshape(entry["shape"])
    return Snapshot(header["version"], header["meta"], arrays, header["kind"])


@cache
def name_of(dtype: np.dtype) -> str:
    """Return the name of a type: NumPy puts it together anew each time it is asked."""
    return dtype.name


def to_wire_type(name: str, array: np.ndarray) -> tuple[str, np.ndarray]:
    """Return one of `WIRE_TYPES` and the array in it; raises ValueError where there is none."""
    own = name_of(array.dtype)
    dtype = SENT_AS.get(own, own)
    if dtype not in WIRE_TYPES:
        raise ValueError(
            say(
                "array '{name}' has type {dtype}, expected one of {types}",
                name=name,
                dtype=array.dtype,
                types=", ".join(WIRE_TYPES),
            )
        )
    if name in PICTURES:
        return "float16", to_half(array)
    return dtype, array.astype(dtype, copy=False)  # in this machine's order of bytes, whatever it came in


def to_half(array: np.ndarray) -> np.ndarray:
    """Return the array as float16; what is not zero stays so: a weight that shrinks is not a weight that is gone."""
    half = array.astype(np.float16)
    if np.count_nonzero(half.view(np.uint16) << 1) == np.count_nonzero(array):  # the sign of a zero is none of a number
        return half
    return np.where((half == 0) & (array != 0), np.copysign(LEAST_HALF, array).astype(np.float16), half)


def to_json_value(value: Any) -> Any:
    """Return plain JSON data: NumPy numbers as numbers, sequences as lists, nan and inf as None."""
    if isinstance(value, Mapping):
        return {str(key): to_json_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json_value(item) for item in value]
    if isinstance(value, (np.ndarray, np.generic)):
        return to_json_value(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def pad(chunk: bytes) -> bytes:
    """Return the bytes followed by zeros up to a multiple of `ALIGNMENT`."""
    return chunk + bytes(-len(chunk) % ALIGNMENT)
