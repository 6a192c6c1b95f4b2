"""How fast a session sees its run train: kept while it lasts and found again after a reload; no part of the experiment."""

from typing import Any

from core.stream.commands import MAX_PACE, MIN_PACE, Pace
from core.stream.job import Job
from pages.shared import hand, jobs

NAME, USUAL = "pace", "story"
PACES = {
    "label": "Pace",
    "help": "How fast you see it train: a pace changes no number. Story: one second to epoch 10, two for each factor of ten "
    "after it, then full speed; a strength that you change begins the story again.",
    "choices": [
        {"value": "slow", "label": "Slow", "help": "The story, four times as slow"},
        {"value": "story", "label": "Story", "help": "Early epochs slowly, later ones ever faster"},
        {"value": "full", "label": "Full", "help": "As fast as the server trains"},
    ],
    "number": {
        "label": "Epochs per second", "help": "So many epochs per second", "unit": "/s", "min": MIN_PACE, "max": MAX_PACE,
    },
}  # fmt: skip


def begin(job: Job) -> None:
    """Give a new run the session's pace."""
    job.tell(Pace(pace=jobs.notes().get(NAME, USUAL)), 0)


def take(told: Any) -> None:
    """Keep the pace that the hand chose on the stage, for the runs that follow; the present one was told at once."""
    hand.take(told, (NAME,), keep)


def keep(_: str, value: Any) -> None:
    """Keep a pace if it is one."""
    try:
        jobs.notes()[NAME] = Pace(pace=value).pace
    except ValueError:
        return
