"""Imports point down, floor by floor; the stream stands on the settings alone; rooms have the same names on every floor."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# Each floor names the floors it may import, and all may import the words; a study's room is the same word on every floor.
FLOORS = {
    "words": (),
    "settings": (),
    "data": ("settings",),
    "presets": ("settings", "data"),
    "telling": ("settings", "data", "presets"),
    "measures": ("settings", "data", "engine"),
    "engine": ("settings", "data", "measures"),
    "studies": ("settings", "data", "presets", "measures", "engine"),
    "readings": ("settings", "data", "measures", "engine", "studies"),
    "figures": ("settings", "data", "measures", "studies", "readings"),
    "stream": ("settings",),
    "live": ("settings", "data", "presets", "measures", "engine", "studies", "readings", "stream"),
    "lessons": ("settings", "data", "presets", "measures", "studies", "readings", "stream", "live"),
}
ROOMS = {"playground", "path", "cv", "compare", "remedies", "features", "bias_variance", "double_descent", "peeking"}
WITH_ROOMS = ("studies", "readings", "figures", "live")
FILES = sorted((ROOT / "core").rglob("*.py"))


def imported_modules(source: str, package: tuple[str, ...]) -> Iterator[str]:
    """Yield the full names of all modules that `source`, a module of `package`, imports anywhere in the file."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*parents, *([node.module] if node.module else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def violations(part: str, modules: Iterator[str]) -> list[str]:
    """Return what a file of the layer `part` ('' for core/__init__.py) imports and should not."""
    return [module for module in modules if not is_allowed(part, module)]


def is_allowed(part: str, module: str) -> bool:
    top, *rest = module.split(".")
    if top in ("streamlit", "pages", "app"):
        return False
    if top == "plotly":
        return part == "figures"
    if top != "core" or not rest or part not in FLOORS or rest[0] not in FLOORS:
        return True
    return rest[0] in (part, "words") or rest[0] in FLOORS[part]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    parts = path.relative_to(ROOT).with_suffix("").parts
    part = parts[1] if parts[1] != "__init__" else ""
    assert part in {"", *FLOORS}, f"core/{part} is no floor"
    assert violations(part, imported_modules(path.read_text(encoding="utf-8"), parts[:-1])) == []


def test_the_walk_finds_the_core() -> None:
    assert ROOT / "core" / "settings" / "experiment.py" in FILES


@pytest.mark.parametrize(
    ("part", "source"),
    [
        ("engine", "import streamlit as st"),
        ("engine", "import plotly.graph_objects as go"),
        ("data", "from core.engine import stack"),
        ("studies", "def f():\n    from core import live"),
        ("measures", "from ..studies import path"),
        ("live", "import pages.main"),
        ("live", "from core.figures.theme import axis"),
        ("readings", "import plotly.graph_objects as go"),
        ("stream", "from core.data import Split"),
        ("figures", "from core.engine import Stack"),
    ],
)
def test_a_forbidden_import_is_caught(part: str, source: str) -> None:
    assert violations(part, imported_modules(source, ("core", part)))


def test_a_downward_import_is_allowed() -> None:
    source = "import numpy\nfrom core.settings.experiment import Experiment\nfrom ..engine.stack import Stack"
    assert violations("studies", imported_modules(source, ("core", "studies"))) == []


@pytest.mark.parametrize("floor", WITH_ROOMS)
def test_a_study_has_a_room_of_its_name_on_every_floor(floor: str) -> None:
    rooms = {path.name for path in (ROOT / "core" / floor).iterdir() if (path / "__init__.py").exists()}
    assert rooms - {"base"} == ROOMS


@pytest.mark.parametrize("room", sorted(ROOMS - {"playground"}))
def test_the_parts_of_a_page_stand_in_the_room_of_its_study(room: str) -> None:
    assert (ROOT / "pages" / f"{room}.py").exists()
    assert room == "features" or any((ROOT / "pages" / "parts" / room).glob("*.py"))
