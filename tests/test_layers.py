"""Imports point down: config < data < measures, engine < studies < runtime, figures < pages."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = {
    "words": 0,
    "sections": 0,
    "config": 0,
    "data": 1,
    "presets": 2,
    "measures": 2,
    "engine": 2,
    "studies": 3,
    "runtime": 4,
    "figures": 4,
}
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
    if top != "core" or not rest or part not in LAYERS or rest[0] not in LAYERS:
        return True
    return rest[0] == part or LAYERS[rest[0]] <= LAYERS[part]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    parts = path.relative_to(ROOT).with_suffix("").parts
    part = parts[1] if parts[1] != "__init__" else ""
    assert part in {"", *LAYERS}, f"core/{part} has no place in LAYERS"
    assert violations(part, imported_modules(path.read_text(encoding="utf-8"), parts[:-1])) == []


def test_the_walk_finds_the_core() -> None:
    assert ROOT / "core" / "config.py" in FILES


@pytest.mark.parametrize(
    ("part", "source"),
    [
        ("engine", "import streamlit as st"),
        ("engine", "import plotly.graph_objects as go"),
        ("data", "from core.engine import stack"),
        ("studies", "def f():\n    from core import runtime"),
        ("measures", "from ..studies import path"),
        ("runtime", "import pages.main"),
    ],
)
def test_a_forbidden_import_is_caught(part: str, source: str) -> None:
    assert violations(part, imported_modules(source, ("core", part)))


def test_a_downward_import_is_allowed() -> None:
    source = "import numpy\nfrom core.settings.experiment import Experiment\nfrom ..engine.stack import Stack"
    assert violations("studies", imported_modules(source, ("core", "studies"))) == []
