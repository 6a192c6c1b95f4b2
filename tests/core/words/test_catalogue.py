"""Every sentence can be collected for translation: its template stands in the code as one literal."""

import ast
import string
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract_python

ROOT = Path(__file__).resolve().parents[3]
FILES = [path for folder in ("core", "pages") for path in sorted((ROOT / folder).rglob("*.py"))]
SAYING = {"say": 1, "tr": 1, "say_n": 2, "tr_n": 2}  # how many templates each takes


def calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYING:
            yield node


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_is_a_literal_and_has_the_values_that_are_given(path: Path) -> None:
    if ROOT / "core" / "words" in path.parents or path.name == "language.py":
        return
    for call in calls(path):
        where = f"{path.name}:{call.lineno}"
        n = SAYING[call.func.id]  # type: ignore[attr-defined]
        templates = [arg.value if isinstance(arg, ast.Constant) else None for arg in call.args[:n]]
        assert all(isinstance(template, str) for template in templates), f"{where}: no literal"
        if any(keyword.arg is None for keyword in call.keywords):
            continue  # the values are a record
        given = {str(keyword.arg) for keyword in call.keywords} | ({"n"} if n == 2 else set())
        if not given:
            continue
        for template in templates:
            named = {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
            assert named <= given, f"{where}: {named - given} is not given"
            assert "" not in named and all(name.isidentifier() for name in named), where
        used = {name for one in templates for _, name, _, _ in string.Formatter().parse(one)}
        assert given - used <= ({"n"} if n == 2 else set()), f"{where}: {given - used} is not used"


def errors(path: Path) -> Iterator[ast.expr]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Raise)
            and isinstance(node.exc, ast.Call)
            and ast.unparse(node.exc.func) == "ValueError"
        ):
            yield node.exc.args[0]


def test_every_error_that_a_person_may_read_is_a_message() -> None:
    found = [(path, text) for path in FILES for text in errors(path)]
    assert len(found) > 100
    plain = [f"{path.name}:{text.lineno}" for path, text in found if isinstance(text, (ast.JoinedStr, ast.Constant))]
    assert plain == []


def test_babel_finds_them_all() -> None:
    keywords = {"say": None, "tr": None, "say_n": (1, 2), "tr_n": (1, 2)}
    found = 0
    for path in FILES:
        source = BytesIO(path.read_bytes())
        found += sum(1 for _ in extract_python(source, list(keywords), [], {}))
    wanted = sum(1 for path in FILES for _ in calls(path))
    assert wanted > 1000
    assert found >= wanted - 10  # those of `language.py` itself hand on what they were given
