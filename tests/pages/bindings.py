"""What the browser would find behind every binding of a page's figures, read as `assets/bindings.js` reads it.

There a binding that names nothing draws nothing, without a word. `problems` says it in words instead.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from core.stream.snapshot import Snapshot

BINDING = re.compile(r"(?:(label|at|span|ghost):)?([^\[]+)((?:\[@?\w+\])*)")
BESIDE = (
    "text",
    "customdata",
)  # what a trace may say of each point; a line of steps has one bin fewer than it has edges


def problems(stage: dict[str, Any], snapshot: Snapshot) -> list[str]:
    """Return a sentence for everything a stage (what the component receives) binds and this snapshot cannot fill."""
    stops = {axis["name"]: len(axis["values"]) for axis in stage["scrubs"]}
    found = []
    for figure in stage["figures"]:
        name = figure["layout"]["meta"]["name"]
        found += [f"{name}: {problem}" for problem in _problems_of(figure, snapshot, stops)]
    said = [] if snapshot.meta["state"] == "paused" else _member_facts(snapshot, "readouts")  # "–" before the start
    found += [f"read-out {r['name']}: not said" for r in stage["readouts"] if not all(r["name"] in one for one in said)]
    return found


def _problems_of(figure: dict[str, Any], snapshot: Snapshot, stops: dict[str, int]) -> Iterator[str]:
    about, axes = figure["layout"]["meta"], figure["layout"]
    view = View(snapshot, stops, axes)
    if about.get("is_table"):
        if not all(about["name"] in tables for tables in _member_facts(snapshot, "tables")):
            yield "no such table"
        return
    for trace in figure["data"]:
        yield from _problems_of_trace(trace, view)
    for image in about["images"]:
        yield from view.check(image["array"], n_dimensions=(2,))
    toggled = [toggle.get(way) or {} for toggle in about.get("toggles", ()) for way in ("on", "off")]
    for auto in (about["auto"], *(one.get("auto") or {} for one in toggled)):
        for axis, of in auto.items():
            if axis not in axes:
                yield f"auto: no {axis}"
            for array in of["arrays"]:
                yield from view.check(array, n_dimensions=(1, 2, 3, 4))
    for table in about.get("twin") or ():
        yield from _problems_of_twin(table, view)


def _problems_of_trace(trace: dict[str, Any], view: View) -> Iterator[str]:
    bound = (trace.get("meta") or {}).get("bind", {})
    for attribute, binding in bound.items():
        yield from view.check(binding, n_dimensions=(2,) if "z" in bound and attribute not in "xy" else (1,))
    n = {
        name: view.shape(bound[name]) if name in bound else _shape(trace.get(name)) for name in ("x", "y", "z", *BESIDE)
    }
    if not bound or None in (n["x"], n["y"]):
        return
    if n["z"] is not None:
        is_fitting = n["z"][:2] == (*n["y"], *n["x"]) and all(n[name] in (None, n["z"]) for name in BESIDE)
    else:
        is_fitting = n["x"] == n["y"] and all(n[name] is None or n["x"][0] - n[name][0] in (0, 1) for name in BESIDE)
    if not is_fitting:
        yield f"{trace.get('name')}: shapes {n}"


def _problems_of_twin(table: dict[str, Any], view: View) -> Iterator[str]:
    for of in (table["rows"], *(column["of"] for column in table["columns"])):
        if isinstance(of, str):
            yield from view.check(of, n_dimensions=(1,))
    n_rows, *lengths = (
        view.shape(of) if isinstance(of, str) else (len(of),)
        for of in (table["rows"], *(column["of"] for column in table["columns"]))
    )
    known = {n for n in lengths if n}
    if len(known) > 1 or (known and n_rows and n_rows < min(known)):
        yield f"{table['caption']}: {n_rows} rows for columns of {sorted(known)}"


class View:
    """A snapshot as one figure looks at it, at every stop of the sliders that pick."""

    def __init__(self, snapshot: Snapshot, stops: dict[str, int], axes: dict[str, Any]) -> None:
        self.snapshot, self.stops, self.axes = snapshot, stops, axes

    def check(self, binding: str, n_dimensions: tuple[int, ...]) -> Iterator[str]:
        """Say why a binding names nothing that can be drawn."""
        kind, name, parts = self._parse(binding)
        if kind == "label":
            if not all(name in labels for labels in _member_facts(self.snapshot, "labels")):
                yield f"{binding}: no such label"
        elif kind == "span":
            if f"{name[0]}axis{name[1:]}" not in self.axes:
                yield f"{binding}: no such axis"
        elif kind == "at":
            if name != "moment" and name not in self.stops:
                yield f"{binding}: no such slider"
        elif name not in self.snapshot.arrays:
            yield f"{binding}: no such array"
        else:
            yield from self._check_parts(binding, self.snapshot.arrays[name].shape, parts, n_dimensions)

    def _check_parts(
        self, binding: str, shape: tuple[int, ...], parts: list[str], n_dimensions: tuple[int, ...]
    ) -> Iterator[str]:
        for length, part in zip(shape, parts, strict=False):
            if part.startswith("@"):
                if self.stops.get(part[1:]) != length:
                    yield f"{binding}: {length} rows for {self.stops.get(part[1:])} stops"
            elif int(part) >= length:
                yield f"{binding}: {length} rows"
        if len(shape) - len(parts) not in n_dimensions:
            yield f"{binding}: shape {shape[len(parts) :]}, expected {n_dimensions} dimensions"

    def shape(self, binding: str) -> tuple[int, ...] | None:
        """Return the shape of an array at one stop; None where it is no array, or a ghost, which may be of nothing."""
        kind, name, parts = self._parse(binding)
        array = self.snapshot.arrays.get(name)
        return None if kind or array is None else array.shape[len(parts) :]

    def _parse(self, binding: str) -> tuple[str, str, list[str]]:
        found = BINDING.fullmatch(binding)
        assert found, binding
        return found[1] or "", found[2], re.findall(r"\[(@?\w+)\]", found[3])


def _member_facts(snapshot: Snapshot, kind: str) -> list[dict[str, Any]]:
    """Return labels or read-outs as they are at each stop: those of the member put over those of all."""
    common = snapshot.meta.get(kind) or {}
    return [{**common, **(member.get(kind) or {})} for member in snapshot.meta.get("members") or [{}]]


def _shape(values: Any) -> tuple[int, ...] | None:
    """Return the shape of what Plotly's JSON holds: a list, or numbers packed as base64."""
    if isinstance(values, dict) and "bdata" in values:
        n = len(base64.b64decode(values["bdata"])) // np.dtype(values["dtype"]).itemsize
        return tuple(int(part) for part in str(values.get("shape", n)).split(","))
    return np.shape(np.array(values, dtype=object)) if isinstance(values, list) else None
