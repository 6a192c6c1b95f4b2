"""What `pip install -e .` installs: the core with all its parts, and what it needs, in step with requirements.txt."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
FILES = sorted((ROOT / "core").rglob("*.py"))
IMPORT_NAMES = {"charset-normalizer": "charset_normalizer", "scikit-learn": "sklearn"}


def test_every_part_of_the_core_is_a_package_that_is_found() -> None:
    found = PROJECT["tool"]["setuptools"]["packages"]["find"]
    assert found["namespaces"] is False
    for folder in {path.parent for path in FILES}:
        assert (folder / "__init__.py").exists(), f"{folder} is no package"
        name = ".".join(folder.relative_to(ROOT).parts)
        assert any(fnmatch(name, pattern) for pattern in found["include"]), f"{name} is not installed"
    for other in ("pages", "pages.shared", "tests", "assets", "corecursive"):
        assert not any(fnmatch(other, pattern) for pattern in found["include"])


def test_files_that_are_no_modules_are_installed_with_it() -> None:
    patterns = PROJECT["tool"]["setuptools"]["package-data"]["core"]
    others = [
        path for path in (ROOT / "core").rglob("*.*") if path.parent.name != "__pycache__" and path.suffix != ".py"
    ]
    assert others and all(
        any(fnmatch(path.relative_to(ROOT / "core").as_posix(), pattern) for pattern in patterns) for path in others
    )


def requirements() -> dict[str, str]:
    """Return the exact versions that the app is run with."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    lines += (ROOT / "requirements-dev.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if "==" in line)


def test_the_needed_versions_are_those_that_are_tested() -> None:
    extras = PROJECT["project"]["optional-dependencies"].values()
    for needed in [*PROJECT["project"]["dependencies"], *(line for extra in extras for line in extra)]:
        name, version = re.fullmatch(r"([a-z-]+)~=(\d+\.\d+)(; python_version < '[\d.]+')?", needed).groups()[:2]
        assert requirements()[name].startswith(version + ".")


def test_the_core_imports_nothing_that_is_not_installed_with_it() -> None:
    needed = {re.match(r"[a-z-]+", line)[0] for line in PROJECT["project"]["dependencies"]}
    allowed = {IMPORT_NAMES.get(name, name) for name in needed} | {"core", "pydantic_core", *sys.stdlib_module_names}
    for path in FILES:
        if path.relative_to(ROOT).parts[1] in ("figures", "stream", "live"):  # the app's
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert {name.split(".")[0] for name in names} <= allowed, path
