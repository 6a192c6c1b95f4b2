"""A file that another one tells you to read is there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = [
    ROOT / "CONTRIBUTING.md",
    ROOT / "README.md",
    *(p for d in ("core", "pages") for p in (ROOT / d).rglob("*.py")),
]
NAMED = re.compile(r"`([\w/]+\.(?:py|js|css))`")


def missing(path: Path, text: str) -> Iterator[str]:
    """Yield the files that a text in `path` names and that lie neither below the root nor beside it."""
    for name in NAMED.findall(text):
        is_beside = "/" not in name and (path.parent / name).exists()
        if not (is_beside or (ROOT / name).exists()):
            yield name


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_files_that_are_named_are_there(path: Path) -> None:
    assert list(missing(path, path.read_text(encoding="utf-8"))) == []


def test_a_file_that_is_gone_is_noticed() -> None:
    here = ROOT / "core" / "live" / "run.py"
    assert list(missing(here, "Read `moments.py`, `core/stream/job.py`, then `job.py`.")) == ["job.py"]
