"""`python -m tests.load [N [seconds]]`: a row for a class of N, or rows for classes of 10, 30 and 60."""

import asyncio
import sys

from tests.load.classroom import Row, visit
from tests.load.server import Server

SIZES, SECONDS = (10, 30, 60), 25.0


def line(row: Row) -> str:
    """Return a row as Markdown, three digits a number."""
    return f"| {' | '.join(f'{value:.3g}' for value in row)} |"


def main(*words: str) -> None:
    sizes = [int(words[0])] if words else SIZES
    seconds = float(words[1]) if len(words) > 1 else SECONDS
    print(f"| {' | '.join(Row._fields)} |\n|{'---|' * len(Row._fields)}")
    for n in sizes:
        with Server() as server:
            print(line(asyncio.run(visit(server, n, seconds))), flush=True)


main(*sys.argv[1:])
