"""`python -m tests.load [N [seconds]]`: a row for a class of N, or rows for classes of 10, 30 and 60 and for five heavy tabs.

`python -m tests.load tabs [name]` has the rows of the tabs alone, or of those whose name begins so.
"""

import asyncio
import sys

from tests.load import tabs
from tests.load.classroom import Row, visit
from tests.load.server import Server

SIZES, SECONDS = (10, 30, 60), 25.0


def line(row: tuple[str | float, ...]) -> str:
    """Return a row as Markdown, three digits a number."""
    return f"| {' | '.join(value if isinstance(value, str) else f'{value:.3g}' for value in row)} |"


def head(names: tuple[str, ...]) -> str:
    """Return the head of a table."""
    return f"| {' | '.join(names)} |\n|{'---|' * len(names)}"


def print_classes(sizes: tuple[int, ...], seconds: float) -> None:
    """Print what classes of these sizes see."""
    print(head(Row._fields))
    for n in sizes:
        with Server() as server:
            print(line(asyncio.run(visit(server, n, seconds))), flush=True)


def print_tabs(start: str) -> None:
    """Print what one person sees beside five tabs of another."""
    print(head(tabs.Row._fields))
    for name in tabs.CASES:
        if name.startswith(start):
            with Server() as server:
                print(line(asyncio.run(tabs.beside(server, name))), flush=True)


def main(*words: str) -> None:
    if words and words[0] == "tabs":
        return print_tabs(" ".join(words[1:]))
    print_classes((int(words[0]),) if words else SIZES, float(words[1]) if len(words) > 1 else SECONDS)
    if not words:
        print()
        print_tabs("")


main(*sys.argv[1:])
