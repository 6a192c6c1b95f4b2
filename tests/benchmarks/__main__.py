"""`make bench`: measure, print the table as it grows, write it to bench.txt. `python -m tests.benchmarks engine` runs one part."""

import importlib
import importlib.util
import sys
from pathlib import Path

from core.engine.threads import use_one_thread
from tests.benchmarks.table import HEADER, line

PARTS = (
    "engine",
    "compiled",
    "budget",
    "cross_validation",
    "compare",
    "remedies",
    "browser",
    "points",
    "path",
    "workers",
    "opening",
    "pace",
)


def main(names: list[str]) -> None:
    """Run the named parts, all that there are by default."""
    use_one_thread()
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        raise SystemExit(f"part: expected one of {', '.join(PARTS)}, received {', '.join(unknown)}")
    lines = [HEADER]
    print(HEADER, flush=True)
    for name in names or PARTS:
        module = f"tests.benchmarks.{name}"
        if importlib.util.find_spec(module) is None:
            continue
        for row in importlib.import_module(module).rows():
            lines.append(line(row))
            print(lines[-1], flush=True)
            Path("bench.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
