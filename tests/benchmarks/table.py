"""A row of the table that `make bench` prints."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """What was measured, our figure, what it is held against, their ratio or share, the target, whether it was met."""

    what: str
    ours: str
    against: str
    result: str
    target: str
    is_met: bool | None  # None where there is no target


HEADER = "| what | ours | against | result | target | met |\n|---|---|---|---|---|---|"


def line(row: Row) -> str:
    """Return a row as Markdown."""
    met = {True: "yes", False: "NO", None: ""}[row.is_met]
    return f"| {row.what} | {row.ours} | {row.against} | {row.result} | {row.target} | {met} |"
