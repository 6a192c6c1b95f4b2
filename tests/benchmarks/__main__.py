"""`make bench`: measure, print the table as it grows, write it to bench.txt. `python -m tests.benchmarks engine` runs one part.

A part that fails says so in a row of its own, and the others go on.
"""

import importlib
import platform
import sys
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from core.engine.compiled import is_on
from core.engine.threads import use_one_thread
from core.settings.machine import count_cores
from tests.benchmarks.table import HEADER, Row, line

PARTS = (
    "engine",
    "growth",
    "compiled",
    "workers",
    "cross_validation",
    "latency",
    "classroom",
    "tabs",
    "compare",
    "remedies",
    "lessons",
    "browser",
    "points",
    "own_data",
    "path",
    "opening",
    "pace",
    "budget",
)
PACKAGES = ("torch", "numpy", "numba", "scikit-learn", "joblib", "streamlit")


def main(names: list[str]) -> None:
    """Run the named parts, all that there are by default."""
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        raise SystemExit(f"part: expected one of {', '.join(PARTS)}, received {', '.join(unknown)}")
    use_one_thread()
    lines: list[str] = []
    say(lines, f"{machine()}\n\n{HEADER}")
    began, missed = time.perf_counter(), []
    for name in names or PARTS:
        started = time.perf_counter()
        for row in rows_of(name):
            missed += [row.what] if row.is_met is False else []
            say(lines, line(row))
        say(lines, line(Row(f"part {name}", f"{time.perf_counter() - started:.0f} s", "", "", "", None)))
    say(lines, f"\n{(time.perf_counter() - began) / 60:.1f} minutes; {len(missed)} targets missed.")


def rows_of(name: str) -> Iterator[Row]:
    """Yield the rows of a part, and one that says so where it fails."""
    try:
        yield from importlib.import_module(f"tests.benchmarks.{name}").rows()
    except Exception as error:  # a browser or a server that does not come must not cost the other parts
        said = " ".join(f"{type(error).__name__}: {error}".split())
        yield Row(f"part {name} failed", said[:200].replace("|", "/"), "", "", "", False)


def machine() -> str:
    """Return what the figures were measured on."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    steps = "compiled steps" if is_on() else "steps by torch alone"
    return f"{count_cores()} cores, {processor()}, Python {platform.python_version()}, {versions}; {steps}"


def processor() -> str:
    """Return the processor's name, where the system tells it."""
    told = Path("/proc/cpuinfo")
    names = [row for row in told.read_text().splitlines() if row.startswith("model name")] if told.exists() else []
    return names[0].partition(":")[2].strip() if names else platform.processor() or platform.machine()


def say(lines: list[str], text: str) -> None:
    """Print some of the table, and write what there is of it."""
    lines.append(text)
    print(text, flush=True)
    Path("bench.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
